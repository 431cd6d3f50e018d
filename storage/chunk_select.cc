// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "storage/chunk.h"
#include "storage/compiled_predicate.h"
#include "storage/kind_verdicts.h"

namespace dirsnap {
namespace {

// Texts are searched as one buffer unless few of them are wanted: it reads on without a pause,
// while a text far from the last one is waited for.
constexpr std::uint32_t kBufferSearchFraction = 32;

}  // namespace

// One predicate over one chunk; chooses the way by the chunk's encoding.
class ChunkSelector {
 public:
  ChunkSelector(const ChunkView& chunk, const CompiledPredicate& test, RowMask& mask)
      : chunk_(chunk), test_(test), mask_(mask), op_(test.predicate().op) {}

  void run() {
    RowMask longs;
    const bool with_longs = chunk_.longs_ != 0;
    if (with_longs) select_longs(longs);
    if (chunk_.listed_) {
      select_listed();
    } else {
      select_by_row();
    }
    if (!with_longs) return;
    for (std::uint32_t i = 0; i < mask_.words(); ++i) {
      mask_.set_word(i, mask_.word(i) | longs.word(i));
    }
  }

 private:
  using Shape = ChunkView::Shape;

  // Moves the rows of long values from the mask to `kept` if they match, else just off the mask.
  void select_longs(RowMask& kept) {
    for (std::uint32_t i = 0; i < chunk_.longs_; ++i) {
      const std::uint32_t row = chunk_.long_row(i);
      if (mask_.test(row) && test_.matches(chunk_.long_value(i))) kept.set(row);
      mask_.reset(row);
    }
  }

  // Few rows have a value: all others are NULL.
  void select_listed() {
    if (op_ == Op::kIsNull) {
      for (std::uint32_t slot = 0; slot < chunk_.slots_; ++slot) {
        mask_.reset(chunk_.listed_row(slot));
      }
      return;
    }
    RowMask kept;
    for (std::uint32_t slot = 0; slot < chunk_.slots_; ++slot) {
      const std::uint32_t row = chunk_.listed_row(slot);
      if (mask_.test(row) && test_.matches(chunk_.slot_value(slot))) kept.set(row);
    }
    mask_ = kept;
  }

  void select_by_row() {
    switch (chunk_.shape_) {
      case Shape::kAbsent:
        if (op_ != Op::kIsNull) mask_.clear_all();
        return;
      case Shape::kFixed:
        select_fixed();
        return;
      case Shape::kPlain:
        select_plain();
        return;
      case Shape::kDictionary:
        select_dictionary();
        return;
      case Shape::kByKind:
        select_by_kind();
        return;
      case Shape::kMixed:
        keep_if([this](std::uint32_t row) { return test_.matches(chunk_.slot_value(row)); });
        return;
    }
  }

  // Asks `keep(row)` for each row of the mask.
  template <class Keep>
  void keep_if(Keep keep) {
    for (std::uint32_t i = 0; i < mask_.words(); ++i) {
      std::uint64_t left = mask_.word(i);
      std::uint64_t kept = left;
      for (; left != 0; left &= left - 1) {
        const std::uint64_t bit = left & (~left + 1);
        const std::uint32_t row = i * 64 + static_cast<std::uint32_t>(__builtin_ctzll(left));
        if (!keep(row)) kept &= ~bit;
      }
      mask_.set_word(i, kept);
    }
  }

  void select_fixed() {
    if (op_ == Op::kIsNull || op_ == Op::kIsNotNull) {
      keep_present(op_ == Op::kIsNotNull);
      return;
    }
    keep_present(true);
    if (chunk_.type_ != ValueType::kInteger || !test_.integers()) {
      keep_if([this](std::uint32_t row) { return test_.matches(chunk_.slot_value(row)); });
      return;
    }
    keep_interval(*test_.integers(), op_ == Op::kNe);
  }

  // Rows of a kFixed chunk that have (or have not) a value.
  void keep_present(bool present) {
    for (std::uint32_t i = 0; i < mask_.words(); ++i) {
      const bool inside = i * 64 < chunk_.rows_;
      std::uint64_t bits = inside ? ~std::uint64_t{0} : 0;
      if (chunk_.has_bitmap_ && inside)
        std::memcpy(&bits, chunk_.presence_ + std::size_t{i} * 8, sizeof bits);
      mask_.set_word(i, mask_.word(i) & (present ? bits : ~bits));
    }
  }

