// SPDX-License-Identifier: MIT
#include "importers/ese/record.h"

#include <algorithm>

#include <fmt/format.h>

namespace dirsnap::ese {

namespace {

constexpr std::size_t kRecordHeader = 4;
constexpr std::uint32_t kNoVariable = 127;

// TAGFLD entry and its bits.
constexpr std::size_t kTagEntry = 4;
constexpr std::uint32_t kSmallOffsetMask = 0x1FFF;
constexpr std::uint32_t kLargeOffsetMask = 0x7FFF;
constexpr std::uint32_t kSmallInfoFollows = 0x4000;
constexpr std::uint32_t kSmallNull = 0x2000;

// Info byte before a tagged value.
constexpr std::uint32_t kInfoCompressed = 0x02;
constexpr std::uint32_t kInfoSeparated = 0x04;
constexpr std::uint32_t kInfoMulti = 0x08;
constexpr std::uint32_t kInfoTwo = 0x10;
constexpr std::uint32_t kInfoNull = 0x20;
constexpr std::uint32_t kInfoEncrypted = 0x40;

// Entry of the linear layout.
constexpr std::uint32_t kLinearLength = 0x0FFF;
constexpr std::uint32_t kLinearNull = 0x4000;
constexpr std::uint32_t kLinearLong = 0x8000;

constexpr std::uint32_t kInstanceSeparated = 0x8000;
constexpr std::uint32_t kInstanceMask = 0x7FFF;

bool gives_default(const ColumnDef& column) {
  return column.has_default && (column.flags & kColumnUserDefault) == 0;
}

template <class T>
void set_at(std::vector<T>& list, std::size_t index, T value) {
  if (index >= list.size()) list.resize(index + 1);
  list[index] = value;
}

}  // namespace

// State of one parse.
struct RecordLayout::Parser {
  const RecordLayout& layout;
  Bytes record;
  RecordForm form;
  RecordCells& out;
  std::uint32_t last_fixed = 0;
  std::uint32_t last_variable = kNoVariable;
  std::size_t fixed_end = 0;
  std::size_t tagged_begin = 0;
  std::size_t next_default = 0;

  Result<void> head();
  Result<void> fixed();
  Result<void> variable();
  Result<void> tagged_array();
  Result<void> tagged_linear();
  Result<void> value(const ColumnDef& column, std::uint32_t info, Bytes bytes);
  Result<void> two_values(const ColumnDef& column, Bytes bytes);
  Result<void> multi_values(const ColumnDef& column, std::uint32_t info, Bytes bytes);
  const ColumnDef* tagged_column(std::uint32_t id);
  void defaults_before(std::uint32_t id);
  void skip_default(std::uint32_t id);

