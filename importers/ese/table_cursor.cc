// SPDX-License-Identifier: MIT
#include "importers/ese/table_cursor.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "importers/ese/leaf_plan.h"
#include "importers/ese/row_decoder.h"

namespace dirsnap::ese {

namespace {

// A torn split leaves a page or two; a file with more is not followed without end.
constexpr std::uint32_t kOrphansMax = 1000;

}  // namespace

class TableCursor::Impl {
 public:
  Impl(Database& database, const TableDef& table, const CursorOptions& options)
      : store_(database.store()),
        issues_(database.issues()),
        options_(database.options()),
        table_(table),
        tree_{table.name, table.objid, table.root_page, 0},
        decoder_(store_, table, options.column_ids, issues_, options_) {}

  Result<bool> next();
  Result<bool> go_to(std::uint32_t page_no, std::uint32_t tag);
  [[nodiscard]] const RowView& row() const { return row_; }

  std::uint64_t deleted_records = 0;
  std::uint64_t lost_records = 0;

 private:
  Result<bool> open_leaf();
  bool usable(const PageView& page);
  void check_siblings(const PageView& page);
  void adopt_orphan(const PageView& page);
  Result<bool> take(std::uint32_t tag);
  void take_key(const NodeView& node);
  void tell(const RecordFault& fault);
  void tell_encrypted();
  void report(Severity severity, const char* code, TagExtent where, std::string message);
  [[nodiscard]] std::string place() const;

  PageStore& store_;
  IssueSink& issues_;
  const OpenOptions& options_;
  const TableDef& table_;
  TreeSpec tree_;
  RowDecoder decoder_;

  bool planned_ = false;
  LeafPlan plan_;
  std::size_t next_leaf_ = 0;  // into plan_.leaves
  PageRef page_;
  std::uint32_t next_tag_ = 0;
  std::uint32_t rows_ = 0;
  std::uint32_t orphans_ = 0;  // pages looked at because a sibling pointed to them

