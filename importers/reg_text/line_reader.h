// SPDX-License-Identifier: MIT
//
// The lines of a text source, decoded block by block, each with its place.
// Units: offsets count bytes from the start of the source; line numbers start at 1.
// Memory: one block and the current line; a line is cut at kMaxLineBytes.
// Threads: one thread per reader.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "importers/reg_text/document.h"
#include "storage/base/byte_source.h"
#include "storage/base/result.h"

namespace dirsnap::reg_text {

inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;

// How the bytes of a source become text.
struct TextCoding {
  Encoding encoding = Encoding::kCodepage;
  unsigned codepage = 1252;
  char line_end = '\n';  // a carriage return in a text that has no line feed
  std::uint64_t bom_bytes = 0;
};

struct Line {
  std::string text;    // WTF-8 without the line end; raw bytes where the encoding is kUtf8
  std::string ending;  // CR LF, LF, CR CR LF, CR as found; empty at the end of the source
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;  // in the source, line end included
  bool is_cut = false;           // longer than kMaxLineBytes; the rest was passed over
};

class LineReader {
 public:
  // REQUIRES: source outlives the reader; the machine knows coding.codepage.
  LineReader(ByteSource& source, const TextCoding& coding);

  // False at the end of the source. Fails with kIo when the medium does.
  [[nodiscard]] Result<bool> next(Line& line);
  // Gives lines back, the first of them to be read first.
  void unread(std::vector<Line> lines);

  // Facts about what was read so far.
  [[nodiscard]] bool saw_non_ascii() const { return saw_non_ascii_; }
  [[nodiscard]] bool saw_undecodable() const { return saw_undecodable_; }
  [[nodiscard]] bool has_odd_byte() const { return has_odd_byte_; }

 private:
  [[nodiscard]] Result<bool> refill();
  [[nodiscard]] std::size_t find_line_end(std::size_t from) const;
  void decode(Bytes raw, Line& line);

  ByteSource& source_;
  TextCoding coding_;
  std::size_t unit_bytes_;
  std::vector<std::byte> buffer_;
  std::size_t at_ = 0;           // of the next line in buffer_
  std::uint64_t buffer_offset_;  // of buffer_[0] in the source
  std::uint64_t line_number_ = 0;
  bool at_end_ = false;
  bool saw_non_ascii_ = false;
  bool saw_undecodable_ = false;
  bool has_odd_byte_ = false;
  std::deque<Line> unread_;
};

}  // namespace dirsnap::reg_text
