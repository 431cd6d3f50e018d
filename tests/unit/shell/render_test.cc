// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "render_helper.h"
#include "shell/render/markup.h"
#include "shell/render/value_text.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

const std::vector<std::string> kTwo = {"name", "start"};
ValueView text(std::string_view bytes) { return ValueView::text(bytes); }

}  // namespace

TEST_CASE("a box aligns numbers right, shows NULL and escapes") {
  CHECK(rendered(in_format(Format::kBox), kTwo,
                 {{text("IMC"), ValueView::of(2)}, {text("\x1b[2J"), ValueView::null()}}) ==
        "┌─────────┬───────┐\n"
        "│ name    │ start │\n"
        "├─────────┼───────┤\n"
        "│ IMC     │     2 │\n"
        "│ \\x1b[2J │ NULL  │\n"
        "└─────────┴───────┘\n");
}

TEST_CASE("a table is the box in ASCII") {
  CHECK(rendered(in_format(Format::kTable), {"a"}, {{text("日本")}}) ==
        "+------+\n| a    |\n+------+\n| 日本 |\n+------+\n");
}

TEST_CASE("a box fits the terminal, cuts with an ellipsis and tells rows and time") {
  RenderOptions options = in_format(Format::kBox);
  options.width = 20;
  options.footer = true;
  CHECK(rendered(options, {"a"}, {{text("abcdefghijklmnopqrstuvwxyz")}}) ==
        "┌──────────────────┐\n"
        "│ a                │\n"
        "├──────────────────┤\n"
        "│ abcdefghijklmno… │\n"
        "└──────────────────┘\n"
        "1 row (0.004 s)\n");
}

TEST_CASE("the middle rows of a long result are left out and counted") {
  RenderOptions options = in_format(Format::kTable);
  options.headers = false;
  options.footer = true;
  options.max_rows = 4;
  Rows rows;
  for (std::int64_t i = 1; i <= 10; ++i) rows.push_back({ValueView::of(i)});
  CHECK(rendered(options, {"n"}, rows) ==
        "+----+\n|  1 |\n|  2 |\n| …  |\n|  9 |\n| 10 |\n+----+\n"
        "10 rows, 6 in the middle not shown (0.004 s)\n");
}

TEST_CASE("a box without a terminal loses nothing, however late a wide cell comes") {
  Rows rows(6000, {text("x")});
  const std::string wide(50, 'w');
  rows.push_back({text(wide)});
  const std::string out = rendered(in_format(Format::kBox), {"a"}, rows);
  CHECK(out.find(wide) != std::string::npos);
  CHECK(std::count(out.begin(), out.end(), '\n') == 6001 + 4);
}

TEST_CASE("with more columns than fit the footer says how many are shown") {
  RenderOptions options = in_format(Format::kBox);
  options.width = 60;
  options.footer = true;
  const std::vector<std::string> names(20, "a_column_name");
  const std::string out = rendered(options, names, {std::vector<ValueView>(20, text("value"))});
  CHECK(out.find("of 20 columns shown") != std::string::npos);
  CHECK(out.find("│ … │") != std::string::npos);
}

TEST_CASE("csv quotes only where needed and tells NULL from empty") {
  CHECK(
      rendered(in_format(Format::kCsv), {"a", "b,c"},
               {{text("plain"), text("say \"hi\"")},
                {text("a,b"), text("x\ny")},
                {text(""), ValueView::null()},
                {text(" edge"), ValueView::of_real(1)},
                {ValueView::blob("\x00\xff"), ValueView::blob(std::string_view("\x00\xff", 2))}}) ==
      "a,\"b,c\"\n"
      "plain,\"say \"\"hi\"\"\"\n"
      "\"a,b\",\"x\ny\"\n"
      "\"\",\n"
      "\" edge\",1.0\n"
      ",00ff\n");
}

TEST_CASE("csv disarms formulas, leaves numbers alone and counts") {
  const Rows rows = {{text("=1+1")}, {text("-5")},  {text("+1.5e3")}, {text("-x")},
                     {text("@SUM")}, {text("＝1")}, {text("/o=Org")}, {text("+49 30")}};
  std::uint64_t count = 0;
  CHECK(rendered(in_format(Format::kCsv), {"a"}, rows, &count) ==
        "a\n'=1+1\n-5\n+1.5e3\n'-x\n'@SUM\n'＝1\n/o=Org\n'+49 30\n");
  CHECK(count == 5);
  RenderOptions exact = in_format(Format::kCsv);
  exact.exact = true;
  CHECK(rendered(exact, {"a"}, rows, &count) ==
        "a\n=1+1\n-5\n+1.5e3\n-x\n@SUM\n＝1\n/o=Org\n+49 30\n");
  CHECK(count == 0);
}

TEST_CASE("csv on a terminal escapes what a file keeps") {
  RenderOptions options = in_format(Format::kCsv);
  CHECK(rendered(options, {"a"}, {{text("\x1b[2J")}}) == "a\n\x1b[2J\n");
  options.to_terminal = true;
  CHECK(rendered(options, {"a"}, {{text("\x1b[2J")}}) == "a\n\\x1b[2J\n");
  options.crlf = true;
  options.headers = false;
  CHECK(rendered(options, {"a"}, {{text("x")}}) == "x\r\n");
}

TEST_CASE("tsv escapes tab, line feed and backslash, so that a line is a row") {
  CHECK(rendered(in_format(Format::kTsv), kTwo,
                 {{text("a\tb\nc\\d"), ValueView::null()}, {text("\r"), ValueView::of(-1)}}) ==
        "name\tstart\na\\tb\\nc\\\\d\t\\N\n\\r\t-1\n");
}

