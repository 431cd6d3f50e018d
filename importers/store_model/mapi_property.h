// SPDX-License-Identifier: MIT
//
// Names of columns of information stores: a type letter, M before it where there are several
// values, and a MAPI property number in four hex digits ("S3001", "MN6787").
// Facts: LAYOUT.md section 2. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dirsnap::store_model {

// One published property. A number can stand for several, of different types.
struct MapiProperty {
  std::uint16_t id;
  const char* letters;  // type letters of columns that can hold its values
  const char* name;
};

// What a column's name says.
struct MapiColumn {
  char letter = 0;        // type letter, upper case
  bool is_multi = false;  // an M stands before the letter
  std::uint16_t property = 0;
};

// nullopt for names of another form.
std::optional<MapiColumn> parse_mapi_column(std::string_view column_name);

// The published name of the property of that number and type; null where there is none.
const char* property_name(const MapiColumn& column);

// The same, or the number as "0x674F".
std::string property_text(const MapiColumn& column);

// True for properties that hold the content of messages and attachments, not their envelope.
bool is_body_property(std::uint16_t property);

// All published names, ascending by number.
std::span<const MapiProperty> published_properties();

}  // namespace dirsnap::store_model
