// SPDX-License-Identifier: MIT
//
// The text dumps of a directory as the tools of Exchange 5.5 write them: LDIF of its LDAP server,
// the Administrator's raw directory export, Admindmp.txt. The objects may come from a synthetic
// organisation or from anywhere else.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/exchange_site.h"

namespace dirsnap::support {

struct DumpValue {
  enum class Kind : std::uint8_t {
    kText,     // also numbers, as decimal text
    kOctets,   // raw bytes
    kName,     // a distinguished name in X.500 form
    kTime,     // ISO 8601 UTC, whole seconds
    kBoolean,  // "TRUE" or "FALSE"
    kOid,      // dotted
    kClass,    // a class by its X.500 name
  };
  std::string ldap_name;
  std::string x500_name;
  Kind kind = Kind::kText;
  std::string text{};
  std::string other_name{};  // kClass: the class's LDAP name
};

struct DumpObject {
  std::string dn;          // X.500 form
  std::string class_name;  // X.500 name of the most derived class
  std::vector<DumpValue> values{};
};

DumpObject dump_object(const ExchangeSite& site, const SiteObject& object);
std::vector<DumpObject> dump_objects(const ExchangeSite& site);

// Appends one record of an LDIF dump.
void append_ldif(const DumpObject& object, std::string& out);

std::string ldif_text(const std::vector<DumpObject>& objects);
std::string directory_csv_text(const std::vector<DumpObject>& objects);
std::string admindmp_text(const std::vector<DumpObject>& objects);

}  // namespace dirsnap::support
