// SPDX-License-Identifier: MIT
//
// Opens a case for reading, with its engine, for the commands that look at one.
// Lifetime: the engine borrows the file; both live in OpenCase. Threads: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "query/engine.h"
#include "storage/case_file.h"

namespace dirsnap {

// What the user said about the case on the command line.
struct CaseArguments {
  std::string path;
  std::vector<std::string> snapshots;  // names; empty = all
  bool untrusted = false;              // made by somebody else
};

struct OpenCase {
  std::unique_ptr<CaseFile> file;
  std::unique_ptr<Engine> engine;
};

// What is done about the seals of an untrusted case.
enum class Seals : std::uint8_t {
  kChecked,  // those of the snapshots that are shown are computed again: kCorrupt where one differs
  kLeft,     // the command itself computes them
};

// A missing case is kNotFound with advice. The message names the case.
Result<OpenCase> open_case(const CaseArguments& arguments, Seals seals = Seals::kChecked);

}  // namespace dirsnap
