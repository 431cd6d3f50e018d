// SPDX-License-Identifier: MIT
#include "query/engine.h"

#include <algorithm>

#include "query/engine_impl.h"
#include "query/error_hint.h"
#include "query/functions/functions.h"
#include "query/sql_text.h"
#include "query/statement_impl.h"
#include "query/views.h"
#include "storage/base/class_name.h"
#include "storage/base/text.h"
#include "storage/pattern.h"
#include "storage/tables.h"
#include "storage/tables/objects.h"

namespace dirsnap {
namespace {

Result<std::unique_ptr<sqlite3, CloseConnection>> open_connection(bool untrusted) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                    SQLITE_OPEN_NOMUTEX;  // one thread: engine.h
  int code = sqlite3_open_v2(":memory:", &raw, flags, nullptr);
  std::unique_ptr<sqlite3, CloseConnection> db(raw);
  if (code == SQLITE_OK) code = limit_connection(raw, untrusted);
  if (code == SQLITE_OK) code = register_functions(raw);
  if (code != SQLITE_OK) return fail(Code::kIo, "SQLite: " + std::string(sqlite3_errstr(code)));
  sqlite3_extended_result_codes(raw, 1);
  return db;
}

// SQLite's own table-valued functions declare themselves at first use, which the allow-list would
// take for a CREATE TABLE of the statement.
Result<void> connect_builtin_tables(sqlite3* db) {
  for (const char* name :
       {"json_each", "json_tree", "pragma_table_list", "pragma_table_info", "pragma_table_xinfo"}) {
    const std::string sql = "SELECT 1 FROM " + std::string(name) + " LIMIT 0";
    const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(Code::kIo, "SQLite: " + std::string(sqlite3_errmsg(db)));
  }
  return {};
}

Code code_of(int sqlite) {
  switch (sqlite & 0xFF) {
    case SQLITE_INTERRUPT:
      return Code::kInterrupted;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
    case SQLITE_FULL:
      return Code::kLimit;
    case SQLITE_IOERR:
      return Code::kIo;
    case SQLITE_CORRUPT:
      return Code::kCorrupt;
    default:
      return Code::kUsage;
  }
}

std::vector<TableInfo> function_tables() {
  std::vector<TableInfo> list;
  for (const StatsTable::Subject& subject : StatsTable::subjects()) {
    list.push_back(StatsTable::info(subject));
  }
  for (const auto direction : {TreeTable::Direction::kDown, TreeTable::Direction::kUp}) {
    list.push_back(TreeTable::info(direction));
  }
  return list;
}

// Counts a compilation as a user of the read transaction.
class UseScope {
 public:
  explicit UseScope(ReadSession& session) : session_(session) { session_.begin_use(); }
  ~UseScope() { session_.end_use(); }
  UseScope(const UseScope&) = delete;
  UseScope& operator=(const UseScope&) = delete;

 private:
  ReadSession& session_;
};

bool has_word(std::string_view sql, std::string_view word) {
  return find_bytes(sql, word, 0, true) != sql.npos;
}

// True if the statement may have a UNION in it: its own, or that of one of these views. A false
// alarm costs speed only.
bool may_be_compound(std::string_view sql, const std::vector<std::string_view>& views) {
  return has_word(sql, "union") ||
         std::any_of(views.begin(), views.end(), [sql](auto name) { return has_word(sql, name); });
}

// The views that have a UNION, or ask another one that has.
std::vector<std::string_view> find_compound_views() {
  std::vector<std::string_view> found;
  for (std::size_t known = SIZE_MAX; known != found.size();) {
    known = found.size();
    for (const ViewSpec* view : shipped_views()) {
      const bool is_new = std::find(found.begin(), found.end(), view->name) == found.end();
      if (is_new && may_be_compound(view->sql, found)) found.emplace_back(view->name);
    }
  }
  return found;
}

bool may_be_compound(std::string_view sql) {
  static const std::vector<std::string_view> kViews = find_compound_views();
  return may_be_compound(sql, kViews);
}

}  // namespace

int Engine::Impl::add_table(TableShape shape) {
  RelationTable& table = tables.emplace_back(*session, std::move(shape));
  auto& client = clients.emplace_back();
  client = {.table = &table, .declaring = &sandbox.declaring};
  return ModuleAdapter<RelationModule>::create(db.get(), table.shape().name, &client);
}

// REQUIRES: the fixed tables are registered.
RelationTable& Engine::Impl::fixed_table(std::string_view name) {
  return *std::find_if(tables.begin(), tables.end(),
                       [name](const RelationTable& t) { return t.shape().name == name; });
}

