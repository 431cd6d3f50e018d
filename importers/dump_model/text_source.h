// SPDX-License-Identifier: MIT
//
// The head of a text source: encoding and first lines, for probes and importers.
#pragma once

#include <string>

#include "importers/dump/line_reader.h"

namespace dirsnap::dump_model {

struct TextHead {
  dump::TextCoding coding;
  std::string text;  // whole lines, without the mark
};

inline constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

// Of bytes that a probe was given.
TextHead head_of(Bytes head, std::uint64_t size_bytes);
// Of a source.
Result<TextHead> read_head(ByteSource& source);

}  // namespace dirsnap::dump_model
