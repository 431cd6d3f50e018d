// SPDX-License-Identifier: MIT
#include "shell/render/escape.h"

#include <catch2/catch.hpp>

#include "shell/messages.h"
#include "shell/render/layout.h"
#include "shell/render/width.h"

using namespace dirsnap;

TEST_CASE("text without anything unsafe reaches the terminal unchanged") {
  CHECK(escape_for_terminal("HKEY\\SYSTEM /o=Org") == "HKEY\\SYSTEM /o=Org");
  CHECK(escape_for_terminal("Zürich 日本 🙂") == "Zürich 日本 🙂");
  CHECK(escape_for_terminal("").empty());
}

TEST_CASE("what a terminal would obey is shown instead") {
  CHECK(escape_for_terminal("\x1b[31mred") == "\\x1b[31mred");
  CHECK(escape_for_terminal(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(escape_for_terminal("a\x7f") == "a\\x7f");
  CHECK(escape_for_terminal("\u009b31m") == "\\u009b31m");  // C1 CSI
  CHECK(escape_for_terminal("abc\u202Etxt.exe") == "abc\\u202etxt.exe");
  CHECK(escape_for_terminal("\u2066x\u2069") == "\\u2066x\\u2069");
  CHECK(escape_for_terminal("\u061Cx") == "\\u061cx");
  CHECK(escape_for_terminal("a\u200Bb") == "a\\u200bb");
  CHECK(escape_for_terminal("\uFEFFx") == "\\ufeffx");
  CHECK(escape_for_terminal("\uFFF9x") == "\\ufff9x");
  CHECK(escape_for_terminal("\U000E0041") == "\\U000e0041");
}

TEST_CASE("code points that are no characters are shown: HTML and XML do not allow them") {
  CHECK(escape_for_terminal("a\uFFFEb") == "a\\ufffeb");
  CHECK(escape_for_terminal("\uFFFF") == "\\uffff");
  CHECK(escape_for_terminal("\uFDD0\uFDEF") == "\\ufdd0\\ufdef");
  CHECK(escape_for_terminal("\U0001FFFE") == "\\U0001fffe");
  CHECK(escape_for_terminal("\uFFFD\uFDCF") == "\uFFFD\uFDCF");
}

TEST_CASE("bytes that are not UTF-8 are shown one by one") {
  CHECK(escape_for_terminal("\xff") == "\\xff");
  CHECK(escape_for_terminal("a\xc3") == "a\\xc3");
  CHECK(escape_for_terminal("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(escape_for_terminal("\xc0\xaf") == "\\xc0\\xaf");           // overlong
}

TEST_CASE("backslashes are doubled only in a text that needed an escape") {
  CHECK(escape_for_terminal("C:\\temp") == "C:\\temp");
  CHECK(escape_for_terminal("C:\\temp\x01") == "C:\\\\temp\\x01");
}

TEST_CASE("a line feed is a symbol in one-line output and kept where asked") {
  CHECK(escape_for_terminal("a\nb") == "a\u240Ab");
  CHECK(escape_for_terminal("a\nb", LineBreaks::kKeep) == "a\nb");
  CHECK(escape_for_terminal("a\r\nb") == "a\\x0d\u240Ab");
}

TEST_CASE("width counts cells: wide characters two, combining marks none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("ü") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("cutting keeps grapheme clusters whole and never exceeds the width") {
  CHECK(fit_width("abcdef", 6) == "abcdef");
  CHECK(fit_width("abcdef", 5) == "abcd…");
  CHECK(fit_width("abcdef", 1) == "…");
  CHECK(fit_width("日本語", 5) == "日本…");
  CHECK(fit_width("日本語", 4) == "日…");
  CHECK(fit_width("ae\u0301bc", 3) == "ae\u0301…");
  CHECK(fit_width("ae\u0301bc", 2) == "a…");
}

TEST_CASE("columns keep their width without a limit") {
  const ColumnPlan plan = plan_columns({300, 2}, std::nullopt);
  CHECK(plan.widths == std::vector<std::size_t>{300, 2});
  CHECK(plan.gap == 0);
}

TEST_CASE("the widest columns give way first and the table fills the terminal") {
  const ColumnPlan plan = plan_columns({100, 5, 60}, 80);
  REQUIRE(plan.widths.size() == 3);
  CHECK(plan.widths[1] == 5);
  CHECK(plan.widths[0] == plan.widths[2]);
  CHECK(plan.widths[0] + 5 + plan.widths[2] + 3 * 3 + 1 <= 80);
  CHECK(plan.widths[0] + 5 + plan.widths[2] + 3 * 3 + 1 >= 79);
}

TEST_CASE("columns that cannot fit even narrow are left out of the middle") {
  const std::vector<std::size_t> natural(30, 20);
  const ColumnPlan plan = plan_columns(natural, 80);
  REQUIRE(plan.shown.size() < 30);
  REQUIRE(plan.gap > 0);
  CHECK(plan.shown.front() == 0);
  CHECK(plan.shown.back() == 29);
  std::size_t cells = 1 + 4;
  for (const std::size_t width : plan.widths) cells += width + 3;
  CHECK(cells <= 80);
}

TEST_CASE("an SQL error shows the statement's line with a marker and the hint") {
  const SqlError error{"no such column: displaynam", 7, "did you mean \"display_name\"?"};
  CHECK(describe_sql_error("", "select displaynam from objects;", error) ==
        "Error: no such column: displaynam\n"
        "  select displaynam from objects;\n"
        "         ^--- did you mean \"display_name\"?\n");
}

TEST_CASE("in a script the place comes first and only the guilty line is shown") {
  CHECK(describe_sql_error("audit.sql:14: ", "select x,\n\t日 as ü, y from t", {"bad", 22, ""}) ==
        "audit.sql:14: Error: bad\n"
        "   日 as ü, y from t\n"
        "            ^--- here\n");
  CHECK(describe_sql_error("", "select 1", {"bad", std::nullopt, "try again"}) ==
        "Error: bad\n  try again\n");
}

TEST_CASE("an error cannot smuggle escape sequences to the terminal") {
  const std::string text = describe_sql_error("", "select '\x1b[2J', x", {"bad \x1b[2J", 14, ""});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\\x1b[2J") != std::string::npos);
}

TEST_CASE("a marker far into a long line keeps the line short") {
  const std::string sql = "select " + std::string(5000, 'a') + " from t";
  const std::string text = describe_sql_error("", sql, {"bad", 3000, ""});
  CHECK(text.size() < 300);
  CHECK(text.find("^---") != std::string::npos);
  CHECK_NOTHROW(describe_sql_error("", "x", {"bad", 999, ""}));
  CHECK_NOTHROW(describe_sql_error("", "", {"bad", 0, ""}));
}
