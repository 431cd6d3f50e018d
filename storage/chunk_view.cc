// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/chunk.h"
#include "storage/chunk_layout.h"

namespace dirsnap {

using chunk_layout::has_bytes;
using chunk_layout::load;

void RowMask::set_all(std::uint32_t rows) {
  clear_all();
  const std::uint32_t whole = rows / 64;
  std::fill_n(words_.begin(), whole, ~std::uint64_t{0});
  if (rows % 64 != 0) words_[whole] = (std::uint64_t{1} << rows % 64) - 1;
  used_ = (rows + 63) / 64;
}

std::uint32_t RowMask::next(std::uint32_t from) const {
  std::uint32_t word = from / 64;
  if (word >= used_) return kChunkRows;
  std::uint64_t bits = words_[word] & (~std::uint64_t{0} << from % 64);
  while (bits == 0) {
    if (++word == used_) return kChunkRows;
    bits = words_[word];
  }
  return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
}

std::uint32_t RowMask::count() const {
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < used_; ++i) {
    sum += static_cast<std::uint32_t>(std::popcount(words_[i]));
  }
  return sum;
}

std::uint32_t ChunkView::listed_row(std::uint32_t slot) const {
  return load<std::uint16_t>(presence_ + std::size_t{slot} * 2);
}

std::uint32_t ChunkView::long_row(std::uint32_t index) const {
  return load<std::uint16_t>(long_rows_ + std::size_t{index} * 2);
}

std::uint32_t ChunkView::slot_of(std::uint32_t row) const {
  if (!listed_) {
    if (!has_bitmap_) return row;
    const bool here =
        ((load<std::uint64_t>(presence_ + std::size_t{row} / 64 * 8) >> row % 64) & 1) != 0;
    return here ? row : kNoSlot;
  }
  std::uint32_t low = 0;
  std::uint32_t high = slots_;
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (listed_row(middle) < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < slots_ && listed_row(low) == row ? low : kNoSlot;
}

ValueView ChunkView::slot_value(std::uint32_t slot) const {
  switch (shape_) {
    case Shape::kFixed:
      return fixed_value(slot);
    case Shape::kPlain:
      return bytes_value(slot, type_);
    case Shape::kDictionary:
      return dictionary_value(slot);
    case Shape::kMixed: {
      if (std::to_integer<std::uint8_t>(payload_[slot]) == chunk_layout::kTwinType)
        return twin_value(slot);
      const auto type = static_cast<ValueType>(payload_[slot]);
      if (has_bytes(type)) return bytes_value(slot, type);
      if (type == ValueType::kNull) return ValueView::null();
      const auto bits = load<std::uint64_t>(text_ + offset_at(slot));
      if (type == ValueType::kReal) return ValueView::of_real(std::bit_cast<double>(bits));
      return ValueView::of(static_cast<std::int64_t>(bits));
    }
    case Shape::kByKind: {
      const std::uint32_t number = kind(slot);
      return (*others_)[number / kChunkRows].value(number % kChunkRows);
    }
    case Shape::kAbsent:
      break;
  }
  return ValueView::null();
}

ValueView ChunkView::twin_value(std::uint32_t slot) const {
  if (others_ == nullptr) return ValueView::null();
  return others_->front().value(listed_ ? listed_row(slot) : slot);
}

ValueView ChunkView::long_value(std::uint32_t index) const {
  if (long_values_ == nullptr || index >= long_values_->size()) return ValueView::null();
  ValueView value{.type = static_cast<ValueType>(long_types_[index])};
  value.bytes = (*long_values_)[index];
  return value;
}

ValueView ChunkView::joined_value(std::uint32_t row) const {
  for (std::uint32_t low = 0, high = longs_; low < high;) {
    const std::uint32_t middle = (low + high) / 2;
    const std::uint32_t here = long_row(middle);
    if (here == row) return long_value(middle);
    if (here < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const std::uint32_t slot = slot_of(row);
  return slot == kNoSlot ? ValueView::null() : slot_value(slot);
}

void ChunkView::join_twin(ChunkView twin) {
  auto others = std::make_shared<std::vector<ChunkView>>();
  others->push_back(std::move(twin));
  others_ = std::move(others);
}

Result<ChunkView> ChunkView::by_kind(const ChunkView& numbers,
                                     std::uint32_t kinds,
                                     std::shared_ptr<const std::vector<ChunkView>> values) {
  const bool whole = numbers.shape_ == Shape::kFixed && numbers.type_ == ValueType::kInteger &&
                     !numbers.listed_ && !numbers.has_bitmap_ && numbers.longs_ == 0;
  if (!whole || numbers.min_ < 0 || numbers.max_ >= kinds) {
    return fail(Code::kCorrupt, "a row of no known kind");
  }
  ChunkView view = numbers;
  view.shape_ = Shape::kByKind;
  view.others_ = std::move(values);
  return view;
}

}  // namespace dirsnap
