// SPDX-License-Identifier: MIT
//
// The classes of the case and the columns of their tables.
// Tables and columns are those of all sealed snapshots, in scope or not: a statement that is right
// for the case is right for each snapshot of it.
// A column holds JSON arrays if the attribute is multi-valued in any snapshot: if a schema says so,
// or if an object of any class holds more than one value. So an attribute has one form in the
// tables of all classes.
// Names: columns are attributes by LDAP name, "name:2" where a column of every class table has the
// name. X.500 names that no other column has are hidden columns of the same content.
// Cost: names of classes come from the index of objects.class, columns from class_attributes and
// schema_attributes; no object is read. Snapshots without class_attributes have no such tables.
// Lifetime: borrows the session; answers are kept, as sealed snapshots do not change. Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/read_session.h"
#include "query/table_shape.h"

namespace dirsnap {

// The table of a class.
struct ClassShape {
  TableShape shape;
  // For each column of the shape the attribute it shows, -1 for columns of the object.
  std::vector<int> slots;
  struct Slot {
    std::string attribute;  // LDAP name in ASCII lower case
    bool is_array = false;
  };
  std::vector<Slot> attributes;
};

class ClassCatalog {
 public:
  explicit ClassCatalog(ReadSession& session) : session_(session) {}

  // LDAP names of the classes that have objects, by the names of their tables.
  using Names = std::map<std::string, std::string, std::less<>>;
  Result<const Names*> names();

  // The table of that name, ASCII case ignored; nullopt where there is none.
  Result<std::optional<ClassShape>> find(std::string_view table_name);

  // What can be told of a table without its columns.
  static TableInfo brief(const std::string& table_name, const std::string& class_name);

 private:
  // An attribute's form in all class tables.
  struct Form {
    bool is_array = false;
    std::string syntax;  // empty: unknown, or the snapshots differ
  };
  class Builder;
  static Result<void> add_names(const Relation& objects, Names& names);
  Result<Form> form_of(std::string_view attribute);

  ReadSession& session_;
  std::optional<Names> names_;
  std::map<std::string, Form, std::less<>> forms_;  // by attribute in lower case
};

}  // namespace dirsnap
