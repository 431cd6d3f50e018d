// SPDX-License-Identifier: MIT
//
// Strings of a registry text to the bytes the registry stores, and the record of every guess that
// was needed on the way.
// Threads: one thread per codec.
#pragma once

#include <string>
#include <string_view>

#include "importers/reg_text/document.h"

namespace dirsnap::reg_text {

class TextCodec {
 public:
  // `codepage`: of REGEDIT4 byte lists, and of strings in a UTF-8 file that are not UTF-8.
  TextCodec(Encoding encoding, unsigned codepage) : encoding_(encoding), codepage_(codepage) {}

  // A name or string as a line holds it, to WTF-8.
  std::string text(std::string_view raw);
  // One-byte string data of a REGEDIT4 byte list to UTF-16LE.
  std::string utf16_from_ansi(std::string_view bytes);

  // True if a string was not UTF-8 though the others were.
  [[nodiscard]] bool saw_fallback() const { return saw_fallback_; }
  // True if bytes of the code page other than ASCII were converted.
  [[nodiscard]] bool saw_non_ascii() const { return saw_non_ascii_; }
  // True if a byte had no character in the code page.
  [[nodiscard]] bool saw_undecodable() const { return saw_undecodable_; }

 private:
  std::string decode(std::string_view bytes);

  Encoding encoding_;
  unsigned codepage_;
  bool saw_fallback_ = false;
  bool saw_non_ascii_ = false;
  bool saw_undecodable_ = false;
};

}  // namespace dirsnap::reg_text
