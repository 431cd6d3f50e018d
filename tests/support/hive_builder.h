// SPDX-License-Identifier: MIT
//
// Writes hives for tests: a tree in, the bytes of a clean hive out, in any version from 1.1 to
// 1.6. Lower-level calls place single cells, so that a test can build what no writer would.
// Names are WTF-8. Facts: importers/regf/FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirsnap::test {

struct TestValue {
  std::string name;  // empty: the default value
  std::uint32_t type = 1;
  std::string data;
};

struct TestKey {
  std::string name;
  std::vector<TestValue> values = {};
  std::vector<TestKey> subkeys = {};
  std::string class_name = {};
  std::uint64_t filetime = 125'911'584'000'000'000;  // 2000-01-01
};

class HiveBuilder {
 public:
  explicit HiveBuilder(std::uint32_t minor = 3);

  // Writes the tree and returns the whole file.
  std::vector<std::byte> build(const TestKey& root);

  // Places one cell and returns its offset from the start of the bins data.
  std::uint32_t add_cell(std::string_view record, bool is_allocated = true);
  // Overwrites bytes of a record placed before.
  void patch(std::uint32_t cell, std::size_t at, std::string_view bytes);
  std::uint32_t add_key(const TestKey& key, std::uint32_t parent);
  std::uint32_t add_value(const TestValue& value);
  // Closes the bin, writes the base block and returns the whole file.
  std::vector<std::byte> finish(std::uint32_t root);

 private:
  std::uint32_t add_list(const std::vector<std::uint32_t>& keys, const std::vector<TestKey>& names);
  std::uint32_t add_data(const std::string& data);

  std::uint32_t minor_;
  std::string bins_;
};

// Little-endian bytes of a number, for records made by hand.
template <class T>
std::string le(T number) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i)));
  }
  return bytes;
}

// Recomputes the checksum of a hive's or log's first block.
void seal_base_block(std::vector<std::byte>& file);

// Overwrites bytes of a file in memory.
void put(std::vector<std::byte>& file, std::size_t at, std::string_view bytes);

}  // namespace dirsnap::test
