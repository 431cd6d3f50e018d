// SPDX-License-Identifier: MIT
#include "tests/support/ese_writer.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/ese_catalog.h"
#include "tests/support/ese_compress.h"
#include "tests/support/ese_header.h"
#include "tests/support/ese_key.h"
#include "tests/support/ese_tree.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kDatabaseObject = 1;
constexpr std::uint32_t kFirstAvailablePage = 13;  // behind the trees of the catalog's indexes
constexpr std::uint64_t kFirstWideId = 0x8000000080000001;

// What a secondary index needs of each row, kept until the tree is built.
class IndexEntries {
 public:
  void add(std::string_view key, std::string_view bookmark) {
    entries_.push_back({bytes_.size(), static_cast<std::uint32_t>(key.size()),
                        static_cast<std::uint32_t>(bookmark.size())});
    bytes_.append(key).append(bookmark);
  }

  Result<void> write(TreeBuilder& tree) {
    // Key and bookmark lie side by side, so this orders by both.
    const std::string_view all(bytes_);
    const auto key = [all](const Entry& e) { return all.substr(e.offset, e.key_size); };
    const auto data = [all](const Entry& e) {
      return all.substr(e.offset + e.key_size, e.data_size);
    };
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
      const int order = key(a).compare(key(b));
      return order != 0 ? order < 0 : data(a) < data(b);
    });
    for (const Entry& entry : entries_) DIRSNAP_CHECK(tree.add(key(entry), data(entry)));
    return {};
  }

 private:
  struct Entry {
    std::size_t offset;
    std::uint32_t key_size;
    std::uint32_t data_size;
  };
  std::string bytes_;
  std::vector<Entry> entries_;
};

// The tree of separated long values of one table.
class LongValueTree {
 public:
  LongValueTree(PageFile& file, std::uint32_t object, TreeSpace& owner)
      : file_(&file),
        object_id_(object),
        space_(TreeSpace::make(file, object, &owner)),
        tree_(file, space_, kPageLongValue) {}
  LongValueTree(const LongValueTree&) = delete;
  LongValueTree& operator=(const LongValueTree&) = delete;

  std::uint32_t root() const { return space_.root(); }
  std::uint32_t object_id() const { return object_id_; }
  Result<void> finish() { return tree_.finish(); }

  // Returns the id as a record holds it.
  Result<std::string> store(std::string_view value, const ColumnSpec& column) {
    const Layout& layout = file_->layout();
    const bool wide = layout.modern && layout.options.wide_long_value_ids;
    const std::uint64_t id = (wide ? kFirstWideId : 1) + count_++;
    const std::string key = wide ? be_bytes(id) : be_bytes(static_cast<std::uint32_t>(id));
    std::string head;
    append_le(head, std::uint32_t{1});  // reference count
    append_le(head, static_cast<std::uint32_t>(value.size()));
    DIRSNAP_CHECK(tree_.add(key, head));
    const std::size_t chunk_size = chunk(layout);
    for (std::size_t at = 0; at < value.size(); at += chunk_size) {
      const std::string_view plain = value.substr(at, chunk_size);
      std::string packed;
      if (layout.modern && (column.flags & kColumnCompressed) != 0) {
        packed = compress_value(plain, column.codepage == kUtf16);
      }
      DIRSNAP_CHECK(tree_.add(key + be_bytes(static_cast<std::uint32_t>(at)),
                              packed.empty() ? plain : std::string_view(packed)));
    }
    return std::string(key.rbegin(), key.rend());
  }

 private:
  static std::size_t chunk(const Layout& layout) {
    if (!layout.large) return layout.page_size - 82;
    return layout.page_size == 16384 ? 4050 : 8150;
  }

  PageFile* file_;
  std::uint32_t object_id_;
  TreeSpace space_;
  TreeBuilder tree_;
  std::uint64_t count_ = 0;
};

std::optional<std::string_view> cell_bytes(const Row& row, ColumnId column) {
  const Row::Cell* cell = row.find(column);
  if (cell == nullptr) return std::nullopt;
  return row.bytes(*cell);
}

