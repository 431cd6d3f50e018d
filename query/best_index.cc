// SPDX-License-Identifier: MIT
#include "query/best_index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/part_counts.h"
#include "query/row_filter.h"
#include "query/scan_plan.h"
#include "query/sql_value.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

// Costs in touches: 1 = the next row handed to SQLite.
constexpr double kPartCost = 5;       // opening a part
constexpr double kLookupCost = 4;     // finding a key
constexpr double kRandomRowCost = 3;  // a row out of storage order
constexpr double kFilterCost = 0.02;  // testing a row inside a chunk

// Rows that a table may collect to sort them itself.
constexpr double kMostSorted = 100'000;

// Parts whose rows may be merged into one order.
constexpr double kMostMerged = 64;

// sqlite3_vtab_in serves the first 32 arguments only.
constexpr std::size_t kMaxTerms = 30;

struct Candidate {
  int constraint = 0;  // index in info.aConstraint
  Term term;
  std::optional<ValueView> literal = {};  // borrowed from SQLite until xBestIndex returns
  bool is_part = false;
  bool exact = false;  // consumed: SQLite need not test it again
  double selectivity = 1;
};

// Candidates that one access answers together: a key, a pattern, or up to two bounds.
class Seeks {
 public:
  void add(std::size_t candidate) { at_[size_++] = static_cast<std::uint8_t>(candidate); }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t front() const { return at_[0]; }
  [[nodiscard]] const std::uint8_t* begin() const { return at_.data(); }
  [[nodiscard]] const std::uint8_t* end() const { return at_.data() + size_; }

 private:
  std::array<std::uint8_t, 2> at_ = {};
  std::uint8_t size_ = 0;
};
static_assert(kMaxTerms <= UINT8_MAX);

// A way to find rows.
struct Path {
  Access access = Access::kScan;
  int column = -1;
  Seeks seeks = {};
  double rows = 0;  // found, before filters
  double cost = 0;
  bool key_order = false;
  bool descending = false;
};

std::optional<TermOp> op_of(int op) {
  switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
      return TermOp::kEq;
    case SQLITE_INDEX_CONSTRAINT_NE:
      return TermOp::kNe;
    case SQLITE_INDEX_CONSTRAINT_LT:
      return TermOp::kLt;
    case SQLITE_INDEX_CONSTRAINT_LE:
      return TermOp::kLe;
    case SQLITE_INDEX_CONSTRAINT_GT:
      return TermOp::kGt;
    case SQLITE_INDEX_CONSTRAINT_GE:
      return TermOp::kGe;
    case SQLITE_INDEX_CONSTRAINT_IS:
      return TermOp::kIs;
    case SQLITE_INDEX_CONSTRAINT_ISNOT:
      return TermOp::kIsNot;
    case SQLITE_INDEX_CONSTRAINT_ISNULL:
      return TermOp::kIsNull;
    case SQLITE_INDEX_CONSTRAINT_ISNOTNULL:
      return TermOp::kIsNotNull;
    case SQLITE_INDEX_CONSTRAINT_LIKE:
      return TermOp::kLike;
    case SQLITE_INDEX_CONSTRAINT_GLOB:
      return TermOp::kGlob;
    default:
      return std::nullopt;
  }
}

bool is_limit(int op) {
  return op == SQLITE_INDEX_CONSTRAINT_LIMIT || op == SQLITE_INDEX_CONSTRAINT_OFFSET;
}
bool is_key(TermOp op) { return op == TermOp::kEq || op == TermOp::kIs || op == TermOp::kIn; }
bool is_lower(TermOp op) { return op == TermOp::kGt || op == TermOp::kGe; }
bool is_upper(TermOp op) { return op == TermOp::kLt || op == TermOp::kLe; }
// Shares of rows, for equality those that SQLite itself takes where it knows nothing: with lower
// ones than for its own tables it would not think the rows worth an automatic index.
double guess(TermOp op) {
  switch (op) {
    case TermOp::kEq:
    case TermOp::kIs:
      return 0.25;
    case TermOp::kIn:
      return 0.1;
    case TermOp::kIsNull:
      return 0.2;
    case TermOp::kLike:
    case TermOp::kGlob:
      return 0.1;
    case TermOp::kLt:
    case TermOp::kLe:
    case TermOp::kGt:
    case TermOp::kGe:
      return 0.3;
    case TermOp::kNe:
    case TermOp::kIsNot:
    case TermOp::kIsNotNull:
      return 0.9;
  }
  return 1;
}

