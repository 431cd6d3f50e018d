// SPDX-License-Identifier: MIT
//
// A small relation with a column for every kind of encoding, and cases made of it.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "storage/case_file.h"
#include "storage/snapshot_writer.h"

namespace dirsnap::test {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().what);
  return std::move(*result);
}

inline SnapshotRecord named(const char* name) {
  SnapshotRecord facts;
  facts.name = name;
  facts.imported_at = "2001-02-03T04:05:06Z";
  return facts;
}

enum ThingColumn : std::uint32_t { kId, kGroup, kNumber, kNote, kAnything, kThingColumns };

inline RelationDef things() {
  return {.name = "things",
          .columns = {{"id", ColumnType::kInteger, Access::kDense, Collation::kBinary},
                      {"group", ColumnType::kText, Access::kIndex, Collation::kFold},
                      {"number", ColumnType::kInteger, Access::kIndex, Collation::kBinary},
                      {"note", ColumnType::kText, Access::kHash, Collation::kBinary},
                      {"anything", ColumnType::kAny, Access::kIndex, Collation::kBinary}}};
}

inline const std::string& long_note() {
  static const std::string note(20'000, 'n');
  return note;
}

// The value of a row; the same for all time.
inline ValueView thing_value(std::uint32_t row, std::uint32_t column) {
  constexpr std::array<const char*, 4> kGroups = {"User", "Group", "GROUP", "computer"};
  switch (column) {
    case kId:
      return ValueView::of(std::int64_t{row} + 1);
    case kGroup:
      return ValueView::text(kGroups[row % 4]);
    case kNumber:
      return ValueView::of(std::int64_t{row} * 8 % 1001 - 500);
    case kNote:
      if (row % 970 == 0) return ValueView::text(long_note());
      return row % 97 == 0 ? ValueView::text("short") : ValueView::null();
    default:
      break;
  }
  switch (row % 5) {
    case 0:
      return ValueView::of(row % 13);
    case 1:
      return ValueView::of_real(row % 13 + (row % 2) * 0.5);
    case 2:
      return ValueView::text(kGroups[row % 4]);
    case 3:
      return ValueView::blob("\x01\x02");
    default:
      return ValueView::null();
  }
}

inline void append_things(SnapshotWriter& writer, std::uint32_t count) {
  RelationWriter* relation = must(writer.relation(things()));
  for (std::uint32_t row = 0; row < count; ++row) {
    std::array<Cell, kThingColumns> cells;
    for (std::uint32_t i = 0; i < kThingColumns; ++i) {
      const std::uint32_t column = (i + row) % kThingColumns;  // any order
      cells[i] = {.column = column, .value = thing_value(row, column)};
    }
    REQUIRE(must(relation->append(cells)) == row);
  }
}

inline SnapshotRecord import_things(const std::filesystem::path& path,
                                    const char* name,
                                    std::uint32_t count) {
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named(name)));
  append_things(*writer, count);
  return must(writer->seal());
}

// Leaves a snapshot without seal, as a killed import does.
inline void abandon_things(const std::filesystem::path& path,
                           const char* name,
                           std::uint32_t count) {
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  auto writer = must(SnapshotWriter::begin(*file, named(name)));
  append_things(*writer, count);
  // Enough in other relations to have a batch written.
  RelationWriter* filler = must(
      writer->relation({.name = "filler",
                        .columns = {{"x", ColumnType::kBlob, Access::kScan, Collation::kBinary}}}));
  const std::string block(1 << 20, 'f');
  for (int i = 0; i < 17; ++i) {
    const Cell cell{.column = 0, .value = ValueView::blob(block)};
    must(filler->append({&cell, 1}));
  }
}

}  // namespace dirsnap::test
