// SPDX-License-Identifier: MIT
#include "importers/ese/recovered.h"

#include <algorithm>
#include <array>
#include <utility>

#include "importers/ese/leaf_plan.h"
#include "importers/ese/row_decoder.h"
#include "importers/ese/slack.h"
#include "importers/ese/tree_seek.h"

namespace dirsnap::ese {

namespace {

constexpr std::array<std::uint8_t, 4> kConfidence = {95, 60, 75, 40};
constexpr std::uint8_t kIncompleteCosts = 30;

// One record that may be worth a row.
struct Candidate {
  RecoveredPlace place;
  std::uint32_t tag;  // 0 in slack
  Bytes prefix, suffix;
  Bytes data;  // of the page
  bool is_end_known = true;
};

}  // namespace

const char* place_name(RecoveredPlace place) {
  constexpr std::array<const char*, 4> kNames = {"deleted node", "slack", "unreferenced page",
                                                 "bad page"};
  return kNames[static_cast<std::size_t>(place)];
}

Result<RecoveryIndex> RecoveryIndex::build(Database& database) {
  RecoveryIndex index;
  for (const TableDef& table : database.tables()) index.leaves_[table.objid];
  PageStore& store = database.store();
  for (std::uint32_t page_no = 1; page_no <= store.pages(); ++page_no) {
    if (page_no % kCancelSteps == 0) DIRSNAP_CHECK(check_cancel(database.options().cancel));
    if (store.state(page_no) == PageState::kUnknown)
      (void)store.get(page_no, {{}, Severity::kDoubt, true});
    std::uint32_t objid = store.leaf_objid(page_no);
    if (store.state(page_no) == PageState::kBad) {
      const auto page = store.get_unverified(page_no);
      if (page && (*page)->is_leaf() && !(*page)->has(kTreeKindFlags)) objid = (*page)->objid();
    } else if (store.is_live(page_no) && !store.has_remains(page_no)) {
      continue;
    }
    const auto known = objid == 0 ? index.leaves_.end() : index.leaves_.find(objid);
    if (known != index.leaves_.end()) known->second.push_back(page_no);
  }
  return index;
}

const std::vector<std::uint32_t>& RecoveryIndex::leaves_of(std::uint32_t objid) const {
  static const std::vector<std::uint32_t> kNone;
  const auto known = leaves_.find(objid);
  return known == leaves_.end() ? kNone : known->second;
}

class RecoveredCursor::Impl {
 public:
  Impl(Database& database, const RecoveryIndex& index, const TableDef& table)
      : store_(database.store()),
        options_(database.options()),
        pages_(index.leaves_of(table.objid)),
        tree_{table.name, table.objid, table.root_page, 0, Severity::kLoss, false},
        decoder_(store_, table, {}, silent_, options_),
        slack_(decoder_.layout()) {}

  Result<bool> next();
  [[nodiscard]] const RecoveredRow& row() const { return row_; }

 private:
  Result<void> plan();
  Result<void> open_page(std::uint32_t page_no);
  void collect_nodes(RecoveredPlace place, bool deleted_only);
  void collect_slack();
  bool is_live_copy(const Candidate& candidate);
  Result<bool> take(const Candidate& candidate);

  SilentSink silent_;
  PageStore& store_;
  const OpenOptions& options_;
  const std::vector<std::uint32_t>& pages_;
  TreeSpec tree_;
  RowDecoder decoder_;
  SlackSearch slack_;
  std::vector<SlackRecord> slack_records_;  // of the page

