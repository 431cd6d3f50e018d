// SPDX-License-Identifier: MIT
#include "tests/support/ese_compress.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/support/bytes.h"

namespace dirsnap::support {
namespace {

// Scheme numbers, in the upper five bits of the first byte.
constexpr unsigned kSevenBitAscii = 1;
constexpr unsigned kSevenBitUnicode = 2;
constexpr unsigned kXpress = 3;

constexpr std::size_t kLargestUnit = 65535;
constexpr std::size_t kWindow = 8192;
constexpr std::size_t kShortestMatch = 3;
constexpr std::size_t kHashSize = 1U << 12;
constexpr std::size_t kUnset = ~std::size_t{0};

// The stream of flags, literals and matches. Flag words and length nibbles are reserved at the
// place where the decoder meets them and filled in later.
class XpressStream {
 public:
  explicit XpressStream(std::string& out) : out_(out) {}

  void literal(char byte) {
    flag(false);
    out_.push_back(byte);
  }

  void match(std::size_t distance, std::size_t length) {
    flag(true);
    const std::size_t rest = length - kShortestMatch;
    const std::size_t low = std::min<std::size_t>(rest, 7);
    append_le(out_, static_cast<std::uint16_t>((distance - 1) << 3 | low));
    if (rest < 7) return;
    const std::size_t over = rest - 7;
    nibble(std::min<std::size_t>(over, 15));
    if (over < 15) return;
    const std::size_t more = over - 15;
    out_.push_back(static_cast<char>(std::min<std::size_t>(more, 255)));
    if (more >= 255) append_le(out_, static_cast<std::uint16_t>(rest));
  }

  // Unused flags of the last word are set, as MS-XCA asks.
  void finish() {
    if (word_at_ == kUnset) return;
    for (; used_ < 32; ++used_) word_ |= 0x80000000U >> used_;
    store_le(out_, word_at_, word_);
  }

 private:
  void flag(bool set) {
    if (word_at_ == kUnset || used_ == 32) {
      if (word_at_ != kUnset) store_le(out_, word_at_, word_);
      word_at_ = out_.size();
      out_.append(4, '\0');
      word_ = 0;
      used_ = 0;
    }
    if (set) word_ |= 0x80000000U >> used_;
    ++used_;
  }

  void nibble(std::size_t value) {
    if (nibble_at_ == kUnset) {
      nibble_at_ = out_.size();
      out_.push_back(static_cast<char>(value));
    } else {
      out_[nibble_at_] =
          static_cast<char>(static_cast<unsigned char>(out_[nibble_at_]) | value << 4);
      nibble_at_ = kUnset;
    }
  }

  std::string& out_;
  std::size_t word_at_ = kUnset;
  std::uint32_t word_ = 0;
  unsigned used_ = 0;
  std::size_t nibble_at_ = kUnset;
};

std::size_t hash3(std::string_view value, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(value[at + i])};
  };
  const std::uint32_t word = byte(0) | byte(1) << 8U | byte(2) << 16U;
  return (word * 2654435761U) >> 20U & (kHashSize - 1);
}

}  // namespace

std::string pack_seven_bit(std::string_view value, bool utf16) {
  const std::size_t step = utf16 ? 2 : 1;
  if (value.empty() || value.size() % step != 0) return {};
  std::string out(1, '\0');
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (std::size_t at = 0; at < value.size(); at += step) {
    const auto unit = static_cast<unsigned char>(value[at]);
    if (unit >= 0x80 || (utf16 && value[at + 1] != 0)) return {};
    pending |= std::uint32_t{unit} << bits;
    bits += 7;
    if (bits >= 8) {
      out.push_back(static_cast<char>(pending & 0xFF));
      pending >>= 8;
      bits -= 8;
    }
  }
  if (bits != 0) out.push_back(static_cast<char>(pending));
  const unsigned used = bits == 0 ? 8 : bits;
  out[0] = static_cast<char>((utf16 ? kSevenBitUnicode : kSevenBitAscii) << 3 | (used - 1));
  return out;
}

std::string compress_xpress(std::string_view value) {
  if (value.empty() || value.size() > kLargestUnit) return {};
  std::string out(1, static_cast<char>(kXpress << 3));
  append_le(out, static_cast<std::uint16_t>(value.size()));
  XpressStream stream(out);
  std::vector<std::size_t> seen(kHashSize, kUnset);
  for (std::size_t at = 0; at < value.size();) {
    std::size_t length = 0;
    std::size_t from = kUnset;
    if (value.size() - at >= kShortestMatch) {
      std::size_t& slot = seen[hash3(value, at)];
      from = slot;
      slot = at;
      if (from != kUnset && at - from <= kWindow) {
        length = common_prefix(value.substr(from), value.substr(at));
      }
    }
    if (length >= kShortestMatch) {
      stream.match(at - from, length);
      at += length;
    } else {
      stream.literal(value[at++]);
    }
  }
  stream.finish();
  return out;
}

std::string compress_value(std::string_view value, bool utf16) {
  std::string best = pack_seven_bit(value, utf16);
  std::string lz = compress_xpress(value);
  if (best.empty() || (!lz.empty() && lz.size() < best.size())) best = std::move(lz);
  return best.size() < value.size() ? best : std::string();
}

}  // namespace dirsnap::support
