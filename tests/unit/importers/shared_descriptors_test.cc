// SPDX-License-Identifier: MIT
//
// Security descriptors that objects share by number.
#include "importers/directory/shared_descriptors.h"

#include <catch2/catch.hpp>

#include "importers/directory/well_known.h"
#include "tests/support/bytes.h"

namespace dirsnap {
namespace {

using namespace directory;
using ese::ColumnType;

std::string number_bytes(std::int64_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

enum class Places : std::uint8_t { kNone, kPages };

// A table of descriptors in memory; each row on a page of its own.
class DescriptorSource final : public TableSource {
 public:
  struct StoredRow {
    std::string id;
    std::string value;
    bool lost = false;
  };

  DescriptorSource(std::vector<StoredRow> rows, Places places)
      : rows_(std::move(rows)), places_(places) {
    table_.name = "sd_table";
    table_.columns.resize(2);
    table_.columns[0].id = 1;
    table_.columns[0].name = "sd_id";
    table_.columns[0].type = ColumnType::kCurrency;
    table_.columns[1].id = 256;
    table_.columns[1].name = "sd_value";
    table_.columns[1].type = ColumnType::kLongBinary;
    layout.descriptors = &table_;
    layout.descriptor_id = &table_.columns[0];
    layout.descriptor_value = &table_.columns[1];
  }

  [[nodiscard]] std::span<const ese::TableDef> tables() const override { return {&table_, 1}; }
  [[nodiscard]] const ese::TableDef* find_table(std::string_view /*name*/) const override {
    return &table_;
  }
  Result<std::unique_ptr<RowCursor>> open(const ese::TableDef& /*table*/,
                                          std::span<const std::uint32_t> /*columns*/) override {
    return std::make_unique<Cursor>(*this);
  }

  Layout layout;

 private:
  class Cursor final : public RowCursor {
   public:
    explicit Cursor(const DescriptorSource& source) : source_(source) {}
    Result<bool> next() override {
      if (at_ == source_.rows_.size()) return false;
      if (source_.places_ == Places::kPages) row_.page_no = static_cast<std::uint32_t>(at_ + 1);
      const StoredRow& stored = source_.rows_[at_++];
      cells_.clear();
      for (const auto& [column, bytes] :
           {std::pair(0U, &stored.id), std::pair(1U, &stored.value)}) {
        ese::CellView cell;
        cell.column = &source_.table_.columns[column];
        cell.bytes = as_bytes(*bytes);
        cell.lost = column == 1 && stored.lost;
        cells_.push_back(cell);
      }
      row_.cells = cells_;
      return true;
    }
    Result<bool> go_to(std::uint32_t page_no, std::uint32_t /*tag*/) override {
      at_ = page_no - 1;
      return next();
    }
    [[nodiscard]] const ese::RowView& row() const override { return row_; }

   private:
    const DescriptorSource& source_;
    std::size_t at_ = 0;
    std::vector<ese::CellView> cells_;
    ese::RowView row_;
  };

  ese::TableDef table_;
  std::vector<StoredRow> rows_;
  Places places_;
};

struct Issues final : IssueSink {
  void report(Issue issue) override { codes.push_back(issue.code); }
  std::vector<std::string> codes;
};

struct Read {
  explicit Read(std::vector<DescriptorSource::StoredRow> rows, Places places = Places::kPages)
      : source(std::move(rows), places) {
    const CancelToken cancel;
    REQUIRE(descriptors.read(source, source.layout, issues, cancel).has_value());
  }
  [[nodiscard]] std::string at(std::int64_t number) {
    const auto found = descriptors.find(number);
    REQUIRE(found.has_value());
    return *found ? std::string(as_chars(**found)) : "none";
  }
  DescriptorSource source;
  Issues issues;
  SharedDescriptors descriptors;
};

const std::string kDescriptor("\x01\0\x04\x80 a descriptor", 18);

TEST_CASE("shared descriptors are found by their number") {
  Read read({{number_bytes(7), kDescriptor}, {number_bytes(9), kDescriptor + "9"}});
  CHECK(read.at(7) == kDescriptor);
  CHECK(read.at(9) == kDescriptor + "9");
  CHECK(read.at(8) == "none");
  CHECK(read.issues.codes.empty());
}

TEST_CASE("the word before the root's descriptor is not part of it") {
  const std::string prefix("\x0F\0\0\0", 4);
  Read read({{number_bytes(1), prefix + kDescriptor}, {number_bytes(2), prefix}});
  CHECK(read.at(1) == kDescriptor);
  CHECK(read.at(2) == prefix);
}

TEST_CASE("a descriptor that was lost or has no number is none, and the first of two counts") {
  Read read({{number_bytes(1), kDescriptor, true},
             {"abc", kDescriptor},
             {number_bytes(3), kDescriptor},
             {number_bytes(3), "other"}});
  CHECK(read.at(1) == "none");
  CHECK(read.at(3) == kDescriptor);
}

TEST_CASE("descriptors that find no room are read again from where they are") {
  const std::string large(std::size_t{20} << 20, 'x');
  const auto row = [&](std::int64_t number, const std::string& value) {
    return DescriptorSource::StoredRow{.id = number_bytes(number), .value = value};
  };
  SECTION("in a database") {
    Read read({row(1, large), row(2, large + "2"), row(3, large + "3"), row(4, "y")});
    CHECK((read.at(3) == large + "3"));
    CHECK((read.at(1) == large));
    CHECK((read.at(2) == large + "2"));
    CHECK(read.at(4) == "y");
    CHECK(read.issues.codes.empty());
  }
  SECTION("exported text has no places: an issue says so") {
    Read read({row(1, large), row(2, large), row(3, "y")}, Places::kNone);
    CHECK((read.at(1) == large));
    CHECK(read.at(2) == "none");
    CHECK(read.at(3) == "y");
    CHECK(read.issues.codes == std::vector<std::string>{"descriptor-limit"});
  }
}

TEST_CASE("numbers of descriptors become descriptors, unknown ones stay and are counted") {
  Read read({{number_bytes(7), kDescriptor}});
  Schema schema;
  CHECK(read.descriptors.serves(schema.attribute(attr::kNtSecurityDescriptor)));
  CHECK_FALSE(read.descriptors.serves(schema.attribute(attr::kInvocationId)));
  CHECK_FALSE(SharedDescriptors().serves(schema.attribute(attr::kNtSecurityDescriptor)));
  const auto value_of = [&](const std::string& bytes) {
    ese::CellView cell;
    cell.bytes = as_bytes(bytes);
    const auto value = read.descriptors.resolve(cell, ValueView::blob(bytes));
    REQUIRE(value.has_value());
    return std::string(value->bytes);
  };
  CHECK(value_of(number_bytes(7)) == kDescriptor);
  CHECK(value_of(kDescriptor) == kDescriptor);
  CHECK(read.descriptors.missing() == 0);
  CHECK(value_of(number_bytes(8)) == number_bytes(8));
  CHECK(read.descriptors.missing() == 1);
}

}  // namespace
}  // namespace dirsnap
