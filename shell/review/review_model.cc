// SPDX-License-Identifier: MIT
#include "shell/review/review_model.h"

#include <algorithm>

#include "shell/review/review_query.h"

namespace dirsnap {
namespace {

constexpr std::string_view kSnapshots =
    "SELECT * FROM (SELECT snapshot_id, name, server, organization, taken_at, imported_at, "
    "sources, issues, seal FROM snapshots ORDER BY snapshot_id DESC LIMIT :limit) "
    "ORDER BY snapshot_id";

// Skipped files come last, so that a folder full of them does not push the evidence out.
constexpr std::string_view kSources =
    "SELECT snapshot_id, source_id, kind, role, server, path, container_path, size_bytes, sha256, "
    "modified_at, imported_at, program_version, state, records, issues "
    "FROM (SELECT * FROM sources ORDER BY kind = 'other', snapshot_id, source_id LIMIT :limit) "
    "ORDER BY snapshot_id, kind = 'other', source_id";

constexpr std::string_view kIssues =
    "SELECT i.snapshot_id, s.path, i.severity, i.code, count(*) + sum(coalesce(i.repeated, 0)), "
    "min(i.message) FROM import_issues i LEFT JOIN sources s "
    "ON s.snapshot_id = i.snapshot_id AND s.source_id = i.source_id "
    "GROUP BY i.snapshot_id, i.source_id, i.severity, i.code "
    "ORDER BY CASE i.severity WHEN 'loss' THEN 0 WHEN 'doubt' THEN 1 ELSE 2 END, i.snapshot_id, "
    "i.source_id, i.code LIMIT :limit";
constexpr std::string_view kIssueGroups =
    "SELECT count(*) FROM (SELECT 1 FROM import_issues "
    "GROUP BY snapshot_id, source_id, severity, code)";

constexpr std::string_view kClasses =
    "SELECT class, object_count FROM class_stats WHERE snapshot_id = :snapshot";

ReviewSnapshot snapshot_of(const ReviewRow& row) {
  return {.id = row.integer(0),
          .name = row.text(1),
          .server = row.text(2),
          .organization = row.text(3),
          .taken_at = row.text(4),
          .imported_at = row.text(5),
          .sources = row.integer(6),
          .issues = row.integer(7),
          .seal = row.text(8)};
}

ReviewSource source_of(const ReviewRow& row) {
  ReviewSource source{.snapshot_id = row.integer(0),
                      .source_id = row.integer(1),
                      .kind = row.text(2),
                      .role = row.text(3),
                      .server = row.text(4),
                      .path = row.text(5),
                      .container_path = row.text(6),
                      .size_bytes = row.integer(7),
                      .sha256 = row.text(8),
                      .modified_at = row.text(9),
                      .imported_at = row.text(10),
                      .program_version = row.text(11),
                      .state = row.text(12),
                      .records = std::nullopt,
                      .issues = row.integer(14)};
  if (!row.is_null(13)) source.records = row.integer(13);
  return source;
}

Result<void> gather_provenance(Engine& engine, const ReviewLimits& limits, ReviewModel& model) {
  DIRSNAP_CHECK(
      for_each_row(engine, kSnapshots, {.limit = limits.snapshots},
                   [&](const ReviewRow& row) { model.snapshots.push_back(snapshot_of(row)); }));
  DIRSNAP_TRY(const auto snapshots, number_of(engine, "SELECT count(*) FROM snapshots"));
  model.snapshots_left = left_over(snapshots, model.snapshots.size());
  DIRSNAP_CHECK(
      for_each_row(engine, kSources, {.limit = limits.sources},
                   [&](const ReviewRow& row) { model.sources.push_back(source_of(row)); }));
  DIRSNAP_TRY(const auto sources, number_of(engine, "SELECT count(*) FROM sources"));
  model.sources_left = left_over(sources, model.sources.size());
  return {};
}

Result<void> gather_issues(Engine& engine, const ReviewLimits& limits, ReviewModel& model) {
  DIRSNAP_CHECK(for_each_row(engine, kIssues, {.limit = limits.issues}, [&](const ReviewRow& row) {
    model.issues.push_back({.snapshot_id = row.integer(0),
                            .source = row.text(1),
                            .severity = row.text(2),
                            .code = row.text(3),
                            .count = row.integer(4),
                            .example = row.text(5)});
  }));
  DIRSNAP_TRY(const auto groups, number_of(engine, kIssueGroups));
  model.issues_left = left_over(groups, model.issues.size());
  return {};
}

// Classes with most objects first, counted in the newest snapshots.
Result<void> gather_classes(Engine& engine, const ReviewLimits& limits, ReviewModel& model) {
  const std::size_t shown = std::min(limits.class_snapshots, model.snapshots.size());
  std::map<std::string, std::vector<std::int64_t>> rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::int64_t id = model.snapshots[model.snapshots.size() - shown + i].id;
    model.class_snapshots.push_back(id);
    DIRSNAP_CHECK(for_each_row(engine, kClasses, {.snapshot_id = id}, [&](const ReviewRow& row) {
      auto& counts = rows[row.text(0)];
      counts.resize(shown);
      counts[i] = row.integer(1);
    }));
  }
  for (auto& row : rows) model.classes.push_back({row.first, std::move(row.second)});
  std::stable_sort(model.classes.begin(), model.classes.end(),
                   [](const ClassRow& a, const ClassRow& b) {
                     return *std::max_element(a.counts.begin(), a.counts.end()) >
                            *std::max_element(b.counts.begin(), b.counts.end());
                   });
  model.classes_left = left_over(model.classes.size(), limits.classes);
  model.classes.resize(std::min(model.classes.size(), limits.classes));
  return {};
}

// Gravest first: with a missing service, with a disabled one, the rest; then newest.
std::vector<std::int64_t> snapshots_to_draw(const ReviewModel& model, std::size_t most) {
  std::vector<const ConnectorCounts*> order;
  for (const ConnectorCounts& counts : model.connectors) {
    if (std::any_of(counts.states.begin(), counts.states.end(), [](auto n) { return n > 0; }))
      order.push_back(&counts);
  }
  const auto rank = [](const ConnectorCounts& counts) {
    for (const auto state : {ServiceState::kMissing, ServiceState::kDisabled}) {
      if (counts.states[static_cast<std::size_t>(state)] > 0) return static_cast<int>(state);
    }
    return static_cast<int>(ServiceState::kUnknown);
  };
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
    if (rank(*a) != rank(*b)) return rank(*a) < rank(*b);
    return a->snapshot_id > b->snapshot_id;
  });
  order.resize(std::min(order.size(), most));
  std::vector<std::int64_t> ids;
  ids.reserve(order.size());
  for (const ConnectorCounts* counts : order) ids.push_back(counts->snapshot_id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<void> gather_trees(Engine& engine, const ReviewLimits& limits, ReviewModel& model) {
  DIRSNAP_CHECK(gather_connector_counts(engine, model));
  for (const std::int64_t id : snapshots_to_draw(model, limits.trees)) {
    DIRSNAP_TRY(ConnectorTree tree, gather_tree(engine, id, limits));
    model.trees.push_back(std::move(tree));
  }
  model.trees_left = snapshots_to_draw(model, model.connectors.size()).size() - model.trees.size();
  return {};
}

Result<void> gather_charts(Engine& engine, const ReviewLimits& limits, ReviewModel& model) {
  const std::size_t shown = std::min(limits.charts, model.snapshots.size());
  for (std::size_t i = model.snapshots.size() - shown; i < model.snapshots.size(); ++i) {
    DIRSNAP_TRY(ChangeChart chart, gather_changes(engine, model.snapshots[i].id, limits));
    if (!chart.bars.empty() || chart.undated > 0) model.charts.push_back(std::move(chart));
  }
  model.charts_left = model.snapshots.size() - shown + model.snapshots_left;
  return {};
}

}  // namespace

Result<ReviewModel> gather_review(Engine& engine, const ReviewLimits& limits) {
  ReviewModel model;
  DIRSNAP_CHECK(gather_provenance(engine, limits, model));
  DIRSNAP_CHECK(gather_trees(engine, limits, model));
  DIRSNAP_CHECK(gather_charts(engine, limits, model));
  DIRSNAP_CHECK(gather_classes(engine, limits, model));
  DIRSNAP_CHECK(gather_issues(engine, limits, model));
  return model;
}

}  // namespace dirsnap
