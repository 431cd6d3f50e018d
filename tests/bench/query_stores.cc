// SPDX-License-Identifier: MIT
#include "tests/bench/query_stores.h"

#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "storage/case_info.h"
#include "storage/snapshot_writer.h"
#include "storage/tables.h"
#include "tests/bench/measure.h"

namespace dirsnap::bench {
namespace {

// Without mutexes, as our own engine is.
bool open_file(const std::filesystem::path& path, sqlite3** db) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  return sqlite3_open_v2(path.c_str(), db, flags, nullptr) == SQLITE_OK;
}

const char* native_type(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return " INTEGER";
    case ColumnType::kReal:
      return " REAL";
    case ColumnType::kText:
      return " TEXT";
    default:
      return "";
  }
}

bool is_attribute_fact(const TableSpec& table, const ColumnSpec& column) {
  return std::string_view(table.name) == "attributes" && column.sharing == Sharing::kByKind &&
         std::string_view(column.name) != "attribute";
}

// One table of ordinary SQLite while it is loaded.
class NativeLoader {
 public:
  NativeLoader(sqlite3* db, const TableSpec& table) {
    std::string create = "CREATE TABLE " + std::string(table.name) + " (snapshot_id INTEGER";
    std::string insert = "INSERT INTO " + std::string(table.name) + " VALUES (1";
    for (const ColumnSpec& column : table.columns) {
      if (is_attribute_fact(table, column)) {
        places_.push_back(0);
        continue;
      }
      places_.push_back(++count_);
      create += std::string(", ") + column.name + native_type(column.type);
      if (column.collation == Collation::kFold) create += " COLLATE NOCASE";
      if (column.access == Access::kDense) create += " PRIMARY KEY";
      insert += ", ?";
    }
    if (sqlite3_exec(db, (create + ")").c_str(), nullptr, nullptr, nullptr) != SQLITE_OK ||
        sqlite3_prepare_v2(db, (insert + ")").c_str(), -1, &statement_, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(db));
    }
  }
  NativeLoader(const NativeLoader&) = delete;
  NativeLoader& operator=(const NativeLoader&) = delete;
  ~NativeLoader() { sqlite3_finalize(statement_); }

  void add(const std::vector<Cell>& cells) {
    sqlite3_clear_bindings(statement_);
    for (const Cell& cell : cells) {
      if (places_[cell.column] != 0) bind(places_[cell.column], cell.value);
    }
    if (sqlite3_step(statement_) != SQLITE_DONE) give_up("insert failed");
    sqlite3_reset(statement_);
  }

 private:
  void bind(int place, const ValueView& value) {
    const auto size = static_cast<int>(value.bytes.size());
    switch (value.type) {
      case ValueType::kInteger:
        sqlite3_bind_int64(statement_, place, value.integer);
        break;
      case ValueType::kText:
        sqlite3_bind_text(statement_, place, value.bytes.data(), size, SQLITE_STATIC);
        break;
      default:
        sqlite3_bind_blob(statement_, place, value.bytes.data(), size, SQLITE_STATIC);
        break;
    }
  }

  sqlite3_stmt* statement_ = nullptr;
  std::vector<int> places_;  // parameter of each column of the spec, 0: not stored
  int count_ = 0;
};

constexpr const char* kIndexes = R"(
  CREATE INDEX objects_parent ON objects(parent_id, rdn);
  CREATE INDEX objects_class ON objects(class);
  CREATE INDEX objects_rdn ON objects(rdn);
  CREATE INDEX objects_dn ON objects(dn);
  CREATE INDEX objects_ldap_dn ON objects(ldap_dn);
  CREATE INDEX objects_guid ON objects(guid);
  CREATE INDEX attributes_object ON attributes(object_id, attribute);
  CREATE INDEX attributes_value ON attributes(attribute, text);
  CREATE INDEX attributes_text ON attributes(text);
  CREATE INDEX registry_keys_path ON registry_keys(path);
  CREATE INDEX registry_values_key ON registry_values(key_id);
  CREATE INDEX registry_values_path ON registry_values(key_path);
  CREATE INDEX registry_values_name ON registry_values(name);
  CREATE INDEX services_name ON services(name);
  CREATE INDEX mailboxes_owner ON mailboxes(owner_dn, snapshot_id);
  CREATE INDEX connectors_object ON connectors(object_id);
  ANALYZE;
)";

std::uint64_t digest_of(const ValueView& value) {
  const auto type = static_cast<std::uint64_t>(value.type) + 1;
  if (value.type == ValueType::kInteger) return type + static_cast<std::uint64_t>(value.integer);
  if (value.type == ValueType::kReal) return type + std::hash<double>()(value.real);
  return type + std::hash<std::string_view>()(value.bytes);
}

}  // namespace

