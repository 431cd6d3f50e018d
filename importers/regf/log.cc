// SPDX-License-Identifier: MIT
#include "importers/regf/log.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>

#include "importers/regf/base_block.h"
#include "storage/base/text.h"

namespace dirsnap::regf {
namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kEntryHeaderBytes = 40;
constexpr std::size_t kPageReferenceBytes = 8;
constexpr std::size_t kFileNameUnits = 32;                       // of UTF-16 in the first block
constexpr std::uint64_t kMaxBinsBytes = std::uint64_t{1} << 31;  // offsets have 31 bits
// New bins are written whole, so a hive grows by what stands in its log. A little more is allowed.
constexpr std::uint64_t kMaxGrowthBeyondLog = std::uint64_t{16} << 20;

// One entry of a new log, checked.
struct Entry {
  Bytes bytes;
  std::uint32_t sequence = 0;
  std::uint32_t bins_bytes = 0;
  std::uint32_t page_count = 0;
};

struct NewLog {
  const LogFile* file = nullptr;
  BaseBlock base;
  std::vector<Entry> entries;  // up to the first that is not valid
};

struct OldLog {
  const LogFile* file = nullptr;
  BaseBlock base;
};

void report(IssueSink& issues, Severity severity, const char* code, std::string message) {
  issues.report({.severity = severity, .code = code, .place = {}, .message = std::move(message)});
}

std::optional<Entry> parse_entry(Bytes log, std::size_t at) {
  if (!has(log, at, kEntryHeaderBytes)) return std::nullopt;
  const auto word = [log, at](std::size_t field) {
    return load_le<std::uint32_t>(log, at + field);
  };
  const std::uint32_t size = word(4);
  if (!as_chars(log.subspan(at)).starts_with("HvLE")) return std::nullopt;
  if (size < kEntryHeaderBytes || size % kSectorBytes != 0 || !has(log, at, size))
    return std::nullopt;
  Entry entry{.bytes = log.subspan(at, size),
              .sequence = word(12),
              .bins_bytes = word(16),
              .page_count = word(20)};
  if (log_hash(entry.bytes.subspan(kEntryHeaderBytes)) != load_le<std::uint64_t>(log, at + 24) ||
      log_hash(entry.bytes.first(32)) != load_le<std::uint64_t>(log, at + 32)) {
    return std::nullopt;
  }
  if (entry.bins_bytes % kBaseBlockBytes != 0 || entry.bins_bytes > kMaxBinsBytes)
    return std::nullopt;
  return entry;
}

void copy_into(std::vector<std::byte>& image, std::uint64_t at, Bytes bytes) {
  std::memcpy(image.data() + at, bytes.data(), bytes.size());
}

// The field holds the last 32 characters of a path; a longer name lacks its beginning in both.
std::string_view last_name(std::string_view path) {
  return path.substr(path.find_last_of("\\/") + 1);
}

bool is_of_other_file(const BaseBlock& log, const BaseBlock& hive) {
  if (log.file_name.empty() || hive.file_name.empty()) return false;
  return !equal_folded(last_name(log.file_name), last_name(hive.file_name));
}

// True if a log of that size can have made the hive that large.
bool may_grow(const std::vector<std::byte>& image,
              std::uint64_t bins_bytes,
              std::size_t log_bytes) {
  return bins_bytes <= kMaxBinsBytes &&
         bins_bytes <= std::uint64_t{image.size()} + log_bytes + kMaxGrowthBeyondLog;
}

void grow(std::vector<std::byte>& image, std::uint64_t bins_bytes) {
  if (image.size() < kBaseBlockBytes + bins_bytes) {
    image.resize(static_cast<std::size_t>(kBaseBlockBytes + bins_bytes));
  }
}

// Copies the pages of an entry; returns how many, or nullopt if the entry contradicts itself.
std::optional<std::uint64_t> apply_entry(std::vector<std::byte>& image, const Entry& entry) {
  const std::uint64_t references = std::uint64_t{entry.page_count} * kPageReferenceBytes;
  if (!has(entry.bytes, kEntryHeaderBytes, references)) return std::nullopt;
  if (!may_grow(image, entry.bins_bytes, entry.bytes.size())) return std::nullopt;
  std::uint64_t page_at = kEntryHeaderBytes + references;
  for (int pass = 0; pass < 2; ++pass) {  // all pages are checked before one is copied
    std::uint64_t at = page_at;
    if (pass == 1) grow(image, entry.bins_bytes);
    for (std::size_t i = 0; i < entry.page_count; ++i) {
      const std::size_t reference = kEntryHeaderBytes + i * kPageReferenceBytes;
      const std::uint64_t offset = load_le<std::uint32_t>(entry.bytes, reference);
      const std::uint64_t size = load_le<std::uint32_t>(entry.bytes, reference + 4);
      if (!has(entry.bytes, at, size) || offset + size > entry.bins_bytes) return std::nullopt;
      if (pass == 1) {
        copy_into(
            image, kBaseBlockBytes + offset,
            entry.bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size)));
      }
      at += size;
    }
  }
  return entry.page_count;
}

