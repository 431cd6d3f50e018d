// SPDX-License-Identifier: MIT
//
// The files that lie beside an ESE database: transaction logs, reserved logs, checkpoints, patch
// files of backups, flush maps. Told by name, and logs and checkpoints by their header. Nothing
// in them is applied.
// Units: log generations count from 1. Lifetime: values. Threads: pure functions.
// Facts: FORMAT.md section 1.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "importers/ese/file_header.h"

namespace dirsnap::ese {

enum class SideFile : std::uint8_t { kLog, kReservedLog, kCheckpoint, kPatch, kFlushMap };

// "transaction log", "reserved log", "checkpoint", "patch file", "flush map".
const char* to_string(SideFile kind);

// What a file is by its name alone: edb.log, edb0001A.log, srub0001.jtx, res1.log, edb.chk. A .log
// of another form of name may be anything and is nothing here.
std::optional<SideFile> side_file_of_name(std::string_view file_name);

// Bytes of a log's or checkpoint's header that are looked at.
inline constexpr std::size_t kSideHeaderBytes = 72;

// A transaction log, or what a checkpoint says of one.
struct LogMark {
  std::uint32_t generation = 0;
  Signature log_signature;  // FileHeader::log_signature of the databases that it is for
};

// nullopt: the bytes do not begin like one.
std::optional<LogMark> parse_log_header(Bytes head);
std::optional<LogMark> parse_checkpoint(Bytes head);

}  // namespace dirsnap::ese
