// SPDX-License-Identifier: MIT
//
// run_import: list, open, tell kinds, hash, import, derive, seal. Nothing is created before at
// least one source of a known kind is at hand.
#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <set>
#include <sys/stat.h>
#include <unordered_set>
#include <utility>

#include "importers/derive.h"
#include "importers/ese/side_files.h"
#include "importers/hive_files.h"
#include "importers/issue_log.h"
#include "importers/registry.h"
#include "importers/source.h"
#include "importers/watched_source.h"
#include "storage/base/text.h"
#include "storage/base/time.h"

namespace dirsnap {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kProbeBytes = std::size_t{64} << 10;

// A file on the way into the snapshot.
struct Candidate {
  fs::path path;
  std::unique_ptr<FileSource> file;    // null: could not be opened
  const Importer* importer = nullptr;  // null: of no known kind
  bool named = false;                  // given on the command line, not found in a folder
  bool lost = false;                   // should have been imported, but cannot
  bool is_read_with_hive = false;      // a log
  std::string skip_reason;             // why it is not imported
};

tl::unexpected<ImportError> failure(ImportFailure kind, Error error) {
  return tl::unexpected<ImportError>(ImportError{kind, std::move(error)});
}

// The failure that an error of the store means for the run.
ImportFailure store_failure(Code code) {
  switch (code) {
    case Code::kCorrupt:
    case Code::kTruncated:
    case Code::kUnsupported:
      return ImportFailure::kCase;
    case Code::kUsage:
    case Code::kNotFound:
      return ImportFailure::kUsage;
    case Code::kLimit:
      return ImportFailure::kLimit;
    case Code::kInterrupted:
      return ImportFailure::kInterrupted;
    case Code::kIo:
    case Code::kBusy:
      return ImportFailure::kEnvironment;
  }
  return ImportFailure::kEnvironment;
}

const Importer* importer_of_kind(std::string_view kind) {
  for (const Importer* importer : importer_registry()) {
    if (kind == importer->kind) return importer;
  }
  return nullptr;
}

// The first bytes of a file; zeros for what cannot be read.
std::vector<std::byte> head_of(FileSource& file) {
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::uint64_t>(kProbeBytes, file.size_bytes())));
  SourceHash told_later;  // hashing the file meets the same again
  const auto have = read_readable(file, 0, head, told_later);
  head.resize(have ? *have : 0);
  return head;
}

const Importer* importer_of_content(FileSource& file) {
  const std::vector<std::byte> head = head_of(file);
  const Bytes bytes(head);
  for (const Importer* importer : importer_registry()) {
    if (importer->probe(bytes, file.size_bytes())) return importer;
  }
  return nullptr;
}

std::string known_kinds() {
  std::string list;
  for (const Importer* importer : importer_registry()) {
    if (!list.empty()) list += ", ";
    list += importer->kind;
  }
  return list;
}

// True if the hive is imported itself.
bool is_hive_at(const fs::path& path, const std::vector<Candidate>& all) {
  return std::any_of(all.begin(), all.end(), [&path](const Candidate& c) {
    return c.importer != nullptr && std::string_view(c.importer->kind) == "registry-hive" &&
           is_same_path(c.path, path);
  });
}

// True for the log of a hive that is imported itself: it is read together with the hive.
bool is_log_of(const fs::path& path, const std::vector<Candidate>& all) {
  const auto hive = hive_of_log(path);
  return hive && is_hive_at(*hive, all);
}

// Other states of a hive in the same folder would be registries in force beside it.
void skip_copies_of_hives(std::vector<Candidate>& all) {
  std::vector<std::pair<Candidate*, fs::path>> copies;
  for (Candidate& candidate : all) {
    if (candidate.named || candidate.importer == nullptr) continue;
    if (std::string_view(candidate.importer->kind) != "registry-hive") continue;
    auto hive = hive_of_copy(candidate.path, head_of(*candidate.file));
    if (hive && is_hive_at(*hive, all)) copies.emplace_back(&candidate, *std::move(hive));
  }
  for (const auto& [candidate, hive] : copies) {
    candidate->importer = nullptr;
    candidate->skip_reason = "another state of the hive " + hive.filename().string() +
                             " beside it; to read it, name the file itself as a source";
  }
}

