// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "tests/support/bytes.h"
#include "tests/support/ese_tree.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kPrimaryPages = 3;  // a root and the roots of its space trees
constexpr std::uint32_t kSmallestGrowth = 4;
constexpr std::size_t kStreamBuffer = 1U << 20;

}  // namespace

Result<PageFile> PageFile::create(const std::string& path, const Layout& layout) {
  PageFile made(layout);
  made.file_.reset(std::fopen(path.c_str(), "wb"));
  if (!made.file_) return fail(Code::kIo, "cannot create " + path);
  std::setvbuf(made.file_.get(), nullptr, _IOFBF, kStreamBuffer);
  return made;
}

PageRun PageFile::take(std::uint32_t count) {
  const PageRun run{next_page_, count};
  next_page_ += count;
  return run;
}

Result<void> PageFile::write(std::uint32_t page_no, std::string_view page) {
  const std::uint64_t at = (std::uint64_t{page_no} + 1) * layout_.page_size;
  if (at != position_ && fseeko(file_.get(), static_cast<off_t>(at), SEEK_SET) != 0) {
    return fail(Code::kIo, at, "cannot seek");
  }
  if (std::fwrite(page.data(), 1, page.size(), file_.get()) != page.size()) {
    return fail(Code::kIo, at, "cannot write");
  }
  position_ = at + page.size();
  return {};
}

Result<void> PageFile::close(std::string_view header) {
  // A zero page at the end fixes the length; a page that was written there is left alone.
  const std::uint64_t end = (std::uint64_t{page_count()} + 2) * layout_.page_size;
  if (fseeko(file_.get(), 0, SEEK_END) != 0) return fail(Code::kIo, "cannot seek");
  const auto length = static_cast<std::uint64_t>(ftello(file_.get()));
  if (length < end) {
    position_ = 0;
    DIRSNAP_CHECK(write(page_count(), std::string(layout_.page_size, '\0')));
  }
  if (fseeko(file_.get(), 0, SEEK_SET) != 0) return fail(Code::kIo, "cannot seek");
  for (int copy = 0; copy < 2; ++copy) {
    if (std::fwrite(header.data(), 1, header.size(), file_.get()) != header.size()) {
      return fail(Code::kIo, "cannot write the header");
    }
  }
  if (std::fclose(file_.release()) != 0) return fail(Code::kIo, "cannot close the file");
  return {};
}

TreeSpace::TreeSpace(PageFile& file, std::uint32_t object_id, PageRun primary, TreeSpace* owner)
    : file_(&file), root_(primary.first), object_id_(object_id), owner_(owner), owned_{primary} {
  if (primary.count > kPrimaryPages) {
    free_.push_back({primary.first + kPrimaryPages, primary.count - kPrimaryPages});
  }
}

TreeSpace TreeSpace::make(PageFile& file, std::uint32_t object_id, TreeSpace* owner) {
  const PageRun primary = file.take(kPrimaryPages);
  if (owner != nullptr) owner->owned_.push_back(primary);
  return TreeSpace(file, object_id, primary, owner);
}

std::uint32_t TreeSpace::take_page() {
  if (free_.empty()) {
    std::uint32_t total = 0;
    for (const PageRun& run : owned_) total += run.count;
    // Growth in proportion keeps the list of runs short enough for one page.
    const PageRun run = file_->take(std::max(kSmallestGrowth, total / 8));
    owned_.push_back(run);
    if (owner_ != nullptr) owner_->owned_.push_back(run);
    free_.push_back(run);
  }
  PageRun& run = free_.front();
  const std::uint32_t page_no = run.first;
  ++run.first;
  if (--run.count == 0) free_.erase(free_.begin());
  ++used_;
  return page_no;
}

void TreeSpace::remove_free(PageRun taken) {
  std::vector<PageRun> kept;
  const std::uint32_t end = taken.first + taken.count;
  for (const PageRun& run : free_) {
    const std::uint32_t run_end = run.first + run.count;
    if (run.first < taken.first) {
      kept.push_back({run.first, std::min(run_end, taken.first) - run.first});
    }
    if (run_end > end) {
      const std::uint32_t first = std::max(run.first, end);
      kept.push_back({first, run_end - first});
    }
  }
  free_ = std::move(kept);
  ++used_;
}

std::string TreeSpace::root_header(bool non_unique) const {
  const bool single = is_single_extent();
  const PageRun& primary = owned_.front();
  std::string header;
  append_le(header, primary.count);
  append_le(header, parent_root());
  append_le(header, static_cast<std::uint32_t>((single ? 0 : 1) | (non_unique ? 2 : 0)));
  // A single extent: one bit for each free page behind the root. Else: the owned-extent tree.
  append_le(header, single ? (1U << (primary.count - 1)) - 1 : root_ + 1);
  return header;
}

Result<void> TreeSpace::write_space_trees(std::uint32_t page_flags) {
  if (is_single_extent()) return {};
  const std::uint32_t flags = kPageRoot | kPageLeaf | kPageSpaceTree | page_flags;
  DIRSNAP_CHECK(write_space_root(root_ + 1, flags, owned_));
  return write_space_root(root_ + 2, flags, free_);
}

Result<void> TreeSpace::write_space_root(std::uint32_t page_no,
                                         std::uint32_t flags,
                                         const std::vector<PageRun>& runs) {
  std::vector<PageRun> sorted = runs;
  std::sort(sorted.begin(), sorted.end(),
            [](const PageRun& a, const PageRun& b) { return a.first < b.first; });
  std::vector<std::string> keys;
  std::vector<std::string> counts;
  for (const PageRun& run : sorted) {
    keys.push_back(be_bytes(run.first + run.count - 1));
    counts.push_back(le_bytes(run.count));
  }
  std::vector<PageNode> nodes;
  std::size_t used = 16;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    nodes.push_back({keys[i], counts[i], 0});
    used += packed_size("", nodes.back());
  }
  if (used > page_room(file_->layout())) return fail(Code::kLimit, "too many runs of pages");
  // Update 3 brought the split buffer: two empty runs in tag 0.
  const std::string header(file_->layout().modern ? 16 : 0, '\0');
  const PageHead head{page_no, 0, 0, object_id_, flags, file_->next_database_time()};
  return file_->write(page_no, build_page(file_->layout(), head, header, "", nodes));
}

}  // namespace dirsnap::support
