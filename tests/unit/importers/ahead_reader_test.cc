// SPDX-License-Identifier: MIT
#include "importers/dump_model/ahead_reader.h"

#include <stdexcept>

#include <catch2/catch.hpp>

namespace dirsnap::dump_model {
namespace {

// Records numbered from 0 on; an issue before each that `issues_before` says.
class NumberedReader final : public dump::EntryReader {
 public:
  std::size_t records = 0;
  std::size_t issues_before = 0;  // each record
  std::size_t value_bytes = 3;
  std::optional<std::size_t> fails_at, throws_at;

  Result<bool> next(dump::Entry& entry) override {
    for (std::size_t i = 0; i < issues_before; ++i) {
      sink_->report({.severity = Severity::kNote,
                     .code = "numbered",
                     .place = std::to_string(at_),
                     .message = std::to_string(i)});
    }
    if (fails_at == at_) return fail(Code::kIo, "medium");
    if (throws_at == at_) throw std::runtime_error("thrown");
    if (at_ == records) return false;
    name_ = "cn=" + std::to_string(at_);
    value_.assign(value_bytes, static_cast<char>('a' + at_ % 26));
    entry.dn = name_;
    entry.change = at_ % 2 == 0 ? dump::Change::kContent : dump::Change::kRename;
    entry.new_rdn = at_ % 2 == 0 ? std::string_view() : name_;
    entry.place = {.offset = at_ * 10, .line = at_ + 1};
    entry.values.clear();
    entry.values.push_back({.attribute = "cn", .options = ";x", .bytes = value_, .line = at_});
    ++at_;
    return true;
  }
  void seek(const dump::Place& /*place*/) override { at_ = 0; }
  void set_wanted(dump::Wanted /*wanted*/) override {}
  void set_issues(IssueSink& issues) override { sink_ = &issues; }

 private:
  IssueSink* sink_ = nullptr;
  std::size_t at_ = 0;
  std::string name_, value_;
};

class Kept final : public IssueSink {
 public:
  void report(Issue issue) override { issues.push_back(std::move(issue)); }
  std::vector<Issue> issues;
};

void check_all(NumberedReader& inner) {
  Kept kept;
  AheadReader reader(inner, kept);
  dump::Entry entry;
  for (std::size_t i = 0; i < inner.records; ++i) {
    REQUIRE(reader.next(entry).value());
    // What came before the record has been told, nothing that comes behind it.
    REQUIRE(kept.issues.size() == (i + 1) * inner.issues_before);
    REQUIRE(entry.dn == "cn=" + std::to_string(i));
    REQUIRE((entry.change == dump::Change::kRename) == (i % 2 == 1));
    REQUIRE(entry.new_rdn.empty() == (i % 2 == 0));
    REQUIRE(entry.place.offset == i * 10);
    REQUIRE(entry.values.size() == 1);
    REQUIRE(entry.values[0].attribute == "cn");
    REQUIRE(entry.values[0].options == ";x");
    REQUIRE(entry.values[0].bytes ==
            std::string(inner.value_bytes, static_cast<char>('a' + i % 26)));
    REQUIRE(entry.values[0].line == i);
  }
  CHECK_FALSE(reader.next(entry).value());
  CHECK(kept.issues.size() == (inner.records + 1) * inner.issues_before);
}

TEST_CASE("records read ahead are those of the reader, with their issues before them") {
  NumberedReader inner;
  SECTION("many small ones") { inner.records = 5000; }
  SECTION("none") {}
  SECTION("with issues") {
    inner.records = 700;
    inner.issues_before = 3;
  }
  SECTION("more issues than a batch holds") {
    inner.records = 3;
    inner.issues_before = 2500;
  }
  SECTION("large ones, which are not copied") {
    inner.records = 6;
    inner.value_bytes = std::size_t{3} << 20;
  }
  check_all(inner);
}

TEST_CASE("a failure and an exception come behind the records before them") {
  NumberedReader inner;
  inner.records = 3000;
  Kept kept;
  dump::Entry entry;
  SECTION("failure") {
    inner.fails_at = 2500;
    AheadReader reader(inner, kept);
    for (int i = 0; i < 2500; ++i) REQUIRE(reader.next(entry).value());
    const auto end = reader.next(entry);
    REQUIRE_FALSE(end.has_value());
    CHECK(end.error().code == Code::kIo);
  }
  SECTION("exception") {
    inner.throws_at = 2500;
    AheadReader reader(inner, kept);
    for (int i = 0; i < 2500; ++i) REQUIRE(reader.next(entry).value());
    CHECK_THROWS_AS(reader.next(entry), std::runtime_error);
  }
}

TEST_CASE("a consumer that stops early ends the reading") {
  NumberedReader inner;
  inner.records = 1'000'000'000;
  SECTION("small records") {}
  SECTION("a large record in use") { inner.value_bytes = std::size_t{2} << 20; }
  SECTION("nothing but issues") { inner.issues_before = 100'000; }
  Kept kept;
  AheadReader reader(inner, kept);
  dump::Entry entry;
  if (inner.issues_before == 0) CHECK(reader.next(entry).value());
}

}  // namespace
}  // namespace dirsnap::dump_model