// True for the names that the databases of Exchange and Active Directory have.
bool is_database_name(const fs::path& path) {
  constexpr std::array<std::string_view, 4> kNames = {"dir.edb", "priv.edb", "pub.edb", "ntds.dit"};
  const std::string name = to_lower_ascii(path.filename().string());
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// What a file beside an imported ESE database is by its name; null if nothing.
const char* ese_side_file(const fs::path& path, const std::vector<Candidate>& all) {
  const auto kind = ese::side_file_of_name(path.filename().string());
  const bool has_database = std::any_of(all.begin(), all.end(), [&](const Candidate& c) {
    return c.importer != nullptr && std::string_view(c.importer->kind) == "ese" &&
           c.path.parent_path() == path.parent_path();
  });
  return kind && has_database ? ese::to_string(*kind) : nullptr;
}

// The kind of a file that is told by its company alone.
const Importer* importer_of_company(const Candidate& candidate, const std::vector<Candidate>& all) {
  for (const Candidate& other : all) {
    const bool is_company = other.importer != nullptr && other.importer->probe_member != nullptr &&
                            other.path.parent_path() == candidate.path.parent_path();
    if (is_company && other.importer->probe_member(head_of(*candidate.file))) return other.importer;
  }
  return nullptr;
}

class Run {
 public:
  Run(const ImportRequest& request, const CancelToken& cancel, ImportProgress* progress)
      : request_(request), cancel_(cancel), progress_(progress) {}

  tl::expected<ImportSummary, ImportError> run();

 private:
  using Step = tl::expected<void, ImportError>;

  Step collect();
  Step collect_root(const fs::path& root);
  bool is_new(const fs::path& path);
  void add_logs_of_named_hives();
  Step check_usable() const;
  Step import_all(ImportContext& context);
  Step import_one(Candidate& candidate, ImportContext& context);
  Step read_source(Candidate& candidate, SourceFacts& facts, ImportContext& context);
  Step take_hash(const Result<SourceHash>& hash, const std::string& name, SourceFacts& facts);
  Step take_failure(const Error& error, const Candidate& candidate);
  Result<void> write_sources(ImportContext& context) const;
  Result<void> finish(ImportContext& context);
  void add_progress(std::uint64_t bytes, std::string_view what);
  [[nodiscard]] std::string snapshot_name() const;
  [[nodiscard]] std::optional<std::string> snapshot_server(const ImportContext& context) const;

  const ImportRequest& request_;
  const CancelToken& cancel_;
  ImportProgress* progress_;
  std::vector<Candidate> candidates_;
  std::set<std::pair<dev_t, ino_t>> files_;  // of the candidates
  std::vector<SourceFacts> facts_;
  IssueLog log_;
  std::atomic<bool> medium_failed_ = false;  // of the present source or of a file beside it
  std::uint64_t done_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::string started_at_ = iso_now();
};

void Run::add_progress(std::uint64_t bytes, std::string_view what) {
  done_bytes_ += bytes;
  if (progress_ != nullptr) progress_->on_bytes(done_bytes_, total_bytes_, what);
}

// False for a file that is a candidate already, under whatever name: its rows would count twice.
bool Run::is_new(const fs::path& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) != 0 || files_.emplace(facts.st_dev, facts.st_ino).second;
}

// The logs that are read with a hive are evidence too: listed and hashed, as in a folder.
void Run::add_logs_of_named_hives() {
  if (request_.options.no_logs) return;
  std::vector<fs::path> logs;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.named || candidate.importer == nullptr) continue;
    if (std::string_view(candidate.importer->kind) != "registry-hive") continue;
    for (const std::string_view suffix : kHiveLogSuffixes) {
      if (auto path = find_sibling(candidate.path, suffix)) logs.push_back(*std::move(path));
    }
  }
  for (const fs::path& path : logs) {
    if (!is_new(path)) continue;
    Candidate log{.path = path, .file = nullptr, .skip_reason = {}};
    auto file = FileSource::open(path);
    if (file) {
      log.file = std::move(*file);
      total_bytes_ += 2 * log.file->size_bytes();
    } else {
      log.skip_reason = file.error().what;
    }
    candidates_.push_back(std::move(log));
  }
}

