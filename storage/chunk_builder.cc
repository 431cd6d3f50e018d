// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

#include "storage/chunk.h"
#include "storage/chunk_layout.h"

namespace dirsnap {

using chunk_layout::has_bytes;

namespace {

// A dictionary is given up where most of the first values differ.
constexpr std::size_t kDictionarySample = 512;
// Chunks of a column for which none is looked for after one that was better without.
constexpr unsigned kPlainChunks = 7;

std::uint8_t width_of(std::uint64_t span) {
  if (span == 0) return 0;
  if (span <= UINT8_MAX) return 1;
  if (span <= UINT16_MAX) return 2;
  return span <= UINT32_MAX ? 4 : 8;
}

template <class T>
void put(std::vector<std::byte>& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

// Writes `count` numbers of `sizeof(T)` bytes; `next()` gives one after the other.
template <class T, class Next>
void put_numbers(std::vector<std::byte>& out, std::size_t count, Next next) {
  const std::size_t at = out.size();
  out.resize(at + count * sizeof(T));
  std::byte* to = out.data() + at;
  for (std::size_t i = 0; i < count; ++i, to += sizeof(T)) {
    const auto value = static_cast<T>(next());
    std::memcpy(to, &value, sizeof value);
  }
}

// The low `width` bytes of each number.
template <class Next>
void put_numbers(std::vector<std::byte>& out, std::size_t width, std::size_t count, Next next) {
  switch (width) {
    case 0:
      return;
    case 1:
      return put_numbers<std::uint8_t>(out, count, next);
    case 2:
      return put_numbers<std::uint16_t>(out, count, next);
    case 4:
      return put_numbers<std::uint32_t>(out, count, next);
    default:
      return put_numbers<std::uint64_t>(out, count, next);
  }
}

void put_bytes(std::vector<std::byte>& out, std::string_view bytes) {
  const Bytes raw = as_bytes(bytes);
  out.insert(out.end(), raw.begin(), raw.end());
}

}  // namespace

// Chooses and writes the encoding of one column's chunk.
class ChunkEncoder {
 public:
  ChunkEncoder(ChunkBuilder& builder, std::uint32_t rows)
      : entries_(builder.entries_),
        bytes_(builder.bytes_),
        aparts_(builder.aparts_),
        plain_chunks_(builder.plain_chunks_),
        rows_(rows) {
    survey();
  }

  std::vector<std::byte> encode() {
    if (entries_.empty()) {
      write_header(chunk_layout::Encoding::kApart, chunk_layout::Presence::kByRow);
    } else if (type_ == ValueType::kInteger || type_ == ValueType::kReal) {
      encode_fixed();
    } else if (type_ == ValueType::kNull) {
      encode_mixed();
    } else {
      encode_texts();
    }
    for (const auto& apart : aparts_) put(out_, apart.row);
    for (const auto& apart : aparts_) put(out_, static_cast<std::uint8_t>(apart.type));
    return std::move(out_);
  }

 private:
  using Entry = ChunkBuilder::Entry;

  [[nodiscard]] std::string_view bytes_of(const Entry& entry) const {
    return {bytes_.data() + entry.payload, entry.size};
  }
  // A NUL stands behind each text in bytes_.
  static std::string_view with_nul(std::string_view text) { return {text.data(), text.size() + 1}; }
  [[nodiscard]] std::size_t present() const { return entries_.size(); }
  [[nodiscard]] std::uint64_t span() const {
    return static_cast<std::uint64_t>(max_) - static_cast<std::uint64_t>(min_);
  }

  // One type for all, or kNull; range of the integers.
  void survey() {
    if (entries_.empty()) return;
    type_ = entries_.front().type;
    min_ = INT64_MAX;
    max_ = INT64_MIN;
    for (const Entry& entry : entries_) {
      if (entry.type != type_ || is_twin(entry)) type_ = ValueType::kNull;
      if (entry.type != ValueType::kInteger) continue;
      min_ = std::min(min_, static_cast<std::int64_t>(entry.payload));
      max_ = std::max(max_, static_cast<std::int64_t>(entry.payload));
    }
  }

