// SPDX-License-Identifier: MIT
#include "importers/ese/slack.h"

#include <algorithm>

#include "importers/ese/checksum.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kRecordHead = 4;
constexpr std::uint32_t kSmallestNode = 8;    // key length, one key byte, record header
constexpr std::uint32_t kShortestPrefix = 3;  // a shorter one would save nothing
constexpr std::size_t kStartsTried = 8;       // as the end of a record
constexpr std::uint32_t kTrimmedTried = 8;    // zero bytes that may belong to the last value
constexpr std::uint32_t kStaleTagsMax = 512;
// Readings of a page's bytes that are tried, in sizes of the page; none that the engine has
// written needs more than a few.
constexpr std::size_t kWorkPages = 64;
constexpr std::size_t kStartWork = 64;  // what a look for a node's head counts, in bytes

}  // namespace

// Bytes of a page that no node claims.
std::vector<SlackSearch::Gap> SlackSearch::gaps_of(const PageView& page) {
  std::vector<TagExtent> used;
  for (std::uint32_t i = 0; i < page.tag_count(); ++i) {
    if (const auto extent = page.tag(i)) used.push_back(*extent);
  }
  const auto end =
      static_cast<std::uint32_t>(page.bytes().size() - std::size_t{4} * page.tag_count());
  used.push_back({end, 0});
  std::sort(used.begin(), used.end(),
            [](const TagExtent& a, const TagExtent& b) { return a.offset < b.offset; });
  std::vector<Gap> gaps;
  std::uint32_t at = page.header_size();
  for (const TagExtent& extent : used) {
    if (extent.offset > at && extent.offset - at >= kSmallestNode)
      gaps.push_back({at, extent.offset, extent.size == 0 && extent.offset == end});
    at = std::max(at, extent.offset + extent.size);
  }
  return gaps;
}

// Tags above the count: the engine does not clear them, so they tell where nodes have been. The
// first that makes no sense ends them.
void SlackSearch::find_stale_tags(const PageView& page) {
  stale_.clear();
  for (std::uint32_t i = page.tag_count(); i < page.tag_count() + kStaleTagsMax; ++i) {
    const auto extent = page.tag(i);
    if (!extent || extent->size < kSmallestNode) return;
    stale_.push_back(*extent);
  }
}

void SlackSearch::learn_key_sizes(const PageView& page) {
  for (std::uint32_t i = page.first_node(); i < page.tag_count(); ++i) {
    const auto node = page.node(i);
    if (node && node->key_size() <= kKeyMax) key_sizes_[node->key_size()] = true;
  }
}

// The most likely node whose record begins at `data`, with or without a key prefix; its flags are
// lost. `floor`: where the bytes of the node may begin at the earliest, and probably do.
std::optional<SlackSearch::Start> SlackSearch::start_at(const PageView& page,
                                                        std::uint32_t data,
                                                        std::uint32_t floor) const {
  const Bytes bytes = page.bytes();
  const auto page_prefix = static_cast<std::uint32_t>(page.key_prefix().size());
  std::optional<Start> best;
  int best_score = -1;
  for (std::uint32_t suffix = 1; suffix <= kKeyMax && data - floor >= suffix + 2; ++suffix) {
    const std::uint32_t key = data - suffix;
    if ((load_le<std::uint16_t>(bytes, key - 2) & kKeySizeMask) != suffix) continue;
    for (const bool has_prefix : {false, true}) {
      if (has_prefix && key - floor < 4) continue;
      const std::uint32_t prefix =
          has_prefix ? load_le<std::uint16_t>(bytes, key - 4) & kKeySizeMask : 0;
      if (has_prefix && (prefix < kShortestPrefix || prefix > page_prefix)) continue;
      const std::uint32_t head = key - (has_prefix ? 4 : 2);
      const bool usual = has_prefix ? prefix == page_prefix : page_prefix < kShortestPrefix;
      const bool known = prefix + suffix <= kKeyMax && key_sizes_[prefix + suffix];
      const int score = (head == floor ? 4 : 0) + (known ? 2 : 0) + (usual ? 1 : 0);
      if (score <= best_score) continue;
      best_score = score;
      best = Start{head, data, page.key_prefix().first(prefix), bytes.subspan(key, suffix)};
    }
  }
  return best;
}

// True if the bytes can be taken apart as a record.
bool SlackSearch::parses(const PageView& page, Bytes record) {
  cells_.clear();
  if (work_left_ < record.size()) return false;
  work_left_ -= record.size();
  const RecordForm form{page.is_large(), page.has(kPageNewRecord)};
  return layout_.parse(record, form, cells_) && cells_.unknown_column == 0;
}

