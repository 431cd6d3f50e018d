// SPDX-License-Identifier: MIT
//
// Reads registry texts that a test holds as strings.
// Threads: independent calls.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/reg_text/reader.h"
#include "storage/base/text.h"
#include "tests/support/fake_snapshot.h"
#include "tests/support/registry_lines.h"

namespace dirsnap::reg_text::test_read {

inline constexpr const char* kHead5 = "Windows Registry Editor Version 5.00\r\n\r\n";
inline constexpr const char* kHead4 = "REGEDIT4\r\n\r\n";

struct Read {
  Result<Document> document = fail(Code::kCorrupt, "");
  test::CollectingSink issues;

  [[nodiscard]] std::vector<std::string> lines() const { return test::canonical_lines(*document); }
  // Data of the only key's value in hex, or "absent".
  [[nodiscard]] std::string data(std::string_view name) const {
    for (const Key& key : document->keys) {
      for (const Value& value : key.values) {
        if (value.name == name) return to_hex(as_bytes(value.data));
      }
    }
    return "absent";
  }
};

inline Read read(std::string_view text, std::optional<unsigned> codepage = std::nullopt) {
  const Bytes bytes = as_bytes(text);
  MemorySource source({bytes.begin(), bytes.end()});
  Read result;
  const CancelToken cancel;
  result.document = read_document(source, {.codepage = codepage}, cancel, result.issues);
  return result;
}

inline Read read5(std::string_view body) { return read(kHead5 + std::string(body)); }

inline std::string wide(std::string_view text) { return "\xFF\xFE" + encode_utf16le(text); }

inline std::string hex_of_text(std::string_view text) {
  return to_hex(as_bytes(encode_utf16le(text))) + "0000";
}

}  // namespace dirsnap::reg_text::test_read
