// SPDX-License-Identifier: MIT
#include "importers/reg_text/line_reader.h"

#include <algorithm>

#include "storage/base/text.h"
#include "storage/base/wtf8.h"

namespace dirsnap::reg_text {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);

}  // namespace

LineReader::LineReader(ByteSource& source, const TextCoding& coding)
    : source_(source),
      coding_(coding),
      unit_bytes_(
          coding.encoding == Encoding::kUtf16Le || coding.encoding == Encoding::kUtf16Be ? 2 : 1),
      buffer_offset_(coding.bom_bytes) {}

Result<bool> LineReader::refill() {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
  buffer_offset_ += at_;
  at_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kBlockBytes);
  DIRSNAP_TRY(const std::size_t got,
              source_.read_at(buffer_offset_ + had, std::span(buffer_).subspan(had)));
  buffer_.resize(had + got);
  if (got < kBlockBytes) at_end_ = true;
  return got > 0;
}

// Index behind the last character of the first line end at or after `from`, or kNotFound.
std::size_t LineReader::find_line_end(std::size_t from) const {
  if (unit_bytes_ == 1) {
    const auto place = std::find(buffer_.begin() + static_cast<std::ptrdiff_t>(from), buffer_.end(),
                                 std::byte(coding_.line_end));
    return place == buffer_.end() ? kNotFound
                                  : static_cast<std::size_t>(place - buffer_.begin()) + 1;
  }
  const std::size_t low = coding_.encoding == Encoding::kUtf16Le ? 0 : 1;
  for (std::size_t i = from; buffer_.size() - i >= 2; i += 2) {
    const bool is_end = buffer_[i + low] == std::byte(coding_.line_end);
    if (is_end && buffer_[i + 1 - low] == std::byte{0}) return i + 2;
  }
  return kNotFound;
}

void LineReader::decode(Bytes raw, Line& line) {
  switch (coding_.encoding) {
    case Encoding::kUtf16Le:
      line.text = wtf8_from_utf16le(raw);
      break;
    case Encoding::kUtf16Be:
      line.text = wtf8_from_utf16be(raw);
      break;
    case Encoding::kUtf8:
      line.text = as_chars(raw);
      break;
    case Encoding::kCodepage:
      line.text = as_chars(raw);
      if (!is_ascii(line.text)) {
        saw_non_ascii_ = true;
        Decoded decoded = decode_codepage(raw, coding_.codepage).value_or(Decoded{});
        saw_undecodable_ = saw_undecodable_ || !decoded.lossless;
        line.text = std::move(decoded.text);
      }
      break;
  }
  if (raw.size() % unit_bytes_ != 0) has_odd_byte_ = true;
  std::size_t end = line.text.size();
  if (end > 0 && line.text[end - 1] == coding_.line_end) --end;
  // The source may end between CR and LF.
  while (coding_.line_end == '\n' && end > 0 && line.text[end - 1] == '\r') --end;
  line.ending = line.text.substr(end);
  line.text.resize(end);
}

Result<bool> LineReader::next(Line& line) {
  if (!unread_.empty()) {
    line = std::move(unread_.front());
    unread_.pop_front();
    return true;
  }
  line = {};
  std::size_t searched = 0;  // bytes behind at_ known to hold no line end
  std::size_t end = find_line_end(at_);
  std::uint64_t passed_over = 0;
  std::vector<std::byte> head;  // the kept part of a line that is too long
  while (end == kNotFound && !at_end_) {
    searched = (buffer_.size() - at_) / unit_bytes_ * unit_bytes_;
    if (searched > kMaxLineBytes) {
      if (head.empty())
        head.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                    buffer_.begin() + static_cast<std::ptrdiff_t>(at_ + searched));
      at_ += searched;
      passed_over += searched;
      searched = 0;
    }
    DIRSNAP_CHECK(refill());
    end = find_line_end(at_ + searched);
  }
  if (end == kNotFound) end = buffer_.size();
  if (end == at_ && passed_over == 0) return false;
  line.number = ++line_number_;
  line.offset = buffer_offset_ + at_ - passed_over;
  line.size_bytes = passed_over + (end - at_);
  line.is_cut = !head.empty();
  decode(line.is_cut ? Bytes(head) : Bytes(buffer_).subspan(at_, end - at_), line);
  at_ = end;
  return true;
}

void LineReader::unread(std::vector<Line> lines) {
  unread_.insert(unread_.begin(), std::make_move_iterator(lines.begin()),
                 std::make_move_iterator(lines.end()));
}

}  // namespace dirsnap::reg_text
