// SPDX-License-Identifier: MIT
//
// What a registry text says in the end: its keys in order of first appearance, each with its
// values, after deletions and repeated assignments. All text forms build one.
// Units: offsets count bytes from the start of the source.
// Text: names and paths are WTF-8 (storage/base/wtf8.h), so lone surrogates survive.
// Lifetime: values. Threads: a builder belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/base/registry_type.h"

namespace dirsnap::reg_text {

struct Value {
  std::string name;               // empty: the default value
  std::uint32_t type = kRegNone;  // type number as the registry stores it
  std::string data;               // bytes as the registry stores them: strings are UTF-16LE
  std::uint64_t offset = 0;       // of the line that assigns it
};

struct Key {
  std::string path;                       // full, root abbreviations written out
  std::uint64_t offset = 0;               // of the line that opens it first
  std::optional<std::uint64_t> filetime;  // last written; only some forms tell it
  std::optional<std::string> class_name;  // only some forms tell it
  std::vector<Value> values;              // in order of first assignment
};

enum class Form : std::uint8_t {
  kRegedit4,  // REGEDIT4: one byte per character in a code page
  kRegedit5,  // Windows Registry Editor Version 5.00
  kWine,      // WINE REGISTRY Version 2
  kRegEdt32,  // RegEdt32 "Save Subtree As"
  kRegQuery,  // output of `reg query /s`
};

enum class Encoding : std::uint8_t {
  kUtf16Le,
  kUtf16Be,
  kUtf8,      // with or without BOM; strings that are not UTF-8 are in Document::codepage
  kCodepage,  // Document::codepage
};

struct Document {
  Form form = Form::kRegedit4;
  Encoding encoding = Encoding::kCodepage;
  bool has_bom = false;
  unsigned codepage = 0;          // of kCodepage, REGEDIT4 byte lists, strings that are not UTF-8
  bool codepage_guessed = false;  // not told by the caller
  std::vector<Key> keys;
};

const char* form_name(Form form);  // for sources.details
const char* encoding_name(Encoding encoding);

// Applies the statements of a text in their order. Key paths and value names compare as Windows
// compares them (registry_fold() of storage/base/wtf8.h).
// Memory: proportional to what was assigned; deleted data is freed.
class DocumentBuilder {
 public:
  // Opens the key, making it if it does not exist, and makes it the current one. Backslashes at
  // the end of a path do not count.
  void open_key(std::string_view path, std::uint64_t offset);
  // Removes the key and all below it; no key is current afterwards. Returns how many keys of the
  // document went.
  std::size_t delete_key(std::string_view path);
  // No key is current: what follows belongs to a section that could not be read.
  void close_key() { current_ = kNoKey; }
  [[nodiscard]] bool has_current() const { return current_ != kNoKey; }
  // The current key. REQUIRES: has_current().
  [[nodiscard]] Key& current() { return keys_[current_].key; }

  // True if the name had a value already, which is replaced. REQUIRES: has_current().
  bool set_value(Value value);
  // True if there was such a value. REQUIRES: has_current().
  bool delete_value(std::string_view name);

  // The keys and values that are left, in order.
  std::vector<Key> take_keys();

 private:
  static constexpr std::size_t kNoKey = static_cast<std::size_t>(-1);
  struct Slot {
    Key key;
    bool is_alive = true;
    std::vector<bool> value_is_alive;
  };
  [[nodiscard]] std::string value_id(std::string_view name) const;

  std::vector<Slot> keys_;
  std::map<std::string, std::size_t> by_path_;  // folded path to slot: a subtree is one range
  std::unordered_map<std::string, std::size_t> by_name_;  // slot number and folded value name
  std::size_t current_ = kNoKey;
};

}  // namespace dirsnap::reg_text
