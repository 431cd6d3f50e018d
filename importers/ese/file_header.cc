// SPDX-License-Identifier: MIT
#include "importers/ese/file_header.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "importers/ese/checksum.h"

namespace dirsnap::ese {

namespace {

constexpr std::uint32_t kMagic = 0x89ABCDEF;
constexpr std::uint32_t kEse97 = 0x620;
constexpr std::uint32_t kNewestKnownUpdate = 0x12C;
constexpr std::array<std::uint32_t, 5> kPageSizes = {2048, 4096, 8192, 16384, 32768};
constexpr std::size_t kDefinedBytes = 748;
constexpr std::string_view kJetRed = "Standard Jet DB";

// Offsets of the fields that are read.
constexpr std::size_t kMagicAt = 4, kVersionAt = 8, kAttributeAt = 12, kTimeAt = 16,
                      kSignatureAt = 24, kStateAt = 52, kConsistentAt = 64, kAttachedAt = 72,
                      kDetachedAt = 88, kLogSignatureAt = 108, kFullBackupAt = 144, kFlagsAt = 208,
                      kObjectIdAt = 212, kOsAt = 216, kUpdateAt = 232, kPageSizeAt = 236,
                      kRepairCountAt = 240, kRepairedAt = 244, kLogMinAt = 296, kLogMaxAt = 300,
                      kCreatedVersionAt = 340, kCreatedUpdateAt = 344, kMinorAt = 644;

bool is_legal_page_size(std::uint32_t size) {
  return std::find(kPageSizes.begin(), kPageSizes.end(), size) != kPageSizes.end();
}

std::uint32_t stored_page_size(Bytes header) {
  const auto size = load_le<std::uint32_t>(header, kPageSizeAt);
  return size == 0 ? 4096 : size;
}

FileHeader parse(Bytes h) {
  FileHeader out;
  out.format_version = load_le<std::uint32_t>(h, kVersionAt);
  out.format_update = load_le<std::uint32_t>(h, kUpdateAt);
  out.format_minor = load_le<std::uint32_t>(h, kMinorAt);
  out.page_size = stored_page_size(h);
  out.created_version = load_le<std::uint32_t>(h, kCreatedVersionAt);
  out.created_update = load_le<std::uint32_t>(h, kCreatedUpdateAt);
  out.database_time = load_le<std::uint64_t>(h, kTimeAt);
  out.state_number = load_le<std::uint32_t>(h, kStateAt);
  if (out.state_number <= 8) out.state = static_cast<DatabaseState>(out.state_number);
  out.last_object_id = load_le<std::uint32_t>(h, kObjectIdAt);
  out.repair_count = load_le<std::uint32_t>(h, kRepairCountAt);
  out.flags = load_le<std::uint32_t>(h, kFlagsAt);
  out.log_min_required = load_le<std::int32_t>(h, kLogMinAt);
  out.log_max_required = load_le<std::int32_t>(h, kLogMaxAt);
  out.os_major = load_le<std::uint32_t>(h, kOsAt);
  out.os_minor = load_le<std::uint32_t>(h, kOsAt + 4);
  out.os_build = load_le<std::uint32_t>(h, kOsAt + 8);
  out.os_service_pack = load_le<std::int32_t>(h, kOsAt + 12);
  out.database_signature = signature_at(h, kSignatureAt);
  out.log_signature = signature_at(h, kLogSignatureAt);
  out.repaired_at = log_time_at(h, kRepairedAt);
  out.attached_at = log_time_at(h, kAttachedAt);
  out.detached_at = log_time_at(h, kDetachedAt);
  out.consistent_at = log_time_at(h, kConsistentAt);
  out.full_backup_at = log_time_at(h, kFullBackupAt);
  return out;
}

// Who wrote databases of a version before ESE97.
const char* jet_generation(std::uint32_t version) {
  if (version == 0x500) return "Exchange 4.0 and 5.0, DHCP and WINS of Windows NT 4.0";
  if (version < 0x500) return "older than Exchange 4.0, such as DHCP and WINS of Windows NT 3.51";
  return "a test version between Exchange 5.0 and 5.5";
}

// Why a header of this content is not for this reader.
Result<void> check_kind(Bytes h) {
  const auto version = load_le<std::uint32_t>(h, kVersionAt);
  if (version < kEse97) {
    return fail(Code::kUnsupported, kVersionAt,
                fmt::format("database of the Jet500 era (format version {:#x}: {}): {}", version,
                            jet_generation(version), jet500_advice()));
  }
  if (version != kEse97)
    return fail(Code::kUnsupported, kVersionAt, fmt::format("format version {:#x}", version));
  if (load_le<std::uint32_t>(h, kAttributeAt) == 1)
    return fail(Code::kUnsupported, kAttributeAt,
                "streaming file (.stm): it holds the content of a database, not the database");
  return {};
}

// The header of `size` bytes at `offset` if it verifies.
std::optional<std::vector<std::byte>> good_copy(ByteSource& source,
                                                std::uint64_t offset,
                                                std::uint32_t size) {
  std::vector<std::byte> bytes(size);
  const auto had = source.read_at(offset, bytes);
  if (!had || *had != size) return std::nullopt;
  if (load_le<std::uint32_t>(bytes, kMagicAt) != kMagic) return std::nullopt;
  if (load_le<std::uint32_t>(bytes, 0) != header_checksum(bytes)) return std::nullopt;
  if (stored_page_size(bytes) != size) return std::nullopt;
  return bytes;
}

void report_copy(IssueSink& issues, int which, std::uint32_t size) {
  const bool first = which == 1;
  issues.report({Severity::kDoubt, "header-copy", first ? 0 : std::uint64_t{size}, size,
                 first ? "file header" : "second file header",
                 fmt::format("the {} copy of the file header does not verify; the {} is used",
                             first ? "first" : "second", first ? "second" : "first")});
}

Error explain_failure(Bytes head) {
  if (head.size() >= 4 + kJetRed.size() && as_chars(head.subspan(4, kJetRed.size())) == kJetRed)
    return {Code::kUnsupported, 4, "Access database (Jet Red), a different format"};
  if (!looks_like_ese(head)) return {Code::kCorrupt, 4, "not an ESE database: no magic number"};
  if (head.size() >= 12 && load_le<std::uint32_t>(head, kVersionAt) < kEse97) {
    if (auto kind = check_kind(head); !kind) return std::move(kind).error();
  }
  return {Code::kCorrupt, 0, "neither copy of the file header verifies"};
}

}  // namespace

// LOGTIME: second, minute, hour, day, month, year since 1900; nullopt where it is not a time.
std::optional<std::string> log_time_at(Bytes header, std::size_t at) {
  const auto field = [&](std::size_t i) { return std::to_integer<unsigned>(header[at + i]); };
  if (field(0) > 59 || field(1) > 59 || field(2) > 23) return std::nullopt;
  if (field(3) < 1 || field(3) > 31 || field(4) < 1 || field(4) > 12) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", 1900 + field(5), field(4), field(3),
                     field(2), field(1), field(0));
}

