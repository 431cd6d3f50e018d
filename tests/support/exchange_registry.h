// SPDX-License-Identifier: MIT
//
// The registry of a server of a synthetic organisation, as structures and as the two text forms
// of the registry editor. Key and value names are those of the Knowledge Base; the rest is
// invented. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/exchange_site.h"

namespace dirsnap::support {

struct RegistryValue {
  enum class Type : std::uint32_t {
    kText = 1,
    kExpandText = 2,
    kBinary = 3,
    kNumber = 4,
    kTextList = 7,
  };
  std::string name;  // UTF-8; empty: the default value
  Type type = Type::kText;
  std::string text;  // UTF-8, or raw bytes of kBinary
  std::uint32_t number = 0;
  std::vector<std::string> list;  // kTextList
};

struct RegistryKey {
  std::string path;  // from HKEY_LOCAL_MACHINE on
  std::vector<RegistryValue> values;
};

// Which server, and what its Services key lacks.
struct RegistrySpec {
  std::size_t server = 0;
  std::vector<std::string> missing_services;  // no key at all
  std::vector<std::string> stub_services;     // a key with a Type and no ImagePath
};

// Keys in alphabetical order of their parts, as an export has them.
std::vector<RegistryKey> server_registry(const ExchangeSite& site, const RegistrySpec& spec);

// REGEDIT4: code page 1252, one byte a character.
std::string registry_text_nt4(const std::vector<RegistryKey>& keys);
// Windows Registry Editor Version 5.00: UTF-16 with byte order mark.
std::string registry_text_v5(const std::vector<RegistryKey>& keys);

}  // namespace dirsnap::support
