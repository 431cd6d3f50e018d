// SPDX-License-Identifier: MIT
#include "tests/support/registry_lines.h"

#include <algorithm>

#include "importers/regf/deleted.h"
#include "importers/regf/walk.h"
#include "storage/base/text.h"

namespace dirsnap::test {
namespace {

void append_hex(std::string& out, unsigned value, int digits) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out.push_back(kDigits[(value >> shift) & 15]);
  }
}

}  // namespace

std::string canonical_name(std::string_view wtf8, bool escape_backslash) {
  std::string out;
  for (std::size_t i = 0; i < wtf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(wtf8[i]);
    if (c == '%' || c < 0x20 || c == 0x7F || (c == '\\' && escape_backslash)) {
      out.push_back('%');
      append_hex(out, c, 2);
    } else if (c == 0xED && wtf8.size() - i >= 3 &&
               static_cast<unsigned char>(wtf8[i + 1]) >= 0xA0) {
      out += "%u";
      append_hex(out,
                 0xD000U | ((static_cast<unsigned char>(wtf8[i + 1]) & 0x3FU) << 6) |
                     (static_cast<unsigned char>(wtf8[i + 2]) & 0x3FU),
                 4);
      i += 2;
    } else {
      out.push_back(wtf8[i]);
    }
  }
  return out;
}

std::string key_line(std::string_view escaped_path, std::optional<std::uint64_t> filetime) {
  std::string line = "K\t";
  line.append(escaped_path).append("\t");
  if (filetime) line += std::to_string(*filetime);
  return line;
}

std::string value_line(std::string_view escaped_path,
                       std::string_view name,
                       std::uint32_t type,
                       Bytes data) {
  std::string line = "V\t";
  line.append(escaped_path).append("\t").append(canonical_name(name, false)).append("\t");
  line.append(std::to_string(type)).append("\t").append(to_hex(data));
  return line;
}

std::vector<std::string> canonical_lines(const reg_text::Document& document) {
  std::vector<std::string> lines;
  for (const reg_text::Key& key : document.keys) {
    const std::string path = canonical_name(key.path, false);
    lines.push_back(key_line(path, key.filetime));
    for (const reg_text::Value& value : key.values) {
      lines.push_back(value_line(path, value.name, value.type, as_bytes(value.data)));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Result<std::vector<std::string>> canonical_lines(const regf::Hive& hive, IssueSink& issues) {
  std::vector<std::string> lines;
  std::vector<std::string> paths;  // by number of the key
  const CancelToken cancel;
  const auto on_key = [&](const regf::WalkKey& key) -> Result<void> {
    std::string path;
    if (key.parent != regf::kNoKey) {
      path = paths[key.parent];
      if (!path.empty()) path += '\\';
      path += canonical_name(key.node->name, true);
    }
    lines.push_back(key_line(path, key.node->last_written));
    for (const regf::WalkValue& value : key.values) {
      lines.push_back(value_line(path, value.node.name, value.node.type, value.data));
    }
    paths.push_back(std::move(path));
    return {};
  };
  DIRSNAP_CHECK(regf::walk(hive, cancel, issues, on_key));
  std::sort(lines.begin(), lines.end());
  return lines;
}

namespace {}  // namespace

Result<std::vector<std::string>> deleted_lines(const regf::Hive& hive) {
  const CancelToken cancel;
  SilentSink issues;
  regf::UseMap used(hive.bins().size());
  DIRSNAP_CHECK(regf::walk(
      hive, cancel, issues, [](const regf::WalkKey&) { return Result<void>{}; }, &used));
  DIRSNAP_TRY(const regf::Deleted deleted, regf::find_deleted(hive, used, cancel));
  std::vector<std::string> lines;
  for (const regf::DeletedKey& key : deleted.keys) {
    std::string path;
    for (const std::string& name : key.path) {
      if (!path.empty()) path += '\\';
      path += canonical_name(name, true);
    }
    lines.push_back("DK\t" + path + '\t' + std::to_string(key.node.last_written));
  }
  for (const regf::DeletedValue& value : deleted.values) {
    const bool is_missing = value.data_state == regf::DataState::kMissing;
    lines.push_back("DV\t" + canonical_name(value.node.name, false) + '\t' +
                    std::to_string(value.node.type) + '\t' +
                    (is_missing ? "?" : to_hex(value.data)));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace dirsnap::test