  RowView row_;
  TagExtent extent_;  // of the current record
  std::vector<std::byte> key_, key_before_;
  std::set<std::uint32_t> unknown_told_, encrypted_told_;
};

std::string TableCursor::Impl::place() const {
  return fmt::format("page {}, table {}, record {}", page_->page_no(), table_.name, rows_);
}

void TableCursor::Impl::report(Severity severity,
                               const char* code,
                               TagExtent where,
                               std::string message) {
  issues_.report({severity, code, store_.offset_of(page_->page_no()) + where.offset, where.size,
                  place(), std::move(message)});
}

// Siblings must be the neighbours of the plan; a right sibling that the parents do not know is a
// page a torn split has left behind.
void TableCursor::Impl::check_siblings(const PageView& page) {
  const std::size_t at = next_leaf_ - 1;
  if (plan_.scanned || plan_.leaves[at].by_scan) return;
  const std::uint32_t before = at == 0 ? 0 : plan_.leaves[at - 1].page_no;
  const std::uint32_t after =
      next_leaf_ < plan_.leaves.size() ? plan_.leaves[next_leaf_].page_no : 0;
  const bool known_before = at == 0 || !plan_.leaves[at - 1].by_scan;
  if (page.previous() == before && page.next() == after) return;
  if (page.next() == after && !known_before) return;
  report(Severity::kDoubt, "sibling-links", {16, 8},
         fmt::format("page {}: its neighbours are pages {} and {} by its own links, {} and {} by "
                     "the tree",
                     page.page_no(), page.previous(), page.next(), before, after));
  if (page.next() != after) adopt_orphan(page);
}

void TableCursor::Impl::adopt_orphan(const PageView& page) {
  if (++orphans_ > kOrphansMax) return;
  const std::uint32_t orphan = page.next();
  const auto is_planned = [&](const LeafRef& leaf) { return leaf.page_no == orphan; };
  if (std::any_of(plan_.leaves.begin(), plan_.leaves.end(), is_planned)) return;
  const auto found = store_.get(orphan, {table_.name, Severity::kLoss, true});
  if (!found || !(*found)->is_leaf() || !foreign_page_fault(**found, tree_).empty()) return;
  if ((*found)->previous() != page.page_no()) return;
  plan_.leaves.insert(plan_.leaves.begin() + static_cast<std::ptrdiff_t>(next_leaf_),
                      {orphan, true});
}

bool TableCursor::Impl::usable(const PageView& page) {
  std::string fault = foreign_page_fault(page, tree_);
  if (fault.empty() && !page.is_leaf()) fault = "it is not a leaf";
  if (!fault.empty()) {
    report(Severity::kLoss, "page-owner", {0, store_.page_size()},
           fmt::format("page {}: {}; skipped", page.page_no(), fault));
    return false;
  }
  if (const auto structural = page.structural_fault()) {
    report(Severity::kDoubt, "page-structure", {0, store_.page_size()},
           fmt::format("page {}: {}; its records are read as far as they make sense",
                       page.page_no(), *structural));
  }
  return true;
}

// Goes to the next leaf that can be read; false after the last one.
Result<bool> TableCursor::Impl::open_leaf() {
  if (!planned_) {
    planned_ = true;
    DIRSNAP_TRY(plan_, plan_leaves(store_, tree_, issues_, options_.cancel));
    if (tree_.objid == 0 && !plan_.leaves.empty()) {
      if (const auto first = store_.get(plan_.leaves[0].page_no, {table_.name}))
        tree_.objid = (*first)->objid();
    }
  }
  while (next_leaf_ < plan_.leaves.size()) {
    DIRSNAP_CHECK(check_cancel(options_.cancel));
    const LeafRef leaf = plan_.leaves[next_leaf_++];
    auto page = store_.get(leaf.page_no, {table_.name});
    if (!page) continue;  // reported by the store
    page_ = *std::move(page);
    if (!usable(*page_)) continue;
    store_.mark_live(leaf.page_no);
    check_siblings(*page_);
    row_.page_no = leaf.page_no;
    row_.recovered_by_scan = leaf.by_scan;
    next_tag_ = page_->first_node();
    return true;
  }
  page_ = PageRef();
  return false;
}

Result<bool> TableCursor::Impl::next() {
  for (;;) {
    if (!page_ || next_tag_ >= page_->tag_count()) {
      DIRSNAP_TRY(const bool more, open_leaf());
      if (!more) return false;
      continue;
    }
    DIRSNAP_TRY(const bool is_row, take(next_tag_++));
    if (is_row) return true;
  }
}

Result<bool> TableCursor::Impl::go_to(std::uint32_t page_no, std::uint32_t tag) {
  if (!page_ || page_->page_no() != page_no) {
    auto page = store_.get(page_no, {table_.name});
    if (!page || !(*page)->is_leaf()) return false;
    page_ = *std::move(page);
    row_.page_no = page_no;
  }
  if (tag < page_->first_node() || tag >= page_->tag_count()) return false;
  rows_ = 0;  // no key comes before this one
  next_tag_ = tag + 1;
  return take(tag);
}

void TableCursor::Impl::take_key(const NodeView& node) {
  std::swap(key_, key_before_);
  key_.assign(node.prefix.begin(), node.prefix.end());
  key_.insert(key_.end(), node.suffix.begin(), node.suffix.end());
  row_.key = key_;
  if (rows_ == 0 || compare_key(node, key_before_) > 0) return;
  report(Severity::kDoubt, "key-order", extent_,
         fmt::format("page {}: the key of tag {} does not come after the key before it",
                     page_->page_no(), row_.tag));
}

// Decodes the record of a tag; false if it is not a row.
Result<bool> TableCursor::Impl::take(std::uint32_t tag) {
  const auto node = page_->node(tag);
  if (!node) {
    ++lost_records;
    report(Severity::kLoss, "record", {static_cast<std::uint32_t>(node.error().offset), 0},
           fmt::format("page {}: {}; 1 record skipped", page_->page_no(), node.error().what));
    return false;
  }
  if (node->is_deleted()) {
    ++deleted_records;
    return false;
  }
  row_.tag = tag;
  row_.incomplete = false;
  extent_ = node->extent;
  take_key(*node);
  const RecordForm form{page_->is_large(), page_->has(kPageNewRecord)};
  DIRSNAP_CHECK(
      decoder_.decode(node->data, form, [this](const RecordFault& fault) { tell(fault); }));
  row_.cells = decoder_.cells();
  if (row_.incomplete && row_.cells.empty()) {
    ++lost_records;
    return false;
  }
  const std::uint32_t unknown = decoder_.unknown_column();
  if (unknown != 0 && unknown_told_.insert(unknown).second) {
    report(Severity::kLoss, "unknown-column", extent_,
           fmt::format("records have a column {} that the catalog does not know; its values are "
                       "skipped",
                       unknown));
  }
  if (decoder_.has_encrypted()) tell_encrypted();
  row_.ordinal = rows_++;
  return true;
}

// Reports each column with encrypted values once.
void TableCursor::Impl::tell_encrypted() {
  for (const CellView& cell : row_.cells) {
    if (!cell.encrypted || !encrypted_told_.insert(cell.column->id).second) continue;
    report(Severity::kDoubt, "value-encrypted", extent_,
           fmt::format("values of column {} are encrypted; they are shown as they are stored",
                       cell.column->name));
  }
}

// Reports what of the current record is lost.
void TableCursor::Impl::tell(const RecordFault& fault) {
  row_.incomplete = true;
  std::string message;
  if (fault.cell != nullptr) {
    message = fmt::format("page {}: value {} of column {} in tag {}: {}; the value is lost",
                          page_->page_no(), fault.cell->seq, fault.cell->column->name, row_.tag,
                          fault.error->what);
  } else {
    message = fmt::format(
        "page {}: record in tag {}: {}; {}", page_->page_no(), row_.tag, fault.error->what,
        decoder_.cells().empty() ? "1 record skipped" : "the columns from there on are lost");
  }
  report(Severity::kLoss, fault.code, extent_, std::move(message));
}

TableCursor::TableCursor(Database& database, const TableDef& table, const CursorOptions& options)
    : impl_(std::make_unique<Impl>(database, table, options)) {}
TableCursor::~TableCursor() = default;
Result<bool> TableCursor::next() { return impl_->next(); }
Result<bool> TableCursor::go_to(std::uint32_t page_no, std::uint32_t tag) {
  return impl_->go_to(page_no, tag);
}
const RowView& TableCursor::row() const { return impl_->row(); }
std::uint64_t TableCursor::deleted_records() const { return impl_->deleted_records; }
std::uint64_t TableCursor::lost_records() const { return impl_->lost_records; }

}  // namespace dirsnap::ese
