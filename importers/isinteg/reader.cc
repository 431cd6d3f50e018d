// SPDX-License-Identifier: MIT
#include "importers/isinteg/reader.h"

#include <algorithm>
#include <charconv>

#include "storage/base/identifiers.h"
#include "storage/base/text.h"

namespace dirsnap::isinteg {
namespace {

constexpr std::string_view kFolderStart = "Folder FID=";
constexpr std::string_view kMailboxStart = "RootFID=";
constexpr std::size_t kMaxFields = 64;

// The text behind "[36] "; nullopt for lines that open no record.
std::optional<std::string_view> opening(std::string_view line) {
  line = trim_blanks(line);
  if (!line.starts_with('[')) return std::nullopt;
  const std::size_t end = line.find(']');
  if (end == std::string_view::npos || end == 1) return std::nullopt;
  const std::string_view number = line.substr(1, end - 1);
  const bool is_number = number.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? std::optional(trim_blanks(line.substr(end + 1))) : std::nullopt;
}

void add_field(std::string_view line, Record& record) {
  line = trim_blanks(line);
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || record.fields.size() == kMaxFields) return;
  record.fields.emplace_back(line.substr(0, equals), line.substr(equals + 1));
}

template <class T>
std::optional<T> hex(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const std::string* Record::find(std::string_view name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

Result<bool> Reader::next(Record& record) {
  record.fields.clear();
  bool is_open = false;
  dump::Line line;
  for (;;) {
    if (has_pending_) {
      has_pending_ = false;
      const bool is_folder = pending_.starts_with(kFolderStart);
      is_open = is_folder || pending_.starts_with(kMailboxStart);
      record.kind = is_folder ? RecordKind::kFolder : RecordKind::kMailbox;
      record.line_no = pending_line_;
      if (is_open) add_field(pending_, record);
    }
    DIRSNAP_TRY(const bool more, lines_.next(line));
    if (!more) return is_open;
    const auto start = opening(line.text);
    if (!start) {
      if (is_open) add_field(line.text, record);
      continue;
    }
    pending_ = *start;
    pending_line_ = line.number;
    has_pending_ = true;
    if (is_open) return true;
  }
}

bool looks_like_dump(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const auto start = opening(head.substr(0, end));
    if (start) {
      const bool is_folder = start->starts_with(kFolderStart);
      const bool is_mailbox = start->starts_with(kMailboxStart);
      const std::size_t size = is_folder ? kFolderStart.size() : kMailboxStart.size();
      if ((is_folder || is_mailbox) && parse_id(start->substr(size))) return true;
    }
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

std::optional<std::int64_t> parse_id(std::string_view text) {
  constexpr std::size_t kReplicaDigits = 4;
  constexpr std::size_t kCounterDigits = 12;
  text = trim_blanks(text);
  if (text.size() != kReplicaDigits + 1 + kCounterDigits || text[kReplicaDigits] != '-') {
    return std::nullopt;
  }
  const auto replica = hex<std::uint64_t>(text.substr(0, kReplicaDigits));
  const auto counter = hex<std::uint64_t>(text.substr(kReplicaDigits + 1));
  if (!replica || !counter) return std::nullopt;
  return static_cast<std::int64_t>(*replica << (4 * kCounterDigits) | *counter);
}

std::optional<std::string> parse_guid(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    const auto byte = i + 1 < text.size() ? hex<std::uint8_t>(text.substr(i, 2)) : std::nullopt;
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<char>(*byte));
    i += 2;
  }
  return guid_text(as_bytes(bytes));
}

}  // namespace dirsnap::isinteg
