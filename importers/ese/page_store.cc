// SPDX-License-Identifier: MIT
#include "importers/ese/page_store.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kBlockBytes = 64 * 1024;

std::uint32_t page_count(const ByteSource& source, std::uint32_t page_size) {
  const std::uint64_t all = source.size_bytes() / page_size;
  const std::uint64_t data = all > 2 ? all - 2 : 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(data, std::numeric_limits<std::uint32_t>::max() - 1));
}

std::string place_of(std::uint32_t page_no, std::string_view table) {
  return table.empty() ? fmt::format("page {}", page_no)
                       : fmt::format("page {}, table {}", page_no, table);
}

}  // namespace

PageStore::PageStore(ByteSource& source,
                     const FileHeader& header,
                     std::size_t cache_bytes,
                     IssueSink& issues)
    : source_(source),
      issues_(issues),
      page_size_(header.page_size),
      pages_(page_count(source, header.page_size)),
      pages_per_block_(kBlockBytes / header.page_size),
      states_(std::size_t{pages_} + 1, 0),
      leaf_objids_(std::size_t{pages_} + 1, 0) {
  const std::size_t blocks_of_file = pages_ / pages_per_block_ + 1;
  slots_.resize(std::clamp<std::size_t>(cache_bytes / kBlockBytes, 4, blocks_of_file + 4));
}

PageState PageStore::state(std::uint32_t page_no) const {
  return static_cast<PageState>(states_[page_no] & kStateMask);
}

std::span<std::byte> PageStore::page_bytes(PageBlock& block, std::uint32_t page_no) const {
  const std::size_t index = (page_no - 1) % pages_per_block_;
  return std::span(block.bytes).subspan(index * page_size_, page_size_);
}

// A slot whose block nobody holds, by the clock rule.
PageStore::Slot& PageStore::free_slot() {
  for (std::size_t step = 0; step < 2 * slots_.size(); ++step) {
    Slot& slot = slots_[clock_hand_];
    clock_hand_ = (clock_hand_ + 1) % slots_.size();
    if (slot.block == nullptr) return slot;
    if (slot.block.use_count() > 1) continue;
    if (!slot.used_lately) {
      slot_of_block_.erase(slot.number);
      return slot;
    }
    slot.used_lately = false;
  }
  slots_.emplace_back();  // every block is held: cursors outnumber the slots
  return slots_.back();
}

// Reads page `index` of the block, and the rest of the block where pages are read in order.
Result<void> PageStore::fill(PageBlock& block, std::uint32_t block_no, std::uint32_t index) {
  const bool in_order = index == 0 || ((block.loaded >> (index - 1)) & 1) != 0;
  const std::uint32_t first = block_no * pages_per_block_ + 1;
  const std::uint32_t last = std::min(pages_per_block_, pages_ - (first - 1));
  const std::uint32_t end = in_order ? last : index + 1;
  const std::span<std::byte> room =
      std::span(block.bytes)
          .subspan(std::size_t{index} * page_size_, std::size_t{end - index} * page_size_);
  auto had = source_.read_at(offset_of(first + index), room);
  std::uint32_t pages_had = had ? static_cast<std::uint32_t>(*had / page_size_) : 0;
  if (pages_had == 0 && end > index + 1) {  // a bad sector further on must not cost this page
    had = source_.read_at(offset_of(first + index), room.first(page_size_));
    pages_had = had ? static_cast<std::uint32_t>(*had / page_size_) : 0;
  }
  if (!had) return tl::unexpected<Error>(std::move(had).error());
  if (pages_had == 0) return fail(Code::kTruncated, offset_of(first + index), "the file ended");
  for (std::uint32_t i = 0; i < pages_had; ++i) block.loaded |= std::uint64_t{1} << (index + i);
  return {};
}

Result<std::shared_ptr<PageBlock>> PageStore::load(std::uint32_t page_no) {
  const std::uint32_t block_no = (page_no - 1) / pages_per_block_;
  const std::uint32_t index = (page_no - 1) % pages_per_block_;
  std::shared_ptr<PageBlock> block;
  if (const auto found = slot_of_block_.find(block_no); found != slot_of_block_.end()) {
    Slot& slot = slots_[found->second];
    slot.used_lately = true;
    block = slot.block;
  } else {
    Slot& slot = free_slot();
    if (slot.block == nullptr) {
      slot.block = std::make_shared<PageBlock>();
      slot.block->bytes.resize(kBlockBytes);
    }
    slot.block->loaded = 0;
    slot.number = block_no;
    slot.used_lately = true;
    slot_of_block_[block_no] = static_cast<std::uint32_t>(&slot - slots_.data());
    block = slot.block;
  }
  if (((block->loaded >> index) & 1) == 0) DIRSNAP_CHECK(fill(*block, block_no, index));
  return block;
}