  // True if no text holds a NUL of its own: each value's bytes end with the one behind them.
  [[nodiscard]] bool holds_c_strings() const {
    const auto nuls = std::count(bytes_.begin(), bytes_.end(), '\0');
    const auto values = std::count_if(entries_.begin(), entries_.end(),
                                      [](const Entry& entry) { return has_bytes(entry.type); });
    if (nuls == values) return true;
    return std::none_of(entries_.begin(), entries_.end(), [this](const Entry& entry) {
      return entry.type == ValueType::kText && bytes_of(entry).find('\0') != std::string_view::npos;
    });
  }

  // Memory for `payload` bytes and what comes before and behind them.
  void reserve(std::size_t payload) {
    constexpr std::size_t kSmallParts = 64;
    out_.reserve(chunk_layout::kHeaderSize + payload + 3 * aparts_.size() + kSmallParts);
  }

  void write_header(chunk_layout::Encoding encoding, chunk_layout::Presence presence) {
    out_.assign(chunk_layout::kHeaderSize, std::byte{0});
    out_[chunk_layout::kEncoding] = static_cast<std::byte>(encoding);
    out_[chunk_layout::kType] = static_cast<std::byte>(type_);
    out_[chunk_layout::kPresence] = static_cast<std::byte>(presence);
    out_[chunk_layout::kWidth] = static_cast<std::byte>(width_);
    out_[chunk_layout::kOffsetWidth] = static_cast<std::byte>(offset_width_);
    out_[chunk_layout::kCStrings] = static_cast<std::byte>(holds_c_strings() ? 1 : 0);
    const auto put16 = [this](std::size_t at, std::size_t value) {
      const auto narrow = static_cast<std::uint16_t>(value);
      std::memcpy(out_.data() + at, &narrow, sizeof narrow);
    };
    put16(chunk_layout::kRows, rows_);
    put16(chunk_layout::kPresent, present());
    put16(chunk_layout::kDistinct, dictionary_.size());
    put16(chunk_layout::kLongs, aparts_.size());
    listed_ = presence == chunk_layout::Presence::kList;
    if (listed_ && encoding != chunk_layout::Encoding::kFixed) write_rows();
  }

  void write_rows() {
    for (const Entry& entry : entries_) put(out_, entry.row);
  }

  [[nodiscard]] std::size_t slots() const { return listed_ ? present() : rows_; }

  // Gives the entry of one slot after the other, nullptr for a row without a value.
  class Slots {
   public:
    explicit Slots(const ChunkEncoder& encoder)
        : next_(encoder.entries_.begin()), end_(encoder.entries_.end()), listed_(encoder.listed_) {}
    const Entry* operator()() {
      const std::uint32_t row = row_++;
      return next_ != end_ && (listed_ || next_->row == row) ? &*next_++ : nullptr;
    }

   private:
    std::vector<Entry>::const_iterator next_;
    std::vector<Entry>::const_iterator end_;
    bool listed_;
    std::uint32_t row_ = 0;
  };

  // Writes a number of `width` bytes for each slot: `number(entry or nullptr)`.
  template <class Number>
  void put_slots(std::size_t width, Number number) {
    Slots next(*this);
    put_numbers(out_, width, slots(), [&] { return number(next()); });
  }

  // Writes 0 and the running sum of the slots' sizes.
  template <class Size>
  void put_offsets(Size size) {
    Slots next(*this);
    std::uint64_t offset = 0;
    bool first = true;
    put_numbers(out_, offset_width_, slots() + 1, [&] {
      if (!std::exchange(first, false)) offset += size(next());
      return offset;
    });
  }

