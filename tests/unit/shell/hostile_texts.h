// SPDX-License-Identifier: MIT
//
// Names that attack whoever shows them: markup, attributes, scripts, control characters, reading
// direction, invisible characters, bytes that are no text.
#pragma once

#include <string>
#include <vector>

namespace dirsnap::test {

inline std::vector<std::string> hostile_texts() {
  return {
      "<script>alert(1)</script>",
      "</td></tr></table><h1>faked</h1>",
      "\"><img src=x onerror=alert(1)>",
      "' onmouseover='alert(1)",
      "x\" style=\"position:fixed\" id=\"main",
      "</style><style>*{display:none}</style>",
      "</script><script>alert(1)</script>",
      "</title><script>alert(1)</script>",
      "--><!-- x",
      "<![CDATA[ x ]]>",
      "<svg onload=alert(1)><use href=#i-pass>",
      "<a href=\"javascript:alert(1)\">x</a>",
      "javascript:alert(1)",
      "&lt;b&gt; &#60;b&#62; &amp",
      "<meta http-equiv=refresh content=0;url=//x>",
      "<iframe srcdoc=x>",
      "{{7*7}} ${7*7}",
      std::string("a\0b", 3),
      "\x1b[2J\x1b]0;title\x07",
      "line\r\nline\x0b\x0c",
      "\u0085\u009b31m",
      "abc\u202Etxt.exe",
      "\u2066a\u2069\u200F\u061C",
      "in\u200Bvisible\u2060\uFEFF",
      "a\u2028b\u2029c",
      "\uFFF9a\uFFFAb\uFFFB",
      "\uFFFE\uFFFF\uFDD0\U0001FFFE",
      "\U000E0041\U000E007F",
      "\xff\xfe",
      "\xc0\xaf",
      "\xed\xa0\x80",
      "cut\xe2\x82",
      "=cmd|' /C calc'!A0",
      std::string(100'000, 'A'),
      std::string(3'000, '<'),
  };
}

}  // namespace dirsnap::test