Run::Step Run::collect_root(const fs::path& root) {
  const auto on_skipped = [this](const fs::path& path, std::string why) {
    candidates_.push_back({.path = path, .file = nullptr, .skip_reason = std::move(why)});
  };
  auto files = list_files(root, on_skipped);
  if (!files) {
    Error error = std::move(files).error();
    error.what = root.string() + ": " + error.what;
    return failure(ImportFailure::kSource, std::move(error));
  }
  std::error_code ignored;
  const bool named = !fs::is_directory(root, ignored);
  if (!named && request_.options.as_kind) {
    return failure(
        ImportFailure::kUsage,
        {Code::kUsage, 0, "--as is for single files, not for the folder " + root.string()});
  }
  for (const fs::path& path : *files) {
    // The case may lie inside the folder that is imported.
    if (fs::equivalent(path, request_.case_path, ignored) ||
        path.filename() == request_.case_path.filename().string() + "-lock") {
      continue;
    }
    if (!is_new(path)) {
      log_.report({.severity = Severity::kNote,
                   .code = "duplicate-source",
                   .place = {},
                   .message = path.string() + ": named more than once; it is read once"});
      continue;
    }
    Candidate candidate{.path = path, .file = nullptr, .named = named, .skip_reason = {}};
    auto file = FileSource::open(path);
    if (!file) {
      candidate.skip_reason = file.error().what;
    } else {
      candidate.file = std::move(*file);
      candidate.importer = request_.options.as_kind ? importer_of_kind(*request_.options.as_kind)
                                                    : importer_of_content(*candidate.file);
      total_bytes_ += 2 * candidate.file->size_bytes();
    }
    candidates_.push_back(std::move(candidate));
  }
  return {};
}

Run::Step Run::collect() {
  if (request_.options.as_kind && importer_of_kind(*request_.options.as_kind) == nullptr) {
    return failure(ImportFailure::kUsage,
                   {Code::kUsage, 0,
                    "--as " + *request_.options.as_kind + ": no importer of that kind; there are " +
                        known_kinds()});
  }
  for (const fs::path& root : request_.sources) {
    if (auto step = collect_root(root); !step) return step;
  }
  add_logs_of_named_hives();
  skip_copies_of_hives(candidates_);
  for (Candidate& candidate : candidates_) {
    if (candidate.importer != nullptr || !candidate.skip_reason.empty()) continue;
    candidate.importer = importer_of_company(candidate, candidates_);
    if (candidate.importer != nullptr) continue;
    if (is_log_of(candidate.path, candidates_)) {
      candidate.is_read_with_hive = true;
      candidate.skip_reason = "transaction log, read together with its hive";
    } else if (const char* side_file = ese_side_file(candidate.path, candidates_)) {
      candidate.skip_reason = std::string(side_file) + " of an ESE database, not replayed";
    } else if (is_database_name(candidate.path)) {
      candidate.lost = true;
      candidate.skip_reason =
          std::string(
              "named like a database, but neither copy of its header is that of one: it is "
              "destroyed at its beginning, or it is a Jet500 database of Exchange 4.0 or "
              "5.0; of those ") +
          ese::jet500_advice();
    } else {
      candidate.skip_reason = "of no known kind";
    }
  }
  return check_usable();
}

Run::Step Run::check_usable() const {
  for (const Candidate& candidate : candidates_) {
    // A pattern of the command line names the logs of a hive as well.
    if (candidate.named && candidate.importer == nullptr && !candidate.is_read_with_hive) {
      std::string what = candidate.path.string() + ": " + candidate.skip_reason;
      if (candidate.file) what += "; known kinds: " + known_kinds() + " (--as KIND overrides)";
      return failure(ImportFailure::kSource, {Code::kUnsupported, 0, std::move(what)});
    }
  }
  const bool any = std::any_of(candidates_.begin(), candidates_.end(),
                               [](const Candidate& c) { return c.importer != nullptr; });
  if (!any) {
    return failure(
        ImportFailure::kSource,
        {Code::kNotFound, 0, "no file of a known kind in " + request_.sources.front().string()});
  }
  return {};
}

// Puts down the hash of a source; parts that could not be read are issues of it.
Run::Step Run::take_hash(const Result<SourceHash>& hash,
                         const std::string& name,
                         SourceFacts& facts) {
  if (!hash) {
    const Error& error = hash.error();
    const ImportFailure kind = error.code == Code::kInterrupted ? ImportFailure::kInterrupted
                               : error.code == Code::kLimit     ? ImportFailure::kLimit
                                                                : ImportFailure::kSource;
    return failure(kind, {error.code, error.offset, name + ": " + error.what});
  }
  facts.sha256 = hash->sha256;
  if (!hash->unreadable.empty()) facts.state = "damaged";
  for (const UnreadableRange& range : hash->unreadable) {
    log_.report({.severity = Severity::kLoss,
                 .code = "source-unreadable",
                 .offset_bytes = range.offset,
                 .size_bytes = range.size_bytes,
                 .place = {},
                 .message = name + ": " + std::to_string(range.size_bytes) +
                            " bytes cannot be read (" + hash->reason +
                            "); what they hold is lost, and the file has no SHA-256"});
  }
  return {};
}

