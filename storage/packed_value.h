// SPDX-License-Identifier: MIT
//
// Values as bytes behind one another, to be looked up by: the same bytes for the same value, and no
// value's are the beginning of another's.
// Threads: pure functions. Bytes are in the machine's order: they do not leave memory.
#pragma once

#include <string>

#include "storage/value.h"

namespace dirsnap {

// REQUIRES: T is a number or an enumeration.
template <class T>
void pack_number(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// The type, then what the type has: a number, or a size and that many bytes.
inline void pack_value(std::string& out, const ValueView& value) {
  pack_number(out, value.type);
  switch (value.type) {
    case ValueType::kNull:
      return;
    case ValueType::kInteger:
      return pack_number(out, value.integer);
    case ValueType::kReal:
      return pack_number(out, value.real);
    case ValueType::kText:
    case ValueType::kBlob:
      pack_number(out, value.bytes.size());
      out.append(value.bytes);
  }
}

}  // namespace dirsnap