int Engine::Impl::add_functions() {
  int code = SQLITE_OK;
  for (const StatsTable::Subject& subject : StatsTable::subjects()) {
    StatsTable& table = stats.emplace_back(subject, fixed_table(subject.of_table));
    auto& client = stats_clients.emplace_back();
    client = {.table = &table, .declaring = &sandbox.declaring};
    if (code == SQLITE_OK) {
      code = ModuleAdapter<StatsModule>::create(db.get(), subject.name, &client);
    }
  }
  for (const auto direction : {TreeTable::Direction::kDown, TreeTable::Direction::kUp}) {
    TreeTable& table = trees.emplace_back(direction, fixed_table(tables::objects::kSpec.name));
    auto& client = tree_clients.emplace_back();
    client = {.table = &table, .declaring = &sandbox.declaring};
    if (code == SQLITE_OK) {
      code = ModuleAdapter<TreeModule>::create(db.get(), TreeTable::name(direction), &client);
    }
  }
  return code;
}

Result<void> Engine::Impl::register_tables() {
  snapshots = std::make_unique<SnapshotsTable>(*session);
  snapshots_client = {.table = snapshots.get(), .declaring = &sandbox.declaring};
  int code = ModuleAdapter<SnapshotsModule>::create(db.get(), "snapshots", &snapshots_client);
  for (const TableSpec* spec : kFixedTables) {
    if (code == SQLITE_OK) code = add_table(fixed_shape(*spec, session->scope()));
  }
  if (code == SQLITE_OK) code = add_functions();
  classes = std::make_unique<ClassCatalog>(*session);
  cells = std::make_unique<EseCellsTable>(*session);
  cells_client = {.table = cells.get(), .declaring = &sandbox.declaring};
  if (code == SQLITE_OK) {
    code = ModuleAdapter<EseCellsModule>::create(db.get(), "ese_cells", &cells_client);
  }
  DIRSNAP_TRY(std::vector<RawTable> raw, raw_tables(*session));
  for (RawTable& table : raw) {
    cells->add(table);
    if (code == SQLITE_OK) code = add_table(std::move(table.shape));
  }
  if (code != SQLITE_OK) return fail(Code::kIo, "SQLite: " + std::string(sqlite3_errstr(code)));
  return {};
}

Result<const ClassTable*> Engine::Impl::class_table(std::string_view name) {
  for (const ClassTable& table : class_tables) {
    if (equal_ascii_nocase(table.rows().shape().name, name)) return &table;
  }
  const std::string prefix(name.substr(0, kClassTablePrefix.size()));
  if (!equal_ascii_nocase(prefix, kClassTablePrefix)) return nullptr;
  DIRSNAP_TRY(auto shape, classes->find(name));
  const auto attributes =
      std::find_if(tables.begin(), tables.end(), [](const RelationTable& table) {
        return table.shape().name == tables::attributes::kSpec.name;
      });
  if (!shape || attributes == tables.end()) return nullptr;
  ClassTable& table = class_tables.emplace_back(*session, *std::move(shape), *attributes);
  auto& client = class_clients.emplace_back();
  client = {.table = &table, .declaring = &sandbox.declaring};
  const std::string& own_name = table.rows().shape().name;
  const int code = ModuleAdapter<ClassModule>::create(db.get(), own_name, &client);
  if (code != SQLITE_OK) return fail(Code::kIo, "SQLite: " + std::string(sqlite3_errstr(code)));
  return &table;
}

Result<int> Engine::Impl::compile(std::string_view sql,
                                  sqlite3_stmt** statement,
                                  const char** tail) {
  constexpr std::size_t kLongest = 1U << 30;  // SQLite refuses far shorter texts
  constexpr std::string_view kMissing = "no such table: ";
  const int size = static_cast<int>(std::min(sql.size(), kLongest));
  session->set_takes_offset(!has_word(sql, "limit") || !may_be_compound(sql));
  for (;;) {
    const std::size_t known = class_tables.size();
    const int code = sqlite3_prepare_v3(db.get(), sql.data(), size, 0, statement, tail);
    if (code != SQLITE_ERROR) return code;
    const std::string message = sqlite3_errmsg(db.get());
    if (!message.starts_with(kMissing)) return code;
    std::string_view name = std::string_view(message).substr(kMissing.size());
    if (equal_ascii_nocase(name.substr(0, 5), "main.")) name.remove_prefix(5);
    DIRSNAP_CHECK(class_table(name));
    if (class_tables.size() == known) return code;
  }
}

Error Engine::Impl::failure(int code, std::string_view statement) {
  error = {};
  auto own = session->take_failure();
  if ((code & 0xFF) == SQLITE_INTERRUPT && !own) {
    const Result<void> stopped = session->cancel().check();
    own = stopped ? Error{.code = Code::kInterrupted, .what = "interrupted"} : stopped.error();
  }
  if (own) {
    error.message = own->what;
    return *std::move(own);
  }
  error.message = code == SQLITE_NOMEM ? "out of memory: the statement needs more than its limit"
                                       : sqlite3_errmsg(db.get());
  const int offset = sqlite3_error_offset(db.get());
  if (offset >= 0) error.byte_offset = offset;
  error.hint = error_hint(error.message, statement, all_tables());
  return Error{.code = code_of(code), .what = error.message};
}

