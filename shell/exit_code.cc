// SPDX-License-Identifier: MIT
#include "shell/exit_code.h"

#include <algorithm>
#include <array>

namespace dirsnap {
namespace {

constexpr std::array kByGravity = {
    ExitCode::kInterrupted, ExitCode::kInternal, ExitCode::kEnvironment, ExitCode::kCaseRefused,
    ExitCode::kSource,      ExitCode::kLimit,    ExitCode::kLoss,        ExitCode::kUsage,
    ExitCode::kFailOn,      ExitCode::kOk};

}  // namespace

ExitCode exit_code_of(const Error& error, ErrorOrigin origin) {
  const bool source = origin == ErrorOrigin::kSource;
  switch (error.code) {
    case Code::kCorrupt:
    case Code::kTruncated:
    case Code::kUnsupported:
      return source ? ExitCode::kSource : ExitCode::kCaseRefused;
    case Code::kNotFound:
      return source ? ExitCode::kSource : ExitCode::kUsage;
    case Code::kLimit:
      return ExitCode::kLimit;
    case Code::kIo:
    case Code::kBusy:
      return ExitCode::kEnvironment;
    case Code::kUsage:
      return ExitCode::kUsage;
    case Code::kInterrupted:
      return ExitCode::kInterrupted;
  }
  return ExitCode::kInternal;
}

ExitCode gravest(ExitCode a, ExitCode b) {
  return *std::find_if(kByGravity.begin(), kByGravity.end(),
                       [&](ExitCode code) { return code == a || code == b; });
}

}  // namespace dirsnap
