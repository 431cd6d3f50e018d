// SPDX-License-Identifier: MIT
//
// Attribute values by their syntax: the native value and the readable text of the table
// `attributes`. The stored type of the column decides how bytes become a value; the syntax only
// what the value means, so a wrong syntax costs the readable text and never the value.
// Facts: [MS-ADTS] 3.1.1.2.2.2 (syntaxes); times in seconds since 1601 (public ntds.dit readers;
// for 32-bit times of Exchange 5.5 inferred: seconds since 1970).
// Lifetime: results borrow the cell or the arena. Threads: one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "importers/directory/schema.h"
#include "importers/ese_tables/cell_sql.h"

namespace dirsnap::directory {

struct AttributeValue {
  ValueView value;  // NULL for a credential and for a value that was lost
  ValueView text;   // NULL where there is nothing readable
};

// Looks up names while values are read.
struct ValueContext {
  Schema& schema;
  std::function<std::optional<std::string_view>(std::int32_t dnt)> dn_of;  // X.500 form
  RowArena& arena;
};

// `native` is sql_value() of the cell.
AttributeValue attribute_value(Attribute& attribute,
                               const ese::CellView& cell,
                               const ValueView& native,
                               ValueContext& context);

// Value and text of a name-valued link: the target's row number and its DN. `data` is what the
// link holds beside the name, with its size before it; the text then is that of a name with data.
AttributeValue link_value(const Attribute& attribute,
                          std::int32_t target_dnt,
                          Bytes data,
                          ValueContext& context);

// A class or attribute number as a cell holds it: an integer, or OID octets.
std::optional<std::uint32_t> number_of_cell(const ese::CellView& cell, const Schema& schema);

// Of a 64-bit time: seconds since 1601, FILETIME where too large for seconds. nullopt where it is
// none.
std::optional<std::string> time_of_number(std::int64_t time);

// Seconds since 1601 (8 bytes; FILETIME where too large for seconds), seconds since 1970 (4 bytes),
// or ASN.1 time text. nullopt where the cell is no time.
std::optional<std::string> time_of_cell(const ese::CellView& cell);

}  // namespace dirsnap::directory