// The base block states the new size and sequence and is valid again.
void finish_base_block(std::vector<std::byte>& image,
                       std::uint32_t sequence,
                       std::uint32_t bins_bytes) {
  const auto put = [&image](std::size_t at, std::uint32_t value) {
    std::memcpy(image.data() + at, &value, sizeof value);
  };
  put(4, sequence);
  put(8, sequence);
  put(28, 0);
  put(40, bins_bytes);
  put(508, base_block_checksum(image));
}

class Replayer {
 public:
  Replayer(std::vector<std::byte>& image, IssueSink& issues)
      : image_(image), issues_(issues), base_(parse_base_block(image)) {}

  Replay run(std::span<const LogFile> logs);

 private:
  void sort_out(const LogFile& file);
  void report_cut(const NewLog& log, std::size_t end);
  void report_stale(std::span<const LogFile> logs);
  void apply_new();
  void apply_new_log(const NewLog& log, std::uint32_t oldest, std::optional<std::uint32_t>& last);
  void apply_old();
  std::uint64_t copy_dirty_pages(const OldLog& log);

  std::vector<std::byte>& image_;
  IssueSink& issues_;
  BaseBlock base_;
  std::vector<NewLog> new_logs_;
  std::vector<OldLog> old_logs_;
  std::vector<const LogFile*> refused_;
  Replay result_;
};

void Replayer::sort_out(const LogFile& file) {
  if (file.bytes.empty()) return;  // created and never used: normal
  const BaseBlock base = parse_base_block(file.bytes);
  const auto refuse = [&](const std::string& why) {
    report(issues_, Severity::kDoubt, "hive-log-unusable", "log " + file.name + ": " + why);
    refused_.push_back(&file);
  };
  if (!base.has_signature || !base.has_checksum) return refuse("its first block is not valid");
  if (base_.has_signature && base_.has_checksum && is_of_other_file(base, base_)) {
    return refuse("it belongs to another hive, " + std::string(last_name(base.file_name)));
  }
  const auto type = static_cast<FileType>(base.file_type);
  if (type == FileType::kLogNew) {
    NewLog log{.file = &file, .base = base, .entries = {}};
    std::size_t at = kSectorBytes;
    while (auto entry = parse_entry(file.bytes, at)) {
      at += entry->bytes.size();
      log.entries.push_back(*entry);
    }
    if (log.entries.empty()) return refuse("it holds no valid entry");
    report_cut(log, at);
    new_logs_.push_back(std::move(log));
    return;
  }
  if (type != FileType::kLogXp && type != FileType::kLogNt) return refuse("its type is not known");
  if (base.sequence_1 != base.sequence_2) return refuse("its own write was not finished");
  if (!as_chars(file.bytes.subspan(kSectorBytes)).starts_with("DIRT"))
    return refuse("its map of pages is missing");
  if (base_.has_checksum && base.last_written != base_.last_written)
    return refuse("it belongs to another state of the hive");
  old_logs_.push_back({.file = &file, .base = base});
}

