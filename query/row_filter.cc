// SPDX-License-Identifier: MIT
#include "query/row_filter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "query/sql_value.h"
#include "storage/base/text.h"
#include "storage/value_order.h"

namespace dirsnap {
namespace {

bool is_numeric_column(const TableColumn& column) {
  return column.type == ColumnType::kInteger || column.type == ColumnType::kReal;
}

// Predicate that texts and blobs, or numbers, pass.
Predicate any_bytes() { return {.op = Op::kGe, .value = ValueView::text("")}; }
Predicate any_number() { return {.op = Op::kLt, .value = ValueView::text("")}; }

enum class Doubt : std::uint8_t {
  kNone,     // SQLite compares the two values as they are
  kBytes,    // it might turn the row's text into a number
  kNumbers,  // it might turn the row's number into text
  kUnknown,  // no test is safe
};

// What SQLite might convert before it compares a value of the column with `value`.
Doubt doubt_of(const TableColumn& column, const ValueView& value, bool equality) {
  if (is_numeric_column(column) || value.type == ValueType::kBlob) return Doubt::kNone;
  if (column.type == ColumnType::kText) return value.is_number() ? Doubt::kUnknown : Doubt::kNone;
  if (value.is_number()) return Doubt::kBytes;
  // A number printed as text can only equal text that looks like one.
  if (equality && !looks_numeric(value.bytes)) return Doubt::kNone;
  return Doubt::kNumbers;
}

Op op_of(TermOp op) {
  switch (op) {
    case TermOp::kNe:
    case TermOp::kIsNot:
      return Op::kNe;
    case TermOp::kLt:
      return Op::kLt;
    case TermOp::kLe:
      return Op::kLe;
    case TermOp::kGt:
      return Op::kGt;
    case TermOp::kGe:
      return Op::kGe;
    case TermOp::kLike:
      return Op::kLike;
    case TermOp::kGlob:
      return Op::kGlob;
    default:
      return Op::kEq;
  }
}

bool is_null_test(TermOp op) { return op == TermOp::kIsNull || op == TermOp::kIsNotNull; }
bool is_equality(TermOp op) { return op == TermOp::kEq || op == TermOp::kIn || op == TermOp::kIs; }

void set_collation(Predicate& predicate, const Term& term, const TableColumn& column) {
  predicate.ascii_nocase = term.collation == TermCollation::kNocase;
  predicate.collation = index_collation(term, column).value_or(Collation::kBinary);
}

// The only character of `text`. REQUIRES: valid UTF-8.
char32_t code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return lead;
  char32_t c = lead & (0x7FU >> text.size());
  for (const char next : text.substr(1)) c = (c << 6) | (static_cast<unsigned char>(next) & 0x3FU);
  return c;
}

Bound bind_test(const BindTarget& target,
                int column,
                Predicate test,
                std::optional<Predicate> also = std::nullopt) {
  target.filters.emplace_back(column, std::move(test), std::move(also));
  return Bound::kFilter;
}

Bound bind_pattern(const Term& term, sqlite3_value* argument, const BindTarget& target) {
  const int type = sqlite3_value_type(argument);
  if (type == SQLITE_NULL) return Bound::kNever;
  if (type == SQLITE_BLOB) return Bound::kAll;
  ValueView pattern = view_of(argument);
  std::string printed;
  if (pattern.is_number()) {
    printed = number_text(pattern);
    pattern = ValueView::text(printed);
  }
  if (pattern.bytes.size() > target.pattern_limit) return Bound::kAll;
  return bind_test(target, term.column, {.op = op_of(term.op), .value = target.pool.keep(pattern)});
}

Bound bind_list(const Term& term,
                const TableColumn& column,
                sqlite3_value* argument,
                const BindTarget& target) {
  Predicate in{.op = Op::kIn};
  set_collation(in, term, column);
  std::optional<Predicate> also;
  sqlite3_value* member = nullptr;
  int code = sqlite3_vtab_in_first(argument, &member);
  for (; code == SQLITE_OK && member != nullptr; code = sqlite3_vtab_in_next(argument, &member)) {
    const ValueView value = is_numeric_column(column) ? numeric_view_of(member) : view_of(member);
    if (value.is_null()) continue;
    const Doubt doubt = doubt_of(column, value, true);
    const bool twice = also && (also->op == Op::kGe) != (doubt == Doubt::kBytes);
    if (doubt == Doubt::kUnknown || (doubt != Doubt::kNone && twice)) return Bound::kAll;
    if (doubt != Doubt::kNone) also = doubt == Doubt::kBytes ? any_bytes() : any_number();
    in.list.push_back(target.pool.keep(value));
  }
  if (code != SQLITE_OK && code != SQLITE_DONE) return Bound::kAll;
  if (in.list.empty()) return Bound::kNever;
  return bind_test(target, term.column, std::move(in), std::move(also));
}

Bound bind_comparison(const Term& term,
                      const TableColumn& column,
                      const ValueView& value,
                      const BindTarget& target) {
  Predicate test{.op = op_of(term.op), .value = target.pool.keep(value)};
  set_collation(test, term, column);
  const Doubt doubt = doubt_of(column, value, is_equality(term.op));
  if (doubt == Doubt::kUnknown) return Bound::kAll;
  std::optional<Predicate> also;
  if (term.op == TermOp::kIsNot) {
    // Conversions only make more values equal, so the strict test passes every row it must.
    also = Predicate{.op = Op::kIsNull};
  } else if (term.op != TermOp::kNe && doubt != Doubt::kNone) {
    also = doubt == Doubt::kBytes ? any_bytes() : any_number();
  }
  return bind_test(target, term.column, std::move(test), std::move(also));
}

}  // namespace

