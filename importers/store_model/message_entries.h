// SPDX-License-Identifier: MIT
//
// Which messages lie in which folders, as the entries of folders say; and how many attachments
// messages have. Memory: 16 bytes an entry, 8 bytes an attachment.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace dirsnap::store_model {

struct Entry {
  std::int64_t message = 0;
  std::uint32_t folder = 0;  // position in the list of folders, or behind it a folder without row
  bool is_deleted = false;   // soft-deleted
};

class MessageEntries {
 public:
  void add(const Entry& entry) { entries_.push_back(entry); }
  // The number that stands for a folder id without a row.
  std::uint32_t stranger(std::int64_t folder_id);
  // The folder id behind such a number. REQUIRES: stranger() gave it.
  [[nodiscard]] std::int64_t stranger_id(std::uint32_t folder) const {
    return strangers_[folder - first_stranger_];
  }
  void set_folders(std::uint32_t count) { first_stranger_ = count; }

  // Call once, after the last add().
  void sort();

  // The entries of a message. Fastest if asked in ascending order.
  std::span<const Entry> of(std::int64_t message);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Entries that of() has not given out: no message was asked for that has them.
  [[nodiscard]] std::uint64_t unused() const { return entries_.size() - used_; }

 private:
  std::vector<Entry> entries_;
  std::vector<std::int64_t> strangers_;
  std::unordered_map<std::int64_t, std::uint32_t> stranger_of_id_;
  std::uint32_t first_stranger_ = 0;
  std::size_t next_ = 0;  // where the last answer ended
  std::uint64_t used_ = 0;
};

// Attachments by message.
class AttachmentCounts {
 public:
  void add(std::int64_t message) { messages_.push_back(message); }
  void sort();
  [[nodiscard]] std::int64_t of(std::int64_t message) const;

 private:
  std::vector<std::int64_t> messages_;
};

}  // namespace dirsnap::store_model
