// SPDX-License-Identifier: MIT
#include "importers/registry_model/key_security.h"

#include <utility>

#include "storage/base/security_descriptor.h"

namespace dirsnap::registry_model {
namespace {

// Descriptors may overlap in a forged hive; sound ones together are smaller than their hive.
constexpr std::uint64_t kSlack = 65'536;
// A text stands in the row of every key that shares the descriptor. Real ones are far shorter.
constexpr std::size_t kMaxTextBytes = 16'384;

}  // namespace

KeySecurity::KeySecurity(const regf::Hive& hive, IssueSink* issues)
    : hive_(hive), issues_(issues), bytes_left_(hive.bins().size() + kSlack) {}

std::optional<std::string_view> KeySecurity::text_at(std::uint32_t offset) {
  if (offset == regf::kNoOffset) return std::nullopt;
  auto place = texts_.find(offset);
  if (place == texts_.end()) place = texts_.emplace(offset, read(offset)).first;
  if (place->second.empty()) return std::nullopt;
  return place->second;
}

// Empty where it cannot be shown.
std::string KeySecurity::read(std::uint32_t offset) {
  const auto lose = [this, offset](std::string why) {
    report(offset, std::move(why));
    return std::string();
  };
  const auto descriptor = regf::read_security(hive_, offset);
  if (!descriptor) return lose(descriptor.error().what);
  if (descriptor->size() > bytes_left_) {
    return lose("descriptors overlap so often that the rest is not read");
  }
  bytes_left_ -= descriptor->size();
  std::string text = sddl_text(*descriptor).value_or("");
  if (text.empty()) return lose("no sound descriptor");
  if (text.size() <= kMaxTextBytes) return text;
  return lose("its text would take " + std::to_string(text.size()) + " bytes");
}

void KeySecurity::report(std::uint32_t offset, std::string why) {
  if (issues_ == nullptr) return;
  issues_->report({.severity = Severity::kLoss,
                   .code = "hive-security-lost",
                   .offset_bytes = regf::file_offset(offset),
                   .place = {},
                   .message = "security of keys lost: " + std::move(why)});
}

}  // namespace dirsnap::registry_model
