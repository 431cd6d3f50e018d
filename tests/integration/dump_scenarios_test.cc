// SPDX-License-Identifier: MIT
//
// One directory as database, as LDIF, as the Administrator's directory export and as raw property
// dump: the same objects and connectors, and the same findings.
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/integration/scenario_checks.h"
#include "tests/support/case_run.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_dumps.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using support::DumpObject;
using support::DumpValue;

struct Form {
  const char* kind;
  std::string (*write)(const std::vector<DumpObject>& objects);
  bool has_class_chain;  // the dump names superclasses, too
};
const Form kForms[] = {{"ldif", support::ldif_text, true},
                       {"exchange-csv", support::directory_csv_text, false},
                       {"admindmp", support::admindmp_text, true}};

// Rows that snapshot 1 and snapshot 2 do not share; `columns` of `from`, both ways.
Rows differences(OpenCase& open, const std::string& columns, const std::string& from) {
  const auto side = [&](int snapshot) {
    return "SELECT " + columns + " FROM " + from + " AND snapshot_id = " + std::to_string(snapshot);
  };
  Rows all = open.rows(side(1) + " EXCEPT " + side(2));
  for (auto& row : open.rows(side(2) + " EXCEPT " + side(1))) all.push_back(row);
  if (all.size() > 5) all.resize(5);
  return all;
}

void check_same_directory(OpenCase& open, const Form& form) {
  CHECK(open.value("SELECT kind FROM sources WHERE snapshot_id = 2") == form.kind);
  CHECK(differences(open,
                    "dn, ldap_dn, class_x500, rdn, rdn_type, depth, is_deleted, created_at, "
                    "changed_at, usn_created, usn_changed, defect",
                    "objects WHERE 1") == Rows{});
  CHECK(differences(open,
                    "dn, name, type, class, level, organization, site, server, server_rule, "
                    "service_key, needs_service, address_spaces, is_deleted, join_rule",
                    "connectors WHERE 1") == Rows{});
  CHECK(differences(open, "dn, rdn, level, scope, children", "containers WHERE 1") == Rows{});
  const std::string attributes =
      "objects o JOIN attributes a USING (snapshot_id, object_id) WHERE a.attribute_x500 IS NOT "
      "NULL";
  // A field of the Administrator's export names one class, and an empty value is no value.
  const std::string some =
      form.has_class_chain ? "" : " AND a.attribute_x500 NOT IN ('Object-Class', 'T-Selector')";
  CHECK(differences(open, "o.dn, a.attribute_x500, a.attribute_id, a.text", attributes + some) ==
        Rows{});
  // Names have no row numbers in a dump.
  CHECK(differences(open, "o.dn, a.attribute_x500, a.value",
                    attributes + some + " AND a.syntax NOT IN ('2.5.5.1', '2.5.5.7')") == Rows{});
}

TEST_CASE("a synthetic organisation reads the same from its database and from every dump of it") {
  const support::ExchangeSite site(support::sample_spec());
  const auto objects = support::dump_objects(site);
  for (const Form& form : kForms) {
    CAPTURE(form.kind);
    const TempFolder folder;
    REQUIRE(support::write_directory(site, (folder / "Dir.edb").string()).has_value());
    folder.write("dump.txt", form.write(objects));
    import_into(folder / "case", folder / "Dir.edb");
    const ImportSummary summary = import_into(folder / "case", folder / "dump.txt");
    CHECK(summary.losses + summary.doubts + summary.notes == 0);
    OpenCase open(folder / "case");
    CHECK(open.value("SELECT count(*) FROM objects WHERE snapshot_id = 2") ==
          std::to_string(site.object_count()));
    check_same_directory(open, form);
  }
}

// The objects of a snapshot that a database gave, as a dump's writer takes them.
std::vector<DumpObject> objects_of(OpenCase& open) {
  std::map<std::string, std::string> ldap_names;  // of classes, by X.500 name
  for (const auto& row :
       open.rows("SELECT ldap_name, coalesce(x500_name, ldap_name) FROM schema_classes")) {
    ldap_names[row[0]] = row[1];
  }
  std::vector<DumpObject> out;
  std::map<std::string, std::size_t> by_id;
  for (const auto& row :
       open.rows("SELECT object_id, dn, class_x500 FROM objects ORDER BY object_id")) {
    by_id[row[0]] = out.size();
    out.push_back({.dn = row[1], .class_name = row[2], .values = {}});
  }
  for (const auto& row :
       open.rows("SELECT object_id, attribute, coalesce(attribute_x500, attribute), syntax, text, "
                 "typeof(value), hex(value), attribute_id FROM attributes ORDER BY rowid")) {
    DumpValue value{.ldap_name = row[1], .x500_name = row[2], .text = row[4], .other_name = {}};
    if (row[3] == "2.5.5.1") value.kind = DumpValue::Kind::kName;
    if (row[3] == "2.5.5.8") value.kind = DumpValue::Kind::kBoolean;
    if (row[3] == "2.5.5.11") value.kind = DumpValue::Kind::kTime;
    if (row[3] == "2.5.5.2") value.kind = DumpValue::Kind::kText;
    if (row[7] == "0") {
      value.kind = DumpValue::Kind::kClass;
      value.other_name = row[4];
      value.text = ldap_names[row[4]];
    }
    if (row[5] == "blob") {
      value.kind = DumpValue::Kind::kOctets;
      value.text.clear();
      for (std::size_t i = 0; i + 1 < row[6].size(); i += 2) {
        value.text.push_back(static_cast<char>(std::stoi(row[6].substr(i, 2), nullptr, 16)));
      }
    }
    out[by_id[row[0]]].values.push_back(std::move(value));
  }
  return out;
}

// The first rows that only one side has.
Rows unlike(const Rows& a, const Rows& b) {
  Rows out;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  if (out.size() > 5) out.resize(5);
  return out;
}

TEST_CASE("every scenario gives its expected results when the directory is a text dump") {
  if (fixtures_missing()) return;
  for (const char* name : kScenarios) {
    Scenario s(name);
    import_into(s.folder / "directory", s.folder / "backup/Dir.edb");
    OpenCase directory(s.folder / "directory");
    const auto objects = objects_of(directory);
    std::filesystem::remove(s.folder / "backup/Dir.edb");
    for (const Form& form : kForms) {
      CAPTURE(name, form.kind);
      s.folder.write("backup/dump.txt", form.write(objects));
      s.import();
      CHECK(s.open->value("SELECT count(*) FROM sources WHERE kind = '" + std::string(form.kind) +
                          "'") == "1");
      check_objects(s, false);
      check_connectors(s);
      check_services(s);
      check_reports(s);
      const std::string columns =
          "SELECT dn, type, class, level, organization, site, server, service_key, join_rule, "
          "is_deleted FROM connectors ORDER BY 1";
      CHECK(unlike(s.open->rows(columns), directory.rows(columns)) == Rows{});
      const std::string names =
          "SELECT dn, class_x500, is_deleted FROM objects WHERE is_phantom = 0 ORDER BY 1";
      CHECK(unlike(s.open->rows(names), directory.rows(names)) == Rows{});
    }
  }
}

}  // namespace
}  // namespace dirsnap::test