  bool planned_ = false;
  std::vector<std::uint32_t> live_;  // leaves of the tree, ascending
  std::size_t next_page_ = 0;        // into pages_
  PageRef page_;
  std::vector<Candidate> candidates_;  // of the page
  std::size_t next_candidate_ = 0;
  std::uint32_t found_ = 0;
  std::vector<std::byte> key_;
  RecoveredRow row_;
};

Result<void> RecoveredCursor::Impl::plan() {
  planned_ = true;
  // Pages whose rows a TableCursor has given out are known already.
  const auto is_known = [this](std::uint32_t page_no) { return store_.is_live(page_no); };
  if (std::all_of(pages_.begin(), pages_.end(), is_known)) return {};
  DIRSNAP_TRY(const LeafPlan plan, plan_leaves(store_, tree_, silent_, options_.cancel));
  for (const LeafRef& leaf : plan.leaves) live_.push_back(leaf.page_no);
  std::sort(live_.begin(), live_.end());
  return {};
}

Result<void> RecoveredCursor::Impl::open_page(std::uint32_t page_no) {
  DIRSNAP_CHECK(check_cancel(options_.cancel));
  candidates_.clear();
  next_candidate_ = 0;
  const bool live =
      store_.is_live(page_no) || std::binary_search(live_.begin(), live_.end(), page_no);
  auto page = store_.get(page_no, {tree_.table, Severity::kLoss, true});
  const bool sound = page.has_value();
  if (!sound) page = store_.get_unverified(page_no);
  if (!page) return {};  // unreadable; told where the table is read
  page_ = *std::move(page);
  if (page_->has(kTreeKindFlags)) return {};
  if (!sound) {
    collect_nodes(RecoveredPlace::kBadPage, false);
    return {};
  }
  collect_nodes(live ? RecoveredPlace::kDeletedNode : RecoveredPlace::kUnreferencedPage, live);
  collect_slack();
  return {};
}

void RecoveredCursor::Impl::collect_nodes(RecoveredPlace place, bool deleted_only) {
  for (std::uint32_t i = page_->first_node(); i < page_->tag_count(); ++i) {
    const auto node = page_->node(i);
    if (!node || (deleted_only && !node->is_deleted())) continue;
    candidates_.push_back({place, i, node->prefix, node->suffix, node->data});
  }
}

void RecoveredCursor::Impl::collect_slack() {
  slack_records_.clear();
  slack_.find(*page_, slack_records_);
  for (const SlackRecord& record : slack_records_)
    candidates_.push_back({RecoveredPlace::kSlack, 0, record.prefix, record.suffix, record.data,
                           record.is_end_known});
}

// True if the tree has the same record under the same key.
bool RecoveredCursor::Impl::is_live_copy(const Candidate& candidate) {
  if (key_.empty()) return false;
  const auto leaf = seek_leaf(store_, tree_, key_, true);
  if (!leaf) return false;
  const auto match = lower_bound_node(**leaf, key_);
  if (!match || !match->found) return false;
  const auto node = (*leaf)->node(match->index);
  if (!node) return false;
  // In slack the end of a record is not sure.
  const std::size_t size = std::min(node->data.size(), candidate.data.size());
  const bool whole =
      candidate.place == RecoveredPlace::kSlack || node->data.size() == candidate.data.size();
  return whole &&
         std::equal(node->data.begin(), node->data.begin() + static_cast<std::ptrdiff_t>(size),
                    candidate.data.begin());
}

Result<bool> RecoveredCursor::Impl::take(const Candidate& candidate) {
  key_.assign(candidate.prefix.begin(), candidate.prefix.end());
  key_.insert(key_.end(), candidate.suffix.begin(), candidate.suffix.end());
  if (candidate.place != RecoveredPlace::kDeletedNode && is_live_copy(candidate)) return false;
  bool broken = false;
  bool incomplete = false;
  const RecordForm form{page_->is_large(), page_->has(kPageNewRecord)};
  DIRSNAP_CHECK(decoder_.decode(candidate.data, form, [&](const RecordFault& fault) {
    (fault.cell == nullptr ? broken : incomplete) = true;
  }));
  const bool guess =
      candidate.place == RecoveredPlace::kSlack || candidate.place == RecoveredPlace::kBadPage;
  const auto cells = decoder_.cells();
  const bool has_value = std::any_of(cells.begin(), cells.end(),
                                     [](const CellView& cell) { return !cell.is_default; });
  if (!has_value || (guess && (broken || decoder_.unknown_column() != 0))) return false;
  row_.row = {page_->page_no(),
              found_++,
              candidate.tag,
              key_,
              cells,
              false,
              broken || incomplete || !candidate.is_end_known};
  row_.place = candidate.place;
  row_.offset_bytes = store_.offset_of(page_->page_no()) +
                      static_cast<std::uint64_t>(candidate.data.data() - page_->bytes().data());
  const std::uint8_t base = kConfidence[static_cast<std::size_t>(candidate.place)];
  row_.confidence_percent = row_.row.incomplete ? base - kIncompleteCosts : base;
  return true;
}

Result<bool> RecoveredCursor::Impl::next() {
  if (!planned_) DIRSNAP_CHECK(plan());
  for (;;) {
    while (next_candidate_ < candidates_.size()) {
      DIRSNAP_TRY(const bool is_row, take(candidates_[next_candidate_++]));
      if (is_row) return true;
    }
    if (next_page_ >= pages_.size()) return false;
    DIRSNAP_CHECK(open_page(pages_[next_page_++]));
  }
}

RecoveredCursor::RecoveredCursor(Database& database,
                                 const RecoveryIndex& index,
                                 const TableDef& table)
    : impl_(std::make_unique<Impl>(database, index, table)) {}
RecoveredCursor::~RecoveredCursor() = default;
Result<bool> RecoveredCursor::next() { return impl_->next(); }
const RecoveredRow& RecoveredCursor::row() const { return impl_->row(); }

}  // namespace dirsnap::ese