TEST_CASE("json is valid whatever the bytes are") {
  const std::string out =
      rendered(in_format(Format::kJson), {"a", "a", "b"},
               {{text("\x1b\"\\\u2028</script>"), text("\xff"), ValueView::blob("\x01")},
                {ValueView::of(std::numeric_limits<std::int64_t>::min()), ValueView::of_real(0.1),
                 ValueView::of_real(std::nan(""))},
                {ValueView::null(), ValueView::of_real(1e300), text("\u202E\U000E0041ü")}});
  const auto json = nlohmann::json::parse(out);
  REQUIRE(json.size() == 3);
  CHECK(json[0]["a"] == "\x1b\"\\\u2028</script>");
  CHECK(json[0]["a_1"]["hex"] == "ff");
  CHECK(json[0]["b"]["hex"] == "01");
  CHECK(json[1]["a"] == std::numeric_limits<std::int64_t>::min());
  CHECK(json[1]["a_1"] == 0.1);
  CHECK(json[1]["b"].is_null());
  CHECK(json[2]["b"] == "\u202E\U000E0041ü");
  CHECK(out.find("\u202E") == std::string::npos);
  CHECK(out.find("</") == std::string::npos);
  CHECK(out.find('\x1b') == std::string::npos);
}

TEST_CASE("json without rows is an empty array, jsonl is empty") {
  CHECK(rendered(in_format(Format::kJson), {"a"}, {}) == "[]\n");
  CHECK(rendered(in_format(Format::kJsonl), {"a"}, {}).empty());
  CHECK(rendered(in_format(Format::kJsonl), {"a"}, {{ValueView::of(1)}, {ValueView::of(2)}}) ==
        "{\"a\":1}\n{\"a\":2}\n");
  CHECK(rendered(in_format(Format::kJson), kTwo, {{text("MSExchangeIMC"), ValueView::of(2)}}) ==
        "[{\"name\":\"MSExchangeIMC\",\"start\":2}]\n");
}

TEST_CASE("markdown cells cannot break the table or bring markup") {
  CHECK(rendered(in_format(Format::kMarkdown), {"a|b"},
                 {{text("x|y\nz")}, {text("<b>[l](u)*`&")}, {text("HKLM\\SYSTEM")}}) ==
        "| a\\|b |\n| --- |\n| x\\|y<br>z |\n| &lt;b>\\[l](u)\\*\\`&amp; |\n| HKLM\\SYSTEM |\n");
  CHECK(markdown_text("a\\|") == "a\\\\\\|");
}

TEST_CASE("html escapes every value and a page loads nothing") {
  CHECK(rendered(in_format(Format::kHtml), {"a"},
                 {{text("<script>\"'&")}, {ValueView::of(1)}, {ValueView::null()}}) ==
        "<table>\n<tr><th><bdi>a</bdi></th></tr>\n"
        "<tr><td><bdi>&lt;script&gt;&quot;&#39;&amp;</bdi></td></tr>\n"
        "<tr><td class=\"n\"><bdi>1</bdi></td></tr>\n"
        "<tr><td class=\"null\">NULL</td></tr>\n</table>\n");
  RenderOptions page = in_format(Format::kHtml);
  page.page = true;
  const std::string out = rendered(page, {"a"}, {{text("\x01")}});
  CHECK(out.find("<meta charset=\"utf-8\">") < out.find("<title>"));
  CHECK(out.find("default-src 'none'") != std::string::npos);
  CHECK(out.find("\\x01") != std::string::npos);
}

TEST_CASE("line writes one column a line and a blank line between rows") {
  CHECK(rendered(in_format(Format::kLine), kTwo,
                 {{text("a\nb"), ValueView::null()}, {text("c"), ValueView::of(1)}}) ==
        " name = a\u240Ab\nstart = NULL\n\n name = c\nstart = 1\n");
}

TEST_CASE("insert writes statements that give the same values back") {
  CHECK(rendered(in_format(Format::kInsert), {"a\"b"},
                 {{text("it's")},
                  {text("a\nb")},
                  {text("\xff")},
                  {ValueView::blob("\x0f")},
                  {ValueView::null()},
                  {ValueView::of_real(2)}}) ==
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES('it''s');\n"
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES('a'||char(10)||'b');\n"
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES(CAST(X'ff' AS TEXT));\n"
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES(X'0f');\n"
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES(NULL);\n"
        "INSERT INTO \"result\"(\"a\"\"b\") VALUES(2.0);\n");
}

TEST_CASE("list and quote are those of other SQL shells") {
  CHECK(rendered(in_format(Format::kList), kTwo, {{text("x"), ValueView::null()}}) ==
        "name|start\nx|\n");
  CHECK(rendered(in_format(Format::kQuote), kTwo, {{text("x'"), ValueView::null()}}) ==
        "'name','start'\n'x''',NULL\n");
}

TEST_CASE("the text for NULL can be chosen") {
  for (const Format format : {Format::kBox, Format::kCsv, Format::kTsv, Format::kLine}) {
    RenderOptions options = in_format(format);
    options.null_text = "-none-";
    CHECK(rendered(options, {"a"}, {{ValueView::null()}}).find("-none-") != std::string::npos);
  }
}

TEST_CASE("reals read back as the same value and look like reals") {
  CHECK(real_text(1) == "1.0");
  CHECK(real_text(0.1) == "0.1");
  CHECK(real_text(1e300) == "1e+300");
  CHECK(std::stod(real_text(1.0 / 3)) == 1.0 / 3);
}

TEST_CASE("repeated column names become unique without meeting another name") {
  CHECK(unique_names({"a", "a", "a_1", "a"}) == std::vector<std::string>{"a", "a_2", "a_1", "a_3"});
}
