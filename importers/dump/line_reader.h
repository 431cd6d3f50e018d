// SPDX-License-Identifier: MIT
//
// The physical lines of a text dump. One-byte encodings are handed on as they are, because dumps
// mix UTF-8 and code pages; UTF-16 becomes UTF-8 here.
// Units: offsets count bytes from the start of the source; line numbers start at 1.
// Memory: one block and the current line; a line is cut at kMaxLineBytes.
// Lifetime: a line's text stays valid until the next call. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/byte_source.h"
#include "storage/base/cancel.h"

namespace dirsnap::dump {

inline constexpr std::size_t kMaxLineBytes = std::size_t{256} << 20;

enum class Encoding : std::uint8_t { kBytes, kUtf16Le, kUtf16Be };
const char* to_string(Encoding encoding);

struct TextCoding {
  Encoding encoding = Encoding::kBytes;
  std::uint64_t bom_bytes = 0;
  char line_end = '\n';  // '\r' where the text has no line feed at all
};

// Byte order mark, UTF-16 without one, lone carriage returns.
TextCoding detect_coding(Bytes head);
// The head as UTF-8 or as the bytes it has, without its mark and, if `is_whole` is false, without
// the last, incomplete line.
std::string decode_head(Bytes head, const TextCoding& coding, bool is_whole);

struct Line {
  std::string_view text;    // without the line end
  std::string_view ending;  // the line end as found; empty at the end of the source
  std::uint64_t offset = 0;
  std::uint64_t number = 0;
  bool is_cut = false;  // longer than kMaxLineBytes; the rest was passed over
};

class LineReader {
 public:
  // REQUIRES: source and token outlive the reader.
  LineReader(ByteSource& source, const TextCoding& coding, const CancelToken& cancel);

  // False at the end of the source. Fails with kIo and kInterrupted.
  [[nodiscard]] Result<bool> next(Line& line);
  // The next line begins there. REQUIRES: offset and number of a line, or 0 and 1.
  void seek(std::uint64_t offset, std::uint64_t number);

 private:
  [[nodiscard]] Result<void> refill();
  // Index behind the line end at or after `from`, npos where the buffer holds none.
  [[nodiscard]] std::size_t find_end(std::size_t from) const;
  void decode(std::string_view raw, Line& line);
  [[nodiscard]] Result<void> pass_over(Line& line);

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  ByteSource& source_;
  TextCoding coding_;
  const CancelToken& cancel_;
  std::size_t unit_bytes_;
  std::size_t block_bytes_;  // to be read next
  std::vector<char> buffer_;
  std::size_t at_ = 0;           // of the next line in buffer_
  std::size_t end_ = 0;          // of the bytes in buffer_
  std::uint64_t buffer_offset_;  // of buffer_[0] in the source
  std::uint64_t number_ = 0;
  bool at_source_end_ = false;
  std::string decoded_;
};

}  // namespace dirsnap::dump
