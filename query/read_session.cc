// SPDX-License-Identifier: MIT
#include "query/read_session.h"

#include <algorithm>

namespace dirsnap {
namespace {

// Chunks that an idle connection remembers: about 130 bytes each.
constexpr std::uint64_t kMostKept = 262'144;

}  // namespace

Result<std::unique_ptr<ReadSession>> ReadSession::open(const CaseFile& file,
                                                       const EngineOptions& options) {
  std::unique_ptr<ReadSession> session(new ReadSession(file, options.push_down));
  DIRSNAP_TRY(const ReadTxn* txn, session->txn());
  const auto& all = txn->snapshots();
  for (const std::string& name : options.snapshots) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const SnapshotRecord& s) { return s.name == name; });
    if (!known) return fail(Code::kNotFound, "no snapshot named \"" + name + "\"");
  }
  for (const SnapshotRecord& snapshot : all) {
    const auto& wanted = options.snapshots;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), snapshot.name) != wanted.end())
      session->scope_.push_back(snapshot);
  }
  return session;
}

Result<const ReadTxn*> ReadSession::txn() {
  if (parked_) {
    parked_ = false;
    const Result<bool> same = txn_->resume();
    if (!same || !*same) txn_.reset();
  }
  if (!txn_) {
    DIRSNAP_TRY(txn_, ReadTxn::begin(file_));
    ++epoch_;
    kept_ = 0;
  }
  return txn_.get();
}

void ReadSession::end_use() {
  if (--users_ != 0 || !txn_ || parked_) return;
  if (kept_ > kMostKept) {
    txn_.reset();
    return;
  }
  txn_->park();
  parked_ = true;
}

}  // namespace dirsnap
