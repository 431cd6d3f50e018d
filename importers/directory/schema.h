// SPDX-License-Identifier: MIT
//
// The names of a directory: attributes and classes by their internal number. Names come from the
// database's own schema rows first, from the built-in tables where those are silent; an override
// file wins over both. Each name keeps its origin; what nobody names is shown by its OID or number.
// Lifetime: references stay valid for the Schema's life. Threads: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "importers/directory/builtin.h"
#include "importers/directory/prefix_map.h"
#include "storage/base/result.h"

namespace dirsnap::directory {

// Numbers that a text dump's reader makes up for attributes and classes that no table numbers.
// They lie where no directory puts any and are never shown.
inline constexpr std::uint32_t kFirstMadeUpId = 0xE0000000;
constexpr bool is_made_up(std::uint32_t id) { return id >= kFirstMadeUpId && id < 0xFFFF0000; }

enum class Origin : std::uint8_t { kNone, kBuiltin, kSchema, kOverride };
const char* to_string(Origin origin);

// What the numbers and octets of an attribute are, beyond its syntax.
enum class Meaning : std::uint8_t { kUnset, kPlain, kClass, kAttribute, kFileTime, kGuid };

struct Attribute {
  std::uint32_t id = 0;
  std::string ldap_name;    // never empty: falls back to the OID, then to the number
  std::string x500_name;    // may be empty
  std::string oid;          // may be empty
  std::uint8_t syntax = 0;  // n of 2.5.5.n, 0 unknown
  std::int8_t single = -1;  // 1, 0, -1 unknown
  std::optional<std::int32_t> link_id;
  std::optional<std::int32_t> mapi_id;
  Origin origin = Origin::kNone;
  std::string column;  // column of the database, empty for links
  std::uint64_t value_count = 0;
  std::uint32_t max_values = 0;       // of one object
  std::uint32_t row_kind = 0;         // of its rows in `attributes`, from the first value on
  Meaning meaning = Meaning::kUnset;  // set when the first value is read
  bool secret = false;                // a credential: presence and length only
};

struct Class {
  std::uint32_t id = 0;
  std::string ldap_name;  // never empty
  std::string x500_name;  // may be empty
  std::string oid;        // may be empty
  std::optional<std::uint32_t> parent;
  Origin origin = Origin::kNone;
  std::uint64_t objects = 0;
  std::int8_t is_connector = -1;  // by its names: 1, 0, -1 not asked yet
};

// What one Attribute-Schema or Class-Schema row says; empty where it is silent.
struct SchemaRow {
  std::optional<std::uint32_t> id;      // Attribute-ID or Governs-ID
  std::optional<std::uint32_t> int_id;  // msDS-IntId: the number the column carries
  std::string common_name;
  std::string admin_display_name;
  std::string ldap_display_name;
  std::optional<std::uint32_t> syntax;  // Attribute-Syntax as a number (prefix 8 = 2.5.5)
  std::optional<bool> single_valued;
  std::optional<std::int32_t> link_id;
  std::optional<std::int32_t> mapi_id;
  std::optional<std::uint32_t> sub_class_of;
};

// Which built-in names come first: the two generations share numbers but not all LDAP names.
enum class Generation : std::uint8_t { kExchange, kActiveDirectory };

class Schema {
 public:
  explicit Schema(Generation generation = Generation::kExchange);

  [[nodiscard]] PrefixMap& prefixes() { return prefixes_; }
  [[nodiscard]] const PrefixMap& prefixes() const { return prefixes_; }

  void add_attribute_row(const SchemaRow& row);
  void add_class_row(const SchemaRow& row);

  // Override entries; empty strings and nullopt leave the present value.
  void override_attribute(const Attribute& entry);
  void override_class(const Class& entry);

  // Decides anew whether an entry is a credential, after its names changed.
  static void mark_secret(Attribute& entry);

  // The entry of a number, made if it is not there yet.
  Attribute& attribute(std::uint32_t id);
  Class& object_class(std::uint32_t id);

  // The forward link attribute with link id 2 * base; null if no schema names one.
  Attribute* link_attribute(std::uint32_t base);

  // The name of an attribute or class that nobody names: its OID, else its number.
  [[nodiscard]] std::string fallback_name(std::uint32_t id) const;

  [[nodiscard]] const std::map<std::uint32_t, Attribute>& attributes() const { return attributes_; }
  [[nodiscard]] const std::map<std::uint32_t, Class>& classes() const { return classes_; }

 private:
  void add_builtin(std::span<const BuiltinAttribute> attributes);
  void add_builtin(std::span<const BuiltinClass> classes);

  PrefixMap prefixes_;
  std::map<std::uint32_t, Attribute> attributes_;
  std::map<std::uint32_t, Class> classes_;
  std::map<std::uint32_t, std::uint32_t> links_;  // link id -> attribute number
};

// True for names such as "Attribute 1-2-840-113556-1-2-20" that 5.5 gives its schema rows.
bool is_machine_name(std::string_view common_name);

}  // namespace dirsnap::directory
