// SPDX-License-Identifier: MIT
#include "importers/dump/line_reader.h"

#include <algorithm>
#include <cstring>

#include "storage/base/text.h"

namespace dirsnap::dump {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::size_t kFirstBlockBytes = std::size_t{1} << 13;  // after a seek: often one record

// UTF-16 without a mark leaves the zero bytes of its ASCII characters.
Encoding encoding_of_zeros(Bytes head) {
  constexpr std::size_t kLeastPairs = 8;
  const std::size_t pairs = std::min<std::size_t>(head.size(), 512) / 2;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < pairs * 2; ++i) {
    if (head[i] == std::byte{0}) ++zeros[i & 1];
  }
  if (pairs < kLeastPairs) return Encoding::kBytes;
  if (zeros[1] > pairs / 2 && zeros[0] < pairs / 8) return Encoding::kUtf16Le;
  if (zeros[0] > pairs / 2 && zeros[1] < pairs / 8) return Encoding::kUtf16Be;
  return Encoding::kBytes;
}

std::string utf8_of(std::string_view raw, Encoding encoding) {
  if (encoding == Encoding::kUtf16Le) return decode_utf16le(as_bytes(raw)).text;
  if (encoding == Encoding::kUtf16Be) return decode_utf16be(as_bytes(raw)).text;
  return std::string(raw);
}

}  // namespace

const char* to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kBytes:
      return "bytes";
    case Encoding::kUtf16Le:
      return "utf-16le";
    case Encoding::kUtf16Be:
      return "utf-16be";
  }
  return "bytes";
}

TextCoding detect_coding(Bytes head) {
  TextCoding coding;
  const std::string_view chars = as_chars(head);
  if (chars.starts_with("\xEF\xBB\xBF")) {
    coding.bom_bytes = 3;
  } else if (chars.starts_with("\xFF\xFE")) {
    coding = {.encoding = Encoding::kUtf16Le, .bom_bytes = 2};
  } else if (chars.starts_with("\xFE\xFF")) {
    coding = {.encoding = Encoding::kUtf16Be, .bom_bytes = 2};
  } else {
    coding.encoding = encoding_of_zeros(head);
  }
  const bool has_feed = chars.find('\n') != std::string_view::npos;
  if (!has_feed && chars.find('\r') != std::string_view::npos) coding.line_end = '\r';
  return coding;
}

std::string decode_head(Bytes head, const TextCoding& coding, bool is_whole) {
  std::string text = utf8_of(as_chars(head).substr(coding.bom_bytes), coding.encoding);
  if (!is_whole) text.resize(text.rfind(coding.line_end) + 1);
  return text;
}

LineReader::LineReader(ByteSource& source, const TextCoding& coding, const CancelToken& cancel)
    : source_(source),
      coding_(coding),
      cancel_(cancel),
      unit_bytes_(coding.encoding == Encoding::kBytes ? 1 : 2),
      block_bytes_(kFirstBlockBytes),
      buffer_(kFirstBlockBytes),
      buffer_offset_(coding.bom_bytes) {}

void LineReader::seek(std::uint64_t offset, std::uint64_t number) {
  buffer_offset_ = std::max(offset, coding_.bom_bytes);
  at_ = 0;
  end_ = 0;
  number_ = number - 1;
  at_source_end_ = false;
  block_bytes_ = kFirstBlockBytes;
}

Result<void> LineReader::refill() {
  DIRSNAP_CHECK(cancel_.check());
  std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
  buffer_offset_ += at_;
  end_ -= at_;
  at_ = 0;
  // A line longer than a block doubles the buffer, so that its bytes move a bounded number of
  // times.
  if (buffer_.size() - end_ < block_bytes_) buffer_.resize(std::max(2 * end_, end_ + block_bytes_));
  const std::size_t want = block_bytes_;
  block_bytes_ = std::min(2 * block_bytes_, kBlockBytes);
  DIRSNAP_TRY(const std::size_t got,
              source_.read_at(buffer_offset_ + end_,
                              std::as_writable_bytes(std::span(buffer_)).subspan(end_, want)));
  end_ += got;
  if (got < want) at_source_end_ = true;
  return {};
}

std::size_t LineReader::find_end(std::size_t from) const {
  if (unit_bytes_ == 1) {
    const void* const place = std::memchr(buffer_.data() + from, coding_.line_end, end_ - from);
    if (place == nullptr) return kNone;
    return static_cast<std::size_t>(static_cast<const char*>(place) - buffer_.data()) + 1;
  }
  const std::size_t low = coding_.encoding == Encoding::kUtf16Le ? 0 : 1;
  for (std::size_t i = from; end_ - i >= 2; i += 2) {
    if (buffer_[i + low] == coding_.line_end && buffer_[i + 1 - low] == 0) return i + 2;
  }
  return kNone;
}

void LineReader::decode(std::string_view raw, Line& line) {
  std::string_view text = raw;
  if (coding_.encoding != Encoding::kBytes) {
    decoded_ = utf8_of(raw, coding_.encoding);
    text = decoded_;
  }
  std::size_t size = text.size();
  if (text.ends_with(coding_.line_end)) --size;
  while (size > 0 && text[size - 1] == '\r') --size;
  line.text = text.substr(0, size);
  line.ending = text.substr(size);
}

// The line at at_ is longer than any line may be: keeps its head, finds its end.
Result<void> LineReader::pass_over(Line& line) {
  std::string head(buffer_.data() + at_, kMaxLineBytes);
  std::size_t end = kNone;
  at_ += kMaxLineBytes;
  while ((end = find_end(at_)) == kNone && !at_source_end_) {
    at_ += (end_ - at_) / unit_bytes_ * unit_bytes_;
    DIRSNAP_CHECK(refill());
  }
  at_ = end == kNone ? end_ : end;
  line.is_cut = true;
  decoded_ = utf8_of(head, coding_.encoding);
  line.text = decoded_;
  line.ending = {};
  return {};
}

Result<bool> LineReader::next(Line& line) {
  std::size_t searched = 0;  // bytes behind at_ known to hold no line end
  std::size_t end = find_end(at_);
  line.offset = buffer_offset_ + at_;
  line.is_cut = false;
  line.number = number_ + 1;
  while (end == kNone && !at_source_end_) {
    searched = (end_ - at_) / unit_bytes_ * unit_bytes_;
    if (searched > kMaxLineBytes) {
      ++number_;
      DIRSNAP_CHECK(pass_over(line));
      return true;
    }
    DIRSNAP_CHECK(refill());
    end = find_end(at_ + searched);
  }
  if (end == kNone) end = end_;
  if (end == at_) return false;
  ++number_;
  decode(std::string_view(buffer_.data() + at_, end - at_), line);
  at_ = end;
  return true;
}

}  // namespace dirsnap::dump
