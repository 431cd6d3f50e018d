// SPDX-License-Identifier: MIT
#include "tests/support/ese_deletion.h"

#include <algorithm>

#include "importers/ese/page.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_page.h"

namespace dirsnap::support {
namespace {

constexpr std::size_t kPreviousAt = 16;
constexpr std::size_t kNextAt = 20;
constexpr std::size_t kTagStateAt = 34;

ese::PageView view_of(std::span<const std::byte> file,
                      const EseOptions& options,
                      std::uint32_t page_no) {
  const std::size_t begin = (std::size_t{page_no} + 1) * options.page_size;
  return {file.subspan(begin, options.page_size), page_no};
}

std::uint32_t page_count(std::span<const std::byte> file, const EseOptions& options) {
  return static_cast<std::uint32_t>(file.size() / options.page_size - 2);
}

bool is_of_table(const ese::PageView& page, std::uint32_t objid) {
  return page.objid() == objid && !page.has(ese::kPageSpaceTree | ese::kPageIndex);
}

// Keeps the tags that `keep` wants, in their order.
void keep_tags(std::string& page, const std::function<bool(std::uint32_t tag)>& keep) {
  const ese::PageView view(as_bytes(page), 0);
  std::string state = page.substr(kTagStateAt, 2);
  std::uint32_t kept = 0;
  for (std::uint32_t tag = 0; tag < view.tag_count(); ++tag) {
    if (!keep(tag)) continue;
    ++kept;
    page.replace(page.size() - std::size_t{4} * kept, 4,
                 page.substr(page.size() - std::size_t{4} * (tag + 1), 4));
  }
  const auto reserved = load_le<std::uint16_t>(as_bytes(state), 0) & 0xF000U;
  store_le<std::uint16_t>(page, kTagStateAt, static_cast<std::uint16_t>(reserved | kept));
}

}  // namespace

void edit_page(std::span<std::byte> file,
               const EseOptions& options,
               std::uint32_t page_no,
               const std::function<void(std::string& page)>& edit) {
  const std::size_t begin = (std::size_t{page_no} + 1) * options.page_size;
  const std::span<std::byte> bytes = file.subspan(begin, options.page_size);
  std::string page(as_chars(bytes));
  edit(page);
  seal_page(Layout(options), page_no, page);
  std::copy_n(as_bytes(page).begin(), bytes.size(), bytes.begin());
}

std::size_t forget_deleted_nodes(std::span<std::byte> file,
                                 const EseOptions& options,
                                 std::uint32_t objid) {
  std::size_t forgotten = 0;
  for (std::uint32_t page_no = 1; page_no <= page_count(file, options); ++page_no) {
    const ese::PageView page = view_of(file, options, page_no);
    if (!page.is_leaf() || !is_of_table(page, objid)) continue;
    std::vector<std::uint32_t> deleted;
    for (std::uint32_t tag = page.first_node(); tag < page.tag_count(); ++tag) {
      const auto node = page.node(tag);
      if (node && node->is_deleted()) deleted.push_back(tag);
    }
    if (deleted.empty()) continue;
    forgotten += deleted.size();
    edit_page(file, options, page_no, [&](std::string& bytes) {
      keep_tags(bytes, [&](std::uint32_t tag) {
        return !std::binary_search(deleted.begin(), deleted.end(), tag);
      });
    });
  }
  return forgotten;
}

std::vector<std::uint32_t> unlink_leaves(std::span<std::byte> file,
                                         const EseOptions& options,
                                         std::uint32_t objid,
                                         std::uint32_t step) {
  std::vector<std::uint32_t> unlinked;
  for (std::uint32_t page_no = 1; page_no <= page_count(file, options); ++page_no) {
    const ese::PageView page = view_of(file, options, page_no);
    if (!page.has(ese::kPageParentOfLeaf) || page.is_leaf() || !is_of_table(page, objid)) continue;
    std::vector<std::uint32_t> tags;
    // The last child stays: its separator is the end of the page's keys.
    for (std::uint32_t tag = page.first_node() + step; tag + 1 < page.tag_count(); tag += step) {
      const auto node = page.node(tag);
      if (!node) continue;
      tags.push_back(tag);
      unlinked.push_back(load_le<std::uint32_t>(node->data, 0));
    }
    edit_page(file, options, page_no, [&](std::string& bytes) {
      keep_tags(bytes, [&](std::uint32_t tag) {
        return !std::binary_search(tags.begin(), tags.end(), tag);
      });
    });
  }
  for (const std::uint32_t page_no : unlinked) {
    const ese::PageView page = view_of(file, options, page_no);
    const std::uint32_t before = page.previous();
    const std::uint32_t after = page.next();
    const auto link = [&](std::uint32_t neighbour, std::size_t at, std::uint32_t to) {
      if (neighbour == 0) return;
      edit_page(file, options, neighbour,
                [&](std::string& bytes) { store_le<std::uint32_t>(bytes, at, to); });
    };
    link(before, kNextAt, after);
    link(after, kPreviousAt, before);
  }
  return unlinked;
}

}  // namespace dirsnap::support