ValueView ValuePool::keep(const ValueView& value) {
  ValueView kept = value;
  kept.is_c_string = false;
  if (value.bytes.empty()) return kept;
  auto* const bytes = static_cast<char*>(memory_.allocate(value.bytes.size(), 1));
  std::memcpy(bytes, value.bytes.data(), value.bytes.size());
  kept.bytes = {bytes, value.bytes.size()};
  return kept;
}

RowFilter::RowFilter(int column, Predicate test, std::optional<Predicate> also)
    : column_(column), test_(std::move(test)) {
  if (also) also_.emplace(*std::move(also));
}

bool RowFilter::matches(const ValueView& value) const {
  return test_.matches(value) || (also_ && also_->matches(value));
}

void RowFilter::select(const ChunkView& chunk, RowMask& mask) const {
  if (!also_) return chunk.select(test_, mask);
  RowMask second = mask;
  chunk.select(test_, mask);
  chunk.select(*also_, second);
  for (std::uint32_t i = 0; i < mask.words(); ++i) {
    mask.set_word(i, mask.word(i) | second.word(i));
  }
}

Bound bind_term(const Term& term,
                const TableColumn& column,
                sqlite3_value* argument,
                const BindTarget& target) {
  if (is_null_test(term.op)) {
    const Op op = term.op == TermOp::kIsNull ? Op::kIsNull : Op::kIsNotNull;
    return bind_test(target, term.column, {.op = op});
  }
  if (is_pattern(term.op)) return bind_pattern(term, argument, target);
  if (term.op == TermOp::kIn) return bind_list(term, column, argument, target);
  const ValueView value = is_numeric_column(column) ? numeric_view_of(argument) : view_of(argument);
  if (value.is_null()) {
    if (term.op == TermOp::kIs) return bind_test(target, term.column, {.op = Op::kIsNull});
    if (term.op == TermOp::kIsNot) return bind_test(target, term.column, {.op = Op::kIsNotNull});
    return Bound::kNever;
  }
  return bind_comparison(term, column, value, target);
}

bool is_exact(const Term& term,
              const TableColumn& column,
              const ValueView& literal,
              std::size_t pattern_limit) {
  if (is_exact_for_any_value(term, column)) return true;
  // SQLite does not tell the collation of <> and IS NOT; the bytewise test passes the most rows.
  const bool known_collation = term.op != TermOp::kNe && term.op != TermOp::kIsNot;
  if (column.type != ColumnType::kText || !known_collation) return false;
  const bool fits = !is_pattern(term.op) || literal.bytes.size() <= pattern_limit;
  return literal.type == ValueType::kText && fits;
}

bool is_exact_for_any_value(const Term& term, const TableColumn& column) {
  return is_null_test(term.op) || (is_numeric_column(column) && !is_pattern(term.op));
}

std::optional<std::string> literal_prefix(TermOp op, std::string_view pattern) {
  const std::string_view wildcards = op == TermOp::kLike ? "%_" : "*?[";
  const std::size_t end = std::min(pattern.find_first_of(wildcards), pattern.size());
  const std::string_view prefix = pattern.substr(0, std::min(end, pattern.find('\0')));
  // SQLite reads a broken sequence as U+FFFD, which would then match other bytes.
  const bool plain = is_valid_utf8(prefix) && prefix.find("\xEF\xBF\xBD") == prefix.npos;
  if (prefix.empty() || !plain) return std::nullopt;
  return std::string(prefix);
}

std::optional<std::string> prefix_successor(std::string_view prefix, Collation collation) {
  std::string text(prefix);
  if (collation == Collation::kBinary) {
    while (!text.empty() && text.back() == '\xFF') text.pop_back();
    if (text.empty()) return std::nullopt;
    text.back() = static_cast<char>(static_cast<unsigned char>(text.back()) + 1);
    return text;
  }
  // The last character is raised to the next one that folding leaves alone.
  text = fold_case(prefix);
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && is_continuation(text[start])) --start;
    char32_t c = code_point(std::string_view(text).substr(start));
    text.resize(start);
    while (c < 0x10FFFF) {
      c = c == 0xD7FF ? 0xE000 : c + 1;
      std::string next;
      append_utf8(next, c);
      if (fold_case(next) == next) return text + next;
    }
  }
  return std::nullopt;
}

std::optional<Collation> index_collation(const Term& term, const TableColumn& column) {
  switch (term.collation) {
    case TermCollation::kColumn:
      return column.collation;
    case TermCollation::kBinary:
      return Collation::kBinary;
    case TermCollation::kFold:
      return Collation::kFold;
    case TermCollation::kNocase:
      break;
  }
  return std::nullopt;
}

}  // namespace dirsnap
