// SPDX-License-Identifier: MIT
//
// dump_mutants [--mutants N] [--seed S] [--only KIND] [--keep FILE]: imports N damaged copies of a
// text dump of every kind. Each copy has one harm: characters changed, a part lost, doubled or
// moved, the end cut off. Fails if an import crashes, takes more than ten seconds, or drops lines
// without an issue that says so. What fails is named with the options that repeat it.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "importers/dump_model/importers.h"
#include "importers/esedbexport/importers.h"
#include "storage/base/text.h"
#include "tests/support/exchange_dumps.h"

namespace {

using namespace dirsnap;
using Random = std::mt19937_64;

constexpr unsigned kMaxSeconds = 10;

// Named by the signal handler when an import does not come back.
std::array<char, 200> g_present{};

void die(int signal) {
  const char* const what = signal == SIGALRM ? "takes too long: " : "crashes: ";
  (void)!::write(STDERR_FILENO, what, std::char_traits<char>::length(what));
  (void)!::write(STDERR_FILENO, g_present.data(), std::char_traits<char>::length(g_present.data()));
  (void)!::write(STDERR_FILENO, "\n", 1);
  ::_exit(1);
}

// Rows are counted and dropped.
class CountingRelation final : public RelationWriter {
 public:
  Result<std::uint64_t> append(std::span<const Cell> /*cells*/) override { return rows_++; }
  Result<std::uint32_t> kind(std::span<const Cell> /*cells*/) override { return 0; }
  Result<std::uint64_t> append(std::uint32_t /*kind*/, std::span<const Cell> /*cells*/) override {
    return rows_++;
  }
  [[nodiscard]] std::uint64_t rows() const override { return rows_; }