// Behind the last valid entry lie remains of older ones. What is newer was lost there.
void Replayer::report_cut(const NewLog& log, std::size_t end) {
  const Bytes bytes = log.file->bytes;
  const std::uint32_t last = log.entries.back().sequence;
  const auto starts_entry = [bytes](std::size_t at) {
    return has(bytes, at, kEntryHeaderBytes) && as_chars(bytes.subspan(at)).starts_with("HvLE");
  };
  bool is_cut = starts_entry(end) && load_le<std::uint32_t>(bytes, end + 12) == last + 1;
  // Entries that overlap are forged; checking each costs its size.
  std::uint64_t bytes_left = bytes.size();
  for (std::size_t at = end; !is_cut && at < bytes.size();) {
    const std::uint64_t size = starts_entry(at) ? load_le<std::uint32_t>(bytes, at + 4) : 0;
    if (size > bytes_left) break;
    bytes_left -= size;
    const auto entry = size != 0 ? parse_entry(bytes, at) : std::nullopt;
    is_cut = entry && entry->sequence > last;
    at += entry ? entry->bytes.size() : kSectorBytes;
  }
  if (!is_cut) return;
  issues_.report({.severity = Severity::kLoss,
                  .code = "hive-log-cut",
                  .offset_bytes = end,
                  .place = {},
                  .message = "log " + log.file->name + ": the entry behind " +
                             std::to_string(last) + " is damaged; it and what follows is lost"});
}

Replay Replayer::run(std::span<const LogFile> logs) {
  result_.was_dirty = base_.is_dirty();
  if (!base_.has_checksum) {
    report(issues_, Severity::kDoubt, "hive-base-block",
           "the first block is damaged: its checksum is wrong");
  }
  if (!result_.was_dirty || image_.size() < kBaseBlockUsedBytes) return result_;
  for (const LogFile& file : logs) sort_out(file);
  if (!new_logs_.empty()) apply_new();
  if (result_.applied.empty() && !old_logs_.empty()) apply_old();
  for (const AppliedLog& log : result_.applied) {
    report(issues_, Severity::kNote, "hive-log-applied",
           "log " + log.name + ": sequence " + std::to_string(log.first_sequence) + " to " +
               std::to_string(log.last_sequence) + ", " + std::to_string(log.pages) +
               " pages applied in memory");
  }
  report_stale(logs);
  if (result_.applied.empty()) {
    report(issues_, Severity::kDoubt, "hive-dirty",
           "the hive was not written out and no log could be applied; it may be stale");
  }
  return result_;
}

// Logs that hold something, but nothing that was applied.
void Replayer::report_stale(std::span<const LogFile> logs) {
  for (const LogFile& file : logs) {
    const bool is_applied = std::any_of(result_.applied.begin(), result_.applied.end(),
                                        [&](const auto& log) { return log.name == file.name; });
    if (file.bytes.empty() || is_applied) continue;
    result_.stale.push_back(file.name);
    if (std::find(refused_.begin(), refused_.end(), &file) != refused_.end()) continue;
    report(issues_, Severity::kNote, "hive-log-unused",
           "log " + file.name + ": nothing in it follows the state of the hive; not applied");
  }
}

void Replayer::apply_new() {
  const auto first_sequence = [](const NewLog& log) { return log.entries.front().sequence; };
  std::sort(new_logs_.begin(), new_logs_.end(), [&](const NewLog& a, const NewLog& b) {
    return first_sequence(a) < first_sequence(b);
  });
  std::uint32_t oldest = base_.sequence_2;
  if (!base_.has_checksum) {
    // The sequence in the hive cannot be trusted: the log with the later entries stands alone.
    new_logs_.erase(new_logs_.begin(), new_logs_.end() - 1);
    copy_into(image_, 0, new_logs_[0].file->bytes.first(kBaseBlockUsedBytes));
    oldest = 0;
  }
  std::optional<std::uint32_t> last;
  for (const NewLog& log : new_logs_) apply_new_log(log, oldest, last);
}