// A table being filled.
class OpenTable {
 public:
  OpenTable(PageFile& file, TableSpec spec, TreeSpace space)
      : file_(&file),
        spec_(std::move(spec)),
        encoder_(file.layout(), spec_),
        space_(std::move(space)),
        tree_(file, space_, 0),
        entries_(spec_.indexes.size()) {}
  OpenTable(const OpenTable&) = delete;
  OpenTable& operator=(const OpenTable&) = delete;

  const TableSpec& spec() const { return spec_; }
  TreeSpace& space() { return space_; }

  // `next_object` gives the long-value tree its id when the first long value comes.
  Result<void> append(Row& row, std::uint8_t node_flags, std::uint32_t& next_object) {
    DIRSNAP_TRY(const std::string key, primary_key(row));
    const auto store = [&](std::string_view value, const ColumnSpec& column) {
      if (!long_values_) long_values_.emplace(*file_, next_object++, space_);
      return long_values_->store(value, column);
    };
    DIRSNAP_TRY(const std::string record, encoder_.encode(row, store));
    DIRSNAP_CHECK(tree_.add(key, record, node_flags));
    if ((node_flags & kNodeDeleted) != 0) return {};
    for (std::size_t i = 0; i < spec_.indexes.size(); ++i) {
      DIRSNAP_CHECK(index(i, row, key));
    }
    return {};
  }

  // Writes the trees and returns the table's catalog rows.
  Result<std::vector<CatalogRow>> finish(std::uint32_t& next_object) {
    std::vector<CatalogRow> rows =
        table_rows(file_->layout(), spec_, space_.object_id(), space_.root());
    for (std::size_t i = 0; i < spec_.indexes.size(); ++i) {
      const IndexSpec& spec = spec_.indexes[i];
      std::uint32_t object = space_.object_id();
      std::uint32_t root = space_.root();
      if ((spec.flags & kIndexPrimary) == 0) {
        object = next_object++;
        TreeSpace space = TreeSpace::make(*file_, object, &space_);
        root = space.root();
        DIRSNAP_CHECK(write_index(i, space));
      }
      rows.push_back(index_row(file_->layout(), spec, space_.object_id(), object, root));
    }
    if (long_values_) {
      DIRSNAP_CHECK(long_values_->finish());
      rows.push_back(
          long_value_row(space_.object_id(), long_values_->object_id(), long_values_->root()));
    }
    DIRSNAP_CHECK(tree_.finish());
    return rows;
  }

  Result<void> write_index(std::size_t i, TreeSpace& space) {
    const bool unique = (spec_.indexes[i].flags & kIndexUnique) != 0;
    TreeBuilder tree(*file_, space, kPageIndex | (unique ? 0 : kPageNonUnique));
    DIRSNAP_CHECK(entries_[i].write(tree));
    return tree.finish();
  }

  // Only the tree of rows; the catalog's own indexes are written by write_index.
  Result<void> finish_rows() { return tree_.finish(); }

 private:
  Result<std::string> primary_key(const Row& row) {
    const auto primary =
        std::find_if(spec_.indexes.begin(), spec_.indexes.end(),
                     [](const IndexSpec& spec) { return (spec.flags & kIndexPrimary) != 0; });
    if (primary == spec_.indexes.end()) return be_bytes(++sequence_);
    return key_of(*primary, row);
  }

  Result<std::string> key_of(const IndexSpec& spec, const Row& row) const {
    std::string key;
    for (const IndexSegment& segment : spec.segments) {
      const ColumnSpec* column = encoder_.find(segment.column);
      if (column == nullptr) return fail(Code::kUsage, "index over an unknown column");
      DIRSNAP_CHECK(
          append_key_segment(key, *column, cell_bytes(row, segment.column), segment.descending));
    }
    return key;
  }

  Result<void> index(std::size_t i, const Row& row, std::string_view bookmark) {
    const IndexSpec& spec = spec_.indexes[i];
    if ((spec.flags & kIndexPrimary) != 0) return {};
    const bool takes_nulls = (spec.flags & kIndexAllowNulls) == kIndexAllowNulls;
    for (const IndexSegment& segment : spec.segments) {
      if (!takes_nulls && row.find(segment.column) == nullptr) return {};
    }
    DIRSNAP_TRY(const std::string key, key_of(spec, row));
    entries_[i].add(key, bookmark);
    return {};
  }