 private:
  std::uint64_t rows_ = 0;
};

class CountingSnapshot final : public SnapshotWriter {
 public:
  [[nodiscard]] std::uint64_t snapshot_id() const override { return 1; }
  Result<RelationWriter*> relation(const RelationDef& def) override { return &relations[def.name]; }
  void set_facts(const SnapshotRecord& /*facts*/) override {}
  Result<SnapshotRecord> seal() override { return SnapshotRecord{}; }
  std::map<std::string, CountingRelation> relations;
};

class CountingSink final : public IssueSink {
 public:
  void report(Issue /*issue*/) override { ++issues; }
  std::uint64_t issues = 0;
};

struct Outcome {
  bool is_refused = false;
  std::uint64_t objects = 0;
  std::uint64_t values = 0;
  std::uint64_t raw_rows = 0;
  std::uint64_t issues = 0;
};

// A dump of one kind. `files` are those beside it, for kinds of several files.
struct Source {
  const char* kind;
  const Importer* importer;
  std::string file_name;
  std::string text;
  std::map<std::string, std::string> files = {};
  // What the text must give at least where no issue says otherwise.
  std::uint64_t (*count)(std::string_view text);
  std::uint64_t (*had)(const Outcome& outcome);
};

std::unique_ptr<ByteSource> memory(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return std::make_unique<MemorySource>(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

Outcome import(const Source& source, const std::string& text) {
  CountingSnapshot snapshot;
  const ImportOptions options{
      .server = {}, .codepage = 1252, .map_file = {}, .as_kind = {}, .no_logs = false};
  const CancelToken cancel;
  ImportContext context(snapshot, options, cancel);
  context.list_folder = [&] {
    std::vector<std::string> names = {source.file_name};
    for (const auto& [name, other] : source.files) names.push_back(name);
    return names;
  };
  context.open_beside = [&](std::string_view name) -> std::unique_ptr<ByteSource> {
    const auto found = source.files.find(std::string(name));
    return memory(found == source.files.end() ? std::string_view(text) : found->second);
  };
  const auto bytes = memory(text);
  SourceFacts facts;
  facts.path = source.file_name;
  CountingSink issues;
  const auto done = source.importer->import(*bytes, facts, context, issues);
  Outcome outcome{.is_refused = !done, .issues = issues.issues};
  for (const auto& [name, relation] : snapshot.relations) {
    if (name == "objects") outcome.objects = relation.rows();
    if (name == "attributes") outcome.values = relation.rows();
    if (name.starts_with("ese/")) outcome.raw_rows += relation.rows();
  }
  return outcome;
}

// Lines without their ends, whatever ends them.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Logical lines of LDIF that must be a value: all but names, changes and comments.
std::uint64_t count_ldif(std::string_view text) {
  std::uint64_t count = 0;
  bool in_comment = false;
  for (const std::string_view line : lines_of(text)) {
    if (line.empty() || line.front() == ' ' || line.front() == '\t') continue;
    in_comment = line.front() == '#';
    const std::string name = to_lower_ascii(line.substr(0, line.find(':')));
    if (!in_comment && name != "dn" && name != "version" && name != "changetype") ++count;
  }
  return count;
}

// Lines but the first.
std::uint64_t count_rows(std::string_view text) {
  std::uint64_t count = 0;
  for (const std::string_view line : lines_of(text)) count += line.empty() ? 0U : 1U;
  return count == 0 ? 0 : count - 1;
}

// The same where a line goes on inside of quotes.
std::uint64_t count_csv(std::string_view text) {
  std::uint64_t count = 0;
  bool in_quotes = false;
  for (const std::string_view line : lines_of(text)) {
    if (!in_quotes && !line.empty()) ++count;
    if (std::count(line.begin(), line.end(), '"') % 2 != 0) in_quotes = !in_quotes;
  }
  return count == 0 ? 0 : count - 1;
}

// Quoted values of a raw property dump.
std::uint64_t count_properties(std::string_view text) {
  std::uint64_t count = 0;
  for (const std::string_view line : lines_of(text)) {
    const std::size_t quote = line.find('\'');
    if (quote == std::string_view::npos || quote == 0) continue;
    const std::string_view before = trim_blanks(line.substr(0, quote));
    if (before.ends_with(':') || (before.starts_with('[') && before.ends_with(']'))) ++count;
  }
  return count;
}

std::uint64_t values_of(const Outcome& outcome) { return outcome.values; }
std::uint64_t objects_of(const Outcome& outcome) { return outcome.objects; }
std::uint64_t raw_rows_of(const Outcome& outcome) { return outcome.raw_rows; }

std::string csvde_text(const std::vector<support::DumpObject>& objects) {
  std::string out = "DN,objectClass,cn,member\r\n";
  for (const support::DumpObject& object : objects) {
    out += '"' + object.dn.substr(1) + "\",top;" + object.class_name + ",\"a, b\",X'0011'\r\n";
  }
  std::replace(out.begin(), out.end(), '/', ',');
  return out;
}

// Objects without line breaks in their values, so that lines can be counted.
std::vector<support::DumpObject> plain_objects() {
  support::SiteSpec spec = support::sample_spec();
  spec.mailboxes = 6;
  auto objects = support::dump_objects(support::ExchangeSite(spec));
  for (support::DumpObject& object : objects) {
    for (support::DumpValue& value : object.values) {
      if (value.kind == support::DumpValue::Kind::kOctets) continue;
      std::replace(value.text.begin(), value.text.end(), '\n', ' ');
      std::replace(value.text.begin(), value.text.end(), '\r', ' ');
    }
  }
  return objects;
}

Source export_source() {
  Source source{.kind = "esedbexport",
                .importer = &esedbexport::kExportImporter,
                .file_name = "datatable.1",
                .text = "DNT_col\tPDNT_col\tRDNtyp_col\tATTm589825\tATTb590606\tATTm13\tATTk9\n",
                .count = count_rows,
                .had = raw_rows_of};
  source.text += "2\t0\t3\t$ROOT_OBJECT$\t\t\t\n";
  for (int i = 3; i < 60; ++i) {
    source.text += std::to_string(i) + '\t' + std::to_string(i / 2 + 1) + "\t3\tname " +
                   std::to_string(i) + "\t5\tone; two\\t\t00ff\n";
  }
  std::string& catalog = source.files["MSysObjects.0"];
  catalog = "ObjidTable\tType\tId\tColtypOrPgnoFDP\tFlags\tPagesOrLocale\tName\n";
  catalog += "9\t1\t9\t3\t0\t0\tdatatable\n";
  const auto column = [&](int id, int type, int flags, const char* name) {
    catalog += "9\t2\t" + std::to_string(id) + '\t' + std::to_string(type) + '\t' +
               std::to_string(flags) + "\t1200\t" + name + '\n';
  };
  column(1, 4, 0, "DNT_col");
  column(2, 4, 0, "PDNT_col");
  column(3, 4, 0, "RDNtyp_col");
  column(256, 12, 0, "ATTm589825");
  column(257, 4, 0, "ATTb590606");
  column(258, 12, 8, "ATTm13");
  column(259, 11, 0, "ATTk9");
  return source;
}

std::vector<Source> all_sources() {
  const auto objects = plain_objects();
  std::vector<Source> sources;
  const auto add = [&](const char* kind, const Importer& importer, std::string text,
                       std::uint64_t (*count)(std::string_view),
                       std::uint64_t (*had)(const Outcome&)) {
    sources.push_back({.kind = kind,
                       .importer = &importer,
                       .file_name = "dump.txt",
                       .text = std::move(text),
                       .count = count,
                       .had = had});
  };
  add("ldif", dump_model::kLdifImporter, support::ldif_text(objects), count_ldif, values_of);
  add("csvde", dump_model::kCsvdeImporter, csvde_text(objects), count_csv, objects_of);
  add("exchange-csv", dump_model::kExchangeCsvImporter, support::directory_csv_text(objects),
      count_csv, objects_of);
  add("admindmp", dump_model::kAdmindmpImporter, support::admindmp_text(objects), count_properties,
      values_of);
  sources.push_back(export_source());
  return sources;
}

std::size_t pick(Random& random, std::size_t below) { return below == 0 ? 0 : random() % below; }

// Signs that the forms are made of.
std::string change_signs(std::string text, Random& random) {
  using namespace std::string_view_literals;
  constexpr std::string_view kSigns = ":;,\"'%\\=#[] \t\r\n\0X\xFF-/0a"sv;
  for (std::size_t i = 0; i <= pick(random, 4); ++i) {
    text[pick(random, text.size())] = kSigns[pick(random, kSigns.size())];
  }
  return text;
}

std::string damage(const std::string& text, Random& random, const char*& what) {
  const std::size_t at = pick(random, text.size());
  const std::size_t size = std::min(text.size() - at, 1 + pick(random, 400));
  switch (pick(random, 6)) {
    case 0:
      what = "a part lost";
      return text.substr(0, at) + text.substr(at + size);
    case 1:
      what = "a part doubled";
      return text.substr(0, at + size) + text.substr(at);
    case 2:
      what = "a part moved to the front";
      return text.substr(at, size) + text.substr(0, at) + text.substr(at + size);
    case 3:
      what = "the end cut off";
      return text.substr(0, at);
    default:
      what = "signs changed";
      return change_signs(text, random);
  }
}

struct Settings {
  std::uint64_t mutants = 20;
  std::uint64_t seed = 1;
  std::string only;
  std::string keep;  // file that the last copy is written to
};

std::uint64_t run_source(const Source& source, const Settings& settings) {
  std::uint64_t failures = 0;
  for (std::uint64_t i = 0; i < settings.mutants; ++i) {
    Random random(settings.seed + i);
    const char* what = "unchanged";
    const std::string text = i == 0 ? source.text : damage(source.text, random, what);
    std::snprintf(g_present.data(), g_present.size(), "%s --seed %llu --mutants 2 (%s)",
                  source.kind, static_cast<unsigned long long>(settings.seed + i - (i > 0 ? 1 : 0)),
                  what);
    if (!settings.keep.empty()) std::ofstream(settings.keep, std::ios::binary) << text;
    ::alarm(kMaxSeconds);
    const Outcome outcome = import(source, text);
    ::alarm(0);
    const std::uint64_t wanted = source.count(text);
    const bool is_silent =
        !outcome.is_refused && outcome.issues == 0 && source.had(outcome) < wanted;
    if (!is_silent) continue;
    ++failures;
    std::fprintf(stderr, "lost without a word: %s: %llu of %llu\n", g_present.data(),
                 static_cast<unsigned long long>(source.had(outcome)),
                 static_cast<unsigned long long>(wanted));
  }
  return failures;
}

bool parse(int argc, char** argv, Settings& settings) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--mutants") {
      settings.mutants = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--seed") {
      settings.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--only") {
      settings.only = argv[i + 1];
    } else if (name == "--keep") {
      settings.keep = argv[i + 1];
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!parse(argc, argv, settings)) {
    std::fprintf(stderr,
                 "usage: dump_mutants [--mutants N] [--seed S] [--only KIND] [--keep FILE]\n");
    return 2;
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
    std::signal(signal, die);
  }
  std::uint64_t failures = 0;
  for (const Source& source : all_sources()) {
    if (!settings.only.empty() && settings.only != source.kind) continue;
    const std::uint64_t found = run_source(source, settings);
    std::printf("%-13s %llu mutants, %llu failures\n", source.kind,
                static_cast<unsigned long long>(settings.mutants),
                static_cast<unsigned long long>(found));
    failures += found;
  }
  return failures == 0 ? 0 : 1;
}
