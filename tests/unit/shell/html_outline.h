// SPDX-License-Identifier: MIT
//
// A strict reading of a page: every tag with its attributes as written, the text between them.
// Fails on what a browser would repair: unbalanced tags, unquoted attributes, a stray bracket.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dirsnap::test {

struct HtmlOutline {
  std::vector<std::string> tags;  // <td class="n">, </td>, ... in order
  std::string text;               // of everything but style and script, entities as written
  std::string fault;              // empty: the page is well-formed
};

HtmlOutline outline_of(std::string_view page);

// How often a tag stands on the page, attributes included.
std::size_t count_tag(const HtmlOutline& outline, std::string_view tag);

}  // namespace dirsnap::test
