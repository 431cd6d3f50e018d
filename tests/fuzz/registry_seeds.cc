// SPDX-License-Identifier: MIT
//
// registry_seeds FOLDER: writes small inputs for reg_text_fuzz (FOLDER/text), regf_fuzz
// (FOLDER/hive) and regf_log_fuzz (FOLDER/log), one of each form and version.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "storage/base/byte_reader.h"
#include "storage/base/text.h"
#include "tests/support/hive_builder.h"

namespace {

namespace fs = std::filesystem;
using namespace dirsnap;

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_texts(const fs::path& folder) {
  const std::string body =
      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\r\n@=\"d\"\r\n\"s\"=\"a\\\\b\r\nc\"\r\n"
      "\"h\"=hex(7):61,00,\\\r\n  00,00\r\n\"d\"=dword:1\r\n\"x\"=-\r\n[-HKLM\\B]\r\n";
  const std::string version5 = "Windows Registry Editor Version 5.00\r\n\r\n" + body;
  write(folder / "regedit4", "REGEDIT4\r\n\r\n" + body);
  write(folder / "utf8", version5);
  write(folder / "utf16", "\xFF\xFE" + encode_utf16le(version5));
  write(folder / "joined",
        "; c\r\n" + version5 + "\"a\r\nb\"=\"\xE9\r\n\"c\"=\"\"\r\nREGEDIT4\r\n\x1A");
  std::string cr = version5;
  std::erase(cr, '\n');
  write(folder / "cr", cr);
  write(folder / "wine",
        "WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\Machine\n[A\\\\B] 1\n"
        "#time=1dd7a67b4394840\n#class=\"c\"\n\"n\"=str(7):\"a\\0\\x41\"\n");
  write(folder / "regedt32",
        "Key Name:  SYSTEM\\A\r\nValue 0\r\n  Name:  b\r\n  Type:  REG_BINARY\r\n  Data:\r\n"
        "00000000   01 02                                              ..\r\n");
  write(folder / "reg-query", "HKEY_USERS\\A\r\n    x    REG_MULTI_SZ    a\\0b\r\n");
  write(folder / "reg-query-xp",
        "! REG.EXE VERSION 3.0\r\n\r\nHKEY_USERS\\A\r\n    <NO NAME>\tREG_SZ\t\r\n"
        "    x\tREG_DWORD (4)\t0x1\r\n");
}

void write_hives(const fs::path& folder) {
  for (std::uint32_t minor = 1; minor <= 6; ++minor) {
    const auto file = test::HiveBuilder(minor).build(
        {.name = "R",
         .values = {{.name = "v", .data = "12345"},
                    {.name = "big", .data = std::string(17'000, 'x')}},
         .subkeys = {{.name = "A", .subkeys = {{.name = "B"}}, .class_name = "c"}}});
    const auto sectors = static_cast<std::uint16_t>(file.size() / 512);
    write(folder / std::to_string(minor), test::le(sectors) + std::string(as_chars(file)));
  }
}

// Logs of both forms with one page each: the bins data of a hive.
void write_logs(const fs::path& folder) {
  const auto state =
      test::HiveBuilder(5).build({.name = "R", .values = {{.name = "w", .data = "1"}}});
  const std::string page(as_chars(state).substr(4096));
  const auto page_bytes = static_cast<std::uint32_t>(page.size());
  const auto base = [&state](std::uint32_t type) {
    std::vector<std::byte> block(state.begin(), state.begin() + 512);
    test::put(block, 4, test::le(std::uint32_t{5}) + test::le(std::uint32_t{5}));
    test::put(block, 28, test::le(type));
    return std::string(as_chars(block));
  };
  std::string entry = "HvLE" + test::le(page_bytes + 512) + test::le(std::uint32_t{0}) +
                      test::le(std::uint32_t{5}) + test::le(page_bytes) +
                      test::le(std::uint32_t{1}) + std::string(16, '\0') +
                      test::le(std::uint32_t{0}) + test::le(page_bytes) + page;
  entry.resize(page.size() + 512);
  write(folder / "new", base(6) + entry);
  std::string map = "DIRT" + std::string(page.size() / 512 / 8, '\xFF');
  map.resize(512);
  write(folder / "old", base(1) + map + page);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: registry_seeds FOLDER\n");
    return 2;
  }
  const fs::path folder = argv[1];
  fs::create_directories(folder / "text");
  fs::create_directories(folder / "hive");
  fs::create_directories(folder / "log");
  write_texts(folder / "text");
  write_hives(folder / "hive");
  write_logs(folder / "log");
  return 0;
}
