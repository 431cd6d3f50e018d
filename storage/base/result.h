// SPDX-License-Identifier: MIT
//
// The error type of dirsnap and the early-return macro.
// Result<T> says "this level cannot go on"; what was lost while going on is reported to an
// IssueSink (storage/base/issue.h) instead.
// Threads: values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace dirsnap {

// What kind of failure it is; detail goes into Error::what.
enum class Code : std::uint8_t {
  kCorrupt,      // the bytes contradict their format
  kTruncated,    // the bytes end too early
  kUnsupported,  // known, but not handled; or a foreign version
  kLimit,        // a size, depth, time or memory budget was reached
  kIo,           // the operating system refused: disk, rights, memory
  kNotFound,     // the thing asked for does not exist
  kBusy,         // somebody else holds it
  kUsage,        // the caller's words are wrong: an option, a statement, a parameter
  kInterrupted,  // stopped by the user
};

// One failure. `offset` counts bytes from the start of the span that was parsed; a caller that
// knows where the span lies adds its base.
struct Error {
  Code code = Code::kCorrupt;
  std::uint64_t offset = 0;
  std::string what;
};

template <class T>
using Result = tl::expected<T, Error>;

// Makes the failure side of any Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::uint64_t offset, std::string what) {
  return tl::unexpected<Error>(Error{code, offset, std::move(what)});
}

// The same for failures that have no place in a file.
[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string what) {
  return fail(code, 0, std::move(what));
}

}  // namespace dirsnap

#define DIRSNAP_CONCAT_INNER(a, b) a##b
#define DIRSNAP_CONCAT(a, b) DIRSNAP_CONCAT_INNER(a, b)

// DIRSNAP_TRY(const auto x, expression): declares x from the Result's value or returns its error.
#define DIRSNAP_TRY(declaration, ...) \
  DIRSNAP_TRY_INNER(DIRSNAP_CONCAT(dirsnap_result_, __LINE__), declaration, __VA_ARGS__)
#define DIRSNAP_TRY_INNER(name, declaration, ...)                                \
  auto name = (__VA_ARGS__);                                                     \
  if (!name) return ::tl::unexpected<::dirsnap::Error>(std::move(name).error()); \
  declaration = *std::move(name)

// DIRSNAP_CHECK(expression): returns the error of a Result whose value is not needed.
#define DIRSNAP_CHECK(...)                                                         \
  do {                                                                             \
    if (auto dirsnap_check = (__VA_ARGS__); !dirsnap_check)                        \
      return ::tl::unexpected<::dirsnap::Error>(std::move(dirsnap_check).error()); \
  } while (false)