Answer run_all(Store& store, const std::vector<std::string>& statements) {
  Answer sum;
  for (const std::string& sql : statements) {
    const Answer answer = store.run(sql);
    sum.rows += answer.rows;
    sum.bytes += answer.bytes;
  }
  return sum;
}

void CaseStore::load(const RowCounts& counts) {
  close();
  std::filesystem::remove(path_);
  add(counts, "bench");
}

void CaseStore::add(const RowCounts& counts, const std::string& snapshot) {
  close();
  auto file = must(CaseFile::open(path_, OpenMode::kReadWrite));
  SnapshotRecord facts;
  facts.name = snapshot;
  facts.server = "ALPHA";
  auto writer = must(SnapshotWriter::begin(*file, facts));
  std::map<const TableSpec*, RelationWriter*> relations;
  make_rows(counts, [&](const TableSpec& table, const std::vector<Cell>& cells) {
    RelationWriter*& relation = relations[&table];
    if (relation == nullptr) relation = must(writer->relation(relation_of(table)));
    must(relation->append(cells));
  });
  must(writer->seal());
}

void CaseStore::open() { show({}); }

void CaseStore::show(const std::vector<std::string>& snapshots) {
  close();
  file_ = must(CaseFile::open(path_, OpenMode::kRead));
  EngineOptions options;
  options.snapshots = snapshots;
  engine_ = must(Engine::open(*file_, options));
}

void CaseStore::close() {
  engine_.reset();
  file_.reset();
}

Statement CaseStore::prepare(const std::string& sql) {
  auto statement = engine_->prepare(sql);
  if (!statement) give_up(sql + ": " + engine_->last_error().message);
  return std::move(*statement);
}

Answer CaseStore::run(const std::string& sql) {
  Statement statement = prepare(sql);
  const std::size_t columns = statement.columns().size();
  Answer answer;
  while (must(statement.step())) {
    ++answer.rows;
    for (std::size_t i = 0; i < columns; ++i) {
      const ValueView value = statement.column(i);
      const bool number = value.type == ValueType::kInteger || value.type == ValueType::kReal;
      answer.bytes += number ? 8 : value.bytes.size();
    }
  }
  return answer;
}

std::uint64_t CaseStore::digest(const std::string& sql) {
  Statement statement = prepare(sql);
  const std::vector<std::string>& columns = statement.columns();
  std::uint64_t sum = 0;
  while (must(statement.step())) {
    std::uint64_t row = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == "snapshot_id") continue;
      row = (row ^ digest_of(statement.column(i))) * 0x9E37'79B9'7F4A'7C15;
      row ^= row >> 29;
    }
    sum += row;
  }
  return sum;
}

NativeStore::~NativeStore() { close(); }

void NativeStore::close() {
  sqlite3_close(db_);
  db_ = nullptr;
}

void NativeStore::exec(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    give_up(sqlite3_errmsg(db_));
  }
}

// Without journal and sync: the fastest load that SQLite has, and an unsafe one.
void NativeStore::load(const RowCounts& counts) {
  sqlite3_close(db_);
  std::filesystem::remove(path_);
  if (!open_file(path_, &db_)) give_up("cannot open the SQLite file");
  exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN");
  {
    std::map<const TableSpec*, std::unique_ptr<NativeLoader>> loaders;
    make_rows(counts, [&](const TableSpec& table, const std::vector<Cell>& cells) {
      auto& loader = loaders[&table];
      if (loader == nullptr) loader = std::make_unique<NativeLoader>(db_, table);
      loader->add(cells);
    });
  }
  exec("COMMIT");
  exec(kIndexes);
}

void NativeStore::open() {
  sqlite3_close(db_);
  if (!open_file(path_, &db_)) give_up("cannot open the SQLite file");
  exec("PRAGMA mmap_size = 17179869184; PRAGMA cache_size = -262144; PRAGMA case_sensitive_like=0");
}

Answer NativeStore::run(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    give_up(sql + ": " + sqlite3_errmsg(db_));
  }
  const int columns = sqlite3_column_count(statement);
  Answer answer;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    ++answer.rows;
    for (int i = 0; i < columns; ++i) {
      const int type = sqlite3_column_type(statement, i);
      if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        answer.bytes += 8;
      } else if (type != SQLITE_NULL) {
        static_cast<void>(sqlite3_column_blob(statement, i));
        answer.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(statement, i));
      }
    }
  }
  if (code != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
  sqlite3_finalize(statement);
  return answer;
}

}  // namespace dirsnap::bench
