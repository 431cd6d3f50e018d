// SPDX-License-Identifier: MIT
//
// What stands behind the name of an attribute: ";binary", ";range=0-999", ";lang-de".
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

namespace dirsnap::dump_model {

// "binary" says how the value travelled and "range" which piece it is; others (languages) make an
// attribute of their own.
struct ValueOptions {
  std::string kept;            // those, each with its semicolon
  bool is_range = false;       // a piece of the values
  bool is_last_range = false;  // ... up to the last one
};
ValueOptions options_of(std::string_view text);

}  // namespace dirsnap::dump_model