// True if the bytes are one whole record, as far as one can see.
bool SlackSearch::fits(const PageView& page, Bytes record) {
  if (!parses(page, record)) return false;
  // The last value reaches to the end of the record; a type of fixed size tells a wrong end.
  if (cells_.cells.empty() || cells_.cells.back().is_default) return true;
  const CellView& last = cells_.cells.back();
  if (!last.column->is_tagged()) return true;
  if (last.is_separated) return last.bytes.size() == 4 || last.bytes.size() == 8;
  if (last.decompressed || last.encrypted) return true;
  const std::uint32_t size = type_size(last.column->type);
  if (size != 0) return last.bytes.size() == size;
  const bool wide = is_text(last.column->type) && last.column->codepage == kUtf16Codepage;
  return !wide || last.bytes.size() % 2 == 0;
}

// Size of the record at the start with this number; 0 if there is none.
std::uint32_t SlackSearch::record_size(const PageView& page, const Gap& gap, std::size_t start) {
  const std::uint32_t begin = starts_[start].data;
  const Bytes room = page.bytes().subspan(begin, gap.end - begin);
  const auto size_until = [&](std::uint32_t end) {
    const bool record = end >= begin + kRecordHead && fits(page, room.first(end - begin));
    return record ? end - begin : 0;
  };
  // The linear form, and a record without tagged columns, tell their end by what is wrong behind.
  const RecordForm form{page.is_large(), page.has(kPageNewRecord)};
  cells_.clear();
  const auto parsed = layout_.parse(room, form, cells_);
  const auto sound = static_cast<std::uint32_t>(
      parsed ? 0 : std::min<std::uint64_t>(parsed.error().offset, room.size()));
  work_left_ -= std::min<std::size_t>(work_left_, parsed ? room.size() : sound);
  if (const std::uint32_t size = size_until(begin + sound)) return size;
  const std::size_t last = std::min(starts_.size(), start + 1 + kStartsTried);
  for (std::size_t next = start + 1; next < last; ++next) {
    if (const std::uint32_t size = size_until(starts_[next].head)) return size;
  }
  for (const TagExtent& node : stale_) {
    if (node.offset != starts_[start].head || node.offset + node.size > gap.end) continue;
    if (const std::uint32_t size = size_until(node.offset + node.size)) return size;
  }
  if (!gap.is_last) {
    if (const std::uint32_t size = size_until(gap.end)) return size;
  }
  std::uint32_t trimmed = gap.end;
  if (gap.is_last)  // not the stale tags
    trimmed -= std::min(trimmed - begin, 4 * static_cast<std::uint32_t>(stale_.size()));
  while (trimmed > begin && page.bytes()[trimmed - 1] == std::byte{0}) --trimmed;
  for (std::uint32_t more = 0; more <= kTrimmedTried && trimmed + more <= gap.end; ++more) {
    if (const std::uint32_t size = size_until(trimmed + more)) return size;
  }
  return 0;
}

void SlackSearch::search(const PageView& page, const Gap& gap, std::vector<SlackRecord>& out) {
  const Bytes bytes = page.bytes();
  starts_.clear();
  for (std::uint32_t data = gap.begin + 3; gap.end - data >= kRecordHead; ++data) {
    if (!layout_.begins_like_record(bytes.subspan(data, gap.end - data))) continue;
    if (work_left_ < kStartWork) break;
    work_left_ -= kStartWork;
    if (const auto start = start_at(page, data, gap.begin)) starts_.push_back(*start);
  }
  std::uint32_t floor = gap.begin;  // end of the record before
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    if (starts_[i].data < floor + 3) continue;  // inside of the record before
    const auto start = start_at(page, starts_[i].data, floor);
    if (!start) continue;
    std::uint32_t size = record_size(page, gap, i);
    const bool is_end_known = size != 0;
    // What followed the record has been overwritten: all but its last value can be had.
    const std::uint32_t end = i + 1 < starts_.size() ? starts_[i + 1].head : gap.end;
    if (size == 0 && end > start->data &&
        parses(page, bytes.subspan(start->data, end - start->data)))
      size = end - start->data;
    if (size == 0) continue;
    out.push_back({start->prefix, start->suffix, bytes.subspan(start->data, size), is_end_known});
    floor = start->data + size;
  }
}

void SlackSearch::find(const PageView& page, std::vector<SlackRecord>& out) {
  learn_key_sizes(page);
  work_left_ = kWorkPages * page.bytes().size();
  find_stale_tags(page);
  for (const Gap& gap : gaps_of(page)) {
    if (is_all_zero(page.bytes().subspan(gap.begin, gap.end - gap.begin))) continue;
    search(page, gap, out);
  }
}

}  // namespace dirsnap::ese
