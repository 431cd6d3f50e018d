// SPDX-License-Identifier: MIT
#include "query/class_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "query/best_index.h"
#include "query/sql_value.h"
#include "storage/base/text.h"
#include "storage/tables/attributes.h"

namespace dirsnap {
namespace {

namespace t = tables::attributes;

constexpr std::string_view kBooleanSyntax = "2.5.5.8";
constexpr std::uint32_t kMostKinds = 1U << 20;  // remembered; directories have some thousands
constexpr int kObjectIdColumn = 1;              // behind snapshot_id

// Columns of the table `attributes`, which has snapshot_id in front of those of its spec.
constexpr int column_of(t::Col column) { return static_cast<int>(column) + 1; }

bool is_decimal(std::string_view text, std::int64_t value) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return text == std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
}

// The one of value and text that a reader expects.
ValueView shown(const ValueView& value, const ValueView& text, bool is_boolean) {
  if (text.is_null()) return value;
  const bool number =
      value.type == ValueType::kInteger && (is_boolean || is_decimal(text.bytes, value.integer));
  return number || value.type == ValueType::kReal ? value : text;
}

void append_json(std::string& out, const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      out += "null";
      return;
    case ValueType::kInteger:
      out += std::to_string(value.integer);
      return;
    case ValueType::kReal: {
      std::array<char, 32> buffer;
      const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.real).ptr;
      out += std::isfinite(value.real) ? std::string(buffer.data(), end) : "null";
      return;
    }
    case ValueType::kText:
      if (is_valid_utf8(value.bytes)) {
        out.append("\"").append(escape_json(value.bytes)).append("\"");
        return;
      }
      [[fallthrough]];
    case ValueType::kBlob:
      out.append(R"({"hex":")").append(to_hex(as_bytes(value.bytes))).append(R"("})");
      return;
  }
}

// False if the text would be longer than `most` bytes.
bool make_array(const std::vector<ValueView>& values, std::size_t most, std::string& out) {
  out = "[";
  for (const ValueView& value : values) {
    if (out.size() > most || value.bytes.size() > most) return false;
    if (out.size() > 1) out += ',';
    append_json(out, value);
  }
  out += ']';
  return out.size() <= most;
}

}  // namespace

ClassTable::ClassTable(ReadSession& session, ClassShape shape, RelationTable& attributes)
    : rows_(session, std::move(shape.shape)),
      attributes_(attributes),
      slots_(std::move(shape.slots)),
      attribute_slots_(std::move(shape.attributes)),
      kinds_(attributes.shape().parts.size()) {
  for (std::size_t i = 0; i < attribute_slots_.size(); ++i) {
    by_name_.emplace(attribute_slots_[i].attribute, static_cast<int>(i));
  }
}

Result<ClassTable::Use> ClassTable::read_use(OpenPart& open, std::uint64_t row) const {
  Use use;
  const std::int32_t name = open.stored(column_of(t::kAttribute));
  const std::int32_t syntax = open.stored(column_of(t::kSyntax));
  if (name < 0) return use;
  DIRSNAP_TRY(const ValueView attribute, open.value(name, row));
  const auto slot = by_name_.find(to_lower_ascii(attribute.bytes));
  if (attribute.type == ValueType::kText && slot != by_name_.end()) use.slot = slot->second;
  if (syntax >= 0) {
    DIRSNAP_TRY(const ValueView text, open.value(syntax, row));
    use.is_boolean = text.type == ValueType::kText && text.bytes == kBooleanSyntax;
  }
  return use;
}

Result<ClassTable::Use> ClassTable::use_of(std::size_t part, OpenPart& open, std::uint64_t row) {
  const std::int32_t name = open.stored(column_of(t::kAttribute));
  const std::int32_t syntax = open.stored(column_of(t::kSyntax));
  const bool by_kind =
      name >= 0 && open.is_by_kind(name) && (syntax < 0 || open.is_by_kind(syntax));
  if (!by_kind) return read_use(open, row);
  DIRSNAP_TRY(const ChunkView* chunk, open.chunk(name, row / kChunkRows));
  const std::uint32_t kind = chunk->kind(static_cast<std::uint32_t>(row % kChunkRows));
  if (kind >= kMostKinds) return read_use(open, row);
  auto& uses = kinds_[part];
  if (uses.size() <= kind) uses.resize(std::size_t{kind} + 1);
  if (!uses[kind]) {
    DIRSNAP_TRY(uses[kind], read_use(open, row));
  }
  return *uses[kind];
}

Result<std::uint64_t> AttributeRows::first_row(OpenPart& part, std::int64_t object_id) {
  const std::int32_t column = part.stored(column_of(t::kObjectId));
  // Mostly the rows follow those of the object before.
  if (next_ > 0 && next_ < part.rows()) {
    DIRSNAP_TRY(const ValueView here, part.value(column, next_));
    DIRSNAP_TRY(const ValueView before, part.value(column, next_ - 1));
    if (here.integer == object_id && before.integer < object_id) return next_;
  }
  return part.sorted_bound(column, object_id);
}

Result<void> AttributeRows::add(std::size_t number, OpenPart& part, std::uint64_t row) {
  if (part.shown() != nullptr && !part.shown()->test(row)) return {};
  DIRSNAP_TRY(const ClassTable::Use use, table_.use_of(number, part, row));
  if (use.slot >= 0) items_.push_back({.use = use, .part = &part, .row = row});
  return {};
}

