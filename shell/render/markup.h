// SPDX-License-Identifier: MIT
//
// Untrusted text inside Markdown and HTML. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dirsnap {

// One cell or phrase of GitHub Flavored Markdown: no table break, tag, link or emphasis.
std::string markdown_text(std::string_view text);

// Text or a quoted attribute of HTML or XML, with `line_break` for each line feed; control
// characters made visible.
std::string markup_text(std::string_view text, std::string_view line_break);
// The same for HTML.
std::string html_text(std::string_view text);

}  // namespace dirsnap