// What the failure of an importer means: an issue of its source, or the end of the run. Where the
// case failed too, writing to it fails again at the latest when the snapshot is finished.
Run::Step Run::take_failure(const Error& error, const Candidate& candidate) {
  const Error named{error.code, error.offset,
                    candidate.path.filename().string() + ": " + error.what};
  if (error.code == Code::kInterrupted) return failure(ImportFailure::kInterrupted, error);
  if (error.code == Code::kUsage) return failure(ImportFailure::kUsage, error);
  if (error.code == Code::kIo && !medium_failed_) {
    return failure(ImportFailure::kEnvironment, named);
  }
  if (candidate.named && candidates_.size() == 1) return failure(ImportFailure::kSource, named);
  log_.report({.severity = Severity::kLoss,
               .code = "source-unusable",
               .offset_bytes = error.offset,
               .size_bytes = candidate.file->size_bytes(),
               .place = {},
               .message = error.what + "; nothing of this source could be read on"});
  return {};
}

// Reads one source. Its own failure is an issue of the snapshot; only interruption, a change while
// it was read and a failing store end the run.
Run::Step Run::read_source(Candidate& candidate, SourceFacts& facts, ImportContext& context) {
  const std::string name = candidate.path.filename().string();
  add_progress(0, "reading " + name);
  // Hashed while it is read; progress is told by this thread alone until it is joined.
  std::future<Result<SourceHash>> hash = std::async(std::launch::async, [&] {
    return hash_source(*candidate.file, cancel_,
                       [&](std::uint64_t bytes) { add_progress(bytes, "reading " + name); });
  });
  medium_failed_ = false;
  context.open_sibling = [this,
                          &candidate](std::string_view suffix) -> std::unique_ptr<ByteSource> {
    const auto path = find_sibling(candidate.path, suffix);
    return path ? open_watched(*path, medium_failed_) : nullptr;
  };
  context.list_folder = [&candidate] { return files_beside(candidate.path); };
  context.open_beside = [this, &candidate](std::string_view beside) {
    return open_watched(candidate.path.parent_path() / beside, medium_failed_);
  };
  WatchedSource watched(*candidate.file, medium_failed_);
  const auto read = candidate.importer->import(watched, facts, context, log_.sink());
  if (auto step = take_hash(hash.get(), name, facts); !step) return step;
  add_progress(candidate.file->size_bytes(), "reading " + name);
  if (!read) {
    if (auto step = take_failure(read.error(), candidate); !step) return step;
    facts.state = "damaged";
  }
  const auto changed = candidate.file->has_changed();
  if (!changed || *changed) {
    return failure(
        ImportFailure::kSource,
        {Code::kTruncated, 0, name + ": changed while it was read; nothing is kept of this run"});
  }
  return {};
}

Run::Step Run::import_one(Candidate& candidate, ImportContext& context) {
  SourceFacts facts;
  facts.source_id = static_cast<std::int64_t>(facts_.size()) + 1;
  facts.path = candidate.path.string();
  std::error_code ignored;
  facts.absolute_path = fs::absolute(candidate.path, ignored).lexically_normal().string();
  facts.imported_at = started_at_;
  log_.set_source(facts.source_id);
  Step step;
  if (candidate.file) {
    facts.size_bytes = candidate.file->size_bytes();
    facts.modified_at = candidate.file->modified_at();
  }
  if (candidate.importer != nullptr) {
    facts.kind = candidate.importer->kind;
    step = read_source(candidate, facts, context);
  } else {
    if (candidate.file) {
      const auto hash = hash_source(*candidate.file, cancel_, {});
      if (hash) step = take_hash(hash, candidate.path.filename().string(), facts);
      add_progress(2 * candidate.file->size_bytes(), "skipping " + facts.path);
    }
    const bool is_note = candidate.file && !candidate.lost;
    log_.report({.severity = is_note ? Severity::kNote : Severity::kLoss,
                 .code = is_note          ? "skipped-file"
                         : candidate.file ? "source-unusable"
                                          : "unreadable-file",
                 .size_bytes = facts.size_bytes,
                 .place = {},
                 .message = facts.path + ": " + candidate.skip_reason + "; not imported"});
  }
  facts_.push_back(std::move(facts));
  return step;
}

Run::Step Run::import_all(ImportContext& context) {
  for (Candidate& candidate : candidates_) {
    if (auto stop = cancel_.check(); !stop) {
      return failure(stop.error().code == Code::kInterrupted ? ImportFailure::kInterrupted
                                                             : ImportFailure::kLimit,
                     stop.error());
    }
    if (auto step = import_one(candidate, context); !step) return step;
    candidate.file.reset();
  }
  return {};
}

