// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>

#include "storage/chunk.h"
#include "storage/chunk_layout.h"

namespace dirsnap {

using chunk_layout::has_bytes;
using chunk_layout::load;
using chunk_layout::load_width;

// Checks an encoded chunk from front to back; `at_` is the next byte not yet claimed.
class ChunkParser {
 public:
  ChunkParser(Bytes bytes, std::uint32_t rows) : bytes_(bytes) { view_.rows_ = rows; }

  Result<ChunkView> parse() {
    if (bytes_.empty()) return view_;
    DIRSNAP_CHECK(parse_header());
    DIRSNAP_CHECK(parse_longs());
    DIRSNAP_CHECK(parse_presence());
    switch (encoding_) {
      case chunk_layout::Encoding::kFixed:
        DIRSNAP_CHECK(parse_fixed());
        break;
      case chunk_layout::Encoding::kPlain:
        DIRSNAP_CHECK(parse_plain());
        break;
      case chunk_layout::Encoding::kDictionary:
        DIRSNAP_CHECK(parse_dictionary());
        break;
      case chunk_layout::Encoding::kMixed:
        DIRSNAP_CHECK(parse_mixed());
        break;
      case chunk_layout::Encoding::kApart:
        break;
    }
    if (at_ != end_) return bad("bytes are left over");
    return view_;
  }

 private:
  using Shape = ChunkView::Shape;

  [[nodiscard]] tl::unexpected<Error> bad(const char* what) const {
    return fail(Code::kCorrupt, at_, std::string("column chunk: ") + what);
  }
  [[nodiscard]] std::uint8_t byte_at(std::size_t at) const {
    return std::to_integer<std::uint8_t>(bytes_[at]);
  }

  // The next `size` bytes; null where they are not there.
  const std::byte* take(std::size_t size) {
    if (end_ - at_ < size) return nullptr;
    const std::byte* here = bytes_.data() + at_;
    at_ += size;
    return here;
  }

  Result<void> parse_header() {
    if (bytes_.size() < chunk_layout::kHeaderSize) return bad("shorter than its header");
    const std::uint8_t encoding = byte_at(chunk_layout::kEncoding);
    if (encoding < 1 || encoding > 5) return bad("unknown encoding");
    encoding_ = static_cast<chunk_layout::Encoding>(encoding);
    const std::uint8_t type = byte_at(chunk_layout::kType);
    if (type > static_cast<std::uint8_t>(ValueType::kBlob)) return bad("unknown type");
    view_.type_ = static_cast<ValueType>(type);
    const std::uint8_t presence = byte_at(chunk_layout::kPresence);
    if (presence > 2) return bad("unknown presence");
    presence_ = static_cast<chunk_layout::Presence>(presence);
    view_.width_ = byte_at(chunk_layout::kWidth);
    view_.offset_width_ = byte_at(chunk_layout::kOffsetWidth);
    if (byte_at(chunk_layout::kCStrings) > 1) return bad("unknown kind of texts");
    view_.c_strings_ = byte_at(chunk_layout::kCStrings) == 1;
    if (load_le<std::uint16_t>(bytes_, chunk_layout::kReserved2) != 0)
      return bad("reserved field is not zero");
    if (load_le<std::uint16_t>(bytes_, chunk_layout::kRows) != view_.rows_)
      return bad("wrong row count");
    view_.present_ = load_le<std::uint16_t>(bytes_, chunk_layout::kPresent);
    view_.distinct_ = load_le<std::uint16_t>(bytes_, chunk_layout::kDistinct);
    view_.longs_ = load_le<std::uint16_t>(bytes_, chunk_layout::kLongs);
    if (std::uint32_t{view_.present_} + view_.longs_ > view_.rows_) return bad("too many values");
    end_ = bytes_.size();
    at_ = chunk_layout::kHeaderSize;
    return {};
  }

  Result<void> parse_longs() {
    const std::size_t size = std::size_t{view_.longs_} * 3;
    if (end_ - at_ < size) return bad("list of long values is cut");
    end_ -= size;
    view_.long_rows_ = bytes_.data() + end_;
    view_.long_types_ = view_.long_rows_ + std::size_t{view_.longs_} * 2;
    if (!rows_ascend(view_.long_rows_, view_.longs_)) return bad("rows of long values");
    for (std::size_t i = 0; i < view_.longs_; ++i) {
      const auto type = static_cast<ValueType>(view_.long_types_[i]);
      if (!has_bytes(type)) return bad("type of a long value");
    }
    return {};
  }

