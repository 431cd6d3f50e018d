// SPDX-License-Identifier: MIT
//
// Filters, patterns and the order of values against SQLite itself.
#include <array>
#include <cmath>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "storage/base/text.h"
#include "storage/chunk.h"
#include "storage/pattern.h"
#include "storage/value_order.h"

using namespace dirsnap;
using namespace std::string_literals;

namespace {

// SQLite as a calculator: one expression over ?1 and ?2, with the FOLD collation known.
class Oracle {
 public:
  explicit Oracle(const std::string& expression) {
    REQUIRE(sqlite3_open(":memory:", &db_) == SQLITE_OK);
    REQUIRE(sqlite3_create_collation(db_, "FOLD", SQLITE_UTF8, nullptr, &compare) == SQLITE_OK);
    const std::string sql = "SELECT " + expression;
    REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement_, nullptr) == SQLITE_OK);
  }
  ~Oracle() {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
  }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  bool is_true(const ValueView& a, const ValueView& b) {
    run(a, b);
    return sqlite3_column_int(statement_, 0) == 1;
  }
  std::string text(const ValueView& a) {
    run(a, ValueView::null());
    return reinterpret_cast<const char*>(sqlite3_column_text(statement_, 0));
  }

 private:
  static int compare(void*, int size_a, const void* a, int size_b, const void* b) {
    return compare_folded({static_cast<const char*>(a), static_cast<std::size_t>(size_a)},
                          {static_cast<const char*>(b), static_cast<std::size_t>(size_b)});
  }

  void bind(int place, const ValueView& value) {
    const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
    const int size = static_cast<int>(value.bytes.size());
    switch (value.type) {
      case ValueType::kNull:
        sqlite3_bind_null(statement_, place);
        return;
      case ValueType::kInteger:
        sqlite3_bind_int64(statement_, place, value.integer);
        return;
      case ValueType::kReal:
        sqlite3_bind_double(statement_, place, value.real);
        return;
      case ValueType::kText:
        sqlite3_bind_text(statement_, place, data, size, SQLITE_STATIC);
        return;
      case ValueType::kBlob:
        sqlite3_bind_blob(statement_, place, data, size, SQLITE_STATIC);
        return;
    }
  }

  void run(const ValueView& a, const ValueView& b) {
    sqlite3_reset(statement_);
    bind(1, a);
    if (sqlite3_bind_parameter_count(statement_) > 1) bind(2, b);
    REQUIRE(sqlite3_step(statement_) == SQLITE_ROW);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

std::string random_of(std::mt19937& random, std::span<const std::string> parts, unsigned most) {
  std::string text;
  for (auto i = random() % (most + 1); i > 0; --i) text += parts[random() % parts.size()];
  return text;
}

const std::array<ValueView, 24> kConstants = {
    ValueView::null(),          ValueView::of(0),
    ValueView::of(7),           ValueView::of(-500),
    ValueView::of(INT64_MAX),   ValueView::of(INT64_MIN),
    ValueView::of_real(7.0),    ValueView::of_real(6.5),
    ValueView::of_real(-0.5),   ValueView::of_real(1e300),
    ValueView::of_real(-1e300), ValueView::of_real(9223372036854775808.0),
    ValueView::text(""),        ValueView::text("user"),
    ValueView::text("User"),    ValueView::text("%se%"),
    ValueView::text("us%"),     ValueView::text("%R"),
    ValueView::text("_s?r*"),   ValueView::text("*[a-s]e*"),
    ValueView::text("%7%"),     ValueView::blob("User"),
    ValueView::blob(""),        ValueView::text("%\xC3\xA4%")};

using Maker = std::function<ValueView(std::uint32_t)>;

// Columns that between them use every encoding, with and without NULLs.
std::vector<Maker> makers() {
  static const std::array<std::string, 8> kTexts = {
      "User", "user", "computer", "", "x\0user"s, "\xC3\x84rger", "\xC3\xA4rger", "a7b"};
  static std::vector<std::string> many;
  for (int i = 0; many.size() < kChunkRows; ++i) {
    many.push_back(kTexts[static_cast<std::size_t>(i) % 8] + std::to_string(i));
  }
  const auto few = [](std::uint32_t row) { return ValueView::text(kTexts[row * 7 % 8]); };
  const auto all = [](std::uint32_t row) { return ValueView::text(many[row]); };
  const auto rare = [](const Maker& maker, std::uint32_t every) {
    return [maker, every](std::uint32_t row) {
      return row % every == 0 ? maker(row) : ValueView::null();
    };
  };
  std::vector<Maker> result = {few, all, rare(few, 2), rare(all, 2), rare(few, 50), rare(all, 50)};
  for (const std::int64_t factor : {0LL, 1LL, 300LL, 100'000'000LL, 2'000'000'000'000'000LL}) {
    const auto numbers = [factor](std::uint32_t row) {
      return ValueView::of((std::int64_t{row % 251} - 100) * factor + 7);
    };
    result.insert(result.end(), {numbers, rare(numbers, 2), rare(numbers, 60)});
  }
  result.push_back([](std::uint32_t row) {
    return ValueView::of(row % 2 == 0 ? INT64_MIN + row : INT64_MAX - row);
  });
  result.push_back([](std::uint32_t row) { return ValueView::of_real(row * 0.5 - 3); });
  result.push_back([](std::uint32_t row) { return ValueView::blob(kTexts[row % 8]); });
  result.push_back([few](std::uint32_t row) {
    if (row % 5 == 0) return ValueView::of(row % 9);
    if (row % 5 == 1) return ValueView::of_real(row % 9 + 0.5);
    if (row % 5 == 2) return ValueView::blob("User");
    return row % 5 == 3 ? few(row) : ValueView::null();
  });
  result.push_back([](std::uint32_t) { return ValueView::null(); });
  return result;
}

struct OpCase {
  Op op;
  const char* sql;
};
constexpr std::array<OpCase, 10> kOps = {{{Op::kEq, "?1 = ?2"},
                                          {Op::kNe, "?1 <> ?2"},
                                          {Op::kLt, "?1 < ?2"},
                                          {Op::kLe, "?1 <= ?2"},
                                          {Op::kGt, "?1 > ?2"},
                                          {Op::kGe, "?1 >= ?2"},
                                          {Op::kIsNull, "?1 IS NULL AND (?2 IS NULL OR 1)"},
                                          {Op::kIsNotNull, "?1 IS NOT NULL AND (?2 IS NULL OR 1)"},
                                          {Op::kLike, "?1 LIKE ?2"},
                                          {Op::kGlob, "?1 GLOB ?2"}}};

ChunkView encode(const Maker& maker, std::uint32_t rows, std::vector<std::byte>& storage) {
  ChunkBuilder builder;
  for (std::uint32_t row = 0; row < rows; ++row) builder.append(row, maker(row));
  storage = builder.finish(rows);
  const auto parsed = parse_chunk(storage, rows);
  if (!parsed) FAIL(parsed.error().what);
  return *parsed;
}

void check_select(const std::string& collate, const Predicate& base, std::uint32_t rows) {
  const std::vector<Maker> columns = makers();
  for (const OpCase& op : kOps) {
    std::string sql = op.sql;
    if (op.op <= Op::kGe) sql.insert(2, collate);
    Oracle oracle(sql);
    for (std::size_t column = 0; column < columns.size(); ++column) {
      std::vector<std::byte> storage;
      const ChunkView chunk = encode(columns[column], rows, storage);
      for (const ValueView& constant : kConstants) {
        Predicate predicate = base;
        predicate.op = op.op;
        predicate.value = constant;
        RowMask mask;
        mask.set_all(rows);
        mask.reset(3);
        chunk.select(predicate, mask);
        for (std::uint32_t row = 0; row < rows; ++row) {
          const bool want = row != 3 && oracle.is_true(columns[column](row), constant);
          if (mask.test(row) != want) {
            FAIL(sql << ", column " << column << ", row " << row << ", constant "
                     << constant.integer << ' ' << constant.real << ' ' << constant.bytes);
          }
        }
        if (mask.next(rows) != kChunkRows) FAIL("a row past the chunk");
      }
    }
  }
}

}  // namespace

TEST_CASE("rows before one are cleared, and no other") {
  for (const std::uint32_t rows : {0U, 1U, 64U, 130U, kChunkRows}) {
    for (const std::uint32_t from : {0U, 1U, 63U, 64U, 65U, 129U, kChunkRows - 1}) {
      RowMask mask;
      mask.set_all(rows);
      mask.reset_before(from);
      CAPTURE(rows, from);
      CHECK(mask.count() == (from < rows ? rows - from : 0));
      CHECK(mask.next(0) == (from < rows ? from : kChunkRows));
    }
  }
}

TEST_CASE("every encoding gives back its values and is small for what it holds") {
  for (const Maker& maker : makers()) {
    std::vector<std::byte> storage;
    const ChunkView chunk = encode(maker, kChunkRows, storage);
    for (std::uint32_t row = 0; row < kChunkRows; ++row) {
      const ValueView want = maker(row);
      const ValueView have = chunk.value(row);
      if (have.type != want.type || have.integer != want.integer || have.real != want.real ||
          have.bytes != want.bytes) {
        FAIL("row " << row);
      }
      if (have.type == ValueType::kText) REQUIRE(have.bytes.data()[have.bytes.size()] == '\0');
    }
  }
  std::vector<std::byte> storage;
  encode(makers().back(), kChunkRows, storage);
  CHECK(storage.empty());
  encode([](std::uint32_t) { return ValueView::of(42); }, kChunkRows, storage);
  CHECK(storage.size() == 32);
  encode([](std::uint32_t row) { return ValueView::text(row % 2 == 0 ? "yes" : "no"); }, kChunkRows,
         storage);
  CHECK(storage.size() < kChunkRows + 40);
  encode([](std::uint32_t row) { return row == 9 ? ValueView::text("x") : ValueView::null(); },
         kChunkRows, storage);
  CHECK(storage.size() < 32);
}

TEST_CASE("a text is given as a C string only where no text of the chunk holds a NUL") {
  const auto texts = [](std::string_view odd, ValueType type) {
    return [odd, type](std::uint32_t row) {
      if (row != 70) return ValueView::text(row % 2 == 0 ? "yes" : "no");
      return ValueView{.type = type, .bytes = odd};
    };
  };
  constexpr std::string_view kWithNul("a\0b", 3);
  struct Case {
    std::string_view odd;
    ValueType type;
    bool is_c_string;
  };
  for (const Case& c : {Case{"maybe", ValueType::kText, true},
                        {kWithNul, ValueType::kText, false},
                        {kWithNul, ValueType::kBlob, true}}) {
    std::vector<std::byte> storage;
    const ChunkView chunk = encode(texts(c.odd, c.type), kChunkRows, storage);
    CHECK(chunk.value(0).is_c_string == c.is_c_string);
    CHECK(chunk.value(70).is_c_string == (c.is_c_string && c.type == ValueType::kText));
    CHECK(chunk.value(70).bytes == c.odd);
  }
}

TEST_CASE("filters over chunks answer as SQLite does, for every operator and encoding") {
  check_select("", {}, 203);
}

TEST_CASE("filters under NOCASE and FOLD answer as SQLite does with these collations") {
  Predicate nocase;
  nocase.ascii_nocase = true;
  check_select(" COLLATE NOCASE", nocase, 70);
  Predicate fold;
  fold.collation = Collation::kFold;
  check_select(" COLLATE FOLD", fold, 70);
}

TEST_CASE("a full chunk is filtered like its rows one by one") {
  for (const Maker& maker : makers()) {
    std::vector<std::byte> storage;
    const ChunkView chunk = encode(maker, kChunkRows, storage);
    for (const char* pattern : {"%user%", "%99%", "%\xC3\xA4%", "%zzz%"}) {
      const Predicate predicate{.op = Op::kLike, .value = ValueView::text(pattern), .list = {}};
      const Pattern naive(Pattern::Kind::kLike, pattern);
      RowMask mask;
      mask.set_all(kChunkRows);
      chunk.select(predicate, mask);
      for (std::uint32_t row = 0; row < kChunkRows; ++row) {
        const ValueView value = maker(row);
        bool want = value.type == ValueType::kText && naive.matches(value.bytes);
        if (value.type == ValueType::kInteger || value.type == ValueType::kReal) {
          want = naive.matches(number_text(value));
        }
        if (mask.test(row) != want) FAIL(pattern << ", row " << row);
      }
    }
  }
}

TEST_CASE("IN finds the values of its list and never NULL") {
  const std::vector<ValueView> list = {ValueView::text("User"), ValueView::null(),
                                       ValueView::of(7),        ValueView::of_real(0.5),
                                       ValueView::of(7),        ValueView::blob("User")};
  Oracle oracle("?1 IN ('User', NULL, 7, 0.5, x'55736572') AND (?2 IS NULL OR 1)");
  for (const Maker& maker : makers()) {
    std::vector<std::byte> storage;
    const ChunkView chunk = encode(maker, 500, storage);
    RowMask mask;
    mask.set_all(500);
    chunk.select({.op = Op::kIn, .value = {}, .list = list}, mask);
    for (std::uint32_t row = 0; row < 500; ++row) {
      REQUIRE(mask.test(row) == oracle.is_true(maker(row), ValueView::null()));
    }
  }
}

TEST_CASE("LIKE and GLOB agree with SQLite on random patterns, broken UTF-8 included") {
  const std::array<std::string, 19> parts = {
      "a",    "A", "b", "%",        "%",        "_",    "*",    "?",  "[",
      "]",    "^", "-", "\xC3\xA4", "\xC3\x84", "\x80", "\xFF", "ab", "\xEF\xBF\xBD",
      "[a-c]"};
  std::mt19937 random(20260105);
  Oracle like("?1 LIKE ?2");
  Oracle glob("?1 GLOB ?2");
  for (int i = 0; i < 60'000; ++i) {
    const std::string text = random_of(random, parts, 8);
    const std::string pattern = random_of(random, parts, 6);
    // Pattern shapes that compare bytes suppose UTF-8 on both sides, as all stored text is.
    if (!is_valid_utf8(text) && is_valid_utf8(pattern)) continue;
    INFO(to_hex(as_bytes(text)) << " against " << to_hex(as_bytes(pattern)));
    REQUIRE(Pattern(Pattern::Kind::kLike, pattern).matches(text) ==
            like.is_true(ValueView::text(text), ValueView::text(pattern)));
    REQUIRE(Pattern(Pattern::Kind::kGlob, pattern).matches(text) ==
            glob.is_true(ValueView::text(text), ValueView::text(pattern)));
  }
  CHECK(Pattern(Pattern::Kind::kLike, "a%\0b"s).matches("ax\0y"s));
}

TEST_CASE("a pattern of many runs takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "%a_";
  CHECK_FALSE(Pattern(Pattern::Kind::kLike, pattern + "b").matches(std::string(3000, 'a')));
}

TEST_CASE("bytes are found at every place and alignment") {
  for (std::size_t size : {1U, 2U, 3U, 15U, 16U, 17U, 40U}) {
    for (std::size_t at = 0; at < 50; ++at) {
      std::string haystack(at + size + 37, '.');
      const std::string needle = std::string(size - 1, 'q') + 'Z';
      haystack.replace(at, size, needle);
      REQUIRE(find_bytes(haystack, needle, 0, false) == at);
      REQUIRE(find_bytes(haystack, to_lower_ascii(needle), 0, true) == at);
      REQUIRE(find_bytes(haystack, needle, at + 1, false) == haystack.npos);
      REQUIRE(find_bytes(haystack.substr(0, at + size - 1), needle, 0, true) == haystack.npos);
    }
  }
}

TEST_CASE("values order, equal and hash as SQLite compares them") {
  std::vector<ValueView> values(kConstants.begin(), kConstants.end());
  for (const double real : {0.0, -0.0, 9007199254740993.0, -9223372036854775808.0, 0.1}) {
    values.push_back(ValueView::of_real(real));
  }
  values.push_back(ValueView::of(9007199254740993));
  Oracle less("?1 < ?2");
  Oracle equal("?1 = ?2");
  for (const ValueView& a : values) {
    for (const ValueView& b : values) {
      if (a.is_null() || b.is_null()) continue;
      const int order = compare_values(a, b, Collation::kBinary);
      REQUIRE((order < 0) == less.is_true(a, b));
      REQUIRE((order == 0) == equal.is_true(a, b));
      if (order == 0) {
        REQUIRE(hash_value(a, Collation::kBinary) == hash_value(b, Collation::kBinary));
      }
    }
  }
  CHECK(hash_value(ValueView::text("/o=\xC3\x84"), Collation::kFold) ==
        hash_value(ValueView::text("/O=\xC3\xA4"), Collation::kFold));
  CHECK(compare_values(ValueView::null(), ValueView::of(INT64_MIN), Collation::kBinary) < 0);
}

TEST_CASE("numbers become the text SQLite makes of them") {
  Oracle text("?1 || ''");
  std::mt19937_64 random(20260106);
  for (const double real : {0.0, -0.0, 1.0, 1e15, 1e16, -1e-5, 1e100, 123456789012345.0, 0.1,
                            1.0 / 3, 5e-324, 1.7976931348623157e308, HUGE_VAL, -HUGE_VAL}) {
    CHECK(number_text(ValueView::of_real(real)) == text.text(ValueView::of_real(real)));
  }
  for (int i = 0; i < 2000; ++i) {
    // 53 bits with a long fraction: no text of 15 digits is exactly half-way.
    const double real = std::ldexp(static_cast<double>(random() >> 11), -44 - i % 40);
    CHECK(number_text(ValueView::of_real(real)) == text.text(ValueView::of_real(real)));
    const ValueView integer = ValueView::of(static_cast<std::int64_t>(random()));
    CHECK(number_text(integer) == text.text(integer));
  }
}
