// SPDX-License-Identifier: MIT
#include "storage/base/security_descriptor.h"

#include <cstdio>
#include <utility>

#include "storage/base/identifiers.h"

namespace dirsnap {
namespace {

using Name = std::pair<std::uint32_t, const char*>;

// Control bits of a descriptor.
constexpr std::uint16_t kDaclPresent = 0x0004;
constexpr std::uint16_t kSaclPresent = 0x0010;
constexpr std::uint16_t kSelfRelative = 0x8000;

constexpr Name kAceTypes[] = {
    {0x00, "A"},  {0x01, "D"},  {0x02, "AU"}, {0x03, "AL"}, {0x05, "OA"},
    {0x06, "OD"}, {0x07, "OU"}, {0x08, "OL"}, {0x09, "XA"}, {0x0A, "XD"},
    {0x0B, "ZA"}, {0x0D, "XU"}, {0x11, "ML"}, {0x12, "RA"}, {0x13, "SP"},
};
constexpr Name kAceFlags[] = {{0x01, "OI"}, {0x02, "CI"}, {0x04, "NP"}, {0x08, "IO"},
                              {0x10, "ID"}, {0x40, "SA"}, {0x80, "FA"}};
// Whole masks that have a name: all, read, write, execute of files and of keys.
constexpr Name kWholeRights[] = {
    {0x001F01FF, "FA"}, {0x00120089, "FR"}, {0x00120116, "FW"}, {0x001200A0, "FX"},
    {0x000F003F, "KA"}, {0x00020019, "KR"}, {0x00020006, "KW"},
};
// From the lowest bit up, as Windows writes them.
constexpr Name kRights[] = {
    {0x00000001, "CC"}, {0x00000002, "DC"}, {0x00000004, "LC"}, {0x00000008, "SW"},
    {0x00000010, "RP"}, {0x00000020, "WP"}, {0x00000040, "DT"}, {0x00000080, "LO"},
    {0x00000100, "CR"}, {0x00010000, "SD"}, {0x00020000, "RC"}, {0x00040000, "WD"},
    {0x00080000, "WO"}, {0x10000000, "GA"}, {0x20000000, "GX"}, {0x40000000, "GW"},
    {0x80000000, "GR"},
};

// SIDs with a short name that is the same on every machine.
constexpr std::pair<const char*, const char*> kKnownSids[] = {
    {"S-1-1-0", "WD"},      {"S-1-3-0", "CO"},      {"S-1-3-1", "CG"},      {"S-1-5-2", "NU"},
    {"S-1-5-4", "IU"},      {"S-1-5-6", "SU"},      {"S-1-5-7", "AN"},      {"S-1-5-9", "ED"},
    {"S-1-5-10", "PS"},     {"S-1-5-11", "AU"},     {"S-1-5-12", "RC"},     {"S-1-5-18", "SY"},
    {"S-1-5-19", "LS"},     {"S-1-5-20", "NS"},     {"S-1-5-32-544", "BA"}, {"S-1-5-32-545", "BU"},
    {"S-1-5-32-546", "BG"}, {"S-1-5-32-547", "PU"}, {"S-1-5-32-548", "AO"}, {"S-1-5-32-549", "SO"},
    {"S-1-5-32-550", "PO"}, {"S-1-5-32-551", "BO"}, {"S-1-5-32-552", "RE"}, {"S-1-5-32-554", "RU"},
    {"S-1-5-32-555", "RD"}, {"S-1-5-32-556", "NO"}, {"S-1-5-32-558", "MU"}, {"S-1-5-32-559", "LU"},
};

std::string hex(std::uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%x", number);
  return text;
}

// The SID at the start of `bytes`; what follows it is left alone.
std::optional<std::string> read_sid(Bytes bytes) {
  if (!has(bytes, 0, 8)) return std::nullopt;
  const std::size_t size = 8 + 4 * std::to_integer<std::size_t>(bytes[1]);
  if (!has(bytes, 0, size)) return std::nullopt;
  auto text = sid_text(bytes.first(size));
  if (!text) return std::nullopt;
  for (const auto& known : kKnownSids) {
    if (*text == known.first) return std::string(known.second);
  }
  return text;
}

// Names of all bits, or one hexadecimal number if a bit has no name.
template <std::size_t N>
std::string bit_names(std::uint32_t bits, const Name (&names)[N]) {
  std::string out;
  std::uint32_t rest = bits;
  for (const Name& name : names) {
    if ((bits & name.first) == 0) continue;
    out += name.second;
    rest &= ~name.first;
  }
  return rest == 0 ? out : hex(bits);
}

std::string rights_text(std::uint32_t mask) {
  for (const Name& name : kWholeRights) {
    if (name.first == mask) return name.second;
  }
  return bit_names(mask, kRights);
}

std::string ace_type_name(std::uint32_t type) {
  for (const Name& name : kAceTypes) {
    if (name.first == type) return name.second;
  }
  return hex(type);
}

// Object types name a class, attribute or right by GUID.
bool is_object_type(std::uint32_t type) {
  return (type >= 0x05 && type <= 0x08) || type == 0x0B || type == 0x0C || type == 0x0F ||
         type == 0x10;
}

// One ACE, header included, as "(type;flags;rights;object;inherited object;sid)".
std::optional<std::string> ace_text(Bytes ace) {
  if (!has(ace, 0, 8)) return std::nullopt;
  const auto type = std::to_integer<std::uint32_t>(ace[0]);
  const auto flags = std::to_integer<std::uint32_t>(ace[1]);
  std::string guids[2];
  std::size_t at = 8;
  if (is_object_type(type)) {
    if (!has(ace, at, 4)) return std::nullopt;
    const auto present = load_le<std::uint32_t>(ace, at);
    at += 4;
    for (std::uint32_t i = 0; i < 2; ++i) {
      if ((present >> i & 1) == 0) continue;
      if (!has(ace, at, 16)) return std::nullopt;
      guids[i] = guid_text(ace.subspan(at, 16)).value_or("");
      at += 16;
    }
  }
  const auto sid = read_sid(ace.subspan(at));
  if (!sid) return std::nullopt;
  return "(" + ace_type_name(type) + ";" + bit_names(flags, kAceFlags) + ";" +
         rights_text(load_le<std::uint32_t>(ace, 4)) + ";" + guids[0] + ";" + guids[1] + ";" +
         *sid + ")";
}

std::optional<std::string> acl_text(Bytes bytes) {
  if (!has(bytes, 0, 8)) return std::nullopt;
  const std::size_t size = load_le<std::uint16_t>(bytes, 2);
  if (size < 8 || !has(bytes, 0, size)) return std::nullopt;
  std::string out;
  std::size_t at = 8;
  for (std::uint32_t left = load_le<std::uint16_t>(bytes, 4); left > 0; --left) {
    if (size - at < 4) return std::nullopt;
    const std::size_t ace_size = load_le<std::uint16_t>(bytes, at + 2);
    if (ace_size < 4 || size - at < ace_size) return std::nullopt;
    const auto ace = ace_text(bytes.subspan(at, ace_size));
    if (!ace) return std::nullopt;
    out += *ace;
    at += ace_size;
  }
  return out;
}

// Where the four parts of a descriptor are announced: letter, offset field, control bits.
struct AclPlace {
  const char* letter;
  std::size_t offset_field;
  std::uint16_t present;
  std::uint16_t inherit_required;
  std::uint16_t inherited;
  std::uint16_t is_protected;
};
constexpr AclPlace kDacl{"D:", 16, kDaclPresent, 0x0100, 0x0400, 0x1000};
constexpr AclPlace kSacl{"S:", 12, kSaclPresent, 0x0200, 0x0800, 0x2000};

std::optional<std::string> acl_part(Bytes bytes, std::uint16_t control, const AclPlace& place) {
  if ((control & place.present) == 0) return std::string();
  std::string out = place.letter;
  if ((control & place.is_protected) != 0) out += "P";
  if ((control & place.inherit_required) != 0) out += "AR";
  if ((control & place.inherited) != 0) out += "AI";
  const auto offset = load_le<std::uint32_t>(bytes, place.offset_field);
  if (offset == 0) return out + "NO_ACCESS_CONTROL";
  if (offset > bytes.size()) return std::nullopt;
  const auto acl = acl_text(bytes.subspan(offset));
  if (!acl) return std::nullopt;
  return out + *acl;
}

std::optional<std::string> sid_part(Bytes bytes, const char* letter, std::size_t offset_field) {
  const auto offset = load_le<std::uint32_t>(bytes, offset_field);
  if (offset == 0) return std::string();
  if (offset > bytes.size()) return std::nullopt;
  const auto sid = read_sid(bytes.subspan(offset));
  if (!sid) return std::nullopt;
  return letter + *sid;
}

}  // namespace

std::optional<std::string> sddl_text(Bytes bytes) {
  if (!has(bytes, 0, 20) || bytes[0] != std::byte{1}) return std::nullopt;
  const auto control = load_le<std::uint16_t>(bytes, 2);
  if ((control & kSelfRelative) == 0) return std::nullopt;
  const std::optional<std::string> parts[] = {sid_part(bytes, "O:", 4), sid_part(bytes, "G:", 8),
                                              acl_part(bytes, control, kDacl),
                                              acl_part(bytes, control, kSacl)};
  std::string out;
  for (const auto& part : parts) {
    if (!part) return std::nullopt;
    out += *part;
  }
  return out;
}

}  // namespace dirsnap
