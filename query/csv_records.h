// SPDX-License-Identifier: MIT
//
// Records of a small CSV text that a user wrote (RFC 4180): quotes, doubled quotes, line breaks in
// quotes. Empty lines and lines that begin with # are skipped.
// Lifetime: plain values. Threads: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace dirsnap {

struct CsvRecord {
  std::uint64_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

// Fails with kUsage and the line as Error::offset: an open quote, text after a closing quote.
Result<std::vector<CsvRecord>> parse_csv_records(std::string_view text);

}  // namespace dirsnap
