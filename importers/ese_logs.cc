// SPDX-License-Identifier: MIT
#include "importers/ese_logs.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "importers/ese/side_files.h"

namespace dirsnap {
namespace {

// A folder of more files than this is not looked through further.
constexpr std::size_t kFilesMax = 10'000;

// The logs and checkpoints beside a database.
struct Found {
  std::vector<std::string> logs;          // names of those that belong to the database or may
  std::uint32_t lowest = 0, highest = 0;  // generations; 0: none could be read
  std::size_t foreign = 0;                // logs of another series
  std::size_t reserved = 0;               // empty logs, kept for a full disk
  std::vector<std::string> others;        // checkpoints, patch files: "edb.chk (...)"
};

bool same_series(const ese::Signature& a, const ese::Signature& b) {
  return a.random == b.random && a.created_at == b.created_at;
}

std::vector<std::byte> head_of(const ImportContext& context, const std::string& name) {
  std::vector<std::byte> head(ese::kSideHeaderBytes);
  const auto source = context.open_beside(name);
  const auto had = source ? source->read_at(0, head) : Result<std::size_t>(0);
  head.resize(had ? *had : 0);
  return head;
}

void take_log(const ese::FileHeader& header,
              const ImportContext& context,
              const std::string& name,
              Found& found) {
  const auto mark = ese::parse_log_header(head_of(context, name));
  if (!mark) {
    found.logs.push_back(name);  // by its name it is one
    return;
  }
  if (!same_series(mark->log_signature, header.log_signature)) {
    ++found.foreign;
    return;
  }
  found.logs.push_back(name);
  found.lowest = found.lowest == 0 ? mark->generation : std::min(found.lowest, mark->generation);
  found.highest = std::max(found.highest, mark->generation);
}

void take_checkpoint(const ese::FileHeader& header,
                     const ImportContext& context,
                     const std::string& name,
                     Found& found) {
  const auto mark = ese::parse_checkpoint(head_of(context, name));
  if (!mark) {
    found.others.push_back("checkpoint " + name);
  } else if (same_series(mark->log_signature, header.log_signature)) {
    found.others.push_back(fmt::format("checkpoint {} (at generation {})", name, mark->generation));
  }
}

Found look_beside(const ese::FileHeader& header, const ImportContext& context) {
  Found found;
  std::vector<std::string> names = context.list_folder();
  if (names.size() > kFilesMax) names.resize(kFilesMax);
  for (const std::string& name : names) {
    const auto kind = ese::side_file_of_name(name);
    if (kind == ese::SideFile::kLog) take_log(header, context, name, found);
    if (kind == ese::SideFile::kCheckpoint) take_checkpoint(header, context, name, found);
    if (kind == ese::SideFile::kReservedLog) ++found.reserved;
    if (kind == ese::SideFile::kPatch) found.others.push_back("patch file " + name);
  }
  return found;
}

// "edb.log", "edb00010.log to edb.log (3 files)".
std::string names_of(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  return fmt::format("{} files: {}", names.size(),
                     names.size() <= 4 ? fmt::format("{}", fmt::join(names, ", "))
                                       : fmt::format("{} to {}", names.front(), names.back()));
}

std::string needed(const ese::FileHeader& header) {
  if (header.log_max_required == 0) return "the header does not tell which ones are needed";
  return fmt::format("generations {} to {} are needed", header.log_min_required,
                     header.log_max_required);
}

std::string message_of(const ese::FileHeader& header, const Found& found) {
  std::string text;
  if (found.logs.empty()) {
    text = fmt::format("no transaction log of this database lies beside it ({})", needed(header));
  } else {
    text = fmt::format("transaction logs lie beside the database ({}", names_of(found.logs));
    if (found.highest != 0)
      text += fmt::format("; generations {} to {}", found.lowest, found.highest);
    text += fmt::format("; {})", needed(header));
  }
  if (!found.others.empty()) text += fmt::format("; {}", fmt::join(found.others, ", "));
  if (found.foreign != 0) text += fmt::format("; {} logs of another series", found.foreign);
  if (found.reserved != 0)
    text += fmt::format("; {} reserved logs without content", found.reserved);
  text += found.logs.empty()
              ? "; changes that had not reached the database file are not had"
              : "; what they hold was not replayed: changes of the last minutes to hours before "
                "the copy was made may be missing, values may be older and rows deleted since "
                "may still be there";
  return text;
}

}  // namespace

void report_logs(const ese::FileHeader& header, const ImportContext& context, IssueSink& issues) {
  if (!header.is_dirty() || !context.list_folder || !context.open_beside) return;
  const Found found = look_beside(header, context);
  issues.report({.severity = Severity::kDoubt,
                 .code = found.logs.empty() ? "logs-missing" : "logs-not-replayed",
                 .place = "beside the database",
                 .message = message_of(header, found)});
}

}  // namespace dirsnap
