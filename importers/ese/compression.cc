// SPDX-License-Identifier: MIT
#include "importers/ese/compression.h"

#include <fmt/format.h>

namespace dirsnap::ese {

namespace {

constexpr std::size_t kSizedHeader = 3;  // scheme byte, u16 unpacked size

tl::unexpected<Error> corrupt(std::size_t at, const char* what) {
  return fail(Code::kCorrupt, at, what);
}

tl::unexpected<Error> too_large(std::size_t size_max) {
  return fail(Code::kLimit, fmt::format("unpacks to more than {} bytes", size_max));
}

// 7-bit units, least significant bit first; each becomes one or two bytes.
Result<void> unpack_7bit(Bytes packed,
                         std::size_t unit_bytes,
                         std::size_t size_max,
                         std::vector<std::byte>& out) {
  if (packed.size() < 2) return {};
  const std::size_t last_bits = (std::to_integer<std::size_t>(packed[0]) & 7) + 1;
  const std::size_t units = ((packed.size() - 2) * 8 + last_bits) / 7;
  if (units * unit_bytes > size_max) return too_large(size_max);
  const Bytes body = packed.subspan(1);
  const std::size_t begin = out.size();
  out.resize(begin + units * unit_bytes);
  std::uint32_t bits = 0;
  unsigned have = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < units; ++i) {
    if (have < 7) {
      bits |= std::to_integer<std::uint32_t>(body[at++]) << have;
      have += 8;
    }
    out[begin + i * unit_bytes] = static_cast<std::byte>(bits & 0x7F);
    bits >>= 7;
    have -= 7;
  }
  return {};
}

// Decoder of one XPRESS stream.
class Xpress {
 public:
  Xpress(Bytes in, std::size_t at, std::size_t size, std::vector<std::byte>& out)
      : in_(in), at_(at), out_(out), begin_(out.size()), end_(out.size() + size) {}

  Result<void> run() {
    while (out_.size() < end_) {
      DIRSNAP_TRY(const bool is_match, flag());
      if (is_match) {
        DIRSNAP_CHECK(match());
      } else {
        if (at_ >= in_.size()) return corrupt(at_, "XPRESS stream ends inside a literal");
        out_.push_back(in_[at_++]);
      }
    }
    return {};
  }

 private:
  // Next flag; flags come in words of 32, most significant bit first.
  Result<bool> flag() {
    if (flags_left_ == 0) {
      if (!has(in_, at_, 4)) return corrupt(at_, "XPRESS stream ends inside its flags");
      flags_ = load_le<std::uint32_t>(in_, at_);
      at_ += 4;
      flags_left_ = 32;
    }
    --flags_left_;
    return ((flags_ >> flags_left_) & 1) != 0;
  }

  template <class T>
  Result<std::size_t> number() {
    if (!has(in_, at_, sizeof(T))) return corrupt(at_, "XPRESS stream ends inside a match");
    const auto value = load_le<T>(in_, at_);
    at_ += sizeof(T);
    return std::size_t{value};
  }

  // Length beyond the three bits of the match word.
  Result<std::size_t> long_length() {
    std::size_t length = 7;
    if (nibble_at_ != 0) {  // the high half of a byte read before
      length += std::to_integer<std::size_t>(in_[nibble_at_]) >> 4U;
      nibble_at_ = 0;
    } else {
      nibble_at_ = at_;
      DIRSNAP_TRY(const std::size_t both, number<std::uint8_t>());
      length += both & 15;
    }
    if (length < 7 + 15) return length;
    DIRSNAP_TRY(const std::size_t more, number<std::uint8_t>());
    if (more < 255) return 22 + more;
    DIRSNAP_TRY(std::size_t whole, number<std::uint16_t>());
    if (whole == 0) {
      DIRSNAP_TRY(whole, number<std::uint32_t>());
    }
    if (whole < 22) return corrupt(at_, "XPRESS match length is too short for its form");
    return whole;
  }

  Result<void> match() {
    DIRSNAP_TRY(const std::size_t word, number<std::uint16_t>());
    const std::size_t distance = (word >> 3U) + 1;
    std::size_t length = word & 7;
    if (length == 7) {
      DIRSNAP_TRY(length, long_length());
    }
    length += 3;
    if (distance > out_.size() - begin_)
      return corrupt(at_, "XPRESS match reaches before the start of the value");
    if (length > end_ - out_.size())
      return corrupt(at_, "XPRESS match runs past the end of the value");
    for (std::size_t i = 0; i < length; ++i) out_.push_back(out_[out_.size() - distance]);
    return {};
  }

