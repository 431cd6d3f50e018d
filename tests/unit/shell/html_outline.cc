// SPDX-License-Identifier: MIT
#include "html_outline.h"

#include <algorithm>
#include <regex>

namespace dirsnap::test {
namespace {

bool is_void(std::string_view name) { return name == "meta" || name == "br" || name == "!DOCTYPE"; }

std::string name_of(std::string_view tag) {
  const std::size_t first = tag[1] == '/' ? 2 : 1;
  return std::string(tag.substr(first, tag.find_first_of(" >/", first) - first));
}

class Reader {
 public:
  explicit Reader(std::string_view page) : page_(page) {}

  HtmlOutline read() {
    while (at_ < page_.size() && outline_.fault.empty()) {
      const std::size_t open = std::min(page_.find('<', at_), page_.size());
      take_text(page_.substr(at_, open - at_));
      at_ = open;
      if (open < page_.size()) take_tag();
    }
    if (outline_.fault.empty() && !open_.empty()) outline_.fault = "not closed: " + open_.back();
    return std::move(outline_);
  }

 private:
  void take_text(std::string_view text) {
    if (text.find('>') != text.npos) outline_.fault = "stray > in: " + std::string(text);
    outline_.text += text;
  }

  void take_tag() {
    const std::size_t end = page_.find('>', at_);
    if (end == page_.npos) {
      outline_.fault = "no end of tag";
      return;
    }
    const std::string tag(page_.substr(at_, end + 1 - at_));
    static const std::regex kTag(
        R"re(<(!DOCTYPE html|/[a-z0-9]+|[a-z0-9]+( [a-zA-Z-]+(="[^"<>]*")?)*/?)>)re");
    if (!std::regex_match(tag, kTag)) {
      outline_.fault = "odd tag: " + tag;
      return;
    }
    outline_.tags.push_back(tag);
    at_ = end + 1;
    balance(tag);
  }

  void balance(const std::string& tag) {
    const std::string name = name_of(tag);
    if (tag[1] == '/') {
      if (open_.empty() || open_.back() != name) {
        outline_.fault = "closes what is not open: " + tag;
      } else {
        open_.pop_back();
      }
    } else if (!is_void(name) && tag[tag.size() - 2] != '/') {
      open_.push_back(name);
      if (name == "style" || name == "script") skip_to("</" + name + ">");
    }
  }

  void skip_to(const std::string& end) { at_ = std::min(page_.find(end, at_), page_.size()); }

  std::string_view page_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  HtmlOutline outline_;
};

}  // namespace

HtmlOutline outline_of(std::string_view page) { return Reader(page).read(); }

std::size_t count_tag(const HtmlOutline& outline, std::string_view tag) {
  return static_cast<std::size_t>(std::count(outline.tags.begin(), outline.tags.end(), tag));
}

}  // namespace dirsnap::test