// A copy that SQLite will free.
char* sqlite_text(const std::string& text) {
  auto* const copy = static_cast<char*>(sqlite3_malloc64(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

class Planner {
 public:
  Planner(RelationTable& table, sqlite3* db, sqlite3_index_info& info)
      : table_(table),
        shape_(table.shape()),
        info_(info),
        constraints_(info.aConstraint, static_cast<std::size_t>(info.nConstraint)),
        pattern_limit_(
            static_cast<std::size_t>(sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1))) {}

  Result<void> run() {
    DIRSNAP_TRY(const std::uint64_t total, table_.total_rows());
    rows_ = static_cast<double>(total);
    if (table_.session().push_down()) collect();
    drop_implied_ranges();
    weigh_parts();
    DIRSNAP_TRY(const Path path, choose_path());
    use(path);
    return {};
  }

 private:
  [[nodiscard]] const TableColumn& column_of(const Term& term) const {
    return shape_.columns[static_cast<std::size_t>(term.column)];
  }

  // The terms this table can test itself.
  void collect() {
    for (int i = 0; i < info_.nConstraint; ++i) {
      const auto& constraint = constraints_[static_cast<std::size_t>(i)];
      if (is_limit(constraint.op)) continue;
      const auto candidate = examine(i);
      if (candidate && candidates_.size() < kMaxTerms) {
        candidates_.push_back(*candidate);
      } else {
        all_consumed_ = false;
      }
    }
  }

  std::optional<Candidate> examine(int index) {
    const auto& constraint = constraints_[static_cast<std::size_t>(index)];
    auto op = op_of(constraint.op);
    if (constraint.usable == 0 || constraint.iColumn < 0 || !op) return std::nullopt;
    if (op == TermOp::kEq && sqlite3_vtab_in(&info_, index, -1) != 0) op = TermOp::kIn;
    Candidate candidate{.constraint = index, .term = {.column = constraint.iColumn, .op = *op}};
    const TableColumn& column = column_of(candidate.term);
    if (column.origin == ColumnOrigin::kAttribute) return std::nullopt;
    if (!set_collation(candidate, column)) return std::nullopt;
    sqlite3_value* literal = nullptr;
    if (sqlite3_vtab_rhs_value(&info_, index, &literal) == SQLITE_OK && literal != nullptr) {
      candidate.literal = view_of(literal);
    }
    candidate.is_part = is_of_part(column.origin);
    candidate.exact = candidate.literal
                          ? is_exact(candidate.term, column, *candidate.literal, pattern_limit_)
                          : is_exact_for_any_value(candidate.term, column);
    candidate.selectivity = is_flag(candidate) ? 0.5 : guess(candidate.term.op);
    return candidate;
  }

  // x = 0, x = 1: half of the rows.
  static bool is_flag(const Candidate& candidate) {
    return candidate.term.op == TermOp::kEq && candidate.literal &&
           candidate.literal->type == ValueType::kInteger && candidate.literal->integer >= -1 &&
           candidate.literal->integer <= 1;
  }

  // False for a collation that is not ours.
  bool set_collation(Candidate& candidate, const TableColumn& column) {
    Term& term = candidate.term;
    const bool compares =
        !is_pattern(term.op) && term.op != TermOp::kIsNull && term.op != TermOp::kIsNotNull;
    if (!compares) return true;
    const char* name = sqlite3_vtab_collation(&info_, candidate.constraint);
    const bool fold_column = column.collation == Collation::kFold;
    if (name == nullptr || equal_ascii_nocase(name, "BINARY")) {
      if (fold_column) term.collation = TermCollation::kBinary;
    } else if (equal_ascii_nocase(name, "FOLD")) {
      if (!fold_column) term.collation = TermCollation::kFold;
    } else if (equal_ascii_nocase(name, "NOCASE")) {
      term.collation = TermCollation::kNocase;
    } else {
      return false;
    }
    return true;
  }

  // SQLite adds to `x LIKE 'ab%'` the terms `x >= 'AB'` and `x < 'ac'` under NOCASE. They say
  // nothing new where the pattern itself is tested.
  void drop_implied_ranges() {
    const auto implied = [this](const Candidate& range) {
      const bool bound = range.term.op == TermOp::kGe || range.term.op == TermOp::kLt;
      if (!bound || !range.literal || range.literal->type != ValueType::kText) return false;
      return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& like) {
        return like.term.column == range.term.column && like.exact && implies(like, range);
      });
    };
    std::erase_if(candidates_, implied);
  }

  static bool implies(const Candidate& like, const Candidate& range) {
    if (!is_pattern(like.term.op) || !like.literal) return false;
    const bool nocase = range.term.collation == TermCollation::kNocase;
    if (nocase != (like.term.op == TermOp::kLike)) return false;
    const auto prefix = literal_prefix(like.term.op, like.literal->bytes);
    if (!prefix) return false;
    const std::string_view text = range.literal->bytes;
    if (range.term.op == TermOp::kGe) {
      return nocase ? equal_ascii_nocase(text, *prefix) : text == *prefix;
    }
    std::string successor = nocase ? to_lower_ascii(*prefix) : *prefix;
    successor.back() = static_cast<char>(static_cast<unsigned char>(successor.back()) + 1);
    return text == successor;
  }

  void weigh_parts() {
    parts_ = std::max(1.0, static_cast<double>(table_.whole_parts()));
    for (const Candidate& candidate : candidates_) {
      if (!candidate.is_part) continue;
      const bool snapshot = column_of(candidate.term).origin == ColumnOrigin::kSnapshot;
      const bool key = candidate.term.op == TermOp::kEq || candidate.term.op == TermOp::kIs;
      const double share = key ? 1 / parts_ : guess(candidate.term.op);
      part_share_ = std::max(part_share_ * share, 1 / parts_);
      single_snapshot_ = single_snapshot_ || (snapshot && key);
      single_source_ = single_source_ || (!snapshot && key);
    }
    // Raw tables may have several parts in one snapshot.
    const bool sources =
        std::any_of(shape_.columns.begin(), shape_.columns.end(),
                    [](const TableColumn& c) { return c.origin == ColumnOrigin::kSource; });
    single_part_ = parts_ <= 1 || (single_snapshot_ && (!sources || single_source_));
  }

  [[nodiscard]] double scanned_rows() const { return rows_ * part_share_; }
  [[nodiscard]] double scanned_parts() const { return std::max(1.0, parts_ * part_share_); }

  Result<Path> choose_path() {
    std::vector<Path> paths(1);
    paths[0].rows = scanned_rows();
    for (std::size_t column = 0; column < shape_.columns.size(); ++column) {
      if (shape_.columns[column].access == Access::kScan) continue;
      DIRSNAP_CHECK(add_seek_path(static_cast<int>(column), paths));
    }
    add_order_path(paths);
    for (Path& path : paths) weigh(path);
    return *std::min_element(paths.begin(), paths.end(),
                             [](const Path& a, const Path& b) { return a.cost < b.cost; });
  }

  // Terms of one column that its access path can answer together.
  [[nodiscard]] Seeks seeks_on(int column) const {
    std::optional<std::size_t> key;
    std::optional<std::size_t> lower;
    std::optional<std::size_t> upper;
    std::optional<std::size_t> pattern;
    const bool hashed = shape_.columns[static_cast<std::size_t>(column)].access == Access::kHash;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Term& term = candidates_[i].term;
      if (term.column != column || candidates_[i].is_part) continue;
      if (is_key(term.op) && key_serves(term)) key = key.value_or(i);
      if (hashed) continue;  // serves nothing else
      if (is_pattern(term.op) && pattern_serves(candidates_[i])) pattern = pattern.value_or(i);
      const bool same_order = index_collation(term, column_of(term)) == column_of(term).collation ||
                              column_of(term).type != ColumnType::kText;
      if (is_lower(term.op) && same_order) lower = lower.value_or(i);
      if (is_upper(term.op) && same_order) upper = upper.value_or(i);
    }
    Seeks seeks;
    if (key || pattern) {
      seeks.add(key ? *key : *pattern);
      return seeks;
    }
    if (lower) seeks.add(*lower);
    if (upper) seeks.add(*upper);
    return seeks;
  }

  // Equal under the term's collation implies equal under the index's.
  [[nodiscard]] bool key_serves(const Term& term) const {
    const TableColumn& column = column_of(term);
    if (column.type == ColumnType::kInteger || column.type == ColumnType::kReal) return true;
    if (column.collation == Collation::kFold || column.access == Access::kHash) return true;
    return index_collation(term, column) == Collation::kBinary;
  }

  [[nodiscard]] bool pattern_serves(const Candidate& candidate) const {
    const TableColumn& column = column_of(candidate.term);
    if (column.access != Access::kIndex || column.type != ColumnType::kText) return false;
    if (candidate.term.op == TermOp::kLike && column.collation != Collation::kFold) return false;
    if (!candidate.literal) return true;
    return candidate.literal->type == ValueType::kText &&
           literal_prefix(candidate.term.op, candidate.literal->bytes).has_value();
  }

  Result<void> add_seek_path(int column, std::vector<Path>& paths) {
    Path path{.column = column, .seeks = seeks_on(column)};
    if (path.seeks.empty()) return {};
    path.access = shape_.columns[static_cast<std::size_t>(column)].access;
    DIRSNAP_TRY(path.rows, seek_rows(path));
    const double share = std::min(1.0, path.rows / std::max(1.0, scanned_rows()));
    for (const std::size_t i : path.seeks) {
      candidates_[i].selectivity = path.seeks.size() == 1 ? share : std::sqrt(share);
    }
    // Rows of one index come in its order at no cost.
    if (path.access == Access::kIndex && ordered_by(column)) {
      Path ordered = path;
      ordered.key_order = true;
      ordered.descending = info_.aOrderBy[0].desc != 0;
      paths.push_back(ordered);
    }
    paths.push_back(path);
    return {};
  }

  Result<double> seek_rows(const Path& path) {
    const Candidate& first = candidates_[path.seeks.front()];
    const double all = scanned_rows();
    if (path.access == Access::kIndex) {
      DIRSNAP_TRY(const auto counted, count_literals(path));
      if (counted) return *counted;
    }
    if (path.access == Access::kHash && first.literal && first.term.op != TermOp::kIn) {
      return counts().hashed(path.column, *first.literal);
    }
    if (path.access == Access::kDense && !is_key(first.term.op)) {
      return std::min(all, dense_rows(path) * scanned_parts());
    }
    if (is_key(first.term.op)) {
      const double lists = first.term.op == TermOp::kIn ? 10 : 1;
      double each = 1;
      if (path.access == Access::kIndex || path.access == Access::kHash) {
        DIRSNAP_TRY(each, table_.rows_per_value(path.column));
      } else if (path.access == Access::kSorted) {
        each = 10;
      }
      return std::min(all, lists * each * scanned_parts());
    }
    return all * guess(first.term.op) * (path.seeks.size() > 1 ? 0.3 : 1);
  }

  // Rows of one part between bounds on its row number.
  [[nodiscard]] double dense_rows(const Path& path) const {
    const double rows = rows_ / parts_;
    double low = 0;
    double high = rows;
    for (const std::size_t i : path.seeks) {
      const Candidate& candidate = candidates_[i];
      const bool known = candidate.literal && candidate.literal->type == ValueType::kInteger;
      const bool lower = is_lower(candidate.term.op);
      const double bound =
          known ? static_cast<double>(candidate.literal->integer)
                : rows * (lower ? 1 - guess(candidate.term.op) : guess(candidate.term.op));
      (lower ? low : high) = std::clamp(bound, 0.0, rows);
    }
    return std::max(1.0, high - low);
  }

  // Exact number of rows where all values are literals; nullopt otherwise.
  Result<std::optional<double>> count_literals(const Path& path) {
    ValueView low = ValueView::null();
    ValueView high = ValueView::null();
    bool low_after = false;
    bool high_after = false;
    const TableColumn& column = shape_.columns[static_cast<std::size_t>(path.column)];
    std::string prefix;
    std::string successor;
    for (const std::size_t i : path.seeks) {
      const Candidate& candidate = candidates_[i];
      const TermOp op = candidate.term.op;
      if (!candidate.literal || !candidate.exact || candidate.literal->is_null()) return none();
      if (is_pattern(op)) {
        prefix = literal_prefix(op, candidate.literal->bytes).value_or("");
        successor = prefix_successor(prefix, column.collation).value_or("");
        low = ValueView::text(prefix);
        if (!successor.empty()) high = ValueView::text(successor);
      } else if (is_key(op)) {
        low = *candidate.literal;
      } else if (is_lower(op)) {
        low = *candidate.literal;
        low_after = op == TermOp::kGt;
      } else {
        high = *candidate.literal;
        high_after = op == TermOp::kLe;
      }
    }
    const bool numbers = column.type != ColumnType::kText;
    const bool text = low.type == ValueType::kText || high.type == ValueType::kText;
    if (numbers && text) return none();  // would need its affinity first
    if (is_key(candidates_[path.seeks.front()].term.op)) return counts().equal(path.column, low);
    return counts().between(path.column, {low, low_after}, {high, high_after});
  }

  static std::optional<double> none() { return std::nullopt; }

  [[nodiscard]] PartCounts counts() const {
    PartCounts::Scope scope{.parts = scanned_parts()};
    for (const Candidate& c : candidates_) {
      if (!c.is_part || !c.literal) continue;
      scope.has_literals = true;
      const bool chooses = c.term.op == TermOp::kEq && c.literal->type == ValueType::kInteger &&
                           column_of(c.term).origin == ColumnOrigin::kSnapshot;
      if (chooses) scope.snapshots.push_back(c.literal->integer);
    }
    return {table_, std::move(scope)};
  }

  // True if the statement wants exactly the order of this column, and few enough parts hold all
  // rows.
  [[nodiscard]] bool ordered_by(int column) const {
    const bool few = single_part_ || parts_ <= kMostMerged;
    return table_.session().push_down() && few && info_.nOrderBy == 1 &&
           info_.aOrderBy[0].iColumn == column;
  }

  // Walking a whole index instead of sorting.
  void add_order_path(std::vector<Path>& paths) const {
    if (info_.nOrderBy != 1 || info_.aOrderBy[0].iColumn < 0) return;
    if (shape_.only) return;  // its rows are a few of the index's
    const int column = info_.aOrderBy[0].iColumn;
    const bool indexed = shape_.columns[static_cast<std::size_t>(column)].access == Access::kIndex;
    if (!indexed || !ordered_by(column)) return;
    paths.push_back({.access = Access::kIndex,
                     .column = column,
                     .rows = scanned_rows(),
                     .key_order = true,
                     .descending = info_.aOrderBy[0].desc != 0});
  }

  [[nodiscard]] bool is_seek(const Path& path, std::size_t candidate) const {
    return std::find(path.seeks.begin(), path.seeks.end(), candidate) != path.seeks.end();
  }

  [[nodiscard]] double rows_after_filters(const Path& path) const {
    double rows = path.rows;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (!candidates_[i].is_part && !is_seek(path, i)) rows *= candidates_[i].selectivity;
    }
    return rows;
  }

  void weigh(Path& path) const {
    const auto filters = static_cast<double>(candidates_.size() - path.seeks.size());
    const double out = rows_after_filters(path);
    path.cost = scanned_parts() * kPartCost;
    if (path.access == Access::kScan) {
      // Rows of a restricted table come from an index.
      path.cost += shape_.only ? scanned_parts() * kLookupCost : 0;
      path.cost += path.rows * (shape_.only ? 0.2 : kFilterCost) * filters + out;
      path.cost += sort_cost(path, out);
      return;
    }
    const bool scattered = path.access == Access::kIndex || path.access == Access::kHash;
    const double each = scattered ? kRandomRowCost : 1;
    path.cost += scanned_parts() * kLookupCost * (filters_are_lists(path) ? 10 : 1);
    path.cost += path.rows * 0.2 * filters + out * each + sort_cost(path, out);
    if (path.key_order) path.cost += out * std::log2(scanned_parts());
  }

  [[nodiscard]] bool filters_are_lists(const Path& path) const {
    return std::any_of(path.seeks.begin(), path.seeks.end(),
                       [this](std::size_t i) { return candidates_[i].term.op == TermOp::kIn; });
  }

  // What SQLite pays where it has to sort; a row in its sorter costs about ten rows of a scan.
  [[nodiscard]] double sort_cost(const Path& path, double rows) const {
    if (info_.nOrderBy == 0 || path.key_order || in_part_order(path) != ScanOrder::kAny) return 0;
    return rows * (sorts_itself(path) ? 2 : 10);
  }

  // ORDER BY snapshot_id [, the column by which rows are stored], or the latter alone in one part.
  [[nodiscard]] ScanOrder in_part_order(const Path& path) const {
    if (path.key_order || info_.nOrderBy == 0 || !table_.session().push_down()) {
      return ScanOrder::kAny;
    }
    const std::span order(info_.aOrderBy, static_cast<std::size_t>(info_.nOrderBy));
    std::size_t used = 0;
    bool descending = false;
    if (origin_of(order[0].iColumn) == ColumnOrigin::kSnapshot) {
      descending = order[0].desc != 0;
      ++used;
      if (used == order.size()) return descending ? ScanOrder::kPartsDesc : ScanOrder::kParts;
      if (has_sources()) return ScanOrder::kAny;
    } else if (!single_part_) {
      return ScanOrder::kAny;
    }
    const int column = order[used].iColumn;
    const bool stored_order = column >= 0 && order[used].desc == 0 && is_row_order(column);
    if (!stored_order) return ScanOrder::kAny;
    // Values of a kDense column are unique: later terms decide nothing.
    const bool unique = shape_.columns[static_cast<std::size_t>(column)].access == Access::kDense;
    if (used + 1 != order.size() && !unique) return ScanOrder::kAny;
    return descending ? ScanOrder::kPartsDesc : ScanOrder::kParts;
  }

  // The column that in_part_order() goes by behind snapshot_id, or -1.
  [[nodiscard]] int stored_order() const {
    const std::span order(info_.aOrderBy, static_cast<std::size_t>(info_.nOrderBy));
    const std::size_t used = origin_of(order[0].iColumn) == ColumnOrigin::kSnapshot ? 1 : 0;
    return used < order.size() ? order[used].iColumn : -1;
  }

  // The rows of one key, sorted by another column, sooner than SQLite's sorter makes records of
  // them.
  [[nodiscard]] bool sorts_itself(const Path& path) const {
    const bool one_key = !path.seeks.empty() && is_key(candidates_[path.seeks.front()].term.op);
    return one_key && path.rows <= kMostSorted && info_.nOrderBy == 1 &&
           info_.aOrderBy[0].iColumn >= 0 && ordered_by(info_.aOrderBy[0].iColumn) &&
           origin_of(info_.aOrderBy[0].iColumn) == ColumnOrigin::kStored;
  }

  [[nodiscard]] bool is_row_order(int column) const {
    const Access access = shape_.columns[static_cast<std::size_t>(column)].access;
    return access == Access::kDense || access == Access::kSorted;
  }

  [[nodiscard]] bool has_sources() const {
    return std::any_of(shape_.columns.begin(), shape_.columns.end(),
                       [](const TableColumn& c) { return c.origin == ColumnOrigin::kSource; });
  }

  [[nodiscard]] ColumnOrigin origin_of(int column) const {
    return column < 0 ? ColumnOrigin::kStored
                      : shape_.columns[static_cast<std::size_t>(column)].origin;
  }

  // Writes the plan and what SQLite needs to know about it.
  void use(const Path& path) {
    ScanPlan plan{.access = path.access, .access_column = path.column};
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].is_part) pass(i, plan.parts);
    }
    for (const std::size_t i : path.seeks) pass(i, plan.seeks);
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (!candidates_[i].is_part && !is_seek(path, i)) pass(i, plan.filters);
    }
    if (path.key_order) {
      plan.order = path.descending ? ScanOrder::kKeyDesc : ScanOrder::kKey;
    } else {
      plan.order = in_part_order(path);
      if (plan.order != ScanOrder::kAny) plan.order_column = stored_order();
      if (plan.order == ScanOrder::kAny && sorts_itself(path)) {
        plan.order = info_.aOrderBy[0].desc != 0 ? ScanOrder::kRowsDesc : ScanOrder::kRows;
        plan.order_column = info_.aOrderBy[0].iColumn;
      }
    }
    const bool ordered = plan.order != ScanOrder::kAny;
    info_.orderByConsumed = ordered ? 1 : 0;
    plan.distinct = ordered && may_skip_equal_rows(plan);
    if (all_consumed_ && (ordered || info_.nOrderBy == 0)) take_limits(plan);
    describe(path, plan);
  }

  // DISTINCT over the one column whose equal rows are adjacent.
  [[nodiscard]] bool may_skip_equal_rows(const ScanPlan& plan) const {
    const int distinct = sqlite3_vtab_distinct(&info_);
    if (distinct != 2 || info_.nOrderBy != 1 || uses_more_than(info_.aOrderBy[0].iColumn)) {
      return false;
    }
    const bool key = plan.order == ScanOrder::kKey || plan.order == ScanOrder::kKeyDesc;
    // Without key order a part has one row to give: right for snapshot_id alone.
    return key ||
           (origin_of(info_.aOrderBy[0].iColumn) == ColumnOrigin::kSnapshot && !has_sources());
  }

  // True if the statement reads another column than `column` and those that one part shares.
  [[nodiscard]] bool uses_more_than(int column) const {
    sqlite3_uint64 allowed = 0;
    for (int i = 0; i < 63 && i < static_cast<int>(shape_.columns.size()); ++i) {
      const bool shared = single_part_ && is_of_part(origin_of(i));
      if (i == column || shared) allowed |= sqlite3_uint64{1} << i;
    }
    return (info_.colUsed & ~allowed) != 0;
  }

  void pass(std::size_t candidate, std::vector<Term>& terms) {
    const Candidate& c = candidates_[candidate];
    auto& usage = info_.aConstraintUsage[c.constraint];
    usage.argvIndex = ++arguments_;
    usage.omit = c.exact ? 1 : 0;
    all_consumed_ = all_consumed_ && c.exact;
    if (c.term.op == TermOp::kIn) sqlite3_vtab_in(&info_, c.constraint, 1);
    terms.push_back(c.term);
  }

  void take_limits(ScanPlan& plan) {
    const auto find = [this](int op) {
      const auto it = std::find_if(constraints_.begin(), constraints_.end(),
                                   [op](const auto& c) { return c.op == op && c.usable != 0; });
      return it == constraints_.end() ? -1 : static_cast<int>(it - constraints_.begin());
    };
    if (!table_.session().push_down()) return;
    const int limit = find(SQLITE_INDEX_CONSTRAINT_LIMIT);
    const int offset = find(SQLITE_INDEX_CONSTRAINT_OFFSET);
    if (offset >= 0 && !table_.session().takes_offset()) return;
    if (limit >= 0) {
      plan.limit = true;
      info_.aConstraintUsage[limit].argvIndex = ++arguments_;
      info_.aConstraintUsage[limit].omit = 1;
    }
    if (offset >= 0) {
      plan.offset = true;
      info_.aConstraintUsage[offset].argvIndex = ++arguments_;
      info_.aConstraintUsage[offset].omit = 1;
    }
  }

  void describe(const Path& path, const ScanPlan& plan) {
    const double rows = rows_after_filters(path);
    const bool unique = path.access == Access::kDense && single_part_ && path.seeks.size() == 1 &&
                        candidates_[path.seeks.front()].term.op == TermOp::kEq;
    info_.estimatedRows = static_cast<sqlite3_int64>(std::llround(std::max(1.0, rows)));
    info_.estimatedCost = path.cost - sort_cost(path, rows);
    if (unique) info_.idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
    info_.idxStr = sqlite_text(format_plan(plan, shape_));
    info_.needToFreeIdxStr = 1;
  }

  RelationTable& table_;
  const TableShape& shape_;
  sqlite3_index_info& info_;
  std::span<const sqlite3_index_info::sqlite3_index_constraint> constraints_;
  std::size_t pattern_limit_;

  std::vector<Candidate> candidates_;
  bool all_consumed_ = true;  // of the terms other than LIMIT and OFFSET
  double rows_ = 0;
  double parts_ = 1;
  double part_share_ = 1;
  bool single_snapshot_ = false;
  bool single_source_ = false;
  bool single_part_ = false;
  int arguments_ = 0;
};

}  // namespace

Result<void> best_index(RelationTable& table, sqlite3* db, sqlite3_index_info& info) {
  return Planner(table, db, info).run();
}

}  // namespace dirsnap
