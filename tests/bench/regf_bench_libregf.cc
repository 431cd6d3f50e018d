// SPDX-License-Identifier: MIT
#include <libregf.h>
#include <vector>

#include "tests/bench/regf_bench.h"

namespace dirsnap::bench {
namespace {

using Buffer = std::vector<std::uint8_t>;

void add_value(libregf_value_t* value, Buffer& buffer, WalkTotals& totals) {
  std::size_t size = 0;
  std::uint32_t type = 0;
  if (libregf_value_get_utf8_name_size(value, &size, nullptr) == 1 && size != 0) {
    buffer.resize(size);
    libregf_value_get_utf8_name(value, buffer.data(), size, nullptr);
  }
  libregf_value_get_value_type(value, &type, nullptr);
  ++totals.values;
  if (libregf_value_get_value_data_size(value, &size, nullptr) != 1 || size == 0) return;
  buffer.resize(size);
  if (libregf_value_get_value_data(value, buffer.data(), size, nullptr) != 1) return;
  totals.data_bytes += size;
  totals.touched += buffer.back();
}

void add_key(libregf_key_t* key, Buffer& buffer, WalkTotals& totals) {
  std::size_t size = 0;
  std::uint64_t filetime = 0;
  if (libregf_key_get_utf8_name_size(key, &size, nullptr) == 1 && size != 0) {
    buffer.resize(size);
    libregf_key_get_utf8_name(key, buffer.data(), size, nullptr);
  }
  libregf_key_get_last_written_time(key, &filetime, nullptr);
  totals.touched += filetime & 1;
  ++totals.keys;
  int values = 0;
  libregf_key_get_number_of_values(key, &values, nullptr);
  for (int i = 0; i < values; ++i) {
    libregf_value_t* value = nullptr;
    if (libregf_key_get_value(key, i, &value, nullptr) != 1) continue;
    add_value(value, buffer, totals);
    libregf_value_free(&value, nullptr);
  }
}

}  // namespace

WalkTotals walk_with_libregf(const std::string& path) {
  WalkTotals totals;
  libregf_file_t* file = nullptr;
  libregf_key_t* root = nullptr;
  if (libregf_file_initialize(&file, nullptr) != 1) return totals;
  const bool is_open = libregf_file_open(file, path.c_str(), LIBREGF_OPEN_READ, nullptr) == 1 &&
                       libregf_file_get_root_key(file, &root, nullptr) == 1;
  Buffer buffer;
  std::vector<libregf_key_t*> open;
  if (is_open) open.push_back(root);
  while (!open.empty()) {
    libregf_key_t* key = open.back();
    open.pop_back();
    add_key(key, buffer, totals);
    int subkeys = 0;
    libregf_key_get_number_of_sub_keys(key, &subkeys, nullptr);
    for (int i = 0; i < subkeys; ++i) {
      libregf_key_t* subkey = nullptr;
      if (libregf_key_get_sub_key(key, i, &subkey, nullptr) == 1) open.push_back(subkey);
    }
    libregf_key_free(&key, nullptr);
  }
  libregf_file_free(&file, nullptr);
  totals.is_complete = is_open;
  return totals;
}

}  // namespace dirsnap::bench
