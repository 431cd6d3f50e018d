// SPDX-License-Identifier: MIT
//
// How a CSV dump of a directory is written, told by its first lines: csvde's, or the directory
// export of the Exchange Administrator and DSEXPORT, whose separators the file does not state.
// Facts: FORMAT.md. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap::csv {

enum class Form : std::uint8_t {
  kCsvde,     // first column DN, X'…' for octets, ';' between values
  kExchange,  // first column Obj-Class, separators free
};

struct Dialect {
  Form form = Form::kExchange;
  char separator = ',';  // between columns
  char quote = '"';
  char multi = '%';  // between the values of a field
};

// The dialect of a text that begins like this; nullopt: no such dump.
std::optional<Dialect> detect_dialect(std::string_view head);

// The schema's name for a column label of the Administrator ("E-mail Addresses"); the label itself
// where it is none of them.
std::string_view attribute_of_label(std::string_view label);

// The class that a value of Obj-Class means: "dl" is Distribution-List and so on.
std::string_view class_of_label(std::string_view label);

}  // namespace dirsnap::csv
