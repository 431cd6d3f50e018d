// SPDX-License-Identifier: MIT
//
// A snapshot writer that counts rows and drops them: what importing costs without storing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "storage/base/issue.h"
#include "storage/snapshot_writer.h"

namespace dirsnap::test {

class CountingRelation final : public RelationWriter {
 public:
  Result<std::uint64_t> append(std::span<const Cell> /*cells*/) override { return rows_++; }
  Result<std::uint32_t> kind(std::span<const Cell> /*cells*/) override { return 0U; }
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
  Result<RelationWriter*> relation(const RelationDef& def) override {
    return &relations_[def.name];
  }
  void set_facts(const SnapshotRecord& /*facts*/) override {}
  Result<SnapshotRecord> seal() override { return SnapshotRecord{}; }

 private:
  std::map<std::string, CountingRelation> relations_;
};

// Losses and doubts.
class CountingSink final : public IssueSink {
 public:
  void report(Issue issue) override { noticed += issue.severity == Severity::kNote ? 0U : 1U; }
  std::uint64_t noticed = 0;
};

}  // namespace dirsnap::test
