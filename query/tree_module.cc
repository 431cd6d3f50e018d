// SPDX-License-Identifier: MIT
#include "query/tree_module.h"

#include <algorithm>

#include "query/row_filter.h"
#include "query/sql_value.h"
#include "storage/base/dn.h"
#include "storage/tables/objects.h"

namespace dirsnap {
namespace {

struct TreeColumn {
  enum : int {
    kSnapshotId,
    kObjectId,
    kParentId,
    kClass,
    kRdn,
    kDn,
    kDepth,
    kDistance,
    kBase,
  };
};

constexpr ModuleColumn kTreeColumns[] = {
    {"snapshot_id", "INTEGER", "Snapshot the object belongs to (snapshots.snapshot_id).", true},
    {"object_id", "INTEGER", "The object (objects.object_id)."},
    {"parent_id", "INTEGER", "Its parent (objects.object_id)."},
    {"class", "TEXT", "LDAP name of its class."},
    {"rdn", "TEXT", "Its relative name."},
    {"dn", "TEXT", "Its distinguished name in X.500 form."},
    {"depth", "INTEGER", "Number of relative names in its distinguished name."},
    {"distance", "INTEGER", "Levels between it and the object asked about."},
    {"base", "TEXT", "The argument: a distinguished name in either form.", true, true},
};
static_assert(std::size(kTreeColumns) == TreeColumn::kBase + 1);

// Parents that point in a circle end here.
constexpr std::int64_t kMostLevels = 1000;

// The column of `objects` behind a column of ours, snapshot_id in front; -1: none.
int source_column(int column) {
  switch (column) {
    case TreeColumn::kObjectId:
      return tables::objects::kObjectId + 1;
    case TreeColumn::kParentId:
      return tables::objects::kParentId + 1;
    case TreeColumn::kClass:
      return tables::objects::kClass + 1;
    case TreeColumn::kRdn:
      return tables::objects::kRdn + 1;
    case TreeColumn::kDn:
      return tables::objects::kDn + 1;
    case TreeColumn::kDepth:
      return tables::objects::kDepth + 1;
    default:
      return -1;
  }
}

}  // namespace

const char* TreeTable::name(Direction direction) {
  return direction == Direction::kDown ? "subtree" : "ancestors";
}

TableInfo TreeTable::info(Direction direction) {
  const bool down = direction == Direction::kDown;
  TableInfo info{.name = name(direction),
                 .doc = down ? "Table-valued function subtree(dn): the object of that name and all "
                               "objects below it."
                             : "Table-valued function ancestors(dn): the objects above the object "
                               "of that name, nearest first.",
                 .theme = "directory"};
  describe_columns(kTreeColumns, info);
  info.examples = {down ? "SELECT distance, class, dn FROM subtree('/o=Northwind Traders')"
                        : "SELECT a.distance, a.dn FROM connectors c, ancestors(c.dn) a"};
  return info;
}

std::string TreeModule::declaration(TreeTable& /*table*/) {
  return dirsnap::declaration(kTreeColumns);
}

Result<void> TreeModule::best_index(TreeTable& table,
                                    sqlite3* /*db*/,
                                    sqlite3_index_info& info,
                                    bool& unusable) {
  bool has_argument = false;
  const int keys = take_keys(kTreeColumns, info, has_argument);
  unusable = !has_argument;
  const bool down = table.direction() == TreeTable::Direction::kDown;
  const sqlite3_int64 each = down ? 1000 : 8;  // a guess, of one snapshot
  info.estimatedRows = keys > 1 ? each : 4 * each;
  info.estimatedCost = static_cast<double>(info.estimatedRows) + 10;
  return {};
}

Result<void> TreeModule::Cursor::filter(sqlite3* /*db*/,
                                        std::string_view plan,
                                        std::span<sqlite3_value*> arguments) {
  ++table_.session().counters().filter_calls;
  snapshot_id_.reset();
  next_part_ = 0;
  part_ = nullptr;
  std::size_t used = 0;
  if (has_key(plan, kTreeColumns[TreeColumn::kSnapshotId])) {
    snapshot_id_ = as_integer(numeric_view_of(arguments[used++]));
    if (!snapshot_id_) return {};
  }
  const ValueView base = view_of(arguments[used]);
  if (base.type != ValueType::kText) return {};
  argument_ = base.bytes;
  dn_ = argument_.starts_with('/') ? argument_ : dn_x500_from_ldap(argument_).value_or("");
  const auto names = parse_dn_x500(dn_);
  if (dn_.empty() || !names) return {};
  base_depth_ = static_cast<std::int64_t>(names->size());
  return open_next_part();
}

Result<void> TreeModule::Cursor::open_next_part() {
  const auto& parts = table_.objects().shape().parts;
  while (next_part_ < parts.size()) {
    part_no_ = next_part_++;
    const auto number = static_cast<std::int64_t>(parts[part_no_].snapshot_id);
    if (snapshot_id_ && number != *snapshot_id_) continue;
    DIRSNAP_TRY(part_, table_.objects().part(part_no_));
    if (part_ == nullptr || part_->rows() == 0) continue;
    distance_ = 0;
    DIRSNAP_TRY(index_, part_->index(part_->stored(tables::objects::kDn + 1)));
    DIRSNAP_TRY(const auto base, index_->find(ValueView::text(dn_)));
    position_ = base ? index_->begin_of(*base) : 0;
    end_ = base ? index_->begin_of(*base + 1) : 0;
    if (table_.direction() == TreeTable::Direction::kDown) {
      DIRSNAP_CHECK(open_subtree());
    } else {
      while (position_ < end_ && !is_shown(index_->row_at(position_))) ++position_;
      if (position_ == end_) continue;
      row_ = index_->row_at(position_);
    }
    DIRSNAP_TRY(const bool some, step());
    if (some) return {};
  }
  part_ = nullptr;
  return {};
}

// Names below a name begin with it and a slash.
Result<void> TreeModule::Cursor::open_subtree() {
  const std::string prefix = dn_ + "/";
  DIRSNAP_TRY(const std::uint32_t first, index_->lower_bound(ValueView::text(prefix)));
  std::uint32_t last = index_->distinct();
  if (const auto successor = prefix_successor(prefix, Collation::kFold)) {
    DIRSNAP_TRY(last, index_->lower_bound(ValueView::text(*successor)));
  }
  below_ = index_->begin_of(first);
  below_end_ = index_->begin_of(std::max(first, last));
  return {};
}

// To the row of the parent; false at the top.
Result<bool> TreeModule::Cursor::rise() {
  DIRSNAP_TRY(const ValueView id,
              part_->value(part_->stored(tables::objects::kParentId + 1), row_));
  if (id.type != ValueType::kInteger || ++distance_ > kMostLevels) return false;
  DIRSNAP_TRY(const auto place,
              table_.objects().place_of(part_no_, tables::objects::kObjectId + 1, id.integer));
  if (!place) return false;
  part_no_ = place->part;
  row_ = place->row;
  DIRSNAP_TRY(part_, table_.objects().part(part_no_));
  return true;
}

// To the next row of the part; false after the last.
Result<bool> TreeModule::Cursor::step() {
  for (;;) {
    if (++steps_ % kStepsPerCheck == 0) DIRSNAP_CHECK(table_.session().cancel().check());
    if (table_.direction() == TreeTable::Direction::kUp) {
      DIRSNAP_TRY(const bool some, rise());
      if (!some) return false;
    } else if (position_ < end_) {
      row_ = index_->row_at(position_++);
    } else if (below_ < below_end_) {
      row_ = index_->row_at(below_++);
    } else {
      return false;
    }
    if (is_shown(row_)) break;
  }
  ++table_.session().counters().rows_visited;
  return true;
}

Result<void> TreeModule::Cursor::next() {
  DIRSNAP_TRY(const bool some, step());
  return some ? Result<void>{} : open_next_part();
}

std::int64_t TreeModule::Cursor::rowid() const {
  constexpr unsigned kRowBits = 40;
  return static_cast<std::int64_t>((std::uint64_t{part_no_} << kRowBits) | row_);
}

Result<void> TreeModule::Cursor::column(sqlite3_context* context, int index) {
  if (index == TreeColumn::kSnapshotId) {
    const auto number = table_.objects().shape().parts[part_no_].snapshot_id;
    sqlite3_result_int64(context, static_cast<sqlite3_int64>(number));
  } else if (index == TreeColumn::kBase) {
    set_result_text(context, argument_);
  } else if (index == TreeColumn::kDistance && table_.direction() == TreeTable::Direction::kDown) {
    DIRSNAP_TRY(const ValueView depth,
                part_->value(part_->stored(tables::objects::kDepth + 1), row_));
    if (depth.type == ValueType::kInteger) {
      sqlite3_result_int64(context, depth.integer - base_depth_);
    }
  } else if (index == TreeColumn::kDistance) {
    sqlite3_result_int64(context, distance_);
  } else {
    DIRSNAP_TRY(const ValueView value, part_->value(part_->stored(source_column(index)), row_));
    set_result(context, value);
  }
  return {};
}

}  // namespace dirsnap