  Bytes in_;
  std::size_t at_;
  std::vector<std::byte>& out_;
  std::size_t begin_, end_;
  std::uint32_t flags_ = 0;
  unsigned flags_left_ = 0;
  std::size_t nibble_at_ = 0;  // where the pending half byte lies; 0 = none pending
};

Result<void> unpack_xpress(Bytes packed, std::size_t size_max, std::vector<std::byte>& out) {
  if (packed.size() < kSizedHeader) return corrupt(0, "XPRESS header is cut off");
  const std::size_t size = load_le<std::uint16_t>(packed, 1);
  if (size > size_max) return too_large(size_max);
  const std::size_t begin = out.size();
  out.reserve(begin + size);  // at most 64 KiB
  auto done = Xpress(packed, kSizedHeader, size, out).run();
  if (!done) out.resize(begin);
  return done;
}

// A length of LZ4: 15 in the token means that bytes follow, up to the first that is not 255.
Result<std::size_t> lz4_length(Bytes in, std::size_t& at, std::size_t nibble) {
  std::size_t length = nibble;
  if (nibble < 15) return length;
  for (;;) {
    if (at >= in.size()) return corrupt(at, "LZ4 block ends inside a length");
    const auto more = std::to_integer<std::size_t>(in[at++]);
    length += more;
    if (more < 255) return length;
  }
}

// One sequence of an LZ4 block: literals, then a match; the last one has no match.
Result<void> lz4_sequence(
    Bytes in, std::size_t& at, std::size_t begin, std::size_t end, std::vector<std::byte>& out) {
  if (at >= in.size()) return corrupt(at, "LZ4 block ends before the value does");
  const auto token = std::to_integer<std::size_t>(in[at++]);
  DIRSNAP_TRY(const std::size_t literals, lz4_length(in, at, token >> 4U));
  if (in.size() - at < literals || end - out.size() < literals)
    return corrupt(at, "LZ4 literals run past the end");
  const auto from = in.begin() + static_cast<std::ptrdiff_t>(at);
  out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(literals));
  at += literals;
  if (out.size() == end) return {};
  if (!has(in, at, 2)) return corrupt(at, "LZ4 block ends inside a match");
  const std::size_t distance = load_le<std::uint16_t>(in, at);
  at += 2;
  DIRSNAP_TRY(std::size_t length, lz4_length(in, at, token & 15U));
  length += 4;
  if (distance == 0 || distance > out.size() - begin)
    return corrupt(at, "LZ4 match reaches before the start of the value");
  if (length > end - out.size()) return corrupt(at, "LZ4 match runs past the end of the value");
  for (std::size_t i = 0; i < length; ++i) out.push_back(out[out.size() - distance]);
  return {};
}

Result<void> unpack_lz4(Bytes packed, std::size_t size_max, std::vector<std::byte>& out) {
  if (packed.size() < kSizedHeader) return corrupt(0, "LZ4 header is cut off");
  const std::size_t size = load_le<std::uint16_t>(packed, 1);
  if (size > size_max) return too_large(size_max);
  const std::size_t begin = out.size();
  out.reserve(begin + size);  // at most 64 KiB
  std::size_t at = kSizedHeader;
  while (out.size() < begin + size) {
    if (auto done = lz4_sequence(packed, at, begin, begin + size, out); !done) {
      out.resize(begin);
      return done;
    }
  }
  return {};
}

}  // namespace

Result<void> decompress(Bytes packed, std::size_t size_max, std::vector<std::byte>& out) {
  if (packed.empty()) return corrupt(0, "packed value is empty");
  switch (static_cast<Scheme>(std::to_integer<unsigned>(packed[0]) >> 3U)) {
    case Scheme::k7BitAscii:
      return unpack_7bit(packed, 1, size_max, out);
    case Scheme::k7BitUnicode:
      return unpack_7bit(packed, 2, size_max, out);
    case Scheme::kXpress:
      return unpack_xpress(packed, size_max, out);
    case Scheme::kScrubbed:
      return fail(Code::kUnsupported, "the value has been wiped (scrubbed)");
    case Scheme::kXpress9:
      return fail(Code::kUnsupported, "packed with XPRESS9, which cannot be unpacked");
    case Scheme::kXpress10:
      return fail(Code::kUnsupported, "packed with XPRESS10, which cannot be unpacked");
    case Scheme::kLz4:
      return unpack_lz4(packed, size_max, out);
  }
  return corrupt(0, "unknown compression scheme");
}

}  // namespace dirsnap::ese
