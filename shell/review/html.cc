// SPDX-License-Identifier: MIT
#include "shell/review/html.h"

#include <fmt/format.h>

#include "shell/render/escape.h"
#include "shell/render/markup.h"
#include "storage/base/byte_reader.h"
#include "storage/seal.h"

namespace dirsnap {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const Digest& digest) {
  std::string out;
  for (std::size_t i = 0; i < digest.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits =
          bits << 8U | (i + k < digest.size() ? std::to_integer<std::uint32_t>(digest[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > digest.size() ? '=' : kBase64[bits >> (18U - 6U * k) & 63U];
  }
  return out;
}

// The longest start of whole code points that fits.
std::string_view cut(std::string_view data) {
  if (data.size() <= kMostShownBytes) return data;
  std::size_t end = 0;
  while (end < kMostShownBytes) {
    const std::size_t next = end + code_point_at(data, end).size_bytes;
    if (next > kMostShownBytes) break;
    end = next;
  }
  return data.substr(0, end);
}

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace

HtmlWriter& HtmlWriter::raw(Markup markup) {
  output_.write(markup.view());
  return *this;
}

HtmlWriter& HtmlWriter::text(std::string_view data) {
  const std::string_view shown = cut(data);
  output_.write("<bdi>" + html_text(shown));
  if (shown.size() < data.size())
    output_.write(fmt::format("… <small>({} bytes in all)</small>",
                              grouped(static_cast<std::int64_t>(data.size()))));
  output_.write("</bdi>");
  return *this;
}

HtmlWriter& HtmlWriter::plain(std::string_view data) {
  output_.write(html_text(data));
  return *this;
}

HtmlWriter& HtmlWriter::title(std::string_view data) {
  output_.write(html_text(escape_for_terminal(cut(data))));
  return *this;
}

HtmlWriter& HtmlWriter::number(std::int64_t value) {
  output_.write(grouped(value));
  return *this;
}

HtmlWriter& HtmlWriter::digits(std::int64_t value) {
  output_.write(std::to_string(value));
  return *this;
}

HtmlWriter& HtmlWriter::counted(std::int64_t value, Markup noun) {
  number(value).raw(" ").raw(noun);
  if (value != 1) raw("s");
  return *this;
}

HtmlWriter& HtmlWriter::asset(std::string_view source) {
  output_.write(source);
  return *this;
}

std::string policy_hash(std::string_view source) {
  return "'sha256-" + base64(sha256(as_bytes(source))) + "'";
}

}  // namespace dirsnap