  void encode_fixed() {
    const bool integers = type_ == ValueType::kInteger;
    if (!integers) min_ = max_ = 0;
    width_ = integers ? width_of(span()) : 8;
    const bool full = present() == rows_;
    const std::size_t bitmap = full ? 0 : 8 * ((rows_ + 63) / 64);
    const std::size_t by_row = bitmap + std::size_t{width_} * rows_;
    const std::size_t by_list = (2 + std::size_t{width_}) * present();
    const auto presence = by_list < by_row ? chunk_layout::Presence::kList
                          : full           ? chunk_layout::Presence::kByRow
                                           : chunk_layout::Presence::kBitmap;
    reserve(std::min(by_row, by_list));
    write_header(chunk_layout::Encoding::kFixed, presence);
    put(out_, min_);
    put(out_, max_);
    if (listed_) write_rows();
    if (presence == chunk_layout::Presence::kBitmap) write_bitmap();
    const auto base = static_cast<std::uint64_t>(min_);
    put_slots(width_, [&](const Entry* entry) {
      return entry != nullptr ? entry->payload - base : std::uint64_t{0};
    });
  }

  void write_bitmap() {
    std::vector<std::uint64_t> words((rows_ + 63) / 64);
    for (const Entry& entry : entries_) words[entry.row / 64] |= std::uint64_t{1} << entry.row % 64;
    for (const std::uint64_t word : words) put(out_, word);
  }

  // Distinct texts in the order of their first row, if there are few.
  bool build_dictionary() {
    constexpr std::size_t kBuckets = std::size_t{2} * kChunkRows;
    std::vector<std::uint16_t> buckets(kBuckets, UINT16_MAX);
    codes_.reserve(present());
    for (const Entry& entry : entries_) {
      const std::string_view text = bytes_of(entry);
      std::size_t bucket = std::hash<std::string_view>{}(text) % kBuckets;
      while (buckets[bucket] != UINT16_MAX && dictionary_[buckets[bucket]] != text) {
        bucket = (bucket + 1) % kBuckets;
      }
      if (buckets[bucket] == UINT16_MAX) {
        buckets[bucket] = static_cast<std::uint16_t>(dictionary_.size());
        dictionary_.push_back(text);
        dictionary_bytes_ += text.size() + 1;
      }
      codes_.push_back(buckets[bucket]);
      if (codes_.size() == kDictionarySample && dictionary_.size() > kDictionarySample * 3 / 4) {
        return false;
      }
    }
    return true;
  }

  void encode_texts() {
    const std::size_t plain_width = bytes_.size() <= UINT16_MAX ? 2 : 4;
    const std::size_t by_row = plain_width * (rows_ + 1U);
    const std::size_t by_list = 2 * present() + plain_width * (present() + 1);
    if (encode_dictionary(bytes_.size() + std::min(by_row, by_list))) return;
    offset_width_ = static_cast<std::uint8_t>(plain_width);
    reserve(std::min(by_row, by_list) + bytes_.size());
    write_header(chunk_layout::Encoding::kPlain, presence_of(by_list < by_row));
    put_offsets([](const Entry* entry) { return entry != nullptr ? entry->size + 1U : 0U; });
    put_bytes(out_, bytes_);
  }

  // Encodes with a dictionary if that takes less than `plain` bytes. Does not look for one in the
  // chunks behind one that was better without: finding that out again costs more than the rest.
  bool encode_dictionary(std::size_t plain) {
    if (plain_chunks_ > 0) {
      --plain_chunks_;
      return false;
    }
    if (build_dictionary()) {
      const std::size_t code_width = dictionary_.size() < UINT8_MAX ? 1 : 2;
      const std::size_t dictionary_width = dictionary_bytes_ <= UINT16_MAX ? 2 : 4;
      const std::size_t by_row = code_width * rows_;
      const std::size_t by_list = (2 + code_width) * present();
      const std::size_t size = dictionary_bytes_ + dictionary_width * (dictionary_.size() + 1) +
                               std::min(by_row, by_list);
      if (size < plain) {
        width_ = static_cast<std::uint8_t>(code_width);
        offset_width_ = static_cast<std::uint8_t>(dictionary_width);
        reserve(size);
        write_dictionary(by_list < by_row);
        return true;
      }
    }
    dictionary_.clear();
    plain_chunks_ = kPlainChunks;
    return false;
  }