  PageFile* file_;
  TableSpec spec_;
  RecordEncoder encoder_;
  TreeSpace space_;
  TreeBuilder tree_;
  std::vector<IndexEntries> entries_;
  std::optional<LongValueTree> long_values_;
  std::uint32_t sequence_ = 0;
};

// Places of the catalog's trees: rows, index Name, index RootObjects.
constexpr std::uint32_t kOwnRoots[] = {kCatalogRoot, kCatalogNameRoot, kCatalogRootsRoot};
constexpr std::uint32_t kOwnObjects[] = {kCatalogObject, kCatalogNameObject, kCatalogRootsObject};

// The rows by which the catalog describes itself.
std::vector<CatalogRow> own_rows(const Layout& layout, bool shadow) {
  const TableSpec spec = catalog_table(layout, shadow);
  const std::uint32_t object = shadow ? kShadowObject : kCatalogObject;
  const std::uint32_t root = shadow ? kCatalogShadowRoot : kCatalogRoot;
  std::vector<CatalogRow> rows = table_rows(layout, spec, object, root);
  for (std::size_t i = 0; i < spec.indexes.size(); ++i) {
    rows.push_back(index_row(layout, spec.indexes[i], object, shadow ? object : kOwnObjects[i],
                             shadow ? root : kOwnRoots[i]));
  }
  return rows;
}

bool before(const CatalogRow& a, const CatalogRow& b) {
  if (a.table != b.table) return a.table < b.table;
  if (a.type != b.type) return a.type < b.type;
  return a.id < b.id;
}

}  // namespace

struct EseWriter::State {
  PageFile file;
  std::deque<OpenTable> tables;
  std::uint32_t next_object = kFirstUserObject;

  Result<void> write_object_ids(std::vector<CatalogRow>& rows);
  Result<void> write_catalog(const std::vector<CatalogRow>& rows);
  Result<void> write_shadow(const std::vector<CatalogRow>& rows);
  Result<void> write_database_root();
};

EseWriter::EseWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
EseWriter::EseWriter(EseWriter&&) noexcept = default;
EseWriter& EseWriter::operator=(EseWriter&&) noexcept = default;
EseWriter::~EseWriter() = default;

Result<EseWriter> EseWriter::create(const std::string& path, const EseOptions& options) {
  const std::uint32_t size = options.page_size;
  const bool usual = size == 4096;
  const bool known = usual || size == 2048 || size == 8192 || size == 16384 || size == 32768;
  if (!known || (options.generation == Generation::kEse97 && !usual)) {
    return fail(Code::kUsage, "no such page size in this generation");
  }
  DIRSNAP_TRY(PageFile file, PageFile::create(path, Layout(options)));
  file.take(kFirstUserPage - 1);
  return EseWriter(std::make_unique<State>(State{std::move(file), {}, kFirstUserObject}));
}

TableId EseWriter::add_table(TableSpec spec) {
  const auto id = static_cast<TableId>(state_->tables.size());
  state_->tables.emplace_back(state_->file, std::move(spec),
                              TreeSpace::make(state_->file, state_->next_object++, nullptr));
  return id;
}

Result<void> EseWriter::append(TableId table, Row& row) {
  return state_->tables[static_cast<std::size_t>(table)].append(row, 0, state_->next_object);
}

Result<void> EseWriter::append_deleted(TableId table, Row& row) {
  OpenTable& open = state_->tables[static_cast<std::size_t>(table)];
  return open.append(row, kNodeDeleted, state_->next_object);
}

