// SPDX-License-Identifier: MIT
#include "importers/store_model/folder_tree.h"

#include <algorithm>

#include "storage/base/text.h"

namespace dirsnap::store_model {
namespace {

void append_escaped(std::string& out, std::string_view name) {
  for (const char c : name) {
    if (c == '/' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
}

}  // namespace

const char* to_string(FolderDefect defect) {
  switch (defect) {
    case FolderDefect::kMissingParent:
      return "missing-parent";
    case FolderDefect::kParentLoop:
      return "parent-loop";
    case FolderDefect::kNoMailbox:
      return "no-mailbox";
    case FolderDefect::kDuplicateId:
      return "duplicate-id";
    case FolderDefect::kNone:
      break;
  }
  return "";
}

void FolderTree::add(Folder folder) {
  const auto position = static_cast<std::uint32_t>(folders_.size());
  if (!by_id_.emplace(folder.id, position).second) folder.defect = FolderDefect::kDuplicateId;
  folders_.push_back(std::move(folder));
}

std::optional<std::uint32_t> FolderTree::find(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> FolderTree::parent_position(const Folder& folder) const {
  return folder.parent == 0 ? std::nullopt : find(folder.parent);
}

// Walks up from a folder until something is known; all folders on the way share the answer.
void FolderTree::settle_chain(std::uint32_t first,
                              const RootMap* mailbox_of_root,
                              std::vector<Chain>& chains) {
  std::vector<std::uint32_t> path;
  Chain answer{.state = Chain::kDone};
  for (std::optional<std::uint32_t> at = first; at; at = parent_position(folders_[*at])) {
    if (chains[*at].state == Chain::kDone) {
      answer = chains[*at];
      break;
    }
    if (chains[*at].state == Chain::kOpen) {
      answer.is_loop = true;
      break;
    }
    chains[*at].state = Chain::kOpen;
    path.push_back(*at);
    if (mailbox_of_root == nullptr) continue;
    const auto root = mailbox_of_root->find(folders_[*at].id);
    if (root == mailbox_of_root->end()) continue;
    answer.mailbox = root->second;
    break;
  }
  for (const std::uint32_t position : path) chains[position] = answer;
}

void FolderTree::take_chain(Folder& folder, const Chain& chain, const RootMap* mailbox_of_root) {
  FolderDefect defect = FolderDefect::kNone;
  if (chain.is_loop) {
    defect = FolderDefect::kParentLoop;
  } else if (folder.parent != 0 && !parent_position(folder)) {
    defect = FolderDefect::kMissingParent;
  } else if (folder.parent == 0 && mailbox_of_root != nullptr && !chain.mailbox) {
    defect = FolderDefect::kNoMailbox;
  }
  if (folder.defect == FolderDefect::kNone) folder.defect = defect;
  folder.mailbox = chain.mailbox;
  if (folder.mailbox || mailbox_of_root == nullptr || !folder.root) return;
  const auto root = mailbox_of_root->find(*folder.root);
  if (root != mailbox_of_root->end()) folder.mailbox = root->second;
}

void FolderTree::settle(const RootMap* mailbox_of_root) {
  std::vector<Chain> chains(folders_.size());
  for (std::uint32_t i = 0; i < folders_.size(); ++i) {
    if (chains[i].state == Chain::kNew) settle_chain(i, mailbox_of_root, chains);
    take_chain(folders_[i], chains[i], mailbox_of_root);
  }
  if (mailbox_of_root == nullptr) return;
  for (Folder& folder : folders_) {
    if (!folder.name || !folder.mailbox || mailbox_of_root->count(folder.parent) == 0) continue;
    if (equal_ascii_nocase(*folder.name, "MTS-IN")) folder.queue = Queue::kIn;
    if (equal_ascii_nocase(*folder.name, "MTS-OUT")) folder.queue = Queue::kOut;
  }
}

std::optional<std::string> FolderTree::path_of(const Folder& folder) const {
  std::vector<const Folder*> chain;
  const Folder* at = &folder;
  while (at->parent != 0) {
    if (chain.size() == kMaxDepth) return std::nullopt;
    chain.push_back(at);
    const auto parent = parent_position(*at);
    if (!parent) break;
    at = &folders_[*parent];
  }
  const bool is_whole = at->parent == 0;
  if (is_whole && chain.empty()) return "/";
  std::string path;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    if (is_whole || link != chain.rbegin()) path.push_back('/');
    append_escaped(path, (*link)->name.value_or(std::string()));
  }
  return path;
}

std::size_t FolderTree::roots() const {
  return static_cast<std::size_t>(std::count_if(
      folders_.begin(), folders_.end(), [](const Folder& folder) { return folder.parent == 0; }));
}

}  // namespace dirsnap::store_model
