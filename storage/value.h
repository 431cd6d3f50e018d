// SPDX-License-Identifier: MIT
//
// One SQL value, borrowed: what importers append, what chunks give back, what cursors return.
// Lifetime: ValueView::bytes points into its owner (an importer's row, a read transaction's map).
// Text is UTF-8 and may hold embedded NULs.
#pragma once

#include <cstdint>
#include <string_view>

namespace dirsnap {

enum class ValueType : std::uint8_t {
  kNull,     // absent in the source
  kInteger,  // 64-bit signed
  kReal,     // IEEE double
  kText,     // UTF-8
  kBlob,     // raw bytes
};

struct ValueView {
  ValueType type = ValueType::kNull;
  bool is_c_string = false;     // kText of a chunk: a NUL stands behind the bytes, none among them
  std::int64_t integer = 0;     // kInteger
  double real = 0;              // kReal
  std::string_view bytes = {};  // kText, kBlob

  static ValueView null() { return {}; }
  static ValueView of(std::int64_t v) { return {.type = ValueType::kInteger, .integer = v}; }
  static ValueView of_real(double v) { return {.type = ValueType::kReal, .real = v}; }
  static ValueView text(std::string_view v) { return {.type = ValueType::kText, .bytes = v}; }
  static ValueView blob(std::string_view v) { return {.type = ValueType::kBlob, .bytes = v}; }
  [[nodiscard]] bool is_null() const { return type == ValueType::kNull; }
  [[nodiscard]] bool is_number() const {
    return type == ValueType::kInteger || type == ValueType::kReal;
  }
};

}  // namespace dirsnap