// MSysObjids maps the object id of every tree of a user table to its table.
Result<void> EseWriter::State::write_object_ids(std::vector<CatalogRow>& rows) {
  TableSpec spec;
  spec.name = "MSysObjids";
  spec.flags = 0xC8000000;  // system, fixed definition, created on demand
  const ColumnId object = spec.tagged("objid", ColumnType::kLong);
  const ColumnId table = spec.tagged("objidTable", ColumnType::kLong);
  const ColumnId type = spec.tagged("type", ColumnType::kShort);
  spec.index("primary", {{object}}, kIndexPrimary | kIndexUnique | kIndexAllowNulls);
  OpenTable open(file, std::move(spec), TreeSpace::make(file, next_object++, nullptr));
  std::vector<CatalogRow> trees;
  for (const CatalogRow& row : rows) {
    const bool primary = row.type == CatalogType::kIndex && row.id == row.table;
    if (row.type != CatalogType::kColumn && !primary) trees.push_back(row);
  }
  std::sort(trees.begin(), trees.end(),
            [](const CatalogRow& a, const CatalogRow& b) { return a.id < b.id; });
  Row out;
  for (const CatalogRow& row : trees) {
    out.clear();
    out.add_number(object, row.id);
    out.add_number(table, row.table);
    out.add_number(type, static_cast<std::int16_t>(row.type));
    DIRSNAP_CHECK(open.append(out, 0, next_object));
  }
  DIRSNAP_TRY(std::vector<CatalogRow> own, open.finish(next_object));
  rows.insert(rows.end(), own.begin(), own.end());
  return {};
}

Result<void> EseWriter::State::write_catalog(const std::vector<CatalogRow>& rows) {
  const PageRun primary{kCatalogRoot, kCatalogShadowRoot - kCatalogRoot};
  OpenTable open(file, catalog_table(file.layout(), false),
                 TreeSpace(file, kCatalogObject, primary, nullptr));
  TreeSpace& space = open.space();
  space.remove_free({kCatalogNameRoot, kFirstAvailablePage - kCatalogNameRoot});
  TreeSpace names(file, kCatalogNameObject, {kCatalogNameRoot, 3}, &space);
  TreeSpace roots(file, kCatalogRootsObject, {kCatalogRootsRoot, 3}, &space);
  Row out;
  for (const CatalogRow& row : rows) {
    fill_row(file.layout(), row, out);
    DIRSNAP_CHECK(open.append(out, 0, next_object));
  }
  DIRSNAP_CHECK(open.write_index(1, names));
  DIRSNAP_CHECK(open.write_index(2, roots));
  return open.finish_rows();
}

Result<void> EseWriter::State::write_shadow(const std::vector<CatalogRow>& rows) {
  const PageRun primary{kCatalogShadowRoot, kFirstUserPage - kCatalogShadowRoot};
  OpenTable open(file, catalog_table(file.layout(), true),
                 TreeSpace(file, kShadowObject, primary, nullptr));
  Row out;
  for (const CatalogRow& row : rows) {
    fill_row(file.layout(), row, out);
    DIRSNAP_CHECK(open.append(out, 0, next_object));
  }
  return open.finish_rows();
}

// Page 1 owns everything; nothing is left over, since extents are handed out one after another.
Result<void> EseWriter::State::write_database_root() {
  TreeSpace space(file, kDatabaseObject, {1, file.page_count()}, nullptr);
  space.remove_free({1, file.page_count()});
  TreeBuilder tree(file, space, 0);
  return tree.finish();
}

Result<void> EseWriter::finish() {
  State& state = *state_;
  const Layout& layout = state.file.layout();
  std::vector<CatalogRow> rows;
  for (OpenTable& table : state.tables) {
    DIRSNAP_TRY(std::vector<CatalogRow> own, table.finish(state.next_object));
    rows.insert(rows.end(), own.begin(), own.end());
  }
  if (layout.modern) DIRSNAP_CHECK(state.write_object_ids(rows));
  for (const bool shadow : {false, true}) {
    const std::vector<CatalogRow> own = own_rows(layout, shadow);
    rows.insert(rows.end(), own.begin(), own.end());
  }
  std::sort(rows.begin(), rows.end(), before);
  DIRSNAP_CHECK(state.write_catalog(rows));
  DIRSNAP_CHECK(state.write_shadow(rows));
  DIRSNAP_CHECK(state.write_database_root());
  return state.file.close(build_header(layout, state.file.database_time(), state.next_object - 1));
}

}  // namespace dirsnap::support