  CellView& add(const ColumnDef& column, std::uint32_t seq, Bytes bytes) {
    out.cells.push_back({&column, seq, bytes});
    return out.cells.back();
  }
  void add_default(const ColumnDef& column) {
    add(column, 0, column.default_bytes).is_default = true;
  }
  void add_pending(CellWork work) { out.pending.push_back({out.cells.size() - 1, work}); }
};

Result<void> RecordLayout::Parser::head() {
  if (record.size() < kRecordHeader)
    return fail(Code::kCorrupt, 0, fmt::format("record of {} bytes", record.size()));
  last_fixed = std::to_integer<std::uint32_t>(record[0]);
  last_variable = std::to_integer<std::uint32_t>(record[1]);
  fixed_end = load_le<std::uint16_t>(record, 2);
  const std::size_t bitmap = (last_fixed + 7) / 8;
  if (last_fixed > kNoVariable || last_variable < kNoVariable)
    return fail(Code::kCorrupt, 0,
                fmt::format("last columns are numbered {} and {}", last_fixed, last_variable));
  if (fixed_end > record.size() || fixed_end < kRecordHeader + bitmap) {
    return fail(Code::kCorrupt, 2,
                fmt::format("fixed columns end at {} of {} bytes", fixed_end, record.size()));
  }
  const std::size_t offsets = std::size_t{2} * (last_variable - kNoVariable);
  if (record.size() - fixed_end < offsets)
    return fail(Code::kCorrupt, fixed_end, "variable offsets run past the record");
  tagged_begin = fixed_end + offsets;
  if (offsets != 0) {
    tagged_begin += load_le<std::uint16_t>(record, tagged_begin - 2) & kInstanceMask;
    if (tagged_begin > record.size())
      return fail(Code::kCorrupt, fixed_end,
                  fmt::format("variable columns end {} bytes past the record",
                              tagged_begin - record.size()));
  }
  return {};
}

Result<void> RecordLayout::Parser::fixed() {
  const std::size_t bitmap_at = fixed_end - (last_fixed + 7) / 8;
  for (std::size_t i = 0; i < layout.fixed_.size(); ++i) {
    const ColumnDef* column = layout.fixed_[i];
    if (column == nullptr) continue;
    if (i >= last_fixed) {
      if (gives_default(*column)) add_default(*column);
      continue;
    }
    if ((std::to_integer<unsigned>(record[bitmap_at + i / 8]) >> (i % 8)) & 1U) continue;
    if (column->record_offset < kRecordHeader || column->record_offset > bitmap_at ||
        bitmap_at - column->record_offset < column->size) {
      return fail(Code::kCorrupt, column->record_offset,
                  fmt::format("fixed column {} lies outside of the fixed area", column->name));
    }
    add(*column, 0, record.subspan(column->record_offset, column->size));
  }
  return {};
}

Result<void> RecordLayout::Parser::variable() {
  const std::size_t present = last_variable - kNoVariable;
  const Bytes area = record.subspan(fixed_end + 2 * present);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::max(present, layout.variable_.size()); ++i) {
    const ColumnDef* column = i < layout.variable_.size() ? layout.variable_[i] : nullptr;
    if (i >= present) {
      if (column != nullptr && gives_default(*column)) add_default(*column);
      continue;
    }
    const std::uint32_t entry = load_le<std::uint16_t>(record, fixed_end + 2 * i);
    const std::size_t end = entry & kInstanceMask;
    if (end < begin || end > area.size()) {
      return fail(Code::kCorrupt, fixed_end + 2 * i,
                  fmt::format("variable column {} ends at {}, begins at {}, of {} bytes",
                              kFirstVariableId + i, end, begin, area.size()));
    }
    if ((entry & kInstanceSeparated) == 0 && column != nullptr)  // the bit means NULL here
      add(*column, 0, area.subspan(begin, end - begin));
    begin = end;
  }
  return {};
}

// Defaults of the columns below `id` that the record does not store.
void RecordLayout::Parser::defaults_before(std::uint32_t id) {
  for (; next_default < layout.tagged_defaults_.size() &&
         layout.tagged_defaults_[next_default]->id < id;
       ++next_default) {
    add_default(*layout.tagged_defaults_[next_default]);
  }
}

void RecordLayout::Parser::skip_default(std::uint32_t id) {
  if (next_default < layout.tagged_defaults_.size() &&
      layout.tagged_defaults_[next_default]->id == id)
    ++next_default;
}

const ColumnDef* RecordLayout::Parser::tagged_column(std::uint32_t id) {
  const std::size_t index = id - kFirstTaggedId;
  if (index >= layout.tagged_known_.size() || !layout.tagged_known_[index]) {
    out.unknown_column = id;
    return nullptr;
  }
  return index < layout.tagged_.size() ? layout.tagged_[index] : nullptr;
}

