// SPDX-License-Identifier: MIT
#include "query/scan_plan.h"

#include <array>
#include <utility>

#include "query/sql_value.h"

namespace dirsnap {
namespace {

// Longer names before their own beginnings, so that the first match is the right one.
constexpr std::array<std::pair<TermOp, std::string_view>, 13> kOps = {{
    {TermOp::kNe, "<>"},
    {TermOp::kLe, "<="},
    {TermOp::kGe, ">="},
    {TermOp::kEq, "="},
    {TermOp::kLt, "<"},
    {TermOp::kGt, ">"},
    {TermOp::kIsNotNull, "IS NOT NULL"},
    {TermOp::kIsNot, "IS NOT"},
    {TermOp::kIsNull, "IS NULL"},
    {TermOp::kIs, "IS"},
    {TermOp::kLike, "LIKE"},
    {TermOp::kGlob, "GLOB"},
    {TermOp::kIn, "IN"},
}};

constexpr std::array<std::pair<TermCollation, std::string_view>, 3> kCollations = {{
    {TermCollation::kBinary, " BINARY"},
    {TermCollation::kNocase, " NOCASE"},
    {TermCollation::kFold, " FOLD"},
}};

constexpr std::array<std::pair<Access, std::string_view>, 4> kKinds = {{
    {Access::kDense, "DENSE "},
    {Access::kSorted, "SORTED "},
    {Access::kIndex, "INDEX "},
    {Access::kHash, "HASH "},
}};

// Longer names first, as above.
constexpr std::array<std::pair<ScanOrder, std::string_view>, 6> kOrders = {{
    {ScanOrder::kPartsDesc, " ORDER PARTS DESC"},
    {ScanOrder::kParts, " ORDER PARTS"},
    {ScanOrder::kKeyDesc, " ORDER KEY DESC"},
    {ScanOrder::kKey, " ORDER KEY"},
    {ScanOrder::kRowsDesc, " ORDER ROWS DESC "},
    {ScanOrder::kRows, " ORDER ROWS "},
}};

bool is_by_parts(ScanOrder order) {
  return order == ScanOrder::kParts || order == ScanOrder::kPartsDesc;
}
bool is_sorted(ScanOrder order) {
  return order == ScanOrder::kRows || order == ScanOrder::kRowsDesc;
}

template <class Table, class Key>
std::string_view name_of(const Table& table, Key key) {
  for (const auto& entry : table) {
    if (entry.first == key) return entry.second;
  }
  return {};
}

class PlanWriter {
 public:
  explicit PlanWriter(const TableShape& shape) : shape_(shape) { out_.reserve(kUsualSize); }

  std::string write(const ScanPlan& plan) && {
    for (const Term& term : plan.parts) {
      add_term(term);
      out_.append(" ");
    }
    add_access(plan);
    if (!plan.filters.empty()) out_.append(" FILTER");
    for (const Term& term : plan.filters) {
      out_.append(" ");
      add_term(term);
    }
    out_.append(name_of(kOrders, plan.order));
    if (is_by_parts(plan.order) && plan.order_column >= 0) out_.append(" BY ");
    if (plan.order_column >= 0) {
      add_name(plan.order_column);
      out_.append("()");
    }
    if (plan.distinct) out_.append(" DISTINCT");
    if (plan.limit) out_.append(" LIMIT");
    if (plan.offset) out_.append(" OFFSET");
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kUsualSize = 128;

  void add_name(int column) {
    append_identifier(out_, shape_.columns[static_cast<std::size_t>(column)].name);
  }

  void add_op(const Term& term) {
    out_.append(name_of(kOps, term.op)).append(name_of(kCollations, term.collation));
  }

  void add_term(const Term& term) {
    add_name(term.column);
    out_.append("(");
    add_op(term);
    out_.append(")");
  }

  void add_access(const ScanPlan& plan) {
    if (plan.none || plan.access == Access::kScan) {
      out_.append(plan.none ? "NONE" : shape_.only ? "CLASS" : "SCAN");
      return;
    }
    out_.append(name_of(kKinds, plan.access));
    add_name(plan.access_column);
    out_.append("(");
    for (const Term& seek : plan.seeks) {
      if (out_.back() != '(') out_.append(",");
      add_op(seek);
    }
    out_.append(")");
  }

  const TableShape& shape_;
  std::string out_;
};

class PlanParser {
 public:
  PlanParser(std::string_view text, const TableShape& shape) : text_(text), shape_(shape) {}

