// SPDX-License-Identifier: MIT
//
// A term of a plan joined with its value: what the table itself can test, before rows reach
// SQLite.
//
// SQLite hands over values without affinity and does not say what the other side's affinity is
// (`text_column = 5` converts the 5, `text_column = integer_column` converts the text). So:
// INV-1: a filter passes every row that SQLite's own test would pass. Where the affinity cannot be
//        known it passes more, and the term is never consumed (best_index.cc).
// Lifetime: values are copied into the pool; filters borrow it. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "query/scan_plan.h"
#include "storage/chunk.h"
#include "storage/compiled_predicate.h"

namespace dirsnap {

// Owns the bytes of bound values. Few and short ones, which a join binds again for each row of the
// outer table, cost no allocation.
class ValuePool {
 public:
  ValueView keep(const ValueView& value);
  void clear() { memory_.release(); }

 private:
  std::array<std::byte, 192> first_{};
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
};

// A predicate, ready to test single values and whole chunks.
class RowFilter {
 public:
  // Rows that match `test` or `also`. `column` is the table's.
  RowFilter(int column, Predicate test, std::optional<Predicate> also = std::nullopt);

  [[nodiscard]] int column() const { return column_; }
  [[nodiscard]] const Predicate& test() const { return test_.predicate(); }
  // True if the filter is `test` alone: usable as a key of an index under test's collation.
  [[nodiscard]] bool is_exact_test() const { return !also_; }

  // What `test` says of kinds is remembered there, which must outlive the filter.
  void remember_in(KindVerdicts* verdicts) { test_.remember_in(verdicts); }

  [[nodiscard]] bool matches(const ValueView& value) const;
  // Clears the rows of `mask` that do not match.
  void select(const ChunkView& chunk, RowMask& mask) const;

 private:
  int column_;
  CompiledPredicate test_;
  std::optional<CompiledPredicate> also_;
};

enum class Bound : std::uint8_t {
  kAll,     // nothing can be excluded
  kNever,   // no row matches
  kFilter,  // the filter appended decides
};

// Where filters and the bytes of their values go.
struct BindTarget {
  std::size_t pattern_limit;  // longer patterns are left to SQLite, which refuses them
  ValuePool& pool;
  std::vector<RowFilter>& filters;
};

// Appends the term's filter, made with its value, to the target's filters where one decides.
Bound bind_term(const Term& term,
                const TableColumn& column,
                sqlite3_value* argument,
                const BindTarget& target);

// True if a literal value makes the filter equal to SQLite's test, so that the term may be
// consumed.
bool is_exact(const Term& term,
              const TableColumn& column,
              const ValueView& literal,
              std::size_t pattern_limit);
// The same for terms whose value is not known when the statement is planned.
bool is_exact_for_any_value(const Term& term, const TableColumn& column);

// The text before the first wildcard of a LIKE or GLOB pattern; nullopt where there is none or it
// cannot be compared byte by byte.
std::optional<std::string> literal_prefix(TermOp op, std::string_view pattern);

// The smallest text greater than every text that starts with `prefix` under the collation;
// nullopt: there is none.
std::optional<std::string> prefix_successor(std::string_view prefix, Collation collation);

// The collation under which a term compares text, as an index sees it; nullopt for NOCASE.
std::optional<Collation> index_collation(const Term& term, const TableColumn& column);

}  // namespace dirsnap