  // Compares in the width the numbers are stored in.
  void keep_interval(IntegerInterval interval, bool invert) {
    const std::int64_t first = std::max(interval.first, chunk_.min_);
    const std::int64_t last = std::min(interval.last, chunk_.max_);
    if (interval.empty() || first > last) {
      if (!invert) mask_.clear_all();
      return;
    }
    if (first == chunk_.min_ && last == chunk_.max_) {
      if (invert) mask_.clear_all();
      return;
    }
    const auto base = static_cast<std::uint64_t>(chunk_.min_);
    const std::uint64_t low = static_cast<std::uint64_t>(first) - base;
    const std::uint64_t span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
    switch (chunk_.width_) {
      case 1:
        return keep_codes<std::uint8_t>(low, span, invert);
      case 2:
        return keep_codes<std::uint16_t>(low, span, invert);
      case 4:
        return keep_codes<std::uint32_t>(low, span, invert);
      default:
        return keep_codes<std::uint64_t>(low, span, invert);
    }
  }

  template <class T>
  void keep_codes(std::uint64_t low, std::uint64_t span, bool invert) {
    const auto narrow_low = static_cast<T>(low);
    const auto narrow_span = static_cast<T>(span);
    const std::uint64_t flip = invert ? ~std::uint64_t{0} : 0;
    for (std::uint32_t i = 0; i * 64 < chunk_.rows_; ++i) {
      const std::uint64_t wanted = mask_.word(i);
      if (wanted == 0) continue;
      const std::uint32_t count = std::min<std::uint32_t>(64, chunk_.rows_ - i * 64);
      std::array<T, 64> codes{};
      std::memcpy(codes.data(), chunk_.payload_ + std::size_t{i} * 64 * sizeof(T),
                  count * sizeof(T));
      std::uint64_t hits = 0;
      for (std::uint32_t bit = 0; bit < 64; ++bit) {
        const auto distance = static_cast<T>(codes[bit] - narrow_low);
        hits |= static_cast<std::uint64_t>(distance <= narrow_span) << bit;
      }
      mask_.set_word(i, wanted & (hits ^ flip));
    }
  }

  void select_plain() {
    if (op_ == Op::kIsNull) {
      keep_if(
          [this](std::uint32_t row) { return chunk_.offset_at(row) == chunk_.offset_at(row + 1); });
      return;
    }
    const bool texts = chunk_.type_ == ValueType::kText;
    const Pattern* pattern = test_.pattern();
    if (texts && pattern != nullptr && !pattern->needle().empty() &&
        mask_.count() > chunk_.rows_ / kBufferSearchFraction) {
      search_buffer(*pattern);
    } else if (texts && chunk_.offset_width_ == 2) {
      keep_texts<std::uint16_t>();
    } else if (texts) {
      keep_texts<std::uint32_t>();
    } else {
      keep_if([this](std::uint32_t row) { return test_.matches(chunk_.slot_value(row)); });
    }
  }

  template <class T>
  [[nodiscard]] std::uint32_t offset(std::uint32_t index) const {
    T value;
    std::memcpy(&value, chunk_.offsets_ + std::size_t{index} * sizeof value, sizeof value);
    return value;
  }

  template <class T>
  void keep_texts() {
    const char* text = reinterpret_cast<const char*>(chunk_.text_);
    if (const std::optional<std::string_view> exact = test_.exact_text()) {
      // Lengths differ for nearly all rows, and they cost no look at the texts.
      keep_if([this, text, want = *exact](std::uint32_t row) {
        const std::uint32_t begin = offset<T>(row);
        return offset<T>(row + 1) - begin == want.size() + 1 &&
               std::memcmp(text + begin, want.data(), want.size()) == 0;
      });
      return;
    }
    keep_if([this, text](std::uint32_t row) {
      const std::uint32_t begin = offset<T>(row);
      const std::uint32_t end = offset<T>(row + 1);
      return begin != end && test_.matches(ValueView::text({text + begin, end - begin - 1}));
    });
  }

  // Searches all texts as one buffer. The needle has no NUL and each text ends with one, so a
  // hit lies inside one text; behind an embedded NUL it does not count.
  void search_buffer(const Pattern& pattern) {
    const std::uint32_t size = chunk_.offset_at(chunk_.slots_);
    const std::string_view buffer(reinterpret_cast<const char*>(chunk_.text_), size);
    RowMask kept;
    std::uint32_t row = 0;
    std::size_t at = 0;
    while (true) {
      at = find_bytes(buffer, pattern.needle(), at, pattern.folds_ascii());
      if (at == buffer.npos) break;
      row = row_at(static_cast<std::uint32_t>(at), row);
      const std::uint32_t begin = chunk_.offset_at(row);
      if (mask_.test(row) && std::memchr(buffer.data() + begin, 0, at - begin) == nullptr) {
        kept.set(row);
      }
      at = chunk_.offset_at(row + 1);
    }
    mask_ = kept;
  }

