// SPDX-License-Identifier: MIT
//
// What the bytes of a cell mean by the type of its column.
// Lifetime: results own their memory. Threads: pure functions.
// Facts: FORMAT.md section 6.3.
#pragma once

#include <cstdint>
#include <optional>

#include "importers/ese/table_cursor.h"
#include "storage/base/text.h"

namespace dirsnap::ese {

// Bit (0 or 1), the integer types and Currency; nullopt for another type or a wrong size.
// UnsignedLongLong is returned bit for bit.
std::optional<std::int64_t> integer_value(const ColumnDef& column, Bytes bytes);

// IEEESingle and IEEEDouble; nullopt for another type or a wrong size.
std::optional<double> real_value(const ColumnDef& column, Bytes bytes);

// The 8 bytes of a DateTime as an unsigned number: a FILETIME, or the bits of an OLE date.
std::optional<std::uint64_t> datetime_bits(const ColumnDef& column, Bytes bytes);

// Text and LongText by the column's code page (0 counts as 1252). Total: what cannot be decoded
// becomes U+FFFD and clears `lossless`. nullopt: not a text column, or a code page this machine
// does not know.
std::optional<Decoded> text_value(const ColumnDef& column, Bytes bytes);

}  // namespace dirsnap::ese