  Result<ScanPlan> parse() {
    while (!at_access()) {
      DIRSNAP_TRY(const Term term, parse_term());
      plan_.parts.push_back(term);
      if (!accept(" ")) return bad();
    }
    DIRSNAP_CHECK(parse_access());
    if (accept(" FILTER")) {
      while (at_term() && accept(" ")) {
        DIRSNAP_TRY(const Term term, parse_term());
        plan_.filters.push_back(term);
      }
    }
    for (const auto& order : kOrders) {
      if (plan_.order == ScanOrder::kAny && accept(order.second)) plan_.order = order.first;
    }
    if (is_sorted(plan_.order) || (is_by_parts(plan_.order) && accept(" BY "))) {
      DIRSNAP_TRY(plan_.order_column, parse_column());
      if (!accept(")")) return bad();
    }
    plan_.distinct = accept(" DISTINCT");
    plan_.limit = accept(" LIMIT");
    plan_.offset = accept(" OFFSET");
    if (!text_.empty()) return bad();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] static tl::unexpected<Error> bad() { return fail(Code::kUsage, "malformed plan"); }

  bool accept(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  // The words of the grammar are SQL keywords or followed by a blank, so that no bare column name
  // looks like them: a term has its parenthesis right after the name.
  [[nodiscard]] bool at_access() const {
    for (const std::string_view word : {"NONE", "SCAN", "CLASS"}) {
      if (text_ == word || (text_.starts_with(word) && text_[word.size()] == ' ')) return true;
    }
    for (const auto& kind : kKinds) {
      if (text_.starts_with(kind.second)) return true;
    }
    return text_.empty();
  }

  [[nodiscard]] bool at_term() const {
    if (!text_.starts_with(" ")) return false;
    if (text_.size() > 1 && text_[1] == '"') return true;
    const std::size_t end = text_.find_first_of(" (", 1);
    return end != std::string_view::npos && text_[end] == '(';
  }

  Result<int> parse_column() {
    std::string name;
    if (accept("\"")) {
      for (;;) {
        const std::size_t quote = text_.find('"');
        if (quote == std::string_view::npos) return bad();
        name.append(text_.substr(0, quote));
        text_.remove_prefix(quote + 1);
        if (!accept("\"")) break;
        name.push_back('"');
      }
    } else {
      const std::size_t end = text_.find('(');
      if (end == std::string_view::npos) return bad();
      name = text_.substr(0, end);
      text_.remove_prefix(end);
    }
    const auto column = shape_.find_column(name);
    if (!column || !accept("(")) return bad();
    return *column;
  }

  Result<Term> parse_op(int column) {
    Term term{.column = column};
    bool known = false;
    for (const auto& op : kOps) {
      if (!known && accept(op.second)) {
        term.op = op.first;
        known = true;
      }
    }
    if (!known) return bad();
    for (const auto& collation : kCollations) {
      if (accept(collation.second)) term.collation = collation.first;
    }
    return term;
  }

  Result<Term> parse_term() {
    DIRSNAP_TRY(const int column, parse_column());
    DIRSNAP_TRY(const Term term, parse_op(column));
    if (!accept(")")) return bad();
    return term;
  }

  Result<void> parse_access() {
    plan_.none = accept("NONE");
    if (plan_.none || accept(shape_.only ? "CLASS" : "SCAN")) return {};
    for (const auto& kind : kKinds) {
      if (plan_.access == Access::kScan && accept(kind.second)) plan_.access = kind.first;
    }
    if (plan_.access == Access::kScan) return bad();
    DIRSNAP_TRY(plan_.access_column, parse_column());
    while (!accept(")")) {
      if (!plan_.seeks.empty() && !accept(",")) return bad();
      DIRSNAP_TRY(const Term term, parse_op(plan_.access_column));
      plan_.seeks.push_back(term);
    }
    return {};
  }

  std::string_view text_;
  const TableShape& shape_;
  ScanPlan plan_;
};

}  // namespace

std::string format_plan(const ScanPlan& plan, const TableShape& shape) {
  return PlanWriter(shape).write(plan);
}

Result<ScanPlan> parse_plan(std::string_view text, const TableShape& shape) {
  return PlanParser(text, shape).parse();
}

}  // namespace dirsnap
