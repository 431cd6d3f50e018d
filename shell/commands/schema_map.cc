// SPDX-License-Identifier: MIT
//
// dirsnap schema-map: the names of attributes and classes of a case as a map file, which
// import --map reads.
// Where snapshots or sources name a number differently, the better origin decides (override,
// schema, builtin, none), then the later snapshot and source.
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/value_text.h"
#include "shell/signals.h"

namespace dirsnap {
namespace {

struct MapArguments {
  CaseArguments where;
  OutputArguments output;
};

struct Member {
  const char* key;       // in the map file
  const char* column;    // SQL over the row x
  bool is_flag = false;  // 0 and 1 are false and true
};

// A list of the map file. Its first two members are the number and the LDAP name.
struct Part {
  const char* key;    // in the map file
  const char* table;  // its rows
  std::vector<Member> members;
};

// A class names its superior; the map has the superior's number.
constexpr const char* kParent =
    "(SELECT p.id FROM schema_classes p WHERE p.snapshot_id = x.snapshot_id AND p.source_id = "
    "x.source_id AND p.ldap_name = x.parent AND p.id IS NOT NULL ORDER BY p.id LIMIT 1)";

std::vector<Part> parts() {
  return {{"attributes",
           "schema_attributes",
           {{"id", "x.id"},
            {"ldap_name", "x.ldap_name"},
            {"x500_name", "x.x500_name"},
            {"oid", "x.oid"},
            {"syntax", "x.syntax"},
            {"column", "x.column_name"},
            {"link_id", "x.link_id"},
            {"mapi_id", "x.mapi_id"},
            {"single_valued", "x.single_valued", true},
            {"origin", "x.origin"}}},
          {"classes",
           "schema_classes",
           {{"id", "x.id"},
            {"ldap_name", "x.ldap_name"},
            {"x500_name", "x.x500_name"},
            {"oid", "x.oid"},
            {"parent", kParent},
            {"origin", "x.origin"}}}};
}

// All rows of the part; of those of one number the first is the map's.
std::string statement_of(const Part& part) {
  std::string columns;
  for (const Member& member : part.members) {
    columns.append(columns.empty() ? "" : ", ").append(member.column);
  }
  return fmt::format(
      "SELECT {} FROM {} x WHERE x.id IS NOT NULL ORDER BY x.id, CASE x.origin WHEN 'override' "
      "THEN "
      "0 WHEN 'schema' THEN 1 WHEN 'builtin' THEN 2 ELSE 3 END, x.snapshot_id DESC, x.source_id "
      "DESC",
      columns, part.table);
}

std::string text_or_empty(const ValueView& value) {
  return value.type == ValueType::kText ? std::string(value.bytes) : std::string();
}

// One entry as a JSON object in one line.
void append_entry(std::string& out, const Part& part, const Statement& row) {
  out += "    {";
  bool first = true;
  for (std::size_t i = 0; i < part.members.size(); ++i) {
    const ValueView value = row.column(i);
    if (value.is_null()) continue;
    out += fmt::format("{}\"{}\": ", first ? "" : ", ", part.members[i].key);
    first = false;
    if (part.members[i].is_flag) {
      out += value.integer != 0 ? "true" : "false";
    } else {
      append_json_value(out, value);
    }
  }
  out += "}";
}

// What the notes tell.
struct Doubts {
  std::uint64_t unnumbered = 0;  // names of text dumps
  std::uint64_t contradictory = 0;
};

Result<std::string> part_text(Engine& engine, const Part& part, Doubts& doubts) {
  std::string out = fmt::format("  \"{}\": [", part.key);
  DIRSNAP_TRY(Statement statement, engine.prepare(statement_of(part)));
  std::optional<std::int64_t> last;
  std::string ldap_name;
  bool differs = false;
  for (;;) {
    DIRSNAP_TRY(const bool row, statement.step());
    const bool same = row && last && *last == statement.column(0).integer;
    if (!same && differs) ++doubts.contradictory;
    if (!same) differs = false;
    if (!row) break;
    if (same) {
      differs = differs || text_or_empty(statement.column(1)) != ldap_name;
      continue;
    }
    out += last ? ",\n" : "\n";
    last = statement.column(0).integer;
    ldap_name = text_or_empty(statement.column(1));
    append_entry(out, part, statement);
  }
  DIRSNAP_TRY(Statement count,
              engine.prepare(fmt::format(
                  "SELECT count(DISTINCT ldap_name) FROM {} WHERE id IS NULL", part.table)));
  DIRSNAP_TRY([[maybe_unused]] const bool row, count.step());
  doubts.unnumbered += static_cast<std::uint64_t>(count.column(0).integer);
  return out + "\n  ]";
}

Result<std::string> map_text(Engine& engine, Doubts& doubts) {
  std::string out = "{\n";
  for (const Part& part : parts()) {
    DIRSNAP_TRY(const std::string text, part_text(engine, part, doubts));
    out += (out.size() > 2 ? ",\n" : "") + text;
  }
  return out + "\n}\n";
}

ExitCode run_schema_map(const MapArguments& arguments) {
  auto opened = open_case(arguments.where);
  if (!opened) return report_failure(opened.error());
  const InterruptScope scope(*opened->engine);
  Doubts doubts;
  const auto text = map_text(*opened->engine, doubts);
  if (!text) return report_failure(text.error());
  auto output = open_output(arguments.output, *opened);
  if (!output) return report_failure(output.error());
  (*output)->write(*text);
  const ExitCode written = finish_output(**output);
  if (doubts.contradictory > 0) {
    print_note(fmt::format("{} numbers have several names; --snapshot tells which snapshot's",
                           doubts.contradictory));
  }
  if (doubts.unnumbered > 0) {
    print_note(
        fmt::format("{} names of text dumps have no number and are left out", doubts.unnumbered));
  }
  return written;
}

}  // namespace

void add_schema_map(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "schema-map", "Names of attributes and classes as a file for import --map");
  const auto arguments = std::make_shared<MapArguments>();
  add_case_arguments(*command, arguments->where);
  command
      ->add_option("--output", arguments->output.path, "Write to this new file (default: stdout)")
      ->type_name("FILE");
  command->add_flag("--force", arguments->output.force, "Replace the file if it exists");
  command->footer(examples("dirsnap schema-map corp.dirsnap --output map.json",
                           "dirsnap import other.dirsnap /backup/Dir.edb --map map.json"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_schema_map(*arguments); }; });
}

}  // namespace dirsnap
