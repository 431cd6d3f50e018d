// SPDX-License-Identifier: MIT
//
// Values of store columns by the MAPI property in the column's name, whatever ESE type holds them.
// Lifetime: views are into the cell or the arena. Threads: pure functions but for the arena.
// Facts: LAYOUT.md section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "importers/ese/table_cursor.h"
#include "importers/ese_tables/row_arena.h"

namespace dirsnap::store_model {

// Code page of 8-bit text where nothing tells another.
inline constexpr unsigned kWesternCodepage = 1252;

// Integers of any width; binary ids of eight bytes are big-endian. nullopt: lost, or no number.
std::optional<std::int64_t> number_of(const ese::CellView& cell);

// FILETIME in a Currency, DateTime or binary column of eight bytes, as ISO 8601 UTC; nullopt for
// zero and for what is no time.
std::optional<std::string> time_of(const ese::CellView& cell);

// GUID of 16 bytes as text, lower case.
std::optional<std::string> guid_of(const ese::CellView& cell);

// Texts, in 8 bit or UTF-16 as each value tells.
class TextDecoder {
 public:
  explicit TextDecoder(std::optional<unsigned> codepage) : codepage_(codepage) {}

  // A final zero character is left out. nullopt: lost, or not text in any way.
  std::optional<std::string_view> text_of(const ese::CellView& cell, RowArena& arena);

  // Values beyond ASCII so far whose code page nothing told; 1252 was taken.
  [[nodiscard]] std::uint64_t guessed() const { return guessed_; }

 private:
  std::optional<unsigned> codepage_;
  std::uint64_t guessed_ = 0;
};

// The distinguished name in an owner's entry id; nullopt where there is none.
std::optional<std::string> owner_dn_of(const ese::CellView& cell, TextDecoder& decoder);

}  // namespace dirsnap::store_model