PageState PageStore::verify(std::uint32_t page_no, std::span<std::byte> page, const PageUse& use) {
  switch (check_page(page, page_no)) {
    case Verdict::kGood:
      return PageState::kGood;
    case Verdict::kCorrectable:
      if (!correct_page(page, page_no)) return PageState::kBad;
      if ((states_[page_no] & kReported) == 0) {
        states_[page_no] |= kReported;
        issues_.report({Severity::kDoubt, "page-corrected", offset_of(page_no), page_size_,
                        place_of(page_no, use.table),
                        fmt::format("page {}: one bit was wrong and has been corrected by the "
                                    "page's error-correcting code",
                                    page_no)});
      }
      return PageState::kCorrected;
    case Verdict::kBad:
      break;
  }
  return is_all_zero(page) ? PageState::kZero : PageState::kBad;
}

void PageStore::report_bad(std::uint32_t page_no, const PageUse& use) {
  if (use.quiet || (states_[page_no] & kReported) != 0) return;
  states_[page_no] |= kReported;
  const bool zero = state(page_no) == PageState::kZero;
  const char* cost = use.severity == Severity::kLoss ? "what it held is lost" : "it is not used";
  issues_.report({use.severity, zero ? "page-zero" : "page-checksum", offset_of(page_no),
                  page_size_, place_of(page_no, use.table),
                  zero ? fmt::format("page {} is in use but was never written; {}", page_no, cost)
                       : fmt::format("page {}: the checksum is wrong; {}", page_no, cost)});
}

// What the first look at a page has to tell later, so that nobody has to read it again for that.
void PageStore::note(const PageView& page) {
  if (!page.is_leaf()) return;
  leaf_objids_[page.page_no()] = page.objid();
  constexpr std::uint32_t kOtherTrees = kPageSpaceTree | kPageIndex | kPageLongValue;
  if (!page.has(kOtherTrees) && page.has_remains()) states_[page.page_no()] |= kRemains;
}

Result<PageRef> PageStore::get(std::uint32_t page_no, const PageUse& use) {
  if (page_no == 0 || page_no > pages_)
    return fail(Code::kNotFound, fmt::format("page {} of {}", page_no, pages_));
  auto block = load(page_no);
  if (!block) {
    if ((states_[page_no] & kReported) == 0) {
      issues_.report({Severity::kLoss, "page-unreadable", offset_of(page_no), page_size_,
                      place_of(page_no, use.table),
                      fmt::format("page {} cannot be read: {}", page_no, block.error().what)});
    }
    states_[page_no] = static_cast<std::uint8_t>(PageState::kBad) | kReported;
    return fail(Code::kCorrupt, offset_of(page_no), "unreadable page");
  }
  const std::span<std::byte> bytes = page_bytes(**block, page_no);
  const PageState before = state(page_no);
  PageState known = before;
  if (known == PageState::kUnknown || known == PageState::kCorrected) {
    known = verify(page_no, bytes, use);
    const PageState kept = before == PageState::kCorrected ? before : known;
    states_[page_no] = static_cast<std::uint8_t>((states_[page_no] & ~kStateMask) |
                                                 static_cast<std::uint8_t>(kept));
  }
  if (known == PageState::kBad || known == PageState::kZero) {
    report_bad(page_no, use);
    return fail(Code::kCorrupt, offset_of(page_no), fmt::format("page {} is bad", page_no));
  }
  const PageView view(bytes, page_no);
  if (before == PageState::kUnknown) note(view);
  return PageRef(*std::move(block), view);
}

Result<PageRef> PageStore::get_unverified(std::uint32_t page_no) {
  if (page_no == 0 || page_no > pages_)
    return fail(Code::kNotFound, fmt::format("page {} of {}", page_no, pages_));
  DIRSNAP_TRY(auto block, load(page_no));
  const PageView view(page_bytes(*block, page_no), page_no);
  return PageRef(std::move(block), view);
}

Result<std::span<const std::uint32_t>> PageStore::leaves_of(std::uint32_t objid,
                                                            const CancelToken* cancel) {
  if (!leaves_known_) leaves_by_objid_.clear();  // of a search that was cancelled
  for (std::uint32_t page_no = 1; !leaves_known_ && page_no <= pages_; ++page_no) {
    if (cancel != nullptr && page_no % kCancelSteps == 0) DIRSNAP_CHECK(cancel->check());
    if (state(page_no) == PageState::kUnknown) (void)get(page_no, {{}, Severity::kLoss, true});
    if (leaf_objids_[page_no] != 0) leaves_by_objid_[leaf_objids_[page_no]].push_back(page_no);
  }
  leaves_known_ = true;
  const auto found = leaves_by_objid_.find(objid);
  if (found == leaves_by_objid_.end()) return std::span<const std::uint32_t>();
  return std::span<const std::uint32_t>(found->second);
}

}  // namespace dirsnap::ese
