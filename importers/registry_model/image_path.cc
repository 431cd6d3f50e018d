// SPDX-License-Identifier: MIT
#include "importers/registry_model/image_path.h"

#include "importers/registry_model/services.h"
#include "storage/base/text.h"

namespace dirsnap::registry_model {
namespace {

constexpr std::size_t kMaxExpanded = 32'767;           // characters of an expanded text in Windows
constexpr int kMaxNesting = 4;                         // of variables in the values of variables
constexpr std::int64_t kDriverBits = 0x1 | 0x2 | 0x8;  // kernel, file system, recogniser
constexpr std::string_view kRoot = "%SystemRoot%\\";

bool starts_with_nocase(std::string_view text, std::string_view prefix) {
  return equal_ascii_nocase(text.substr(0, prefix.size()), prefix);
}

bool has_drive(std::string_view path) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return path.size() >= 3 && is_letter(path[0]) && path[1] == ':' &&
         (path[2] == '\\' || path[2] == '/');
}

// Cuts the prefix off, compared case-blind; false if it is not there.
bool take_root(std::string_view& path, std::string_view prefix) {
  if (!starts_with_nocase(path, prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

// One round of replacements; nullopt if the result grows too large.
std::optional<std::string> expand_once(std::string_view text, const Variables& variables) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = text.find('%');
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t end = text.find('%', 1);
    if (end == std::string_view::npos) {
      out.append(text);
      break;
    }
    const auto place = variables.find(fold_case(text.substr(1, end - 1)));
    if (place != variables.end()) {
      out.append(place->second);
      text.remove_prefix(end + 1);
    } else {
      // The second sign may begin a name.
      out.append(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (out.size() > kMaxExpanded) return std::nullopt;
  }
  return out;
}

}  // namespace

std::string expand_variables(std::string_view text, const Variables& variables) {
  std::string out(text);
  for (int i = 0; i < kMaxNesting; ++i) {
    auto next = expand_once(out, variables);
    if (!next) return std::string(text);
    if (*next == out) break;
    out = *std::move(next);
  }
  return out;
}

std::optional<std::string> rooted_image_path(const ServiceRecord& service) {
  const bool is_program = !service.type || service_in_control_panel(service);
  if (!service.image_path || trim_blanks(*service.image_path).empty()) {
    if (is_program || (*service.type & kDriverBits) == 0) return std::nullopt;
    return std::string(kRoot) + "System32\\drivers\\" + service.name + ".sys";
  }
  std::string_view path = trim_blanks(*service.image_path);
  const bool is_quoted = path.starts_with('"');
  if (is_quoted) path.remove_prefix(1);
  std::string out = is_quoted ? "\"" : "";
  if (take_root(path, "\\??\\UNC\\")) {
    out += "\\\\";
  } else if (path.starts_with("\\??\\")) {
    path.remove_prefix(4);
  } else if (take_root(path, "\\SystemRoot\\") || take_root(path, "SystemRoot\\")) {
    out += kRoot;
  } else {
    const std::string_view first = path.substr(0, path.find(' '));
    const bool is_relative = !path.starts_with('\\') && !path.starts_with('%') && !has_drive(path);
    // A bare file name of a program is looked for along PATH, not in the folder of Windows.
    const bool is_bare = first.find('\\') == std::string_view::npos;
    if (is_relative && (!is_program || !is_bare)) out += kRoot;
  }
  return out.append(path);
}

std::optional<std::string> system_root_of(std::string_view image_path) {
  if (image_path.starts_with('"')) image_path.remove_prefix(1);
  if (image_path.starts_with("\\??\\")) image_path.remove_prefix(4);
  if (!has_drive(image_path) || image_path[2] != '\\') return std::nullopt;
  const std::size_t end = image_path.find('\\', 3);
  if (end == std::string_view::npos) return std::nullopt;
  if (!starts_with_nocase(image_path.substr(end), "\\system32\\")) return std::nullopt;
  return std::string(image_path.substr(0, end));
}

}  // namespace dirsnap::registry_model
