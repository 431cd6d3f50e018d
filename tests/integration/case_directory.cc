// SPDX-License-Identifier: MIT
//
// Change records of LDIF, applied to objects in memory.
#include <algorithm>
#include <optional>
#include <span>

#include "importers/directory/builtin.h"
#include "importers/directory/syntax.h"
#include "importers/ldif/base64.h"
#include "storage/base/dn.h"
#include "storage/base/text.h"
#include "storage/base/time.h"
#include "tests/integration/case_backup.h"

namespace dirsnap::test {
namespace fs = std::filesystem;
namespace {

namespace syntax = directory::syntax;
using support::DumpObject;
using support::DumpValue;
using Kind = DumpValue::Kind;

// One logical line: "name: text" or "name:: base64".
struct LdifLine {
  std::string name, text;
  bool is_octets = false;
  std::size_t number = 0;
};

class DirectoryChange {
 public:
  DirectoryChange(const fs::path& file, std::vector<DumpObject>& objects)
      : file_(file), objects_(objects) {}

  void apply(const CaseBlock& block) {
    std::vector<LdifLine> record;
    std::string logical;
    const auto finish_line = [&] {
      if (!logical.empty()) record.push_back(parsed(logical));
      logical.clear();
    };
    for (const CaseLine& line : block.lines) {
      if (line.text.starts_with(' ') && !logical.empty()) {
        logical += line.text.substr(1);
        continue;
      }
      finish_line();
      line_ = line.number;
      if (trim_blanks(line.text).empty()) {
        apply(record);
        record.clear();
      } else {
        logical = line.text;
      }
    }
    finish_line();
    apply(record);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw CaseError(file_, line_, what); }

  LdifLine parsed(const std::string& text) const {
    if (text == "-") return {.name = "-", .text = {}, .is_octets = false, .number = line_};
    const std::size_t colon = text.find(':');
    if (colon == text.npos) fail("\"" + text + "\" is no line of LDIF");
    LdifLine line{.name = text.substr(0, colon), .text = text.substr(colon + 1), .number = line_};
    if (line.text.starts_with(':')) {
      line.is_octets = true;
      line.text.erase(0, 1);
      const auto size = ldif::decode_base64(std::span(line.text));
      if (!size) fail("\"" + text + "\" holds no base64");
      line.text.resize(*size);
    } else if (line.text.starts_with(' ')) {
      line.text.erase(0, 1);
    }
    return line;
  }

  void apply(const std::vector<LdifLine>& record) {
    if (record.empty()) return;
    line_ = record.front().number;
    if (record.front().name != "dn") fail("a record begins with \"dn:\"");
    const std::string dn = x500(record.front().text);
    if (record.size() < 2 || record[1].name != "changetype") {
      fail("the second line of a record is \"changetype:\"");
    }
    const std::span<const LdifLine> rest = std::span(record).subspan(2);
    const std::string& change = record[1].text;
    if (change == "add") return add(dn, rest);
    if (change == "delete") return remove(dn);
    if (change == "modify") return modify(dn, rest);
    fail("changetype is add, delete or modify, not \"" + change + "\"");
  }

  static std::string x500(const std::string& dn) {
    return dn.starts_with('/') ? dn : dn_x500_from_ldap(dn).value_or(dn);
  }

  std::vector<DumpObject>::iterator find(const std::string& dn) {
    return std::find_if(objects_.begin(), objects_.end(),
                        [&](const DumpObject& object) { return dn_equal(object.dn, dn); });
  }

  void add(const std::string& dn, std::span<const LdifLine> lines) {
    if (find(dn) != objects_.end()) fail("there is an object " + dn);
    DumpObject object{.dn = dn, .class_name = {}};
    for (const LdifLine& line : lines) {
      line_ = line.number;
      object.values.push_back(value_of(line));
      if (object.values.back().kind == Kind::kClass && object.class_name.empty()) {
        object.class_name = object.values.back().text;
      }
    }
    if (object.class_name.empty()) fail("an object needs an objectClass");
    add_common(object);
    objects_.push_back(std::move(object));
  }

  // What each object has, where the record does not say otherwise.
  static void add_common(DumpObject& object) {
    const auto add = [&](const char* x500_name, const char* ldap_name, Kind kind,
                         std::string text) {
      const bool has = std::any_of(object.values.begin(), object.values.end(),
                                   [&](const DumpValue& v) { return v.x500_name == x500_name; });
      if (has) return;
      object.values.push_back(
          {.ldap_name = ldap_name, .x500_name = x500_name, .kind = kind, .text = std::move(text)});
    };
    const auto names = parse_dn_x500(object.dn);
    if (names && !names->empty() && equal_folded(names->back().type, "cn")) {
      add("Common-Name", "rdn", Kind::kText, names->back().value);
    }
    add("Obj-Dist-Name", "distinguishedName", Kind::kName, object.dn);
    add("Instance-Type", "Instance-Type", Kind::kText, "5");
    add("When-Created", "createTimestamp", Kind::kTime, "1998-03-05T08:00:00Z");
    add("When-Changed", "modifyTimestamp", Kind::kTime, "1998-03-05T08:00:00Z");
    add("USN-Changed", "USN-Changed", Kind::kText, "1500");
    add("Object-Version", "Object-Version", Kind::kText, "1");
  }

  void remove(const std::string& dn) {
    const std::string below = fold_case(dn) + "/";
    const auto gone = std::remove_if(objects_.begin(), objects_.end(), [&](const DumpObject& o) {
      return dn_equal(o.dn, dn) || fold_case(o.dn).starts_with(below);
    });
    if (gone == objects_.end()) fail("no object " + dn);
    objects_.erase(gone, objects_.end());
  }

