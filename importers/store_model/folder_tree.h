// SPDX-License-Identifier: MIT
//
// The folders of one store: by id, with their mailboxes and paths.
// Units: ids as the store has them. Memory: about 300 bytes a folder.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dirsnap::store_model {

enum class FolderDefect : std::uint8_t {
  kNone,
  kMissingParent,
  kParentLoop,
  kNoMailbox,  // at the top of a private store, and no mailbox's root
  kDuplicateId,
};

const char* to_string(FolderDefect defect);

// Which queue of a connector a folder is.
enum class Queue : std::uint8_t { kNone, kIn, kOut };

struct Folder {
  std::int64_t id = 0;
  std::int64_t parent = 0;                // 0: at the top
  std::optional<std::int64_t> root = {};  // as the folder's row says
  std::optional<std::string> name;
  std::optional<std::string> container_class, created_at, changed_at;
  std::optional<std::int64_t> stored_messages, unread, stored_size_bytes;

  std::optional<std::uint32_t> mailbox;  // number in its list; set by settle()
  FolderDefect defect = FolderDefect::kNone;
  Queue queue = Queue::kNone;

  std::uint64_t counted = 0;     // messages, soft-deleted ones left out
  std::uint64_t deleted = 0;     // soft-deleted messages
  std::uint64_t size_bytes = 0;  // of the counted ones
};

class FolderTree {
 public:
  using RootMap = std::unordered_map<std::int64_t, std::uint32_t>;

  void add(Folder folder);

  // After the last add(): mailboxes by the chain of parents, else by the root that the row names;
  // defects; queues. `mailbox_of_root`: number of the mailbox by the id of its root folder; null
  // for stores that have no mailboxes.
  void settle(const RootMap* mailbox_of_root);

  [[nodiscard]] std::vector<Folder>& folders() { return folders_; }
  [[nodiscard]] const std::vector<Folder>& folders() const { return folders_; }
  // Position in folders() of the first folder of that id.
  [[nodiscard]] std::optional<std::uint32_t> find(std::int64_t id) const;

  // nullopt where the chain of parents runs in a circle or is longer than kMaxDepth.
  [[nodiscard]] std::optional<std::string> path_of(const Folder& folder) const;

  // Folders at the top.
  [[nodiscard]] std::size_t roots() const;

  static constexpr std::size_t kMaxDepth = 512;

 private:
  // What the walk up from a folder has found.
  struct Chain {
    enum State : std::uint8_t { kNew, kOpen, kDone };
    State state = kNew;
    bool is_loop = false;
    std::optional<std::uint32_t> mailbox = {};
  };
  [[nodiscard]] std::optional<std::uint32_t> parent_position(const Folder& folder) const;
  void settle_chain(std::uint32_t first,
                    const RootMap* mailbox_of_root,
                    std::vector<Chain>& chains);
  void take_chain(Folder& folder, const Chain& chain, const RootMap* mailbox_of_root);

  std::vector<Folder> folders_;
  std::unordered_map<std::int64_t, std::uint32_t> by_id_;
};

}  // namespace dirsnap::store_model