  [[nodiscard]] bool rows_ascend(const std::byte* list, std::uint32_t count) const {
    std::uint32_t least = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t row = load<std::uint16_t>(list + std::size_t{i} * 2);
      if (row < least || row >= view_.rows_) return false;
      least = row + 1;
    }
    return true;
  }

  Result<void> parse_presence() {
    view_.slots_ = static_cast<std::uint16_t>(view_.rows_);
    if (encoding_ == chunk_layout::Encoding::kFixed) DIRSNAP_CHECK(parse_range());
    if (presence_ == chunk_layout::Presence::kList) {
      view_.listed_ = true;
      view_.slots_ = view_.present_;
      view_.presence_ = take(std::size_t{view_.present_} * 2);
      if (view_.presence_ == nullptr) return bad("row list is cut");
      if (!rows_ascend(view_.presence_, view_.present_)) return bad("row list does not ascend");
    } else if (presence_ == chunk_layout::Presence::kBitmap) {
      if (encoding_ != chunk_layout::Encoding::kFixed) return bad("bitmap where none belongs");
      DIRSNAP_CHECK(parse_bitmap());
    }
    return {};
  }

  Result<void> parse_range() {
    const std::byte* range = take(chunk_layout::kFixedHeaderSize - chunk_layout::kHeaderSize);
    if (range == nullptr) return bad("range is cut");
    view_.min_ = load<std::int64_t>(range);
    view_.max_ = load<std::int64_t>(range + 8);
    if (view_.min_ > view_.max_) return bad("range is reversed");
    return {};
  }

  Result<void> parse_bitmap() {
    const std::uint32_t words = (view_.rows_ + 63) / 64;
    view_.presence_ = take(std::size_t{words} * 8);
    if (view_.presence_ == nullptr) return bad("bitmap is cut");
    std::uint32_t count = 0;
    std::uint64_t last = 0;
    for (std::uint32_t i = 0; i < words; ++i) {
      last = load<std::uint64_t>(view_.presence_ + std::size_t{i} * 8);
      count += static_cast<std::uint32_t>(std::popcount(last));
    }
    if (view_.rows_ % 64 != 0 && (last >> view_.rows_ % 64) != 0) return bad("bit past the rows");
    if (count != view_.present_) return bad("bitmap and count differ");
    view_.has_bitmap_ = true;
    return {};
  }

  Result<void> parse_fixed() {
    view_.shape_ = Shape::kFixed;
    const std::uint8_t width = view_.width_;
    if (width > 8 || (width != 0 && !std::has_single_bit(width))) return bad("width of a number");
    const bool integers = view_.type_ == ValueType::kInteger;
    const bool reals = view_.type_ == ValueType::kReal && width == 8 && view_.min_ == 0;
    if (!integers && !reals) return bad("type of a number");
    if (presence_ == chunk_layout::Presence::kByRow && view_.present_ != view_.rows_)
      return bad("rows without a value");
    view_.payload_ = take(std::size_t{view_.slots_} * width);
    if (view_.payload_ == nullptr) return bad("numbers are cut");
    return integers ? check_codes() : Result<void>{};
  }

  // The largest code gives the stated maximum, so that ranges can be trusted.
  Result<void> check_codes() {
    const auto span =
        static_cast<std::uint64_t>(view_.max_) - static_cast<std::uint64_t>(view_.min_);
    std::uint64_t largest = 0;
    for (std::uint32_t i = 0; i < view_.slots_; ++i) {
      largest = std::max(largest, load_width(view_.payload_, i, view_.width_));
    }
    if (largest != span) return bad("range does not fit the numbers");
    return {};
  }