Signature signature_at(Bytes header, std::size_t at) {
  Signature result;
  result.random = load_le<std::uint32_t>(header, at);
  result.created_at = log_time_at(header, at + 4);
  const std::string_view name = as_chars(header.subspan(at + 12, 16));
  for (const char c : name.substr(0, name.find('\0'))) {
    const bool printable = c >= 0x20 && c < 0x7F;
    result.computer.push_back(printable ? c : '?');
  }
  return result;
}

const char* state_name(DatabaseState state) {
  constexpr std::array<const char*, 9> kNames = {"unknown",
                                                 "just created",
                                                 "dirty shutdown",
                                                 "clean shutdown",
                                                 "being converted",
                                                 "force detached",
                                                 "incremental reseed in progress",
                                                 "dirty and patched",
                                                 "revert in progress"};
  return kNames[static_cast<std::size_t>(state)];
}

const char* jet500_advice() {
  return "the layout has never been published and is not read; upgrade a copy of the server to "
         "Exchange 5.5, whose setup converts Dir.edb, Priv.edb and Pub.edb, and import those, or "
         "export the directory to CSV with the Administrator program of the server that wrote it";
}

bool looks_like_ese(Bytes head) {
  return head.size() >= 8 && load_le<std::uint32_t>(head, kMagicAt) == kMagic;
}

Result<FileHeader> read_file_header(ByteSource& source, IssueSink& issues) {
  std::vector<std::byte> head(kDefinedBytes);
  DIRSNAP_TRY(const std::size_t had, source.read_at(0, head));
  head.resize(had);
  std::optional<std::vector<std::byte>> first;
  std::optional<std::vector<std::byte>> second;
  std::uint32_t size = head.size() > kPageSizeAt + 4 ? stored_page_size(head) : 0;
  if (is_legal_page_size(size)) {
    first = good_copy(source, 0, size);
    second = good_copy(source, size, size);
  }
  for (std::size_t i = 0; !first && !second && i < kPageSizes.size(); ++i) {
    size = kPageSizes[i];
    second = good_copy(source, size, size);
  }
  if (!first && !second) return tl::unexpected<Error>(explain_failure(head));
  if (!first) report_copy(issues, 1, size);
  if (!second) report_copy(issues, 2, size);
  const Bytes used = first ? *first : *second;
  DIRSNAP_CHECK(check_kind(used));
  FileHeader header = parse(used);
  header.second_copy_used = !first;
  if (header.format_update > kNewestKnownUpdate) {
    issues.report({Severity::kNote, "format-update", kUpdateAt, 4, "file header",
                   fmt::format("format update {:#x} is newer than {:#x}, the newest one tested",
                               header.format_update, kNewestKnownUpdate)});
  }
  return header;
}

}  // namespace dirsnap::ese
