// SPDX-License-Identifier: MIT
//
// One directory in the layouts of every generation, under other names of tables and columns, in
// every format of the database engine: the same rows.
#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/exchange_directory.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using support::DirectoryLayout;

struct Named {
  const char* name;
  DirectoryLayout layout;
};
constexpr Named kLayouts[] = {
    {"renamed", DirectoryLayout::kRenamed},  {"2000", DirectoryLayout::kWindows2000},
    {"2003", DirectoryLayout::kWindows2003}, {"2008", DirectoryLayout::kWindows2008},
    {"2025", DirectoryLayout::kWindows2025},
};

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

// The late layouts keep the relative name as an attribute as well.
const std::string kValues =
    "objects o JOIN attributes a USING (snapshot_id, object_id) WHERE a.attribute_id <> 589825";

void check_same(OpenCase& open) {
  CHECK(differences(open,
                    "dn, ldap_dn, class, class_x500, rdn, rdn_type, depth, is_deleted, is_phantom, "
                    "created_at, changed_at, usn_created, usn_changed, dnt, defect",
                    "objects WHERE 1") == Rows{});
  CHECK(differences(open, "o.dn, a.attribute, a.attribute_x500, a.attribute_id, a.seq, a.text",
                    kValues) == Rows{});
  CHECK(differences(open, "o.dn, a.attribute, a.value", kValues) == Rows{});
  CHECK(differences(open, "o.dn, sddl(a.value)",
                    kValues + " AND a.attribute_x500 = 'NT-Security-Descriptor'") == Rows{});
  CHECK(differences(open, "from_dn, attribute, attribute_x500, link_base, to_dn, is_deleted",
                    "links WHERE 1") == Rows{});
  CHECK(differences(open,
                    "dn, name, type, class, level, organization, site, server, server_rule, "
                    "service_key, needs_service, address_spaces, is_deleted, join_rule",
                    "connectors WHERE 1") == Rows{});
  CHECK(differences(open, "dn, rdn, level, scope, children", "containers WHERE 1") == Rows{});
  CHECK(differences(open, "id, oid, ldap_name, x500_name, syntax, link_id, mapi_id",
                    "schema_attributes WHERE id <> 589825") == Rows{});
  const std::string server = "SELECT server FROM sources WHERE snapshot_id = ";
  CHECK(open.value(server + "2") == open.value(server + "1"));
}

support::SiteSpec spec_with_faults() {
  support::SiteSpec spec = support::sample_spec();
  spec.mailboxes = 300;
  spec.has_lost_parent = true;
  spec.has_parent_loop = true;
  return spec;
}

TEST_CASE("a directory reads the same from the layout of every generation") {
  const support::ExchangeSite site(spec_with_faults());
  const TempFolder folder;
  REQUIRE(support::write_directory(site, (folder / "usual.edb").string()).has_value());
  for (const Named& form : kLayouts) {
    CAPTURE(form.name);
    const TempFolder own;
    REQUIRE(support::write_directory(site, (own / "other.dit").string(), form.layout).has_value());
    import_into(own / "case", folder / "usual.edb");
    const ImportSummary summary = import_into(own / "case", own / "other.dit");
    CHECK(summary.losses + summary.doubts == 0);
    OpenCase open(own / "case");
    CHECK(open.value("SELECT count(*) FROM objects WHERE snapshot_id = 2") ==
          std::to_string(site.object_count()));
    CHECK(open.value("SELECT count(*) FROM attributes WHERE snapshot_id = 2 AND "
                     "attribute_x500 = 'Member'") != "0");
    CHECK(open.value("SELECT count(*) FROM attributes WHERE snapshot_id = 2 AND attribute_x500 = "
                     "'NT-Security-Descriptor' AND sddl(value) LIKE 'O:%'") != "0");
    CHECK(open.value("SELECT count(*) FROM links WHERE snapshot_id = 2") != "0");
    check_same(open);
  }
}

}  // namespace
}  // namespace dirsnap::test
