// SPDX-License-Identifier: MIT
//
// The store alone, without SQL: load, filters, index look-ups, on generated objects.
// Usage: store_bench [ROWS]; prints one line a measurement, times of the best of five runs.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <unistd.h>

#include "storage/case_file.h"
#include "storage/case_info.h"
#include "storage/snapshot_reader.h"
#include "storage/snapshot_writer.h"
#include "storage/tables/objects.h"
#include "tests/bench/measure.h"

using namespace dirsnap;
using namespace dirsnap::bench;

namespace {

namespace objects = tables::objects;

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// One object with 12 columns that have values.
class Generator {
 public:
  void fill(std::uint32_t row, std::vector<Cell>& cells) {
    constexpr std::array<const char*, 5> kClasses = {"Mailbox", "Mail-Recipient", "Public-DL",
                                                     "Remote-Address", "Container"};
    const std::uint32_t parent = row / 200;
    rdn_ = "Person Number " + std::to_string(row * 7919ULL % 1'000'003);
    dn_ = "/o=Northwind Traders/ou=Site " + std::to_string(parent % 50) + "/cn=Recipients " +
          std::to_string(parent) + "/cn=" + rdn_;
    ldap_dn_ = "cn=" + rdn_ + ",cn=Recipients " + std::to_string(parent) + ",ou=Site " +
               std::to_string(parent % 50) + ",o=Northwind Traders";
    char text[48];
    std::snprintf(text, sizeof text, "199%u-%02u-%02uT%02u:%02u:00Z", row % 10, row % 12 + 1,
                  row % 28 + 1, row % 24, row % 60);
    changed_ = text;
    std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012llx", row * 2654435761U,
                  static_cast<unsigned long long>(row) * 40503U);
    guid_ = text;
    const char* name = kClasses[row % 97 == 0 ? 4 : row % 4];
    cells = {{objects::kObjectId, ValueView::of(std::int64_t{row} + 1)},
             {objects::kDnt, ValueView::of(std::int64_t{row} * 2 + 17)},
             {objects::kParentId, ValueView::of(parent + 1)},
             {objects::kClass, ValueView::text(name)},
             {objects::kRdn, ValueView::text(rdn_)},
             {objects::kDn, ValueView::text(dn_)},
             {objects::kLdapDn, ValueView::text(ldap_dn_)},
             {objects::kIsDeleted, ValueView::of(row % 50 == 0)},
             {objects::kChangedAt, ValueView::text(changed_)},
             {objects::kUsnChanged, ValueView::of(std::int64_t{row} * 3 % 1'000'000)},
             {objects::kGuid, ValueView::text(guid_)},
             {objects::kSourceId, ValueView::of(1)}};
  }

 private:
  std::string rdn_, dn_, ldap_dn_, changed_, guid_;
};

void load(const std::filesystem::path& path, std::uint32_t rows) {
  const auto start = Clock::now();
  auto file = must(CaseFile::open(path, OpenMode::kReadWrite));
  SnapshotRecord facts;
  facts.name = "bench";
  auto writer = must(SnapshotWriter::begin(*file, facts));
  RelationWriter* relation = must(writer->relation(relation_of(objects::kSpec)));
  Generator generator;
  std::vector<Cell> cells;
  for (std::uint32_t row = 0; row < rows; ++row) {
    generator.fill(row, cells);
    must(relation->append(cells));
  }
  const double appended = ms_since(start);
  must(writer->seal());
  std::printf("load: rows %.0f ms, indexes and seal %.0f ms, file %.1f MiB\n", appended,
              ms_since(start) - appended,
              static_cast<double>(std::filesystem::file_size(path)) / (1 << 20));
}

void best_of_five(const char* what, double units, const std::function<std::uint64_t()>& run) {
  double best = 1e300;
  std::uint64_t result = 0;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    result = run();
    best = std::min(best, ms_since(start));
  }
  std::printf("%-44s %9.3f ms %9.1f ns each  (%llu)\n", what, best, best * 1e6 / units,
              static_cast<unsigned long long>(result));
}

std::uint64_t count_matches(const Relation& relation, unsigned column, const Predicate& predicate) {
  std::uint64_t count = 0;
  for (std::uint64_t row = 0; row < relation.rows(); row += kChunkRows) {
    const ChunkView chunk = must(relation.chunk(column, row / kChunkRows));
    RowMask mask;
    mask.set_all(chunk.rows());
    chunk.select(predicate, mask);
    count += mask.count();
  }
  return count;
}

