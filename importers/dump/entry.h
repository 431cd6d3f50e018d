// SPDX-License-Identifier: MIT
//
// What every text dump of a directory consists of: records about one object each, with attribute
// values as the dump writes them. Readers of the formats make them; what the values mean is not
// known here.
// Lifetime: views of an Entry stay valid until the reader's next call. Threads: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "storage/base/issue.h"
#include "storage/base/result.h"

namespace dirsnap::dump {

// Where a record begins.
struct Place {
  std::uint64_t offset = 0;  // bytes from the start of the source
  std::uint64_t line = 1;    // first physical line, from 1
};

enum class ValueForm : std::uint8_t {
  kText,       // characters of the dump
  kOctets,     // bytes that the dump wrote as base64 or marked hex digits
  kHexText,    // characters; for an attribute that holds octets or OIDs, hex digits of them
  kReference,  // the dump names a file or location that holds the value; never opened
  kLost,       // could not be decoded; no bytes
};

// What a record does to the object's values. Content records add.
enum class Edit : std::uint8_t {
  kAdd,
  kRemove,  // this value goes
  kClear,   // all values of the attribute go; `bytes` is empty
};

struct EntryValue {
  std::string_view attribute;  // name or dotted OID, without options
  std::string_view options;    // ";binary", ";range=0-999" and so on, with the semicolon; or empty
  std::string_view bytes;
  ValueForm form = ValueForm::kText;
  Edit edit = Edit::kAdd;
  std::uint64_t line = 0;
};

enum class Change : std::uint8_t {
  kContent,  // what the object holds
  kDelete,   // the object is gone
  kModify,   // a part of what it holds
  kRename,   // a new name; values as with kModify
};

struct Entry {
  std::string_view dn;  // as written, LDAP or X.500 form; maybe not UTF-8
  Change change = Change::kContent;
  std::string_view new_rdn;       // kRename
  std::string_view new_superior;  // kRename; empty: the parent stays
  bool has_new_superior = false;
  std::vector<EntryValue> values;
  Place place;
};

// Takes a name without options; false: its values are of no interest in this pass.
using Wanted = std::function<bool(std::string_view attribute)>;

class EntryReader {
 public:
  virtual ~EntryReader() = default;

  // False at the end of the source. A damaged record is an issue, never a failure; fails with kIo
  // when the medium does, and with kInterrupted.
  [[nodiscard]] virtual Result<bool> next(Entry& entry) = 0;

  // The next record is the one that begins there. REQUIRES: a place that next() gave, or Place{}.
  virtual void seek(const Place& place) = 0;

  // Leaves out values of attributes that are not wanted; an empty function wants all.
  virtual void set_wanted(Wanted wanted) = 0;
  // Where issues go from now on.
  virtual void set_issues(IssueSink& issues) = 0;
};

}  // namespace dirsnap::dump