  // `count` + 1 ascending offsets, then the bytes they speak of, which end the chunk.
  Result<void> parse_offsets(std::uint32_t count) {
    const std::uint8_t width = view_.offset_width_;
    if (width != 2 && width != 4) return bad("width of an offset");
    view_.offsets_ = take((std::size_t{count} + 1) * width);
    if (view_.offsets_ == nullptr) return bad("offsets are cut");
    const std::size_t size = end_ - at_;
    view_.text_ = take(size);
    std::uint64_t before = 0;
    if (load_width(view_.offsets_, 0, width) != 0) return bad("first offset is not zero");
    for (std::uint32_t i = 1; i <= count; ++i) {
      const std::uint64_t here = load_width(view_.offsets_, i, width);
      if (here < before) return bad("offsets do not ascend");
      before = here;
    }
    if (before != size) return bad("offsets and size differ");
    return {};
  }

  // Entry `index` is absent or ends with a NUL.
  [[nodiscard]] bool is_terminated(std::uint32_t index) const {
    const std::uint32_t end = view_.offset_at(index + 1);
    return end != view_.offset_at(index) && view_.text_[end - 1] == std::byte{0};
  }

  Result<void> parse_plain() {
    view_.shape_ = Shape::kPlain;
    if (!has_bytes(view_.type_)) return bad("type of a text");
    DIRSNAP_CHECK(parse_offsets(view_.slots_));
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < view_.slots_; ++i) {
      if (view_.offset_at(i) == view_.offset_at(i + 1)) continue;
      if (!is_terminated(i)) return bad("text without its NUL");
      ++count;
    }
    if (count != view_.present_) return bad("texts and count differ");
    return {};
  }

  Result<void> parse_dictionary() {
    view_.shape_ = Shape::kDictionary;
    if (!has_bytes(view_.type_)) return bad("type of a text");
    if (view_.width_ != 1 && view_.width_ != 2) return bad("width of a code");
    if (view_.distinct_ == 0) return bad("empty dictionary");
    view_.payload_ = take(std::size_t{view_.slots_} * view_.width_);
    if (view_.payload_ == nullptr) return bad("codes are cut");
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < view_.slots_; ++i) {
      const std::uint32_t code = view_.code_at(i);
      if (code > view_.distinct_) return bad("code outside of the dictionary");
      count += static_cast<std::uint32_t>(code < view_.distinct_);
    }
    if (count != view_.present_) return bad("codes and count differ");
    DIRSNAP_CHECK(parse_offsets(view_.distinct_));
    for (std::uint32_t i = 0; i < view_.distinct_; ++i) {
      if (!is_terminated(i)) return bad("text without its NUL");
    }
    return {};
  }

  Result<void> parse_mixed() {
    view_.shape_ = Shape::kMixed;
    if (view_.type_ != ValueType::kNull) return bad("type of mixed values");
    view_.payload_ = take(view_.slots_);
    if (view_.payload_ == nullptr) return bad("types are cut");
    DIRSNAP_CHECK(parse_offsets(view_.slots_));
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < view_.slots_; ++i) {
      const std::uint32_t size = view_.offset_at(i + 1) - view_.offset_at(i);
      const auto type = std::to_integer<std::uint8_t>(view_.payload_[i]);
      if (type == chunk_layout::kTwinType && size == 0) {
        view_.has_twins_ = true;
        ++count;
        continue;
      }
      if (type > static_cast<std::uint8_t>(ValueType::kBlob)) return bad("unknown type");
      const auto value_type = static_cast<ValueType>(type);
      if (has_bytes(value_type)) {
        if (!is_terminated(i)) return bad("text without its NUL");
      } else if (size != (value_type == ValueType::kNull ? 0U : 8U)) {
        return bad("size of a value");
      }
      count += static_cast<std::uint32_t>(value_type != ValueType::kNull);
    }
    if (count != view_.present_) return bad("values and count differ");
    return {};
  }

  Bytes bytes_;
  ChunkView view_;
  chunk_layout::Encoding encoding_ = chunk_layout::Encoding::kApart;
  chunk_layout::Presence presence_ = chunk_layout::Presence::kByRow;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // where the list of long values begins
};

Result<ChunkView> parse_chunk(Bytes bytes, std::uint32_t rows) {
  if (rows > kChunkRows) return fail(Code::kCorrupt, "column chunk: too many rows");
  return ChunkParser(bytes, rows).parse();
}

}  // namespace dirsnap