void filters(const Relation& relation) {
  const auto rows = static_cast<double>(relation.rows());
  const auto filter = [&](const char* what, unsigned column, Op op, const ValueView& value,
                          Collation collation = Collation::kBinary) {
    const Predicate predicate{.op = op, .collation = collation, .value = value, .list = {}};
    best_of_five(what, rows, [&] { return count_matches(relation, column, predicate); });
  };
  filter("changed_at = text", objects::kChangedAt, Op::kEq,
         ValueView::text("1995-06-06T05:45:00Z"));
  filter("changed_at >= text", objects::kChangedAt, Op::kGe, ValueView::text("1998"));
  filter("usn_changed range", objects::kUsnChanged, Op::kLt, ValueView::of(1000));
  filter("dn LIKE '%number 77%'", objects::kDn, Op::kLike, ValueView::text("%number 77%"));
  filter("rdn LIKE '%99_1%' (general pattern)", objects::kRdn, Op::kLike,
         ValueView::text("%99_1%"));
  filter("rdn = text, folded", objects::kRdn, Op::kEq, ValueView::text("person number 5"),
         Collation::kFold);
  filter("class = text (dictionary)", objects::kClass, Op::kEq, ValueView::text("Container"));
  best_of_five("all values of 12 columns", rows * 12, [&] {
    std::uint64_t bytes = 0;
    for (std::uint64_t base = 0; base < relation.rows(); base += kChunkRows) {
      for (unsigned column = 0; column < relation.def().columns.size(); ++column) {
        const ChunkView chunk = must(relation.chunk(column, base / kChunkRows));
        for (std::uint32_t i = 0; i < chunk.rows(); ++i) bytes += chunk.value(i).bytes.size();
      }
    }
    return bytes;
  });
}

void look_ups(const Relation& relation) {
  constexpr int kLookUps = 100'000;
  const auto rows = static_cast<std::uint32_t>(relation.rows());
  const auto look_up = [&](const char* what, unsigned column) {
    const IndexView index = must(relation.index(column));
    best_of_five(what, kLookUps, [&] {
      std::mt19937 random(7);
      std::uint64_t sum = 0;
      for (int i = 0; i < kLookUps; ++i) {
        const ValueView value = must(relation.value(column, random() % rows));
        const auto ordinal = must(index.find(value));
        sum += index.row_at(index.begin_of(ordinal.value_or(0)));
      }
      return sum;
    });
  };
  look_up("look-up by dn, and the value's own fetch", objects::kDn);
  look_up("look-up by dnt", objects::kDnt);
  look_up("look-up by parent_id", objects::kParentId);
  best_of_five("value by row", kLookUps, [&] {
    std::mt19937 random(7);
    std::uint64_t sum = 0;
    for (int i = 0; i < kLookUps; ++i) {
      sum += must(relation.value(objects::kRdn, random() % rows)).bytes.size();
    }
    return sum;
  });
  const IndexView classes = must(relation.index(objects::kClass));
  best_of_five("rows of one class", classes.count_of(0), [&] {
    std::vector<std::uint32_t> list;
    return std::uint64_t{classes.rows_of(0, list)};
  });
}

}  // namespace

int main(int count, char** words) {
  const auto rows =
      static_cast<std::uint32_t>(count > 1 ? std::strtoul(words[1], nullptr, 10) : 1'000'000);
  std::string name = (std::filesystem::temp_directory_path() / "store-bench-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  load(folder / "bench.dirsnap", rows);
  {
    const auto start = Clock::now();
    const auto file = must(CaseFile::open(folder / "bench.dirsnap", OpenMode::kRead));
    const auto txn = must(ReadTxn::begin(*file));
    std::printf("open %.1f ms\n", ms_since(start));
    for (const RelationInfo& info : must(relation_infos(*txn, 1))) {
      std::printf("%s: chunks %.1f MiB, indexes %.1f MiB\n", info.name.c_str(),
                  static_cast<double>(info.chunk_bytes) / (1 << 20),
                  static_cast<double>(info.index_bytes) / (1 << 20));
    }
    const auto relation = must(txn->relation(1, "objects"));
    filters(*relation);
    look_ups(*relation);
    const auto seal = Clock::now();
    must(txn->compute_seal(1));
    std::printf("compute_seal %.0f ms\n", ms_since(seal));
  }
  std::filesystem::remove_all(folder);
  return 0;
}
