// SPDX-License-Identifier: MIT
//
// Rows in a batch, and the encoding of the chunks that they are dealt to.
#include "storage/row_batch.h"

#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

namespace dirsnap {
namespace {

// Notes what it is shown: column, '=' and the value, or "twin" and the column.
struct Notes {
  void number(std::uint32_t column, ValueType type, std::uint64_t bits) {
    found.push_back(std::to_string(column) + "=" +
                    (type == ValueType::kReal ? std::to_string(std::bit_cast<double>(bits))
                                              : std::to_string(static_cast<std::int64_t>(bits))));
  }
  void bytes(std::uint32_t column, ValueType type, std::string_view value) {
    CHECK(type == ValueType::kText);
    found.push_back(std::to_string(column) + "=" + std::string(value));
  }
  void twin(std::uint32_t column) { found.push_back("twin " + std::to_string(column)); }

  std::vector<std::string> found;
};

std::vector<std::string> read_row(RowBatch::Reader& reader) {
  Notes notes;
  reader.next_row(notes);
  return notes.found;
}

void append_row(RowBatch& batch, const std::vector<Cell>& cells) {
  std::size_t bytes = 0;
  for (const Cell& cell : cells) bytes += RowBatch::cell_bytes(cell.value);
  batch.begin_row(bytes);
  for (const Cell& cell : cells) batch.append(cell);
}

TEST_CASE("a batch gives back its rows, those without values and empty texts included") {
  RowBatch batch;
  append_row(batch, {{0, ValueView::of(-7)}, {5, ValueView::of_real(0.5)}});
  append_row(batch, {});
  append_row(batch, {{1, ValueView::text("")}, {2, ValueView::null()}, {9, ValueView::text("x")}});
  batch.begin_row(RowBatch::cell_bytes(ValueView::null()));
  batch.append_twin(3);
  CHECK(batch.rows() == 4);

  RowBatch::Reader reader(batch);
  CHECK(read_row(reader) == std::vector<std::string>{"0=-7", "5=0.500000"});
  CHECK(read_row(reader).empty());
  CHECK(read_row(reader) == std::vector<std::string>{"1=", "9=x"});
  CHECK(read_row(reader) == std::vector<std::string>{"twin 3"});
}

TEST_CASE("a batch grows with its rows, and is empty after clear()") {
  RowBatch batch;
  const std::string large(3 << 20, 'l');
  for (int i = 0; i < 3; ++i) append_row(batch, {{1, ValueView::text(large)}});
  RowBatch::Reader reader(batch);
  for (int i = 0; i < 3; ++i) CHECK(read_row(reader) == std::vector<std::string>{"1=" + large});

  batch.clear();
  CHECK(batch.rows() == 0);
  CHECK(batch.size_bytes() == 0);
  append_row(batch, {{2, ValueView::text("small")}});
  RowBatch::Reader again(batch);
  CHECK(read_row(again) == std::vector<std::string>{"2=small"});
}

std::vector<std::byte> chunk_of(ChunkBuilder& builder, bool repeats) {
  static std::uint32_t number = 0;
  for (std::uint32_t row = 0; row < kChunkRows; ++row) {
    const std::string text = "text " + std::to_string(repeats ? row % 3 : number++);
    builder.append(row, ValueView::text(text));
  }
  return builder.finish(kChunkRows);
}

TEST_CASE("a column that repeats its texts gets dictionaries again some chunks later") {
  constexpr auto kDictionary = static_cast<std::byte>(chunk_layout::Encoding::kDictionary);
  ChunkBuilder builder;
  CHECK(chunk_of(builder, true)[chunk_layout::kEncoding] == kDictionary);
  CHECK(chunk_of(builder, false)[chunk_layout::kEncoding] != kDictionary);
  int plain = 0;
  while (chunk_of(builder, true)[chunk_layout::kEncoding] != kDictionary) {
    REQUIRE(++plain < 8);
  }
  CHECK(chunk_of(builder, true)[chunk_layout::kEncoding] == kDictionary);
}

TEST_CASE("texts of a chunk without a dictionary come back, whichever way it was encoded") {
  for (const bool is_sparse : {false, true}) {
    ChunkBuilder builder;
    for (int chunk = 0; chunk < 3; ++chunk) {
      for (std::uint32_t row = 0; row < kChunkRows; row += is_sparse ? 100 : 1) {
        builder.append(row, ValueView::text(std::to_string(row * 7919 + chunk)));
      }
      const std::vector<std::byte> bytes = builder.finish(kChunkRows);
      const auto view = parse_chunk(bytes, kChunkRows);
      REQUIRE(view);
      for (std::uint32_t row = 0; row < kChunkRows; ++row) {
        const bool is_present = !is_sparse || row % 100 == 0;
        REQUIRE(view->value(row).is_null() == !is_present);
        if (is_present) REQUIRE(view->value(row).bytes == std::to_string(row * 7919 + chunk));
      }
    }
  }
}

}  // namespace
}  // namespace dirsnap
