// SPDX-License-Identifier: MIT
#include "shell/repl/stored_result.h"

#include <utility>

#include "shell/render/report_output.h"

namespace dirsnap {
namespace {

constexpr std::size_t kBudgetBytes = std::size_t{64} << 20;

class Recorder final : public Renderer {
 public:
  Recorder(std::unique_ptr<Renderer> renderer, StoredResult& result)
      : renderer_(std::move(renderer)), result_(result) {}

  void begin(const std::vector<std::string>& columns) override {
    result_ = {};
    result_.columns = columns;
    result_.complete = true;
    renderer_->begin(columns);
  }

  void row(std::span<const ValueView> cells) override {
    if (result_.complete) keep(cells);
    renderer_->row(cells);
  }

  void end(const ResultFacts& facts) override {
    result_.facts = facts;
    renderer_->end(facts);
  }

  [[nodiscard]] std::uint64_t neutralised() const override { return renderer_->neutralised(); }

 private:
  void keep(std::span<const ValueView> cells) {
    std::vector<OwnedValue> row;
    row.reserve(cells.size());
    for (const ValueView& cell : cells) {
      row.push_back({cell.type, cell.integer, cell.real, std::string(cell.bytes)});
      result_.size_bytes += sizeof(OwnedValue) + cell.bytes.size();
    }
    result_.rows.push_back(std::move(row));
    if (result_.size_bytes <= kBudgetBytes) return;
    result_.complete = false;
    result_.rows = {};
  }

  std::unique_ptr<Renderer> renderer_;
  StoredResult& result_;
};

}  // namespace

void StoredResult::replay(Renderer& renderer) const {
  renderer.begin(columns);
  for (const auto& row : rows) {
    std::vector<ValueView> cells;
    cells.reserve(row.size());
    for (const OwnedValue& cell : row) cells.push_back(view_of(cell));
    renderer.row(cells);
  }
  renderer.end(facts);
}

std::unique_ptr<Renderer> make_recorder(std::unique_ptr<Renderer> renderer, StoredResult& result) {
  return std::make_unique<Recorder>(std::move(renderer), result);
}

}  // namespace dirsnap