  static chunk_layout::Presence presence_of(bool list) {
    return list ? chunk_layout::Presence::kList : chunk_layout::Presence::kByRow;
  }

  // An absent row's code is the number of distinct texts.
  void write_dictionary(bool list) {
    write_header(chunk_layout::Encoding::kDictionary, presence_of(list));
    auto code = codes_.begin();
    put_slots(width_, [&](const Entry* entry) {
      return entry != nullptr ? std::size_t{*code++} : dictionary_.size();
    });
    std::uint64_t offset = 0;
    std::size_t at = 0;
    put_numbers(out_, offset_width_, dictionary_.size() + 1, [&] {
      if (at != 0) offset += dictionary_[at - 1].size() + 1;
      ++at;
      return offset;
    });
    for (const std::string_view text : dictionary_) put_bytes(out_, with_nul(text));
  }

  void encode_mixed() {
    const auto size_of = [](const Entry* entry) -> std::size_t {
      if (entry == nullptr || is_twin(*entry)) return 0;
      return has_bytes(entry->type) ? entry->size + std::size_t{1} : 8;
    };
    std::size_t payload = 0;
    for (const Entry& entry : entries_) payload += size_of(&entry);
    offset_width_ = payload <= UINT16_MAX ? 2 : 4;
    const std::size_t by_row = (std::size_t{1} + offset_width_) * rows_;
    const std::size_t by_list = (std::size_t{3} + offset_width_) * present();
    reserve(std::min(by_row, by_list) + payload);
    write_header(chunk_layout::Encoding::kMixed, presence_of(by_list < by_row));
    put_slots(1, [](const Entry* entry) {
      return static_cast<std::uint8_t>(entry != nullptr ? entry->type : ValueType::kNull);
    });
    put_offsets(size_of);
    std::size_t at = out_.size();
    out_.resize(at + payload);
    const auto put_next = [&](const void* from, std::size_t size) {
      std::memcpy(out_.data() + at, from, size);
      at += size;
    };
    for (const Entry& entry : entries_) {
      if (is_twin(entry)) continue;
      if (has_bytes(entry.type)) {
        put_next(bytes_.data() + entry.payload, entry.size + std::size_t{1});
      } else {
        put_next(&entry.payload, sizeof entry.payload);
      }
    }
  }

  static bool is_twin(const Entry& entry) {
    return static_cast<std::uint8_t>(entry.type) == chunk_layout::kTwinType;
  }

  const std::vector<Entry>& entries_;
  const std::string& bytes_;
  const std::vector<ChunkBuilder::Apart>& aparts_;
  unsigned& plain_chunks_;
  std::uint32_t rows_;
  ValueType type_ = ValueType::kNull;
  std::uint8_t width_ = 0;
  std::uint8_t offset_width_ = 0;
  bool listed_ = false;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
  std::vector<std::string_view> dictionary_;
  std::size_t dictionary_bytes_ = 0;
  std::vector<std::uint16_t> codes_;
  std::vector<std::byte> out_;
};

void ChunkBuilder::append_twin(std::uint32_t row) {
  assert(row < kChunkRows);
  entries_.push_back({.row = static_cast<std::uint16_t>(row),
                      .type = static_cast<ValueType>(chunk_layout::kTwinType)});
}

void ChunkBuilder::append_apart(std::uint32_t row, ValueType type) {
  assert(row < kChunkRows);
  aparts_.push_back({.row = static_cast<std::uint16_t>(row), .type = type});
}

std::vector<std::byte> ChunkBuilder::finish(std::uint32_t rows) {
  std::vector<std::byte> encoded;
  if (!entries_.empty() || !aparts_.empty()) encoded = ChunkEncoder(*this, rows).encode();
  entries_.clear();
  bytes_.clear();
  aparts_.clear();
  return encoded;
}

}  // namespace dirsnap
