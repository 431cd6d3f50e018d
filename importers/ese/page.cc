// SPDX-License-Identifier: MIT
#include "importers/ese/page.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/checksum.h"

namespace dirsnap::ese {

namespace {

constexpr std::size_t kTagStateOffset = 34;
constexpr std::uint32_t kSpaceHeaderSize = 16;

}  // namespace

int compare_key(const NodeView& node, Bytes key) {
  const std::size_t first = std::min(node.prefix.size(), key.size());
  if (first != 0) {
    if (const int order = std::memcmp(node.prefix.data(), key.data(), first); order != 0)
      return order;
  }
  if (first < node.prefix.size()) return 1;
  const Bytes rest = key.subspan(first);
  const std::size_t second = std::min(node.suffix.size(), rest.size());
  if (second != 0) {
    if (const int order = std::memcmp(node.suffix.data(), rest.data(), second); order != 0)
      return order;
  }
  if (node.suffix.size() == rest.size()) return 0;
  return node.suffix.size() > rest.size() ? 1 : -1;
}

PageView::PageView(Bytes bytes, std::uint32_t page_no)
    : bytes_(bytes), page_no_(page_no), header_size_(bytes.size() >= 16384 ? 80 : 40) {
  const auto state = load_le<std::uint16_t>(bytes_, kTagStateOffset);
  const auto room = static_cast<std::uint32_t>((bytes_.size() - header_size_) / 4);
  tag_count_ = std::min<std::uint32_t>(state & 0x0FFF, room);
  first_node_ = std::max<std::uint32_t>(1, (state >> 12) & 7);
  if (tag_count_ == 0) return;
  if (const auto extent = tag(0)) external_header_ = bytes_.subspan(extent->offset, extent->size);
  if (!is_root()) {
    key_prefix_ = external_header_;
  } else if (has(kPageSpaceTree) && external_header_.size() > kSpaceHeaderSize) {
    key_prefix_ = external_header_.subspan(kSpaceHeaderSize);
  }
}

Result<TagExtent> PageView::tag(std::uint32_t i) const {
  const std::size_t back = std::size_t{4} * (i + 1);
  if (back > bytes_.size() - header_size_)
    return fail(Code::kCorrupt, bytes_.size(), fmt::format("tag {} is not on the page", i));
  const std::size_t at = bytes_.size() - back;
  const std::uint32_t mask = is_large() ? 0x7FFF : 0x1FFF;
  const std::uint32_t size = load_le<std::uint16_t>(bytes_, at) & mask;
  const std::uint32_t begin = header_size_ + (load_le<std::uint16_t>(bytes_, at + 2) & mask);
  const std::size_t limit =
      bytes_.size() - std::size_t{4} * std::max(tag_count_, i + 1);  // start of the tag array
  if (begin > limit || limit - begin < size) {
    return fail(
        Code::kCorrupt, at,
        begin + std::size_t{size} > bytes_.size()
            ? fmt::format("tag {} ends {} bytes past the page", i, begin + size - bytes_.size())
            : fmt::format("tag {} reaches {} bytes into the tags", i, begin + size - limit));
  }
  return TagExtent{begin, size};
}

std::uint32_t PageView::raw_tag_flags(std::uint32_t i) const {
  return load_le<std::uint16_t>(bytes_, bytes_.size() - std::size_t{4} * (i + 1) + 2) >> 13U;
}

Result<NodeView> PageView::node(std::uint32_t i) const {
  auto extent = tag(i);
  if (!extent) return tl::unexpected<Error>(std::move(extent).error());
  NodeView node;
  node.extent = *extent;
  const Bytes bytes = bytes_.subspan(extent->offset, extent->size);
  if (bytes.size() < 2)
    return fail(Code::kCorrupt, extent->offset, fmt::format("tag {} is too short for a node", i));
  node.flags = is_large() ? std::to_integer<std::uint32_t>(bytes[1]) >> 5U : raw_tag_flags(i);
  std::size_t at = 0;
  if ((node.flags & kNodeCompressed) != 0) {
    const std::size_t prefix = load_le<std::uint16_t>(bytes, 0) & kKeySizeMask;
    if (prefix > key_prefix_.size()) {
      return fail(Code::kCorrupt, extent->offset,
                  fmt::format("tag {} takes {} bytes of a key prefix of {}", i, prefix,
                              key_prefix_.size()));
    }
    node.prefix = key_prefix_.first(prefix);
    at = 2;
  }
  if (bytes.size() - at < 2)
    return fail(Code::kCorrupt, extent->offset, fmt::format("tag {} is too short for a key", i));
  const std::size_t suffix = load_le<std::uint16_t>(bytes, at) & kKeySizeMask;
  at += 2;
  if (bytes.size() - at < suffix) {
    return fail(Code::kCorrupt, extent->offset,
                fmt::format("the key of tag {} ends {} bytes past its node", i,
                            suffix - (bytes.size() - at)));
  }
  node.suffix = bytes.subspan(at, suffix);
  node.data = bytes.subspan(at + suffix);
  return node;
}

bool PageView::has_remains() const {
  std::size_t claimed = 0;
  for (std::uint32_t i = 0; i < tag_count_; ++i) {
    const auto extent = tag(i);
    if (!extent) return true;
    claimed += extent->size;
    if (i < first_node_ || extent->size < 2) continue;
    const std::uint32_t flags =
        is_large() ? std::to_integer<std::uint32_t>(bytes_[extent->offset + 1]) >> 5U
                   : raw_tag_flags(i);
    if ((flags & kNodeDeleted) != 0) return true;
  }
  if (claimed != used_end()) return true;  // holes, or an end that does not fit
  const std::size_t begin = header_size_ + claimed;
  const std::size_t end = bytes_.size() - std::size_t{4} * tag_count_;
  return begin > end || !is_all_zero(bytes_.subspan(begin, end - begin));
}

std::optional<std::string> PageView::structural_fault() const {
  const auto state = load_le<std::uint16_t>(bytes_, kTagStateOffset);
  const std::uint32_t claimed = state & 0x0FFFU;
  if (claimed > tag_count_) return fmt::format("{} tags do not fit on the page", claimed);
  if (tag_count_ > 0 && first_node_ > tag_count_)
    return fmt::format("{} reserved tags of {}", first_node_, tag_count_);
  if (header_size_ + used_end() + std::size_t{4} * tag_count_ > bytes_.size())
    return fmt::format("used area of {} bytes runs into the tags", used_end());
  std::vector<std::uint64_t> extents;  // offset in the high half, end in the low half
  extents.reserve(tag_count_);
  for (std::uint32_t i = 0; i < tag_count_; ++i) {
    const auto extent = tag(i);
    if (!extent) continue;  // told where the node is read
    const std::uint64_t end = std::uint64_t{extent->offset} + extent->size;
    if (end > header_size_ + used_end())
      return fmt::format("tag {} ends {} bytes past the used area", i,
                         end - header_size_ - used_end());
    if (extent->size != 0) extents.push_back((std::uint64_t{extent->offset} << 32) | end);
  }
  std::sort(extents.begin(), extents.end());
  for (std::size_t i = 1; i < extents.size(); ++i) {
    const std::uint64_t end = extents[i - 1] & 0xFFFFFFFF;
    if ((extents[i] >> 32) < end)
      return fmt::format("nodes overlap at offset {} of the page", extents[i] >> 32);
  }
  return std::nullopt;
}

}  // namespace dirsnap::ese
