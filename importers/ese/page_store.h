// SPDX-License-Identifier: MIT
//
// Pages by number, through a cache of bounded size, each verified once.
// Units: page numbers start at 1.
// Lifetime: a PageRef keeps its page in memory; the store borrows source and sink.
// Threads: one thread at a time.
// Errors: a page that cannot be had is reported once (codes "page-checksum", "page-zero",
// "page-missing"; single-bit errors are corrected and reported as "page-corrected") and every
// get() of it fails.
// Facts: FORMAT.md sections 1 and 2.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/ese/checksum.h"
#include "importers/ese/file_header.h"
#include "importers/ese/page.h"
#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"
#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::ese {

// Walks of pages look at their cancel token once in so many pages.
inline constexpr std::uint32_t kCancelSteps = 1024;

// What is known of a page.
enum class PageState : std::uint8_t { kUnknown, kGood, kCorrected, kBad, kZero };

// Several neighbouring pages in memory.
struct PageBlock {
  std::vector<std::byte> bytes;
  std::uint64_t loaded = 0;  // bit i: page i of the block has been read
};

// A page kept in memory while this lives.
class PageRef {
 public:
  PageRef() = default;
  PageRef(std::shared_ptr<const PageBlock> block, const PageView& view)
      : block_(std::move(block)), view_(view) {}
  const PageView& operator*() const { return view_; }
  const PageView* operator->() const { return &view_; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  std::shared_ptr<const PageBlock> block_;
  PageView view_;
};

// Who asks, for the words and the gravity of an issue.
struct PageUse {
  std::string_view table;               // may be empty
  Severity severity = Severity::kLoss;  // of a page that cannot be had
  bool quiet = false;                   // do not report; a later use will
};

class PageStore {
 public:
  PageStore(ByteSource& source,
            const FileHeader& header,
            std::size_t cache_bytes,
            IssueSink& issues);

  [[nodiscard]] std::uint32_t pages() const { return pages_; }
  [[nodiscard]] std::uint32_t page_size() const { return page_size_; }
  // Offset of a page in the source.
  [[nodiscard]] std::uint64_t offset_of(std::uint32_t page_no) const {
    return (std::uint64_t{page_no} + 1) * page_size_;
  }
  // What has been learnt about a page so far. REQUIRES: 1 <= page_no <= pages().
  [[nodiscard]] PageState state(std::uint32_t page_no) const;

  // The verified page. Fails with kCorrupt if it cannot be had (reported), kIo, or kNotFound for
  // a number outside of the file (reported by the caller, who knows who pointed there).
  Result<PageRef> get(std::uint32_t page_no, const PageUse& use);
  // The page whether it verifies or not; for looking at damage.
  Result<PageRef> get_unverified(std::uint32_t page_no);
  // Notes that rows of the page have been given out, and whether they have.
  void mark_live(std::uint32_t page_no) { states_[page_no] |= kLive; }
  [[nodiscard]] bool is_live(std::uint32_t page_no) const {
    return (states_[page_no] & kLive) != 0;
  }
  // True if the page has been verified as a leaf that may hold records which are rows no more.
  [[nodiscard]] bool has_remains(std::uint32_t page_no) const {
    return (states_[page_no] & kRemains) != 0;
  }
  // Object id of a leaf page that has been verified; 0 for all others.
  [[nodiscard]] std::uint32_t leaf_objid(std::uint32_t page_no) const {
    return leaf_objids_[page_no];
  }
  // All sound leaf pages of the file that carry the object id, ascending. The file is searched
  // once, at the first call.
  Result<std::span<const std::uint32_t>> leaves_of(std::uint32_t objid, const CancelToken* cancel);

 private:
  struct Slot {
    std::shared_ptr<PageBlock> block;
    std::uint32_t number = 0;
    bool used_lately = false;
  };
  Result<std::shared_ptr<PageBlock>> load(std::uint32_t page_no);
  Result<void> fill(PageBlock& block, std::uint32_t block_no, std::uint32_t index);
  Slot& free_slot();
  void note(const PageView& page);
  PageState verify(std::uint32_t page_no, std::span<std::byte> page, const PageUse& use);
  void report_bad(std::uint32_t page_no, const PageUse& use);
  [[nodiscard]] std::span<std::byte> page_bytes(PageBlock& block, std::uint32_t page_no) const;

  ByteSource& source_;
  IssueSink& issues_;
  std::uint32_t page_size_;
  std::uint32_t pages_;
  std::uint32_t pages_per_block_;
  static constexpr std::uint8_t kStateMask = 0x07;
  static constexpr std::uint8_t kRemains = 0x20;
  static constexpr std::uint8_t kLive = 0x40;
  static constexpr std::uint8_t kReported = 0x80;
  std::vector<std::uint8_t> states_;        // PageState and the bits above, by page number
  std::vector<std::uint32_t> leaf_objids_;  // by page number
  std::vector<Slot> slots_;
  std::unordered_map<std::uint32_t, std::uint32_t> slot_of_block_;
  std::size_t clock_hand_ = 0;
  bool leaves_known_ = false;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> leaves_by_objid_;
};

}  // namespace dirsnap::ese
