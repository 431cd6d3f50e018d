// SPDX-License-Identifier: MIT
//
// SIDs, GUIDs, FILETIMEs, userAccountControl.
// Facts: MS-DTYP 2.3.3 (FILETIME), MS-ADTS 2.2.16 (userAccountControl bits).
#include "storage/base/identifiers.h"

#include <cstdio>
#include <optional>

#include "query/functions/functions.h"
#include "query/sql_value.h"
#include "query/vtab_guard.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace {

void set_optional(sqlite3_context* context, const std::optional<std::string>& text) {
  if (text) set_result_text(context, *text);
}

void sid(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = view_of(arguments[0]);
    if (value.type == ValueType::kBlob) set_optional(context, sid_text(as_bytes(value.bytes)));
  });
}

void guid(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = view_of(arguments[0]);
    if (value.type == ValueType::kBlob) set_optional(context, guid_text(as_bytes(value.bytes)));
  });
}

void filetime(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = numeric_view_of(arguments[0]);
    if (value.type == ValueType::kBlob && value.bytes.size() == 8) {
      const auto ticks = load_le<std::uint64_t>(as_bytes(value.bytes), 0);
      set_optional(context, iso_from_filetime(ticks));
    } else if (value.type == ValueType::kInteger && value.integer >= 0) {
      set_optional(context, iso_from_filetime(static_cast<std::uint64_t>(value.integer)));
    }
  });
}

struct Flag {
  std::uint32_t bit;
  const char* name;
};

constexpr Flag kAccountFlags[] = {
    {0x00000001, "SCRIPT"},
    {0x00000002, "ACCOUNTDISABLE"},
    {0x00000008, "HOMEDIR_REQUIRED"},
    {0x00000010, "LOCKOUT"},
    {0x00000020, "PASSWD_NOTREQD"},
    {0x00000040, "PASSWD_CANT_CHANGE"},
    {0x00000080, "ENCRYPTED_TEXT_PWD_ALLOWED"},
    {0x00000100, "TEMP_DUPLICATE_ACCOUNT"},
    {0x00000200, "NORMAL_ACCOUNT"},
    {0x00000800, "INTERDOMAIN_TRUST_ACCOUNT"},
    {0x00001000, "WORKSTATION_TRUST_ACCOUNT"},
    {0x00002000, "SERVER_TRUST_ACCOUNT"},
    {0x00010000, "DONT_EXPIRE_PASSWORD"},
    {0x00020000, "MNS_LOGON_ACCOUNT"},
    {0x00040000, "SMARTCARD_REQUIRED"},
    {0x00080000, "TRUSTED_FOR_DELEGATION"},
    {0x00100000, "NOT_DELEGATED"},
    {0x00200000, "USE_DES_KEY_ONLY"},
    {0x00400000, "DONT_REQ_PREAUTH"},
    {0x00800000, "PASSWORD_EXPIRED"},
    {0x01000000, "TRUSTED_TO_AUTH_FOR_DELEGATION"},
    {0x04000000, "PARTIAL_SECRETS_ACCOUNT"},
};

void account_flags(sqlite3_context* context, int, sqlite3_value** arguments) {
  guard_function(context, [&] {
    const ValueView value = numeric_view_of(arguments[0]);
    if (value.type != ValueType::kInteger) return;
    // Databases hand the 32-bit field out as a signed number.
    auto bits = static_cast<std::uint32_t>(value.integer);
    std::string text;
    const auto add = [&text](const std::string& name) {
      if (!text.empty()) text += "|";
      text += name;
    };
    for (const Flag& flag : kAccountFlags) {
      if ((bits & flag.bit) == 0) continue;
      add(flag.name);
      bits &= ~flag.bit;
    }
    char rest[16];
    std::snprintf(rest, sizeof rest, "0x%x", bits);
    if (bits != 0) add(rest);
    set_result_text(context, text);
  });
}

constexpr SqlFunction kIdentifierFunctions[] = {
    {"filetime", 1, "filetime(i)",
     "ISO 8601 UTC text of a FILETIME: 100 ns since 1601, as a number or as 8 bytes.", filetime},
    {"sid_text", 1, "sid_text(blob)", "S-1-5-... form of a binary security identifier.", sid},
    {"guid_text", 1, "guid_text(blob)", "8-4-4-4-12 form of a 16-byte GUID, lower case.", guid},
    {"uac_flags", 1, "uac_flags(i)",
     "Names of the bits of userAccountControl, joined by '|'; unknown bits in hexadecimal.",
     account_flags},
};

}  // namespace

std::span<const SqlFunction> identifier_functions() { return kIdentifierFunctions; }

}  // namespace dirsnap
