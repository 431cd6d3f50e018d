// SPDX-License-Identifier: MIT
//
// How one scan of a table runs, decided by xBestIndex and carried to xFilter as readable text in
// idxStr (EXPLAIN QUERY PLAN shows it). Nothing else is shared between the two.
//
// Grammar (one blank between the parts; names are quoted as SQL identifiers where needed):
//   plan    = { part " " } access [ " FILTER" { " " term } ] [ order ] [ " DISTINCT" ]
//             [ " LIMIT" ] [ " OFFSET" ]
//   part    = term                      on a column that every row of a part shares: snapshot_id
//   access  = "NONE"                    no row can match
//           | "SCAN"                    all rows, chunk by chunk
//           | "CLASS"                   all objects of the table's class, by the index of classes
//           | kind " " name "(" [ op { "," op } ] ")"
//   kind    = "DENSE"                   value = row number + 1
//           | "SORTED"                  rows ascend by the column
//           | "INDEX"                   list of rows of each distinct value
//           | "HASH"                    list of rows of each hash; their values are tested
//   term    = name "(" op ")"
//   op      = ( "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS" | "IS NOT" | "IS NULL"
//             | "IS NOT NULL" | "LIKE" | "GLOB" | "IN" ) [ " NOCASE" | " BINARY" | " FOLD" ]
//   order   = " ORDER PARTS" [ " DESC" ] [ " BY " name "()" ]
//                                      by snapshot_id, then by the column, as rows are stored
//           | " ORDER KEY" | " ORDER KEY DESC"     by the access column
//           | " ORDER ROWS " name "()" | " ORDER ROWS DESC " name "()"
//                                      the rows found are collected and sorted by the column
// Where an order goes over several parts, their rows are merged.
// Example: snapshot_id(=) INDEX class(=) FILTER rdn(LIKE) ORDER KEY
//
// xFilter's arguments are the values of the terms in the order of the text, then LIMIT, OFFSET.
// A collation stands after an operator only where it is not the column's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/table_shape.h"
#include "storage/base/result.h"

namespace dirsnap {

enum class TermOp : std::uint8_t {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIs,
  kIsNot,
  kIsNull,
  kIsNotNull,
  kLike,
  kGlob,
  kIn,
};

inline bool is_pattern(TermOp op) { return op == TermOp::kLike || op == TermOp::kGlob; }

// Under which collation a term compares text.
enum class TermCollation : std::uint8_t { kColumn, kBinary, kNocase, kFold };

struct Term {
  int column = 0;  // of the table
  TermOp op = TermOp::kEq;
  TermCollation collation = TermCollation::kColumn;
  bool operator==(const Term&) const = default;
};

enum class ScanOrder : std::uint8_t { kAny, kParts, kPartsDesc, kKey, kKeyDesc, kRows, kRowsDesc };

struct ScanPlan {
  std::vector<Term> parts = {};    // choose the parts
  bool none = false;               // no row can match
  Access access = Access::kScan;   //
  int access_column = -1;          // unless kScan
  std::vector<Term> seeks = {};    // on access_column: one equality or list, or up to two bounds,
                                   // or one pattern
  std::vector<Term> filters = {};  // the rest, tested row by row or chunk by chunk
  ScanOrder order = ScanOrder::kAny;
  int order_column = -1;  // of kRows and kRowsDesc; of kParts and kPartsDesc -1: snapshot_id alone
  bool distinct = false;  // of adjacent rows alike in the ordered column one is enough
  bool limit = false;
  bool offset = false;
  bool operator==(const ScanPlan&) const = default;
};

std::string format_plan(const ScanPlan& plan, const TableShape& shape);

// Fails with kUsage for text that format_plan cannot have made.
Result<ScanPlan> parse_plan(std::string_view text, const TableShape& shape);

}  // namespace dirsnap