  void modify(const std::string& dn, std::span<const LdifLine> lines) {
    const auto found = find(dn);
    if (found == objects_.end()) fail("no object " + dn);
    for (std::size_t i = 0; i < lines.size();) {
      const LdifLine& head = lines[i++];
      line_ = head.number;
      std::vector<DumpValue> values;
      for (; i < lines.size() && lines[i].name != "-"; ++i) {
        line_ = lines[i].number;
        values.push_back(value_of(lines[i]));
      }
      ++i;  // the dash
      line_ = head.number;
      change_attribute(*found, head.name, attribute(head.text), std::move(values));
    }
  }

  void change_attribute(DumpObject& object,
                        const std::string& change,
                        const DumpValue& attribute,
                        std::vector<DumpValue> values) const {
    for (const DumpValue& value : values) {
      if (value.x500_name != attribute.x500_name) {
        fail("a value of " + value.x500_name + " among those of " + attribute.x500_name);
      }
    }
    const auto is_of = [&](const DumpValue& v) { return v.x500_name == attribute.x500_name; };
    const auto is_listed = [&](const DumpValue& v) {
      return std::any_of(values.begin(), values.end(),
                         [&](const DumpValue& of) { return of.text == v.text; });
    };
    const bool takes_all = change == "replace" || values.empty();
    if (change == "delete" || change == "replace") {
      const auto size = object.values.size();
      std::erase_if(object.values,
                    [&](const DumpValue& v) { return is_of(v) && (takes_all || is_listed(v)); });
      const auto gone = size - object.values.size();
      if (gone == 0) fail(object.dn + " has no such value of " + attribute.x500_name);
      if (change == "delete") return;
    } else if (change != "add") {
      fail("a change is add, delete or replace, not \"" + change + "\"");
    }
    if (values.empty()) fail("no value to add");
    object.values.insert(object.values.end(), values.begin(), values.end());
  }

  // Names and kind of an attribute.
  DumpValue attribute(const std::string& name) const {
    for (std::size_t i = 0; i < directory::kBuiltinAttributeCount; ++i) {
      const directory::BuiltinAttribute& of = directory::kBuiltinAttributes[i];
      const char* const ldap_name = of.ldap_name != nullptr ? of.ldap_name : of.x500_name;
      // LDAP calls Display-Name "cn", so the X.500 name goes first.
      if (!equal_folded(name, of.x500_name) && !equal_folded(name, ldap_name)) continue;
      return {.ldap_name = ldap_name, .x500_name = of.x500_name, .kind = kind_of(of)};
    }
    for (const support::SchemaAttribute& of : support::schema_attributes()) {
      if (!equal_folded(name, of.name) && !equal_folded(name, of.ldap_name)) continue;
      const bool is_name =
          of.syntax == support::Syntax::kDn || of.syntax == support::Syntax::kOrName;
      return {.ldap_name = std::string(of.ldap_name),
              .x500_name = std::string(of.name),
              .kind = is_name ? Kind::kName : Kind::kText};
    }
    fail("no attribute \"" + name + "\"");
  }

  static Kind kind_of(const directory::BuiltinAttribute& of) {
    if (of.id == 0) return Kind::kClass;
    switch (of.syntax) {
      case syntax::kDn:
      case syntax::kDnBinary:
      case syntax::kDnString:
        return Kind::kName;
      case syntax::kOid:
        return Kind::kOid;
      case syntax::kBoolean:
        return Kind::kBoolean;
      case syntax::kOctets:
        return Kind::kOctets;
      case syntax::kTime:
        return Kind::kTime;
      default:
        return Kind::kText;
    }
  }

  DumpValue value_of(const LdifLine& line) const {
    DumpValue value = attribute(line.name);
    value.text = line.text;
    if (line.is_octets) value.kind = Kind::kOctets;
    if (value.kind == Kind::kName) value.text = x500(line.text);
    if (value.kind == Kind::kTime && !unix_us_from_iso(line.text)) {
      fail("\"" + line.text + "\" is no time such as 1998-03-05T08:00:00Z");
    }
    if (value.kind == Kind::kBoolean && line.text != "TRUE" && line.text != "FALSE") {
      fail("a boolean is TRUE or FALSE");
    }
    if (value.kind == Kind::kClass) take_class(value);
    return value;
  }

  void take_class(DumpValue& value) const {
    for (const support::SchemaClass& of : support::schema_classes()) {
      if (!equal_folded(value.text, of.name) && !equal_folded(value.text, of.ldap_name)) continue;
      value.text = of.name;
      value.other_name = of.ldap_name.empty() ? of.name : of.ldap_name;
      return;
    }
    for (std::size_t i = 0; i < directory::kBuiltinClassCount; ++i) {
      const directory::BuiltinClass& of = directory::kBuiltinClasses[i];
      const char* const ldap_name = of.ldap_name != nullptr ? of.ldap_name : of.x500_name;
      if (!equal_folded(value.text, of.x500_name) && !equal_folded(value.text, ldap_name)) continue;
      value.text = of.x500_name;
      value.other_name = ldap_name;
      return;
    }
    fail("no class \"" + value.text + "\"");
  }

  const fs::path& file_;
  std::vector<DumpObject>& objects_;
  std::size_t line_ = 0;
};

}  // namespace

void change_directory(const fs::path& file,
                      const CaseBlock& block,
                      std::vector<DumpObject>& objects) {
  DirectoryChange(file, objects).apply(block);
}

}  // namespace dirsnap::test
