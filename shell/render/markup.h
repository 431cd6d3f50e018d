// SPDX-License-Identifier: MIT
//
// Untrusted text inside Markdown and HTML. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dirsnap {

// One cell or phrase of GitHub Flavored Markdown: no table break, tag, link or emphasis.
std::string markdown_text(std::string_view text);

// Text or a quoted attribute of HTML; control characters made visible.
std::string html_text(std::string_view text);

}  // namespace dirsnap