Result<void> RecordLayout::Parser::tagged_array() {
  const Bytes area = record.subspan(tagged_begin);
  if (area.empty()) return {};
  const std::uint32_t mask = form.large_page ? kLargeOffsetMask : kSmallOffsetMask;
  if (area.size() < kTagEntry) return fail(Code::kCorrupt, tagged_begin, "tagged columns cut off");
  const std::size_t first = load_le<std::uint16_t>(area, 2) & mask;
  if (first == 0 || first % kTagEntry != 0 || first > area.size())
    return fail(Code::kCorrupt, tagged_begin,
                fmt::format("tagged columns: array of {} bytes in {}", first, area.size()));
  std::uint32_t id_before = 0;
  for (std::size_t at = 0; at < first; at += kTagEntry) {
    const std::uint32_t id = load_le<std::uint16_t>(area, at);
    const std::uint32_t entry = load_le<std::uint16_t>(area, at + 2);
    std::size_t begin = entry & mask;
    const std::size_t end = at + kTagEntry < first
                                ? load_le<std::uint16_t>(area, at + kTagEntry + 2) & mask
                                : area.size();
    if (id < kFirstTaggedId || id <= id_before || begin > end || end > area.size() ||
        begin < first) {
      return fail(Code::kCorrupt, tagged_begin + at,
                  fmt::format("tagged column {} at {} to {} of {} bytes, after column {}", id,
                              begin, end, area.size(), id_before));
    }
    id_before = id;
    defaults_before(id);
    skip_default(id);
    std::uint32_t info = 0;
    if (form.large_page || (entry & kSmallInfoFollows) != 0) {
      if (begin == end)
        return fail(Code::kCorrupt, tagged_begin + at, fmt::format("column {} has no info", id));
      info = std::to_integer<std::uint32_t>(area[begin++]);
    }
    const bool is_null = (info & kInfoNull) != 0 || (!form.large_page && (entry & kSmallNull) != 0);
    const ColumnDef* column = tagged_column(id);
    if (is_null || column == nullptr) continue;
    DIRSNAP_CHECK(value(*column, info, area.subspan(begin, end - begin)));
  }
  return {};
}

Result<void> RecordLayout::Parser::value(const ColumnDef& column, std::uint32_t info, Bytes bytes) {
  if ((info & kInfoTwo) != 0 && (info & kInfoMulti) != 0) return two_values(column, bytes);
  if ((info & kInfoMulti) != 0) return multi_values(column, info, bytes);
  CellView& cell = add(column, 0, bytes);
  cell.encrypted = (info & kInfoEncrypted) != 0;
  out.has_encrypted = out.has_encrypted || cell.encrypted;
  if ((info & kInfoSeparated) != 0) {
    cell.is_separated = true;
    add_pending(CellWork::kFetch);
  } else if ((info & kInfoCompressed) != 0) {
    cell.decompressed = true;
    add_pending(CellWork::kUnpack);
  }
  return {};
}

Result<void> RecordLayout::Parser::two_values(const ColumnDef& column, Bytes bytes) {
  const std::size_t first = bytes.empty() ? 0 : std::to_integer<std::size_t>(bytes[0]);
  if (bytes.empty() || bytes.size() - 1 < first)
    return fail(Code::kCorrupt, 0,
                fmt::format("column {}: first of two values has {} of {} bytes", column.name, first,
                            bytes.size()));
  add(column, 0, bytes.subspan(1, first));
  add(column, 1, bytes.subspan(1 + first));
  return {};
}

Result<void> RecordLayout::Parser::multi_values(const ColumnDef& column,
                                                std::uint32_t info,
                                                Bytes bytes) {
  const std::size_t table = bytes.size() < 2 ? 0 : load_le<std::uint16_t>(bytes, 0) & kInstanceMask;
  if (table == 0 || table % 2 != 0 || table > bytes.size())
    return fail(Code::kCorrupt, 0,
                fmt::format("column {}: table of {} bytes for its values, of {}", column.name,
                            table, bytes.size()));
  for (std::size_t at = 0; at < table; at += 2) {
    const std::uint32_t entry = load_le<std::uint16_t>(bytes, at);
    const std::size_t begin = entry & kInstanceMask;
    const std::size_t end =
        at + 2 < table ? load_le<std::uint16_t>(bytes, at + 2) & kInstanceMask : bytes.size();
    const auto seq = static_cast<std::uint32_t>(at / 2);
    if (begin > end || end > bytes.size() || begin < table)
      return fail(Code::kCorrupt, 0,
                  fmt::format("column {}: value {} at {} to {} of {} bytes", column.name, seq,
                              begin, end, bytes.size()));
    CellView& cell = add(column, seq, bytes.subspan(begin, end - begin));
    cell.encrypted = (info & kInfoEncrypted) != 0;
    out.has_encrypted = out.has_encrypted || cell.encrypted;
    if ((entry & kInstanceSeparated) != 0) {
      cell.is_separated = true;
      add_pending(CellWork::kFetch);
    } else if (at == 0 && (info & kInfoCompressed) != 0) {
      cell.decompressed = true;
      add_pending(CellWork::kUnpack);
    }
  }
  return {};
}