Result<void> AttributeRows::load_ascending(std::size_t number,
                                           OpenPart& part,
                                           std::int64_t object_id) {
  if (&part != open_ || number != part_) next_ = 0;
  open_ = &part;
  part_ = number;
  const std::int32_t column = part.stored(column_of(t::kObjectId));
  DIRSNAP_TRY(std::uint64_t row, first_row(part, object_id));
  for (; row < part.rows(); ++row) {
    DIRSNAP_TRY(const ValueView owner, part.value(column, row));
    if (owner.integer != object_id) break;
    DIRSNAP_CHECK(add(number, part, row));
    if (row % kStepsPerCheck == 0) DIRSNAP_CHECK(table_.session().cancel().check());
  }
  next_ = row;
  return {};
}

Result<void> AttributeRows::load_indexed(std::size_t number,
                                         OpenPart& part,
                                         std::int64_t object_id) {
  DIRSNAP_TRY(const IndexView* index, part.index(part.stored(column_of(t::kObjectId))));
  DIRSNAP_TRY(const auto ordinal, index->find(ValueView::of(object_id)));
  if (!ordinal) return {};
  const std::uint64_t end = index->begin_of(*ordinal + 1);
  for (std::uint64_t at = index->begin_of(*ordinal); at < end; ++at) {
    DIRSNAP_CHECK(add(number, part, index->row_at(at)));
    if (at % kStepsPerCheck == 0) DIRSNAP_CHECK(table_.session().cancel().check());
  }
  return {};
}

// Rows that came after the base stand in no order.
Result<void> AttributeRows::read_places() {
  for (Item& item : items_) {
    const std::int32_t column = item.part->stored(column_of(t::kSeq));
    if (column < 0) continue;
    DIRSNAP_TRY(const ValueView seq, item.part->value(column, item.row));
    item.seq = seq.integer;
  }
  return {};
}

Result<void> AttributeRows::load(std::uint64_t snapshot_id, std::int64_t object_id) {
  items_.clear();
  const auto& parts = table_.attributes().shape().parts;
  const auto first = std::partition_point(
      parts.begin(), parts.end(),
      [snapshot_id](const TablePart& part) { return part.snapshot_id < snapshot_id; });
  bool is_ordered = true;
  for (auto part = first; part != parts.end() && part->snapshot_id == snapshot_id; ++part) {
    const auto number = static_cast<std::size_t>(part - parts.begin());
    DIRSNAP_TRY(OpenPart * open, table_.attributes().part(number));
    const std::int32_t column = open == nullptr ? -1 : open->stored(column_of(t::kObjectId));
    if (column < 0) continue;
    if (open->access(column) != Access::kIndex) {
      DIRSNAP_CHECK(load_ascending(number, *open, object_id));
      continue;
    }
    const std::size_t before = items_.size();
    DIRSNAP_CHECK(load_indexed(number, *open, object_id));
    is_ordered = items_.size() == before;
  }
  if (!is_ordered) DIRSNAP_CHECK(read_places());
  const auto less = [](const Item& a, const Item& b) {
    return a.use.slot != b.use.slot ? a.use.slot < b.use.slot : a.seq < b.seq;
  };
  if (!std::is_sorted(items_.begin(), items_.end(), less)) {
    std::stable_sort(items_.begin(), items_.end(), less);
  }
  return {};
}

Result<std::vector<ValueView>> AttributeRows::values(int slot) {
  std::vector<ValueView> values;
  const auto first = std::partition_point(items_.begin(), items_.end(),
                                          [slot](const Item& i) { return i.use.slot < slot; });
  for (auto item = first; item != items_.end() && item->use.slot == slot; ++item) {
    const auto read = [&](t::Col column) -> Result<ValueView> {
      const std::int32_t stored = item->part->stored(column_of(column));
      return stored < 0 ? ValueView::null() : item->part->value(stored, item->row);
    };
    DIRSNAP_TRY(const ValueView value, read(t::kValue));
    DIRSNAP_TRY(const ValueView text, read(t::kText));
    values.push_back(shown(value, text, item->use.is_boolean));
  }
  return values;
}

std::string ClassModule::declaration(ClassTable& table) {
  return dirsnap::declaration(table.rows().shape());
}

Result<void> ClassModule::best_index(ClassTable& table,
                                     sqlite3* db,
                                     sqlite3_index_info& info,
                                     bool& /*unusable*/) {
  return dirsnap::best_index(table.rows(), db, info);
}

Result<void> ClassModule::Cursor::filter(sqlite3* db,
                                         std::string_view plan,
                                         std::span<sqlite3_value*> arguments) {
  const int limit = sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1);
  loaded_ = false;
  return cursor_.filter(plan, arguments, static_cast<std::size_t>(limit));
}

Result<void> ClassModule::Cursor::next() {
  loaded_ = false;
  return cursor_.next();
}

Result<void> ClassModule::Cursor::column(sqlite3_context* context, int index) {
  const int slot = table_.slot_of(index);
  if (slot < 0) {
    DIRSNAP_TRY(const ValueView value, cursor_.value(index));
    set_result(context, value);
    return {};
  }
  if (!loaded_) {
    DIRSNAP_TRY(const ValueView object, cursor_.value(kObjectIdColumn));
    const auto& parts = table_.rows().shape().parts;
    DIRSNAP_CHECK(values_.load(parts[cursor_.part()].snapshot_id, object.integer));
    loaded_ = true;
  }
  DIRSNAP_TRY(const std::vector<ValueView> values, values_.values(slot));
  if (values.empty()) {
    sqlite3_result_null(context);
  } else if (values.size() == 1 && !table_.is_array(slot)) {
    set_result(context, values.front());
  } else {
    const int most = sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1);
    std::string array;
    if (make_array(values, static_cast<std::size_t>(most), array)) {
      set_result_text(context, array);
    } else {
      sqlite3_result_error_toobig(context);
    }
  }
  return {};
}

}  // namespace dirsnap
