// SPDX-License-Identifier: MIT
#include "importers/dump_model/ahead_reader.h"

#include <utility>

namespace dirsnap::dump_model {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{128} << 10;
constexpr std::size_t kBatchRecords = 1000;
constexpr std::size_t kLargeBytes = std::size_t{1} << 20;  // of a record that is not copied
constexpr std::size_t kMostReady = 3;                      // batches
constexpr std::size_t kBatchIssues = 1000;

std::size_t size_of(const dump::Entry& entry) {
  std::size_t size = entry.dn.size() + entry.new_rdn.size() + entry.new_superior.size();
  for (const dump::EntryValue& value : entry.values) {
    size += value.attribute.size() + value.options.size() + value.bytes.size();
  }
  return size;
}

}  // namespace

// Issues of the batch in the making. A source may be nothing but damage, so a batch ends by its
// issues, too.
class AheadReader::Collector final : public IssueSink {
 public:
  Collector(AheadReader& owner, Batch& batch) : owner_(owner), batch_(batch) {}
  void report(Issue issue) override {
    batch_.issues.push_back(std::move(issue));
    if (batch_.issues.size() < kBatchIssues) return;
    // Without a consumer they go nowhere.
    owner_.hand_over(std::exchange(batch_, Batch{}));
  }

 private:
  AheadReader& owner_;
  Batch& batch_;
};

AheadReader::AheadReader(dump::EntryReader& reader, IssueSink& issues)
    : reader_(reader), issues_(issues), thread_([this] { work(); }) {}

AheadReader::~AheadReader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void AheadReader::keep(const dump::Entry& entry, Batch& batch) {
  const auto copy = [&batch](std::string_view text) {
    const Span span{batch.text.size(), text.size()};
    batch.text += text;
    return span;
  };
  for (const dump::EntryValue& value : entry.values) {
    batch.values.push_back({.attribute = copy(value.attribute),
                            .options = copy(value.options),
                            .bytes = copy(value.bytes),
                            .form = value.form,
                            .edit = value.edit,
                            .line = value.line});
  }
  batch.records.push_back({.dn = copy(entry.dn),
                           .new_rdn = copy(entry.new_rdn),
                           .new_superior = copy(entry.new_superior),
                           .change = entry.change,
                           .has_new_superior = entry.has_new_superior,
                           .place = entry.place,
                           .values_end = batch.values.size(),
                           .issues_end = batch.issues.size()});
}

// Fills a batch; false when nothing follows it.
bool AheadReader::read_batch(Batch& batch) {
  Collector collector(*this, batch);
  reader_.set_issues(collector);
  while (batch.text.size() < kBatchBytes && batch.records.size() < kBatchRecords) {
    if (stop_) return false;
    const Result<bool> more = reader_.next(entry_);
    if (!more || !*more) {
      batch.is_last = true;
      if (!more) batch.error = more.error();
      return false;
    }
    if (size_of(entry_) >= kLargeBytes) {
      batch.borrowed = &entry_;
      return true;
    }
    keep(entry_, batch);
  }
  return true;
}

bool AheadReader::hand_over(Batch batch) {
  const bool is_borrowed = batch.borrowed != nullptr;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stop_ || ready_.size() < kMostReady; });
  if (stop_) return false;
  if (is_borrowed) borrowed_is_free_ = false;
  ready_.push_back(std::move(batch));
  changed_.notify_all();
  if (is_borrowed) changed_.wait(lock, [this] { return stop_ || borrowed_is_free_; });
  return !stop_;
}

void AheadReader::work() {
  for (bool more = true; more;) {
    Batch batch;
    try {
      more = read_batch(batch);
    } catch (...) {
      batch.is_last = true;
      batch.exception = std::current_exception();
      more = false;
    }
    if (!hand_over(std::move(batch))) return;
  }
}

void AheadReader::take_batch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty(); });
  batch_ = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  record_ = 0;
  value_ = 0;
  issue_ = 0;
}

void AheadReader::report_until(std::size_t end) {
  for (; issue_ < end; ++issue_) issues_.report(std::move(batch_.issues[issue_]));
}

void AheadReader::give(const Record& record, dump::Entry& entry) {
  const auto view = [this](Span span) {
    return std::string_view(batch_.text).substr(span.begin, span.size);
  };
  entry.dn = view(record.dn);
  entry.new_rdn = view(record.new_rdn);
  entry.new_superior = view(record.new_superior);
  entry.change = record.change;
  entry.has_new_superior = record.has_new_superior;
  entry.place = record.place;
  entry.values.clear();
  for (; value_ < record.values_end; ++value_) {
    const Value& value = batch_.values[value_];
    entry.values.push_back({.attribute = view(value.attribute),
                            .options = view(value.options),
                            .bytes = view(value.bytes),
                            .form = value.form,
                            .edit = value.edit,
                            .line = value.line});
  }
}

Result<bool> AheadReader::next(dump::Entry& entry) {
  if (uses_borrowed_) {
    uses_borrowed_ = false;
    const std::lock_guard lock(mutex_);
    borrowed_is_free_ = true;
    changed_.notify_all();
  }
  for (;;) {
    if (record_ < batch_.records.size()) {
      const Record& record = batch_.records[record_++];
      report_until(record.issues_end);
      give(record, entry);
      return true;
    }
    report_until(batch_.issues.size());
    if (batch_.borrowed != nullptr) {
      entry = std::move(*std::exchange(batch_.borrowed, nullptr));
      uses_borrowed_ = true;
      return true;
    }
    if (batch_.exception) std::rethrow_exception(batch_.exception);
    if (batch_.error) return tl::unexpected<Error>(*batch_.error);
    if (batch_.is_last) return false;
    take_batch();
  }
}

}  // namespace dirsnap::dump_model