  // The row whose text holds the byte at `place`, at or after `from`.
  [[nodiscard]] std::uint32_t row_at(std::uint32_t place, std::uint32_t from) const {
    std::uint32_t low = from;
    std::uint32_t high = chunk_.slots_;
    while (high - low > 1) {
      const std::uint32_t middle = (low + high) / 2;
      if (chunk_.offset_at(middle) <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // The predicate is asked once for each distinct text, unless less rows are wanted.
  void select_dictionary() {
    if (mask_.count() < chunk_.distinct_) {
      keep_if([this](std::uint32_t row) { return test_.matches(chunk_.value(row)); });
      return;
    }
    std::vector<std::uint8_t> keeps(chunk_.distinct_ + std::size_t{1});
    std::uint32_t kept = 0;
    for (std::uint32_t code = 0; code < chunk_.distinct_; ++code) {
      keeps[code] = test_.matches(chunk_.bytes_value(code, chunk_.type_)) ? 1 : 0;
      kept += keeps[code];
    }
    keeps[chunk_.distinct_] = op_ == Op::kIsNull ? 1 : 0;
    if (kept == 0 && op_ != Op::kIsNull) {
      mask_.clear_all();
    } else if (chunk_.width_ == 1) {
      keep_dictionary<std::uint8_t>(keeps);
    } else {
      keep_dictionary<std::uint16_t>(keeps);
    }
  }

  // The predicate is asked once for each kind that the chunk's rows may be of, unless less rows are
  // wanted.
  void select_by_kind() {
    const auto first = static_cast<std::uint32_t>(chunk_.min_);
    const auto last = static_cast<std::uint32_t>(chunk_.max_);
    if (last - first >= mask_.count()) {
      if (KindVerdicts* const verdicts = test_.verdicts()) {
        verdicts->begin(test_, chunk_.others_);
        keep_if([&](std::uint32_t row) { return verdicts->matches(chunk_.kind(row)); });
      } else {
        keep_if([this](std::uint32_t row) { return test_.matches(chunk_.slot_value(row)); });
      }
      return;
    }
    std::vector<std::uint8_t> keeps(last - first + std::size_t{1});
    std::uint32_t kept = 0;
    for (std::uint32_t kind = first; kind <= last; ++kind) {
      const ChunkView& values = (*chunk_.others_)[kind / kChunkRows];
      keeps[kind - first] = test_.matches(values.value(kind % kChunkRows)) ? 1 : 0;
      kept += keeps[kind - first];
    }
    if (kept == 0) {
      mask_.clear_all();
    } else if (kept == keeps.size()) {
      return;
    } else if (chunk_.width_ == 1) {
      keep_dictionary<std::uint8_t>(keeps);
    } else {
      keep_dictionary<std::uint16_t>(keeps);  // a span below kChunkRows fits
    }
  }

  template <class T>
  void keep_dictionary(const std::vector<std::uint8_t>& keeps) {
    for (std::uint32_t i = 0; i * 64 < chunk_.rows_; ++i) {
      const std::uint64_t wanted = mask_.word(i);
      if (wanted == 0) continue;
      const std::uint32_t count = std::min<std::uint32_t>(64, chunk_.rows_ - i * 64);
      std::array<T, 64> codes{};
      std::memcpy(codes.data(), chunk_.payload_ + std::size_t{i} * 64 * sizeof(T),
                  count * sizeof(T));
      std::uint64_t hits = 0;
      for (std::uint32_t bit = 0; bit < count; ++bit) {
        hits |= static_cast<std::uint64_t>(keeps[codes[bit]]) << bit;
      }
      mask_.set_word(i, wanted & hits);
    }
  }

  const ChunkView& chunk_;
  const CompiledPredicate& test_;
  RowMask& mask_;
  Op op_;
};

void ChunkView::select(const CompiledPredicate& test, RowMask& mask) const {
  ChunkSelector(*this, test, mask).run();
}

void ChunkView::select(const Predicate& predicate, RowMask& mask) const {
  select(CompiledPredicate(predicate), mask);
}

}  // namespace dirsnap
