// SPDX-License-Identifier: MIT
#include "importers/directory/prefix_map.h"

#include <array>

#include "storage/base/identifiers.h"

namespace dirsnap::directory {
namespace {

// Index = position. Each prefix is an OID without its last arc.
constexpr std::array kBuiltinPrefixes = {
    "2.5.4",
    "2.5.6",
    "1.2.840.113556.1.2",
    "1.2.840.113556.1.3",
    "2.16.840.1.101.2.2.1",
    "2.16.840.1.101.2.2.3",
    "2.16.840.1.101.2.1.5",
    "2.16.840.1.101.2.1.4",
    "2.5.5",
    "1.2.840.113556.1.4",
    "1.2.840.113556.1.5",
    "1.2.840.113556.1.4.260",
    "1.2.840.113556.1.5.56",
    "1.2.840.113556.1.4.262",
    "1.2.840.113556.1.5.57",
    "1.2.840.113556.1.4.263",
    "1.2.840.113556.1.5.58",
    "1.2.840.113556.1.5.73",
    "1.2.840.113556.1.4.305",
    "0.9.2342.19200300.100",
    "2.16.840.1.113730.3",
    "0.9.2342.19200300.100.1",
    "2.16.840.1.113730.3.1",
    "1.2.840.113556.1.5.7000",
    "2.5.21",
    "2.5.18",
    "2.5.20",
    "1.3.6.1.4.1.1466.101.119",
    "2.16.840.1.113730.3.2",
    "1.3.6.1.4.1.250.1",
    "1.2.840.113549.1.9",
    "0.9.2342.19200300.100.4",
    "1.2.840.113556.1.6.23",
    "1.2.840.113556.1.6.18.1",
    "1.2.840.113556.1.6.18.2",
    "1.2.840.113556.1.6.13.3",
    "1.2.840.113556.1.6.13.4",
    "1.3.6.1.1.1.1",
    "1.3.6.1.1.1.2",
};

constexpr std::uint32_t kFirstIntId = 0x80000000U;
constexpr std::uint32_t kLongArc =
    0x8000;  // low word of a last arc of two or more octets beyond 14 bits

std::string der_text(const std::vector<std::uint8_t>& der) {
  return {reinterpret_cast<const char*>(der.data()), der.size()};
}

// Octets that the last arc takes in DER.
std::size_t last_arc_octets(std::string_view der) {
  std::size_t count = 1;
  while (count < der.size() &&
         (static_cast<unsigned char>(der[der.size() - 1 - count]) & 0x80) != 0) {
    ++count;
  }
  return count;
}

}  // namespace

PrefixMap::PrefixMap() {
  for (std::size_t i = 0; i < kBuiltinPrefixes.size(); ++i) {
    const std::string der = der_text(oid_to_der(kBuiltinPrefixes[i]).value());
    der_by_index_.emplace(static_cast<std::uint16_t>(i), der);
    index_by_der_.emplace(der, static_cast<std::uint16_t>(i));
  }
}

std::size_t PrefixMap::add_blob(Bytes blob) {
  constexpr std::size_t kHeader = 8;
  if (blob.size() < kHeader) return 0;
  const auto count = load_le<std::uint32_t>(blob, 0);
  std::size_t at = kHeader;
  std::size_t read = 0;
  for (; read < count && has(blob, at, 4); ++read) {
    const auto index = load_le<std::uint16_t>(blob, at);
    const auto length = load_le<std::uint16_t>(blob, at + 2);
    if (length == 0 || !has(blob, at + 4, length)) break;
    const std::string der(as_chars(blob.subspan(at + 4, length)));
    der_by_index_.insert_or_assign(index, der);
    index_by_der_.insert_or_assign(der, index);
    at += 4 + length;
  }
  return read;
}

bool PrefixMap::add(std::uint16_t index, std::string_view oid) {
  const auto octets = oid_to_der(oid);
  if (!octets) return false;
  const std::string der = der_text(*octets);
  der_by_index_.insert_or_assign(index, der);
  index_by_der_.insert_or_assign(der, index);
  return true;
}

std::optional<std::string> PrefixMap::oid_of(std::uint32_t number) const {
  if (number >= kFirstIntId) return std::nullopt;
  const auto found = der_by_index_.find(static_cast<std::uint16_t>(number >> 16));
  if (found == der_by_index_.end()) return std::nullopt;
  std::string der = found->second;
  const std::uint32_t low = number & 0xFFFF;
  if (low < 128) {
    der.push_back(static_cast<char>(low));
  } else {
    // Where the arc is a long one its upper octets stand in the prefix already.
    const std::uint32_t arc = low >= kLongArc ? low - kLongArc : low;
    der.push_back(static_cast<char>(0x80 | ((arc >> 7) & 0x7F)));
    der.push_back(static_cast<char>(arc & 0x7F));
  }
  return oid_from_der(as_bytes(der));
}

std::optional<std::uint32_t> PrefixMap::number_of(std::string_view oid) const {
  const auto octets = oid_to_der(oid);
  if (!octets) return std::nullopt;
  const std::string der = der_text(*octets);
  const std::size_t arc_octets = last_arc_octets(der);
  const std::size_t cut = arc_octets > 2 ? 2 : arc_octets;
  const auto found = index_by_der_.find(der.substr(0, der.size() - cut));
  if (found == index_by_der_.end()) return std::nullopt;
  std::uint32_t low = 0;
  for (std::size_t i = der.size() - cut; i < der.size(); ++i) {
    low = (low << 7) | (static_cast<unsigned char>(der[i]) & 0x7FU);
  }
  if (arc_octets > 2) low += kLongArc;
  return (static_cast<std::uint32_t>(found->second) << 16) | low;
}

}  // namespace dirsnap::directory
