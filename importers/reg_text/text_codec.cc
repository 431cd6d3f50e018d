// SPDX-License-Identifier: MIT
#include "importers/reg_text/text_codec.h"

#include <algorithm>

#include "storage/base/text.h"

namespace dirsnap::reg_text {

std::string TextCodec::decode(std::string_view bytes) {
  Decoded decoded = decode_codepage(as_bytes(bytes), codepage_).value_or(Decoded{});
  saw_undecodable_ = saw_undecodable_ || !decoded.lossless;
  return std::move(decoded.text);
}

std::string TextCodec::text(std::string_view raw) {
  if (encoding_ != Encoding::kUtf8 || is_valid_utf8(raw)) return std::string(raw);
  saw_fallback_ = true;
  return decode(raw);
}

std::string TextCodec::utf16_from_ansi(std::string_view bytes) {
  if (is_ascii(bytes)) return encode_utf16le(bytes);
  saw_non_ascii_ = true;
  return encode_utf16le(decode(bytes));
}

}  // namespace dirsnap::reg_text