std::vector<TableInfo> Engine::Impl::all_tables() {
  std::vector<TableInfo> list = {SnapshotsTable::info(), EseCellsTable::info()};
  for (TableInfo& table : function_tables()) list.push_back(std::move(table));
  for (const RelationTable& table : tables) list.push_back(table_info(table.shape()));
  const auto names = classes->names();
  if (!names) return list;  // a statement that needs them will tell why
  for (const auto& [table, of] : **names) {
    const auto made = std::find_if(
        class_tables.begin(), class_tables.end(),
        [&name = table](const ClassTable& t) { return t.rows().shape().name == name; });
    list.push_back(made == class_tables.end() ? ClassCatalog::brief(table, of)
                                              : table_info(made->rows().shape()));
  }
  for (const ViewSpec* view : shipped_views()) list.push_back(table_info(*view));
  return list;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const CaseFile& file, const EngineOptions& options) {
  auto impl = std::make_unique<Impl>();
  DIRSNAP_TRY(impl->session, ReadSession::open(file, options));
  const UseScope use(*impl->session);
  impl->sandbox.cancel = &impl->session->cancel();
  DIRSNAP_TRY(impl->db, open_connection(options.untrusted));
  DIRSNAP_CHECK(impl->register_tables());
  DIRSNAP_CHECK(connect_builtin_tables(impl->db.get()));
  DIRSNAP_CHECK(create_views(impl->db.get()));
  authorize(impl->db.get(), impl->sandbox);
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<Statement> Engine::prepare(std::string_view sql, std::string_view* tail) {
  Impl& impl = *impl_;
  impl.error = {};
  impl.session->counters() = {};
  const UseScope use(*impl.session);
  sqlite3_stmt* raw = nullptr;
  const char* end = nullptr;
  DIRSNAP_TRY(const int code, impl.compile(sql, &raw, &end));
  StatementHandle handle(raw);
  if (code != SQLITE_OK) return tl::unexpected<Error>(impl.failure(code, sql));
  const std::string_view rest = sql.substr(static_cast<std::size_t>(end - sql.data()));
  const auto refuse = [&impl](Code why, std::string what, std::optional<int> offset = {}) {
    impl.error = {.message = what, .byte_offset = offset, .hint = {}};
    return fail(why, std::move(what));
  };
  if (!handle) return refuse(Code::kNotFound, "no statement");
  if (tail != nullptr) {
    *tail = rest;
  } else if (const std::size_t second = skip_blanks_and_comments(rest); second != rest.size()) {
    return refuse(Code::kUsage, "only one statement is allowed here",
                  static_cast<int>(sql.size() - rest.size() + second));
  }
  if (sqlite3_stmt_readonly(handle.get()) == 0 || sqlite3_column_count(handle.get()) == 0) {
    return refuse(Code::kUsage, "only queries are allowed: SELECT, VALUES, WITH, EXPLAIN");
  }
  return Statement(std::make_unique<Statement::Impl>(impl, std::move(handle), sql));
}

const SqlError& Engine::last_error() const { return impl_->error; }

bool Engine::is_complete(std::string_view sql) {
  return sqlite3_complete(std::string(sql).c_str()) != 0;
}

// Only the flag: a signal handler may call this. The progress handler and every scan look at it.
void Engine::interrupt() noexcept { impl_->session->cancel().request(); }
void Engine::clear_interrupt() noexcept { impl_->session->cancel().clear(); }

void Engine::set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) {
  impl_->session->cancel().set_deadline(
      deadline.value_or(std::chrono::steady_clock::time_point::max()));
}

const ScanCounters& Engine::counters() const { return impl_->session->counters(); }

std::vector<TableInfo> Engine::tables() const {
  const UseScope use(*impl_->session);
  return impl_->all_tables();
}

Result<std::optional<TableInfo>> Engine::describe(std::string_view table) {
  const UseScope use(*impl_->session);
  DIRSNAP_TRY(const ClassTable* of_class, impl_->class_table(table));
  if (of_class != nullptr) return std::optional(table_info(of_class->rows().shape()));
  for (TableInfo& info : impl_->all_tables()) {
    if (equal_ascii_nocase(info.name, table)) return std::optional(std::move(info));
  }
  return std::optional<TableInfo>();
}

std::vector<TableInfo> fixed_tables() {
  std::vector<TableInfo> list = {SnapshotsTable::info()};
  for (const TableSpec* spec : kFixedTables) list.push_back(table_info(fixed_shape(*spec, {})));
  for (TableInfo& table : function_tables()) list.push_back(std::move(table));
  list.push_back(EseCellsTable::info());
  for (const ViewSpec* view : shipped_views()) list.push_back(table_info(*view));
  return list;
}

std::vector<std::string> sql_keywords() {
  std::vector<std::string> list;
  for (int i = 0; i < sqlite3_keyword_count(); ++i) {
    const char* name = nullptr;
    int size = 0;
    if (sqlite3_keyword_name(i, &name, &size) == SQLITE_OK) {
      list.emplace_back(name, static_cast<std::size_t>(size));
    }
  }
  std::sort(list.begin(), list.end());
  return list;
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace dirsnap
