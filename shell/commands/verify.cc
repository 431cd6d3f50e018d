// SPDX-License-Identifier: MIT
//
// dirsnap verify: opens the case (which checks its structure as far as opening does) and
// recomputes the seal of each snapshot, and with --sources the hashes of the evidence files.
#include <algorithm>
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

#include "importers/registry.h"
#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/signals.h"
#include "storage/snapshot_reader.h"

namespace dirsnap {
namespace {

bool is_wanted(const SnapshotRecord& snapshot, const std::vector<std::string>& names) {
  return names.empty() || std::find(names.begin(), names.end(), snapshot.name) != names.end();
}

Result<bool> verify_snapshot(const ReadTxn& txn, const SnapshotRecord& snapshot, Output& output) {
  DIRSNAP_TRY(const std::string found, txn.compute_seal(snapshot.snapshot_id));
  const bool same = found == snapshot.seal;
  output.write(fmt::format("{}  snapshot {} \"{}\"\n  expected {}\n  found    {}\n",
                           same ? "ok       " : "DIFFERENT", snapshot.snapshot_id,
                           escape_for_terminal(snapshot.name), snapshot.seal, found));
  return same;
}

// One source: what stands in the case, and what stands on the disk.
ExitCode verify_source(const Statement& row, Output& output) {
  const std::string path(row.column(1).is_null() ? row.column(0).bytes : row.column(1).bytes);
  const std::string name = escape_for_terminal(path);
  if (row.column(2).is_null()) {
    output.write(fmt::format("UNHASHED   {}\n  it could not be read whole when imported\n", name));
    return ExitCode::kSource;
  }
  const std::string_view expected = row.column(2).bytes;
  const auto found = hash_evidence(path, interrupt_token());
  if (!found && found.error().code == Code::kInterrupted) return ExitCode::kInterrupted;
  if (!found) {
    output.write(fmt::format("UNREAD     {}\n  {}\n", name, found.error().what));
    return ExitCode::kSource;
  }
  const bool same = *found == expected;
  output.write(fmt::format("{}  {}\n  expected {}\n  found    {}\n",
                           same ? "ok       " : "DIFFERENT", name, expected, *found));
  return same ? ExitCode::kOk : ExitCode::kFailOn;
}

// Writes a line for each source of the snapshots that the engine shows, expected and found. kFailOn
// where one differs, kSource where one is no longer there or cannot be read, kInterrupted.
ExitCode verify_sources(Engine& engine, Output& output) {
  auto sources = engine.prepare(
      "SELECT path, absolute_path, sha256 FROM sources "
      "WHERE container_path IS NULL ORDER BY snapshot_id, source_id");
  if (!sources) return report_failure(sources.error());
  ExitCode code = ExitCode::kOk;
  for (;;) {
    const auto row = sources->step();
    if (!row) return gravest(code, report_failure(row.error()));
    if (!*row) return code;
    code = gravest(code, verify_source(*sources, output));
    if (code == ExitCode::kInterrupted) return code;
  }
}

struct VerifyArguments {
  CaseArguments where;
  bool sources = false;
};

ExitCode run_verify(const VerifyArguments& all) {
  const CaseArguments& arguments = all.where;
  // The engine is opened too: it answers for names of snapshots that do not exist.
  auto opened = open_case(arguments, Seals::kLeft);
  if (!opened) return report_failure(opened.error());
  auto txn = ReadTxn::begin(*opened->file);
  if (!txn) return report_failure(txn.error());
  const auto output = Output::borrow(STDOUT_FILENO);
  ExitCode code = ExitCode::kOk;
  for (const SnapshotRecord& snapshot : (*txn)->snapshots()) {
    if (interrupt_token().requested()) return ExitCode::kInterrupted;
    if (!is_wanted(snapshot, arguments.snapshots)) continue;
    const auto same = verify_snapshot(**txn, snapshot, *output);
    if (!same) return gravest(code, report_failure(same.error()));
    if (!*same) code = gravest(code, ExitCode::kFailOn);
  }
  if (all.sources) code = gravest(code, verify_sources(*opened->engine, *output));
  return gravest(code, finish_output(*output));
}

}  // namespace

void add_verify(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("verify", "Recompute the seals of a case");
  const auto arguments = std::make_shared<VerifyArguments>();
  add_case_arguments(*command, arguments->where);
  command->add_flag("--sources", arguments->sources,
                    "Compute the SHA-256 of the evidence files again, too");
  command->footer(examples("dirsnap verify corp.dirsnap",
                           "dirsnap verify corp.dirsnap --snapshot 1999-04-21 --sources"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_verify(*arguments); }; });
}

}  // namespace dirsnap
