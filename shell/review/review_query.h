// SPDX-License-Identifier: MIT
//
// Rows of a statement as plain values, for the model of the review page.
// Lifetime: a ReviewRow is valid during the call it is given to. Threads: one thread per Engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/engine.h"
#include "storage/base/result.h"

namespace dirsnap {

class ReviewRow {
 public:
  explicit ReviewRow(const Statement& statement) : statement_(statement) {}
  // Empty for NULL; numbers in decimal.
  [[nodiscard]] std::string text(std::size_t column) const {
    const ValueView value = statement_.column(column);
    if (value.type == ValueType::kInteger) return std::to_string(value.integer);
    return std::string(value.bytes);
  }
  // 0 for NULL.
  [[nodiscard]] std::int64_t integer(std::size_t column) const {
    return statement_.column(column).integer;
  }
  [[nodiscard]] bool is_null(std::size_t column) const {
    return statement_.column(column).is_null();
  }

 private:
  const Statement& statement_;
};

// Values of :snapshot and :limit, bound where the statement has them.
struct QueryValues {
  std::int64_t snapshot_id = 0;
  std::size_t limit = 0;
};

// Calls `take` with every row. Fails as Statement::step() does.
template <class Take>
Result<void> for_each_row(Engine& engine,
                          std::string_view sql,
                          const QueryValues& values,
                          Take&& take) {
  DIRSNAP_TRY(Statement statement, engine.prepare(sql));
  for (const std::string& name : statement.parameters()) {
    const auto value =
        name == ":snapshot" ? values.snapshot_id : static_cast<std::int64_t>(values.limit);
    DIRSNAP_CHECK(statement.bind(name, ValueView::of(value)));
  }
  for (;;) {
    DIRSNAP_TRY(const bool row, statement.step());
    if (!row) return {};
    take(ReviewRow(statement));
  }
}

// The number that a statement of one row and column gives.
inline Result<std::uint64_t> number_of(Engine& engine,
                                       std::string_view sql,
                                       const QueryValues& values = {}) {
  std::uint64_t number = 0;
  DIRSNAP_CHECK(for_each_row(engine, sql, values, [&](const ReviewRow& row) {
    number = static_cast<std::uint64_t>(row.integer(0));
  }));
  return number;
}

// What of `all` is not among the first `shown`.
inline std::uint64_t left_over(std::uint64_t all, std::size_t shown) {
  return all > shown ? all - shown : 0;
}

}  // namespace dirsnap
