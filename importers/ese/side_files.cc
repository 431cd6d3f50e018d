// SPDX-License-Identifier: MIT
#include "importers/ese/side_files.h"

#include <algorithm>
#include <array>
#include <string>

#include "storage/base/text.h"

namespace dirsnap::ese {

namespace {

constexpr std::size_t kGenerationAt = 4, kSectorAt = 8, kCreatedAt = 16, kOwnSignatureAt = 44;
constexpr std::size_t kMarkGenerationAt = 16, kMarkSignatureAt = 20;
constexpr std::size_t kBaseMin = 3, kBaseMax = 4;  // letters of a base name: edb, srub
constexpr std::uint32_t kGenerationMax = 0x7FFFFFFF;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A base name, with or without a generation of five or eight hexadecimal digits.
bool is_log_stem(std::string_view stem) {
  const auto is_base = [](std::string_view base) {
    return base.size() >= kBaseMin && base.size() <= kBaseMax && base[0] >= 'a' && base[0] <= 'z';
  };
  if (is_base(stem)) return true;
  for (const std::size_t digits : {std::size_t{5}, std::size_t{8}}) {
    if (stem.size() <= digits) continue;
    const std::size_t base = stem.size() - digits;
    if (is_base(stem.substr(0, base)) && is_hex(stem.substr(base))) return true;
  }
  return false;
}

}  // namespace

const char* to_string(SideFile kind) {
  constexpr std::array<const char*, 5> kNames = {"transaction log", "reserved log", "checkpoint",
                                                 "patch file", "flush map"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<SideFile> side_file_of_name(std::string_view file_name) {
  const std::string name = to_lower_ascii(file_name);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string_view stem = std::string_view(name).substr(0, dot);
  const std::string_view ending = std::string_view(name).substr(dot);
  if (ending == ".jrs") return SideFile::kReservedLog;
  if (ending == ".log" && (stem == "res1" || stem == "res2")) return SideFile::kReservedLog;
  if (ending == ".chk") return SideFile::kCheckpoint;
  if (ending == ".pat") return SideFile::kPatch;
  if (ending == ".jfm") return SideFile::kFlushMap;
  if ((ending == ".log" || ending == ".jtx") && is_log_stem(stem)) return SideFile::kLog;
  return std::nullopt;
}

std::optional<LogMark> parse_log_header(Bytes head) {
  if (head.size() < kSideHeaderBytes) return std::nullopt;
  const auto sector = load_le<std::uint16_t>(head, kSectorAt);
  const bool is_sector = sector >= 512 && sector <= 8192 && (sector & (sector - 1)) == 0;
  LogMark mark{load_le<std::uint32_t>(head, kGenerationAt), signature_at(head, kOwnSignatureAt)};
  const bool is_generation = mark.generation != 0 && mark.generation <= kGenerationMax;
  if (!is_sector || !is_generation || !log_time_at(head, kCreatedAt)) return std::nullopt;
  return mark;
}

std::optional<LogMark> parse_checkpoint(Bytes head) {
  if (head.size() < kSideHeaderBytes) return std::nullopt;
  LogMark mark{load_le<std::uint32_t>(head, kMarkGenerationAt),
               signature_at(head, kMarkSignatureAt)};
  if (mark.generation == 0 || mark.generation > kGenerationMax) return std::nullopt;
  if (!mark.log_signature.created_at) return std::nullopt;
  return mark;
}

}  // namespace dirsnap::ese