Result<void> Run::write_sources(ImportContext& context) const {
  namespace t = tables::sources;
  DIRSNAP_TRY(RelationWriter* const table, context.table(t::kSpec));
  for (const SourceFacts& f : facts_) {
    const auto integer = [](std::uint64_t v) {
      return ValueView::of(static_cast<std::int64_t>(v));
    };
    std::vector<Cell> row = {
        {t::kSourceId, ValueView::of(f.source_id)},
        {t::kKind, ValueView::text(f.kind)},
        {t::kRole, ValueView::text(f.role)},
        {t::kPath, ValueView::text(f.path)},
        {t::kAbsolutePath, ValueView::text(f.absolute_path)},
        {t::kSizeBytes, integer(f.size_bytes)},
        {t::kProgramVersion, ValueView::text(DIRSNAP_VERSION)},
        {t::kRecords, integer(f.records)},
        {t::kIssues, integer(log_.count_of_source(f.source_id))},
    };
    const auto put = [&row](std::uint32_t column, const std::optional<std::string>& text) {
      if (text) row.push_back({column, ValueView::text(*text)});
    };
    put(t::kServer, f.server);
    put(t::kModifiedAt, f.modified_at);
    put(t::kState, f.state);
    if (!f.sha256.empty()) row.push_back({t::kSha256, ValueView::text(f.sha256)});
    if (!f.details.empty()) row.push_back({t::kDetails, ValueView::text(f.details)});
    DIRSNAP_CHECK(table->append(row));
  }
  return {};
}

Result<void> Run::finish(ImportContext& context) {
  log_.set_source(0);
  DIRSNAP_CHECK(derive_rows(context));
  for (const RegistrySource& source : context.registries) {
    for (SourceFacts& facts : facts_) {
      if (facts.source_id == source.source_id) facts.server = source.server;
    }
  }
  DIRSNAP_CHECK(write_sources(context));
  return log_.write(context);
}

std::string Run::snapshot_name() const {
  if (request_.snapshot) return *request_.snapshot;
  std::error_code ignored;
  const fs::path path = fs::absolute(request_.sources.front(), ignored).lexically_normal();
  const fs::path name = path.has_filename() ? path.filename() : path.parent_path().filename();
  return name.empty() ? "snapshot" : name.string();
}

std::optional<std::string> Run::snapshot_server(const ImportContext& context) const {
  if (request_.options.server) return request_.options.server;
  if (context.directory_server) return context.directory_server;
  std::optional<std::string> only;
  for (const SourceFacts& facts : facts_) {
    if (!facts.server) continue;
    if (only && !equal_folded(*only, *facts.server)) return std::nullopt;
    only = facts.server;
  }
  return only;
}

tl::expected<ImportSummary, ImportError> Run::run() {
  if (auto step = collect(); !step) return tl::unexpected(std::move(step).error());
  const auto store_error = [](Error error) {
    const ImportFailure kind = store_failure(error.code);
    return failure(kind, std::move(error));
  };
  auto file = CaseFile::open(request_.case_path, OpenMode::kReadWrite);
  if (!file) return store_error(std::move(file).error());
  SnapshotRecord record;
  record.name = snapshot_name();
  record.taken_at = request_.taken_at;
  record.imported_at = started_at_;
  auto writer = SnapshotWriter::begin(**file, record);
  if (!writer) return store_error(std::move(writer).error());

  ImportContext context(**writer, request_.options, cancel_);
  if (auto step = import_all(context); !step) return tl::unexpected(std::move(step).error());
  if (auto done = finish(context); !done) return store_error(std::move(done).error());

  record.server = snapshot_server(context);
  record.organization = context.organization;
  record.sources = facts_.size();
  record.issues =
      log_.count(Severity::kLoss) + log_.count(Severity::kDoubt) + log_.count(Severity::kNote);
  (*writer)->set_facts(record);
  auto sealed = (*writer)->seal();
  if (!sealed) return store_error(std::move(sealed).error());

  ImportSummary summary;
  summary.snapshot = *sealed;
  summary.losses = log_.count(Severity::kLoss);
  summary.doubts = log_.count(Severity::kDoubt);
  summary.notes = log_.count(Severity::kNote);
  summary.issues = log_.summary();
  for (const SourceFacts& facts : facts_) summary.rows_kept += facts.records;
  summary.sources = std::move(facts_);
  return summary;
}

}  // namespace

tl::expected<ImportSummary, ImportError> run_import(const ImportRequest& request,
                                                    const CancelToken& cancel,
                                                    ImportProgress* progress) {
  if (request.sources.empty()) {
    return failure(ImportFailure::kUsage, {Code::kUsage, 0, "no source given"});
  }
  return Run(request, cancel, progress).run();
}

}  // namespace dirsnap
