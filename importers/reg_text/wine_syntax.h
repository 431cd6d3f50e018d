// SPDX-License-Identifier: MIT
//
// What Wine's registry store spells otherwise than regedit's files: escapes, key lines with times,
// lines that begin with #.
// Text: WTF-8; the caller has decoded it, for escapes come after the encoding.
// Threads: pure functions. Facts: FORMAT.md section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirsnap::reg_text {

// The inside of quotation marks or brackets to WTF-8: \\ \" \[ \] \n \r \t \a \e \0 \xHHHH.
std::string unescape_wine(std::string_view raw);

struct WineKey {
  std::string path;  // below the file's root; empty: the root itself
  std::optional<std::uint64_t> filetime;
};
// A line that begins with a bracket; nullopt if it is no key line.
std::optional<WineKey> parse_wine_key(std::string_view text);

// Full path of the key that all others are relative to, from the comment
// ";; All keys relative to REGISTRY\\Machine"; nullopt for other comments.
std::optional<std::string> parse_wine_root(std::string_view comment);

// Filetime of "#time=1dd7a67b4394840".
std::optional<std::uint64_t> parse_wine_time(std::string_view text);
// The inside of the quotation marks of "#class=\"name\"", not yet decoded.
std::optional<std::string_view> find_wine_class(std::string_view text);

}  // namespace dirsnap::reg_text