Result<void> RecordLayout::Parser::tagged_linear() {
  std::uint32_t id_before = 0;
  std::uint32_t seq = 0;
  std::size_t at = tagged_begin;
  while (at < record.size()) {
    if (record.size() - at < kTagEntry) return fail(Code::kCorrupt, at, "tagged column cut off");
    const std::uint32_t id = load_le<std::uint16_t>(record, at);
    const std::uint32_t entry = load_le<std::uint16_t>(record, at + 2);
    const std::size_t length = entry & kLinearLength;
    at += kTagEntry;
    if (id < kFirstTaggedId || id < id_before || record.size() - at < length) {
      return fail(Code::kCorrupt, at - kTagEntry,
                  fmt::format("tagged column {} of {} bytes after column {}, {} bytes left", id,
                              length, id_before, record.size() - at));
    }
    seq = id == id_before ? seq + 1 : 0;
    id_before = id;
    if (seq == 0) {
      defaults_before(id);
      skip_default(id);
    }
    Bytes bytes = record.subspan(at, length);
    at += length;
    const ColumnDef* column = tagged_column(id);
    if (column == nullptr || (entry & kLinearNull) != 0) continue;
    bool separated = false;
    if ((entry & kLinearLong) != 0) {
      if (bytes.empty())
        return fail(Code::kCorrupt, at, fmt::format("column {} has no flag byte", column->name));
      separated = (std::to_integer<unsigned>(bytes[0]) & 1U) != 0;
      bytes = bytes.subspan(1);
    }
    CellView& cell = add(*column, seq, bytes);
    if (separated) {
      cell.is_separated = true;
      add_pending(CellWork::kFetch);
    }
  }
  return {};
}

RecordLayout::RecordLayout(const TableDef& table, std::span<const std::uint32_t> wanted) {
  fixed_ends_.push_back(kRecordHeader);
  const auto is_wanted = [&](std::uint32_t id) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), id) != wanted.end();
  };
  for (const ColumnDef& column : table.columns) {
    if (column.is_fixed()) {
      set_at(fixed_ends_, column.id, column.record_offset + column.size + (column.id + 7) / 8);
    } else if (column.is_variable()) {
      last_variable_ = std::max(last_variable_, column.id);
    }
    if (column.is_tagged() && column.id <= kLastColumnId)
      set_at(tagged_known_, column.id - kFirstTaggedId, true);
    if (column.id == 0 || column.id > kLastColumnId || !is_wanted(column.id)) continue;
    if (column.is_fixed()) {
      set_at(fixed_, column.id - 1, &column);
    } else if (column.is_variable()) {
      set_at(variable_, column.id - kFirstVariableId, &column);
    } else {
      set_at(tagged_, column.id - kFirstTaggedId, &column);
      if (gives_default(column)) tagged_defaults_.push_back(&column);
    }
  }
  for (const std::uint32_t id : table.deleted_columns) {
    if (id >= kFirstTaggedId && id <= kLastColumnId)
      set_at(tagged_known_, id - kFirstTaggedId, true);
  }
}

Result<void> RecordLayout::parse(Bytes record, RecordForm form, RecordCells& out) const {
  Parser parser{*this, record, form, out};
  DIRSNAP_CHECK(parser.head());
  DIRSNAP_CHECK(parser.fixed());
  DIRSNAP_CHECK(parser.variable());
  DIRSNAP_CHECK(form.array_tags ? parser.tagged_array() : parser.tagged_linear());
  parser.defaults_before(kLastColumnId + 1);
  return {};
}

bool RecordLayout::begins_like_record(Bytes bytes) const {
  if (bytes.size() < kRecordHeader) return false;
  const auto fixed = std::to_integer<std::size_t>(bytes[0]);
  const auto variable = std::to_integer<std::uint32_t>(bytes[1]);
  return fixed < fixed_ends_.size() && variable >= kNoVariable && variable <= last_variable_ &&
         load_le<std::uint16_t>(bytes, 2) == fixed_ends_[fixed];
}

}  // namespace dirsnap::ese
