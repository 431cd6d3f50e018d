// SPDX-License-Identifier: MIT
//
// One open cursor of a relation-backed table: binds a plan to its values, then walks the parts.
// Lifetime: borrows the table. Values are valid until the statement ends. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "query/part_merge.h"
#include "query/part_scan.h"
#include "query/relation_table.h"
#include "query/scan_plan.h"
#include "storage/kind_verdicts.h"

namespace dirsnap {

class RelationCursor {
 public:
  explicit RelationCursor(RelationTable& table)
      : table_(table),
        counters_(table.session().counters()),
        scans_{PartScan(table.session().cancel()), PartScan(table.session().cancel())},
        merge_(table.session().cancel()) {}

  // Starts the scan that `plan` (the grammar of scan_plan.h) describes.
  Result<void> filter(std::string_view plan,
                      std::span<sqlite3_value*> arguments,
                      std::size_t pattern_limit);
  Result<void> next();
  // The same where the next row of the present part is at hand; false says nothing.
  bool advance() noexcept {
    if (left_ == 0 || skip_ != 0) return false;
    if (is_merging_ ? !merge_.advance_in_part() : !at_->advance()) return false;
    --left_;
    ++counters_.rows_visited;
    return true;
  }
  [[nodiscard]] bool at_end() const { return at_end_; }
  // Ends the scan; gives back what a next one would rarely need.
  void rest();

  // REQUIRES: !at_end().
  Result<ValueView> value(int column);
  // The same for most values; nullopt: ask value().
  [[nodiscard]] std::optional<ValueView> held_value(int column) const {
    return at_->held_value(column);
  }
  // What every row up to the next look-up has there; null: ask held_value().
  [[nodiscard]] const ValueView* constant(int column) const { return at_->constant(column); }
  // Part and row in one number: unique in the table, the same in every scan.
  // From the present row on none is left out as equal to another: a statement that asks for this
  // number may want one of them alone, which SQLite does not tell the planner.
  [[nodiscard]] std::int64_t rowid();
  [[nodiscard]] std::uint32_t part() const { return part_; }

 private:
  // False: no row can match.
  bool bind(std::span<sqlite3_value*> arguments, std::size_t pattern_limit);
  bool bind_part(const Term& term, sqlite3_value* argument, std::size_t pattern_limit);
  bool add_seek(const Term& term, const RowFilter& filter);
  void set_keys(const TableColumn& column, std::span<const ValueView> values);
  void bind_restriction(const RowRestriction& only);
  void bind_limits(std::span<sqlite3_value*> arguments);
  void choose_parts();
  void find_parts();
  [[nodiscard]] bool part_matches(const TablePart& part) const;
  [[nodiscard]] std::size_t group_end() const;
  [[nodiscard]] bool is_sorted_together() const;
  Result<bool> misses_key(std::uint32_t number, OpenPart& part);
  Result<std::optional<std::uint32_t>> find_shared(const IndexView& index, const OpenPart& part);
  Result<void> open_group(std::size_t end);
  bool skip_group();
  Result<bool> open_next_group();
  Result<bool> next_merged();
  bool advance_merged();
  void take_merged();
  [[nodiscard]] bool is_merged_order() const {
    return bound_.way.in_key_order || bound_.way.sort_column >= 0;
  }

  RelationTable& table_;
  ScanCounters& counters_;  // of the session
  std::string plan_text_;
  std::shared_ptr<const ScanPlan> plan_;
  ValuePool pool_;
  std::optional<std::int64_t> snapshot_;  // the one wanted, by far the most frequent term
  std::vector<RowFilter> part_filters_;   // the other terms that choose parts
  BoundScan bound_;
  std::array<KindVerdicts, 2> verdicts_;  // of its first filters
  std::array<PartScan, 2> scans_;         // of one part after the other, by its piece,
  PartMerge merge_;                       // or of several at once
  PartScan* at_ = scans_.data();          // the one at the present row
  bool is_merging_ = false;
  bool is_seeking_offset_ = false;  // bound_'s seek stands for OFFSET, in the present group
  std::uint64_t epoch_ = 0;         // of the session, when a part was last opened

  std::vector<std::uint32_t> parts_;            // to visit, in order
  std::optional<std::int64_t> chosen_for_;      // the snapshot whose parts, all of them, these are
  std::vector<PartMerge::NumberedPart> group_;  // of these, those to visit together
  // Where the key that is looked for stands in the index last asked for it; null: none was.
  const IndexView* shared_index_ = nullptr;
  std::optional<std::uint32_t> shared_ordinal_;
  std::size_t next_part_ = 0;
  std::uint32_t part_ = 0;  // the present one
  std::uint64_t left_ = 0;  // rows that LIMIT still allows
  std::uint64_t skip_ = 0;  // rows that OFFSET still leaves out
  bool at_end_ = true;
};

}  // namespace dirsnap
