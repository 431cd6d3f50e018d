// SPDX-License-Identifier: MIT
//
// The one way from data to markup.
#include <catch2/catch.hpp>

#include "hostile_texts.h"
#include "html_outline.h"
#include "render_helper.h"
#include "shell/review/html.h"
#include "shell/review/review_assets.h"
#include "storage/base/text.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

template <class Write>
std::string written(Write&& write) {
  return captured([&](Output& output) {
    HtmlWriter out(output);
    write(out);
  });
}

std::string text_of(std::string_view data) {
  return written([&](HtmlWriter& out) { out.text(data); });
}

}  // namespace

TEST_CASE("text is escaped, isolated and shown whole") {
  CHECK(text_of("a < b & \"c\" 'd' > e") ==
        "<bdi>a &lt; b &amp; &quot;c&quot; &#39;d&#39; &gt; e</bdi>");
  CHECK(text_of("abc\u202Etxt") == "<bdi>abc\\u202etxt</bdi>");
  CHECK(text_of("Zürich") == "<bdi>Zürich</bdi>");
}

TEST_CASE("no hostile text adds an element, a control character or bytes that are no UTF-8") {
  for (const std::string& hostile : hostile_texts()) {
    INFO(hostile.substr(0, 60));
    const std::string out = text_of(hostile);
    const HtmlOutline outline = outline_of(out);
    CHECK(outline.fault.empty());
    for (const std::string& tag : outline.tags)
      CHECK((tag == "<bdi>" || tag == "</bdi>" || tag == "<br>" || tag == "<small>" ||
             tag == "</small>"));
    CHECK(is_valid_utf8(out));
    CHECK(std::none_of(out.begin(), out.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F;
    }));
    CHECK(out.find("\u202E") == out.npos);
    CHECK(out.size() < 20'000);
  }
}

TEST_CASE("a long text is cut between characters and tells its size") {
  const std::string out = text_of(std::string(1'999, 'a') + "\u20AC" + std::string(1'000, 'b'));
  CHECK(out.find("a\u2026 <small>(3,002 bytes in all)</small></bdi>") != out.npos);
  CHECK(out.find("\u20AC") == out.npos);
  CHECK(text_of(std::string(2'000, 'a')).find("bytes in all") == out.npos);
}

TEST_CASE("a title holds no element, not even for a line feed") {
  const std::string out = written([](HtmlWriter& page) { page.title("a\nb</title>"); });
  CHECK(out == "a\u240Ab&lt;/title&gt;");
}

TEST_CASE("numbers are grouped by thousands, counted things take an s") {
  const auto number = [](std::int64_t value) {
    return written([&](HtmlWriter& out) { out.number(value); });
  };
  CHECK(number(0) == "0");
  CHECK(number(999) == "999");
  CHECK(number(1'253'376) == "1,253,376");
  CHECK(number(-12'345) == "-12,345");
  CHECK(number(INT64_MIN) == "-9,223,372,036,854,775,808");
  CHECK(written([](HtmlWriter& out) { out.count(1, "finding"); }) == "1 finding");
  CHECK(written([](HtmlWriter& out) { out.count(2000, "finding"); }) == "2,000 findings");
}

TEST_CASE("the policy names an asset by the base64 of its SHA-256") {
  CHECK(policy_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
  CHECK(policy_hash("abc") == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
}

TEST_CASE("style and script end where the page ends them, and load nothing") {
  for (const std::string_view asset : {review_style(), review_script()}) {
    CHECK(asset.size() > 500);
    for (const char* word : {"</", "<!--", "url(", "@import", "http:", "https:", "eval(",
                             "innerHTML", "document.write", "new Function"})
      CHECK(asset.find(word) == asset.npos);
  }
}
