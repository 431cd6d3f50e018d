// SPDX-License-Identifier: MIT
//
// UTF-16 text that must come back exactly: names and strings of the registry may hold surrogates
// that have no partner. WTF-8 is UTF-8 in which such a unit is written as if it were a code point
// (three bytes, ED A0 80 to ED BF BF); everything else is plain UTF-8.
// Lifetime: values. Threads: pure functions.
// Facts: the WTF-8 encoding, https://simonsapin.github.io/wtf-8/; registry_fold() below.
#pragma once

#include <string>
#include <string_view>

#include "storage/base/byte_reader.h"
#include "storage/base/text.h"

namespace dirsnap {

// Every whole unit of `bytes`; an odd last byte is left out, the caller knows the size.
std::string wtf8_from_utf16le(Bytes bytes);
std::string wtf8_from_utf16be(Bytes bytes);

// The inverse of wtf8_from_utf16le. Bytes that are not WTF-8 become U+FFFD.
std::string utf16le_from_wtf8(std::string_view wtf8);

// For readers that need valid UTF-8: each lone surrogate or bad byte becomes U+FFFD.
Decoded utf8_from_wtf8(std::string_view wtf8);

// The form in which Windows compares names of the registry: equal forms, one key or value.
// Each UTF-16 unit goes to upper case by itself, so surrogates and all that lies beyond U+FFFF
// stay, and no character becomes two [documented: the registry compares by RtlUpcaseUnicodeChar]. A
// unit is upper-cased where Unicode's simple mappings (utf8proc) lead back to it, which leaves
// alone the micro sign, sharp s, dotless i, long s and title-case letters, and the final sigma
// meets the other [inferred from the upper-case table that Windows writes to NTFS volumes]. Bytes
// that are not WTF-8 stay. fold_case() of text.h is wider: it serves the look-ups of users.
std::string registry_fold(std::string_view wtf8);

}  // namespace dirsnap
