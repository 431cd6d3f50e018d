// SPDX-License-Identifier: MIT
//
// Evidence files and what lies beside them.
#include "importers/source.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace dirsnap {

TEST_CASE("a sibling is the file spelled like that, else the first that differs in case alone") {
  const test::TempFolder folder;
  const auto hive = folder.write("SYS", "");
  CHECK_FALSE(find_sibling(hive, ".LOG1"));
  const auto name = [&hive] { return find_sibling(hive, ".LOG1")->filename().string(); };
  // Written in an order that is none, so that no order of the folder itself passes.
  for (const char* other : {"sys.log1", "Sys.LOG1", "sYS.LOG1", "SYS.log1"}) {
    folder.write(other, "");
  }
  CHECK(name() == "SYS.log1");
  folder.write("SYS.LOG1", "");
  CHECK(name() == "SYS.LOG1");
}

}  // namespace dirsnap
