// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <hivex.h>
#include <vector>

#include "tests/bench/regf_bench.h"

namespace dirsnap::bench {
namespace {

void add_values(hive_h* hive, hive_node_h node, WalkTotals& totals) {
  hive_value_h* const values = hivex_node_values(hive, node);
  if (values == nullptr) return;
  for (const hive_value_h* value = values; *value != 0; ++value) {
    hive_type type = hive_t_none;
    std::size_t size = 0;
    char* const name = hivex_value_key(hive, *value);
    char* const data = hivex_value_value(hive, *value, &type, &size);
    ++totals.values;
    totals.data_bytes += data == nullptr ? 0 : size;
    if (data != nullptr && size != 0) totals.touched += static_cast<unsigned char>(data[size - 1]);
    std::free(data);
    std::free(name);
  }
  std::free(values);
}

}  // namespace

WalkTotals walk_with_hivex(const std::string& path) {
  WalkTotals totals;
  hive_h* const hive = hivex_open(path.c_str(), 0);
  if (hive == nullptr) return totals;
  std::vector<hive_node_h> open = {hivex_root(hive)};
  while (!open.empty()) {
    const hive_node_h node = open.back();
    open.pop_back();
    char* const name = hivex_node_name(hive, node);
    totals.touched += static_cast<std::uint64_t>(hivex_node_timestamp(hive, node)) & 1;
    ++totals.keys;
    std::free(name);
    add_values(hive, node, totals);
    hive_node_h* const children = hivex_node_children(hive, node);
    if (children == nullptr) continue;
    for (const hive_node_h* child = children; *child != 0; ++child) open.push_back(*child);
    std::free(children);
  }
  hivex_close(hive);
  totals.is_complete = true;
  return totals;
}

}  // namespace dirsnap::bench
