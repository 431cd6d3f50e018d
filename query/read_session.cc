// SPDX-License-Identifier: MIT
#include "query/read_session.h"

#include <algorithm>

namespace dirsnap {

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
  if (!txn_) {
    DIRSNAP_TRY(txn_, ReadTxn::begin(file_));
    ++epoch_;
  }
  return txn_.get();
}

void ReadSession::end_use() {
  if (--users_ == 0) txn_.reset();
}

}  // namespace dirsnap
