// SPDX-License-Identifier: MIT
//
// Tells from the first bytes of a source whether it is a registry text, which form, which
// encoding.
// Threads: pure functions. Facts: FORMAT.md sections 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "importers/reg_text/document.h"
#include "importers/reg_text/line_reader.h"
#include "storage/base/byte_reader.h"

namespace dirsnap::reg_text {

// Bytes of the source that detect() looks at.
inline constexpr std::size_t kDetectBytes = 65'536;

struct Detected {
  Form form = Form::kRegedit4;
  TextCoding coding;  // the code page is the caller's to choose
  bool has_bom = false;
  bool has_header = true;   // false: keys and values are there, the first line is not
  bool is_refused = false;  // a Windows 3.x file: known, and not read
};

// nullopt: no registry text.
std::optional<Detected> detect(Bytes head);

// The form whose header the line is; exports that were joined have one inside the text as well.
std::optional<Form> header_form(std::string_view line);
// What stands behind the words of a header in their line, without blanks around; empty where the
// line is no header of regedit's or Wine's.
std::string_view behind_header(std::string_view line);

}  // namespace dirsnap::reg_text
