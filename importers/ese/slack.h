// SPDX-License-Identifier: MIT
//
// Records in the bytes of a leaf page that no node claims: what deleted, moved and replaced nodes
// have left between the nodes and behind them.
// A record is told by its first four bytes (record.h, begins_like_record) and by being one that can
// be taken apart. Where it ends and how long its key is, the page does not say any more: the
// reading that agrees with its neighbours and with the keys of the tree is taken.
// Lifetime: results borrow the page; the search borrows the layout. Threads: one thread.
// Errors: none; what makes no sense is no record.
// Facts: FORMAT.md section 8.1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "importers/ese/page.h"
#include "importers/ese/record.h"

namespace dirsnap::ese {

struct SlackRecord {
  Bytes prefix, suffix;      // of the key
  Bytes data;                // the record
  bool is_end_known = true;  // false: the last value may have bytes behind it that are not its own
};

class SlackSearch {
 public:
  explicit SlackSearch(const RecordLayout& layout) : layout_(layout) {}

  // Appends the records of one page. Pages of one table only: the sizes of their keys are learnt.
  void find(const PageView& page, std::vector<SlackRecord>& out);

 private:
  static constexpr std::uint32_t kKeyMax = 512;

  // A place where a record may begin.
  struct Start {
    std::uint32_t head = 0;  // where its node begins
    std::uint32_t data = 0;
    Bytes prefix, suffix;
  };
  struct Gap {
    std::uint32_t begin = 0, end = 0;
    bool is_last = false;  // the room in front of the tags
  };

  void find_stale_tags(const PageView& page);
  void learn_key_sizes(const PageView& page);
  void search(const PageView& page, const Gap& gap, std::vector<SlackRecord>& out);
  [[nodiscard]] std::optional<Start> start_at(const PageView& page,
                                              std::uint32_t data,
                                              std::uint32_t floor) const;
  std::uint32_t record_size(const PageView& page, const Gap& gap, std::size_t start);
  bool parses(const PageView& page, Bytes record);
  bool fits(const PageView& page, Bytes record);
  static std::vector<Gap> gaps_of(const PageView& page);

  const RecordLayout& layout_;
  std::array<bool, kKeyMax + 1> key_sizes_{};  // sizes that keys of the table have
  std::vector<Start> starts_;                  // of the gap
  std::vector<TagExtent> stale_;               // nodes that tags above the count tell of
  RecordCells cells_;                          // scratch
  std::size_t work_left_ = 0;                  // for the page, in bytes looked at
};

}  // namespace dirsnap::ese
