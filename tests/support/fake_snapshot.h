// SPDX-License-Identifier: MIT
//
// A snapshot writer that keeps every row in memory, for tests of what importers write.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/issue.h"
#include "storage/base/text.h"
#include "storage/snapshot_writer.h"

namespace dirsnap::test {

// One cell as text: NULL, numbers in decimal, text as it is, blobs as x'hex'.
inline std::string cell_text(const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "NULL";
    case ValueType::kInteger:
      return std::to_string(value.integer);
    case ValueType::kReal:
      return std::to_string(value.real);
    case ValueType::kText:
      return std::string(value.bytes);
    case ValueType::kBlob:
      return "x'" + to_hex(as_bytes(value.bytes)) + "'";
  }
  return {};
}

class FakeRelation final : public RelationWriter {
 public:
  explicit FakeRelation(RelationDef def) : def_(std::move(def)) {}

  // Refuses what the store refuses: unknown columns, wrong order of dense and sorted columns.
  Result<std::uint64_t> append(std::span<const Cell> cells) override {
    std::vector<std::string> row(def_.columns.size(), "NULL");
    std::vector<std::int64_t> last = last_;
    for (const Cell& cell : cells) {
      if (cell.column >= row.size()) return fail(Code::kUsage, "column out of range");
      row[cell.column] = cell_text(cell.value);
      const Access access = def_.columns[cell.column].access;
      const auto expected = static_cast<std::int64_t>(rows_.size()) + 1;
      if (access == Access::kDense && cell.value.integer != expected)
        return fail(Code::kUsage, "dense column out of order");
      last.resize(row.size(), INT64_MIN);
      if (access == Access::kSorted && cell.value.integer < last[cell.column])
        return fail(Code::kUsage, "sorted column out of order");
      last[cell.column] = cell.value.integer;
    }
    last_ = std::move(last);
    rows_.push_back(std::move(row));
    return rows_.size() - 1;
  }
  Result<std::uint32_t> kind(std::span<const Cell> cells) override {
    std::vector<std::pair<std::uint32_t, std::string>> values;
    for (const Cell& cell : cells) {
      if (def_.columns.at(cell.column).sharing != Sharing::kByKind)
        return fail(Code::kUsage, "a column without kinds");
      values.emplace_back(cell.column, cell_text(cell.value));
    }
    kinds_.push_back(std::move(values));
    return static_cast<std::uint32_t>(kinds_.size() - 1);
  }
  Result<std::uint64_t> append(std::uint32_t kind, std::span<const Cell> cells) override {
    DIRSNAP_TRY(const std::uint64_t row, append(cells));
    for (const auto& [column, text] : kinds_.at(kind)) rows_.back()[column] = text;
    return row;
  }
  [[nodiscard]] std::uint64_t rows() const override { return rows_.size(); }

  [[nodiscard]] const std::vector<std::string>& row(std::size_t i) const { return rows_[i]; }
  // The first row whose `column` is `text`, or an empty one.
  [[nodiscard]] std::vector<std::string> find(unsigned column, std::string_view text) const {
    for (const auto& row : rows_) {
      if (row[column] == text) return row;
    }
    return {};
  }

 private:
  RelationDef def_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::int64_t> last_;
  std::vector<std::vector<std::pair<std::uint32_t, std::string>>> kinds_;
};

class FakeSnapshot final : public SnapshotWriter {
 public:
  [[nodiscard]] std::uint64_t snapshot_id() const override { return 1; }
  Result<RelationWriter*> relation(const RelationDef& def) override {
    auto& relation = relations_[def.name];
    if (!relation) relation = std::make_unique<FakeRelation>(def);
    return relation.get();
  }
  void set_facts(const SnapshotRecord& facts) override { facts_ = facts; }
  Result<SnapshotRecord> seal() override { return facts_; }

  // REQUIRES: the relation was asked for.
  [[nodiscard]] const FakeRelation& at(const std::string& name) const {
    return *relations_.at(name);
  }

 private:
  std::map<std::string, std::unique_ptr<FakeRelation>> relations_;
  SnapshotRecord facts_;
};

// Keeps the issues.
class CollectingSink final : public IssueSink {
 public:
  void report(Issue issue) override { issues.push_back(std::move(issue)); }
  [[nodiscard]] std::size_t count(std::string_view code) const {
    std::size_t n = 0;
    for (const Issue& issue : issues) n += issue.code == code ? 1U : 0U;
    return n;
  }
  [[nodiscard]] bool has_loss_or_doubt() const {
    for (const Issue& issue : issues) {
      if (issue.severity != Severity::kNote) return true;
    }
    return false;
  }
  std::vector<Issue> issues;
};

}  // namespace dirsnap::test
