// SPDX-License-Identifier: MIT
//
// Image paths of services as paths of the machine they ran on.
// The forms in use: with %variables%, below \SystemRoot\, below \??\, relative to the folder of
// Windows, and none at all for a driver, which means System32\drivers below that folder.
// Threads: pure functions. Facts: importers/regf/FORMAT.md, "Services".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "importers/importer.h"

namespace dirsnap::registry_model {

// Values by folded name, without the percent signs.
using Variables = std::map<std::string, std::string, std::less<>>;

// `text` with the variables that are known; the others stay. Values may hold variables in turn.
// A text that would grow past what Windows allows stays as it is.
std::string expand_variables(std::string_view text, const Variables& variables);

// The image path with its root spelled %SystemRoot% where it lies below the folder of Windows, so
// that expand_variables() gives the whole path; nullopt where the service has none.
std::optional<std::string> rooted_image_path(const ServiceRecord& service);

// The folder of Windows, if the path lies in its system32: C:\WINNT of C:\WINNT\system32\x.exe.
std::optional<std::string> system_root_of(std::string_view image_path);

}  // namespace dirsnap::registry_model
