// SPDX-License-Identifier: MIT
//
// Changes to registries and stores in memory.
#include <algorithm>
#include <charconv>

#include "storage/base/dn.h"
#include "storage/base/text.h"
#include "tests/integration/case_backup.h"

namespace dirsnap::test {
namespace fs = std::filesystem;
namespace {

using support::RegistryKey;
using support::RegistryValue;
using Type = RegistryValue::Type;

class RegistryChange {
 public:
  RegistryChange(const fs::path& file, std::vector<RegistryKey>& keys) : file_(file), keys_(keys) {}

  void apply(const CaseBlock& block) {
    for (const CaseLine& line : block.lines) {
      line_ = line.number;
      const std::string_view text = trim_blanks(line.text);
      if (text.empty() || text.starts_with(';')) continue;
      if (text.starts_with("[-") && text.ends_with(']')) {
        remove_key(text.substr(2, text.size() - 3));
      } else if (text.starts_with('[') && text.ends_with(']')) {
        open_key(text.substr(1, text.size() - 2));
      } else {
        take_value(text);
      }
    }
  }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw CaseError(file_, line_, what); }

  void remove_key(std::string_view path) {
    const std::string below = fold_case(path) + "\\";
    const auto size = keys_.size();
    std::erase_if(keys_, [&](const RegistryKey& key) {
      return equal_folded(key.path, path) || fold_case(key.path).starts_with(below);
    });
    if (keys_.size() == size) fail("no key " + std::string(path));
    key_ = nullptr;
  }

  // Keys above it are not made: an export has those that it names.
  void open_key(std::string_view path) {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const RegistryKey& key) {
      return equal_folded(key.path, path);
    });
    if (found != keys_.end()) {
      key_ = &*found;
      return;
    }
    keys_.push_back({std::string(path), {}});
    key_ = &keys_.back();
  }

  void take_value(std::string_view text) {
    if (key_ == nullptr) fail("a value without a key");
    RegistryValue value;
    if (text.starts_with('@')) {
      text.remove_prefix(1);
    } else {
      value.name = take_quoted(text);
    }
    if (!text.starts_with('=')) fail("a value is \"name\"=data");
    text.remove_prefix(1);
    const auto old =
        std::find_if(key_->values.begin(), key_->values.end(),
                     [&](const RegistryValue& of) { return equal_folded(of.name, value.name); });
    if (text == "-") {
      if (old == key_->values.end()) fail("no value " + value.name);
      key_->values.erase(old);
      return;
    }
    take_data(text, value);
    if (!text.empty()) fail("\"" + std::string(text) + "\" behind the data");
    if (old != key_->values.end()) {
      *old = std::move(value);
    } else {
      key_->values.push_back(std::move(value));
    }
  }

  void take_data(std::string_view& text, RegistryValue& value) const {
    if (text.starts_with('"')) {
      value.text = take_quoted(text);
    } else if (text.starts_with("dword:")) {
      value.type = Type::kNumber;
      take_hex(text, value.number, 6);
    } else if (text.starts_with("hex:")) {
      value.type = Type::kBinary;
      while (text.starts_with("hex:") || text.starts_with(',')) {
        std::uint32_t byte = 0;
        take_hex(text, byte, text.starts_with(',') ? 1 : 4);
        value.text.push_back(static_cast<char>(byte));
      }
    } else if (text.starts_with("expand(")) {
      value.type = Type::kExpandText;
      text.remove_prefix(7);
      value.text = take_quoted(text);
      take_end(text);
    } else if (text.starts_with("list(")) {
      value.type = Type::kTextList;
      text.remove_prefix(5);
      while (text.starts_with('"')) {
        value.list.push_back(take_quoted(text));
        if (text.starts_with(", ")) text.remove_prefix(2);
      }
      take_end(text);
    } else {
      fail("data is \"text\", dword:, hex:, expand(\"text\") or list(\"a\", \"b\")");
    }
  }

  void take_end(std::string_view& text) const {
    if (!text.starts_with(')')) fail("a bracket is not closed");
    text.remove_prefix(1);
  }

  void take_hex(std::string_view& text, std::uint32_t& number, std::size_t from) const {
    const char* const begin = text.data() + from;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number, 16);
    if (error != std::errc{}) fail("not a hexadecimal number");
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }

  // "text" with \\ and \" inside.
  std::string take_quoted(std::string_view& text) const {
    if (!text.starts_with('"')) fail("a quotation mark is missing");
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') {
        text.remove_prefix(i + 1);
        return out;
      }
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out.push_back(text[i]);
    }
    fail("a quotation mark is not closed");
  }

  const fs::path& file_;
  std::vector<RegistryKey>& keys_;
  RegistryKey* key_ = nullptr;
  std::size_t line_ = 0;
};

}  // namespace

void change_registry(const fs::path& file, const CaseBlock& block, std::vector<RegistryKey>& keys) {
  RegistryChange(file, keys).apply(block);
  // As an export has them: by the parts of their paths.
  const auto parts = [](const RegistryKey& key) {
    std::string path = fold_case(key.path);
    std::replace(path.begin(), path.end(), '\\', '\1');
    return path;
  };
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const RegistryKey& a, const RegistryKey& b) { return parts(a) < parts(b); });
}

void change_store(const fs::path& file, const CaseBlock& block, support::PrivateStore& store) {
  for (const CaseLine& line : block.lines) {
    const std::string_view text = trim_blanks(line.text);
    if (text.empty()) continue;
    if (text.starts_with("add /")) {
      const std::uint64_t root = store.folders.back().id + 100'000;
      store.mailboxes.push_back({root, "added", std::string(text.substr(4))});
      store.folders.push_back({root, 0, root, ""});
    } else if (text.starts_with("remove /")) {
      const auto gone = std::erase_if(store.mailboxes, [&](const support::StoreMailbox& mailbox) {
        return dn_equal(mailbox.owner_dn, text.substr(7));
      });
      if (gone == 0) throw CaseError(file, line.number, "no such mailbox");
    } else {
      throw CaseError(file, line.number, "neither \"add DN\" nor \"remove DN\"");
    }
  }
}

}  // namespace dirsnap::test
