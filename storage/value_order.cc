// SPDX-License-Identifier: MIT
#include "storage/value_order.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "storage/base/text.h"

namespace dirsnap {
namespace {

constexpr double kTwoTo63 = 9'223'372'036'854'775'808.0;

template <class T>
int three_way(T a, T b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

int compare_bytes(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  return order != 0 ? order : three_way(a.size(), b.size());
}

int compare_numbers(const ValueView& a, const ValueView& b) {
  const bool a_integer = a.type == ValueType::kInteger;
  const bool b_integer = b.type == ValueType::kInteger;
  if (a_integer && b_integer) return three_way(a.integer, b.integer);
  if (a_integer) return compare_integer_real(a.integer, b.real);
  if (b_integer) return -compare_integer_real(b.integer, a.real);
  return three_way(a.real, b.real);
}

// Multiply-and-fold of two words, the step of the well-known 128-bit mixing hashes.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t kSeed = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t kFactor = 0xD6E8FEB86659FD93U;

// `change` maps each word of eight bytes; the last one is filled up with zeros.
template <class Change>
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed, Change change) {
  std::uint64_t hash = seed ^ (bytes.size() * kFactor);
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = mix(hash ^ change(word), kFactor);
  }
  std::uint64_t tail = 0;
  if (at < bytes.size()) std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
  hash = mix(hash ^ change(tail), kFactor ^ kSeed);
  return mix(hash, kSeed);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return hash_bytes(bytes, seed, [](std::uint64_t word) { return word; });
}

}  // namespace

int type_rank(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return 0;
    case ValueType::kInteger:
    case ValueType::kReal:
      return 1;
    case ValueType::kText:
      return 2;
    case ValueType::kBlob:
      return 3;
  }
  return 0;
}

int compare_integer_real(std::int64_t a, double b) {
  if (std::isnan(b)) return 1;  // NaN counts as NULL, below every number
  if (b >= kTwoTo63) return -1;
  if (b < -kTwoTo63) return 1;
  const auto whole = static_cast<std::int64_t>(b);
  if (a != whole) return a < whole ? -1 : 1;
  return three_way(static_cast<double>(whole), b);
}

int compare_text(std::string_view a, std::string_view b, Collation collation) {
  return collation == Collation::kFold ? compare_folded(a, b) : compare_bytes(a, b);
}

int compare_values(const ValueView& a, const ValueView& b, Collation collation) {
  const int rank = type_rank(a.type);
  if (const int order = rank - type_rank(b.type); order != 0) return order;
  if (rank == 1) return compare_numbers(a, b);
  if (rank == 2) return compare_text(a.bytes, b.bytes, collation);
  return rank == 3 ? compare_bytes(a.bytes, b.bytes) : 0;
}

std::uint64_t ordered_word(std::string_view text, std::size_t depth, Collation collation) {
  constexpr std::uint64_t kTopBits = 0x8080808080808080U;
  std::uint64_t word = 0;
  if (depth < text.size() && text.size() - depth >= sizeof word) {
    std::memcpy(&word, text.data() + depth, sizeof word);
  } else if (depth < text.size()) {
    std::memcpy(&word, text.data() + depth, text.size() - depth);
  }
  const bool folds = collation == Collation::kFold && (word & kTopBits) == 0;
  return __builtin_bswap64(folds ? fold_ascii_word(word) : word);
}

int compare_nocase(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int ca = fold_ascii(static_cast<unsigned char>(a[i]));
    const int cb = fold_ascii(static_cast<unsigned char>(b[i]));
    if (ca != cb) return ca < cb ? -1 : 1;
    if (ca == 0) break;
  }
  return three_way(a.size(), b.size());
}

std::uint64_t hash_value(const ValueView& value, Collation collation) {
  switch (value.type) {
    case ValueType::kNull:
      return 0;
    case ValueType::kInteger:
      return mix(static_cast<std::uint64_t>(value.integer) ^ kSeed, kFactor);
    case ValueType::kReal: {
      // A whole real equals the integer of the same value and must hash like it.
      const bool whole =
          value.real >= -kTwoTo63 && value.real < kTwoTo63 && std::trunc(value.real) == value.real;
      if (whole) return hash_value(ValueView::of(static_cast<std::int64_t>(value.real)), collation);
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value.real, sizeof bits);
      return mix(bits ^ kFactor, kSeed);
    }
    case ValueType::kText:
      if (collation == Collation::kFold && is_ascii(value.bytes)) {
        return hash_bytes(value.bytes, kSeed, fold_ascii_word);
      }
      if (collation == Collation::kFold) return hash_bytes(fold_case(value.bytes), kSeed);
      return hash_bytes(value.bytes, kSeed);
    case ValueType::kBlob:
      return hash_bytes(value.bytes, ~kSeed);
  }
  return 0;
}

std::string number_text(const ValueView& number) {
  char buffer[40];
  if (number.type == ValueType::kInteger) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number.integer).ptr;
    return {buffer, end};
  }
  if (std::isinf(number.real)) return number.real < 0 ? "-Inf" : "Inf";
  const double plain = number.real == 0 ? 0.0 : number.real;  // SQLite writes -0.0 as 0.0
  const int length = std::snprintf(buffer, sizeof buffer, "%.15g", plain);
  std::string text(buffer, static_cast<std::size_t>(length));
  if (text.find('.') == std::string::npos) {
    const std::size_t exponent = text.find('e');
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  }
  return text;
}

}  // namespace dirsnap