void Replayer::apply_new_log(const NewLog& log,
                             std::uint32_t oldest,
                             std::optional<std::uint32_t>& last) {
  AppliedLog applied{.name = log.file->name, .is_new_format = true};
  for (const Entry& entry : log.entries) {
    if (entry.sequence < log.base.sequence_1 || entry.sequence < oldest) continue;
    if (last && entry.sequence != *last + 1) {
      if (entry.sequence <= *last) break;  // left from before
      report(issues_, Severity::kLoss, "hive-log-cut",
             "log " + log.file->name + ": entry " + std::to_string(entry.sequence) +
                 " does not follow " + std::to_string(*last) + "; it and what follows is lost");
      break;
    }
    const auto pages = apply_entry(image_, entry);
    if (!pages) {
      report(issues_, Severity::kDoubt, "hive-log-unusable",
             "log " + log.file->name + ": entry " + std::to_string(entry.sequence) +
                 " contradicts itself");
      break;
    }
    if (applied.pages == 0) applied.first_sequence = entry.sequence;
    applied.pages += *pages;
    applied.last_sequence = entry.sequence;
    last = entry.sequence;
    finish_base_block(image_, entry.sequence, entry.bins_bytes);
  }
  if (applied.pages != 0) result_.applied.push_back(std::move(applied));
}

void Replayer::apply_old() {
  const auto newest = std::max_element(
      old_logs_.begin(), old_logs_.end(),
      [](const OldLog& a, const OldLog& b) { return a.base.last_written < b.base.last_written; });
  const OldLog& log = *newest;
  if (!may_grow(image_, log.base.bins_bytes, log.file->bytes.size())) {
    report(issues_, Severity::kDoubt, "hive-log-unusable",
           "log " + log.file->name + ": it states a size that the hive cannot have grown to");
    return;
  }
  if (!base_.has_checksum) copy_into(image_, 0, log.file->bytes.first(kBaseBlockUsedBytes));
  grow(image_, log.base.bins_bytes);
  const std::uint64_t pages = copy_dirty_pages(log);
  finish_base_block(image_, log.base.sequence_2, log.base.bins_bytes);
  result_.applied.push_back({.name = log.file->name,
                             .first_sequence = log.base.sequence_1,
                             .last_sequence = log.base.sequence_2,
                             .pages = pages});
}

// One bit per 512 bytes of bins data, the lowest first; the pages follow in that order.
std::uint64_t Replayer::copy_dirty_pages(const OldLog& log) {
  const Bytes bytes = log.file->bytes;
  const std::size_t map = kSectorBytes + 4;
  const std::size_t bits = log.base.bins_bytes / kSectorBytes;
  const std::size_t map_bytes = (bits + 7) / 8;
  std::uint64_t at = (map + map_bytes + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  std::uint64_t pages = 0;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    if (!has(bytes, map + bit / 8, 1)) break;
    if ((std::to_integer<unsigned>(bytes[map + bit / 8]) >> (bit % 8) & 1) == 0) continue;
    const std::uint64_t target = kBaseBlockBytes + std::uint64_t{bit} * kSectorBytes;
    if (!has(bytes, at, kSectorBytes) || !has(image_, target, kSectorBytes)) {
      report(issues_, Severity::kLoss, "hive-log-cut",
             "log " + log.file->name + " ends before its last page");
      break;
    }
    copy_into(image_, target, bytes.subspan(static_cast<std::size_t>(at), kSectorBytes));
    at += kSectorBytes;
    ++pages;
  }
  return pages;
}

}  // namespace

std::uint64_t log_hash(Bytes bytes) {
  std::uint32_t low = 0x7A4E'55C5;
  std::uint32_t high = 0x82EF'4D88;
  const auto mix = [&low, &high](std::uint32_t word) {
    low += word;
    high ^= low;
    low = std::rotl(low, 20) + high;
    high = std::rotl(high, 9) ^ low;
    low = std::rotl(low, 27) + high;
    high = std::rotl(high, 19);
  };
  std::size_t at = 0;
  for (; bytes.size() - at >= 4; at += 4) mix(load_le<std::uint32_t>(bytes, at));
  std::uint32_t tail = 0x80;
  for (std::size_t i = bytes.size(); i > at; --i) {
    tail = tail << 8 | std::to_integer<std::uint32_t>(bytes[i - 1]);
  }
  mix(tail);
  mix(0);
  return std::uint64_t{high} << 32 | low;
}

Replay replay_logs(std::vector<std::byte>& image,
                   std::span<const LogFile> logs,
                   IssueSink& issues) {
  return Replayer(image, issues).run(logs);
}

}  // namespace dirsnap::regf
