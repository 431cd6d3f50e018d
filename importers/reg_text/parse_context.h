// SPDX-License-Identifier: MIT
//
// What the parsers of all text forms work on.
// Lifetime: everything is borrowed.
#pragma once

#include <string>
#include <string_view>

#include "importers/reg_text/document.h"
#include "importers/reg_text/line_reader.h"
#include "importers/reg_text/text_codec.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"

namespace dirsnap::reg_text {

struct ParseContext {
  LineReader& lines;
  TextCodec& codec;
  DocumentBuilder& builder;
  IssueSink& issues;
  const CancelToken& cancel;
};

// Reports `line` with its number, and a piece of it.
void report_line(ParseContext& context,
                 Severity severity,
                 const char* code,
                 const Line& line,
                 std::string_view message);

// Gives the value to the current key; a repetition is a note, a value without a key a loss.
void store_value(ParseContext& context, const Line& line, Value value);

// Writes out abbreviated roots (HKLM) and the spelling of known ones; other roots stay.
std::string expand_root(std::string_view path);

}  // namespace dirsnap::reg_text
