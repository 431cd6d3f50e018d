// SPDX-License-Identifier: MIT
//
// Values of text dumps by their attribute's syntax: what a database would store in the same
// place, and the same readable text. Integers, booleans and large integers become numbers, times
// seconds since 1601, SIDs and GUIDs octets, OIDs the directory's number; distinguished names stay
// text, because a dump has no row numbers. What does not fit the syntax stays the text it was.
// Texts that are not UTF-8 are read by a code page.
// Facts: [MS-ADTS] 3.1.1.2.2.2; the text forms of ldifde, csvde, ldbsearch: FORMAT.md of each.
// Lifetime: results borrow the value's bytes or the arena. Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "importers/directory/attribute_value.h"
#include "importers/dump/entry.h"
#include "importers/dump_model/name_lookup.h"
#include "importers/ese_tables/row_arena.h"

namespace dirsnap::dump_model {

// Octets of "01AB"; nullopt where the text is no such thing.
std::optional<std::string> octets_of_hex(std::string_view text);
// The 16 octets of a GUID's text form, with or without braces; nullopt for other texts.
std::optional<std::string> octets_of_guid(std::string_view text);
// The dotted form of an OID that a dump writes as hex digits of its octets.
std::optional<std::string> oid_of_hex(std::string_view text);

class ValueReader {
 public:
  ValueReader(directory::Schema& schema, NameLookup& names, unsigned codepage)
      : schema_(schema), names_(names), codepage_(codepage) {}

  directory::AttributeValue read(const directory::Attribute& attribute,
                                 const dump::EntryValue& value,
                                 RowArena& arena);

  // UTF-8 of text as the dump has it; borrows the argument or the arena.
  std::string_view utf8(std::string_view text, RowArena& arena);

  // Texts that had to be read by the code page, and those of them with undecodable bytes.
  [[nodiscard]] std::uint64_t codepage_texts() const { return codepage_texts_; }
  [[nodiscard]] std::uint64_t undecodable_texts() const { return undecodable_texts_; }

 private:
  using Value = directory::AttributeValue;
  Value read_text(const directory::Attribute& attribute, std::string_view text, RowArena& arena);
  Value read_octets(const directory::Attribute& attribute, std::string_view bytes, RowArena& arena);
  Value read_oid(const directory::Attribute& attribute, std::string_view text, RowArena& arena);
  Value read_number(const directory::Attribute& attribute, std::string_view text, RowArena& arena);
  Value read_name(std::string_view text, RowArena& arena);
  Value read_data_name(std::string_view text, RowArena& arena);
  // The X.500 form of a name; valid until the next call.
  std::string_view x500_name(std::string_view text);

  directory::Schema& schema_;
  NameLookup& names_;
  unsigned codepage_;
  std::unordered_map<std::string, std::string> names_seen_;  // recent names in X.500 form
  std::string scratch_;
  std::uint64_t codepage_texts_ = 0;
  std::uint64_t undecodable_texts_ = 0;
};

}  // namespace dirsnap::dump_model
