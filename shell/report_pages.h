// SPDX-License-Identifier: MIT
//
// The reference of the reports, made from their heads: query/reports/REPORTS.md.
// Lifetime: plain values. Threads: pure functions.
#pragma once

#include <map>
#include <span>
#include <string>

#include "query/report.h"

namespace dirsnap {

// What a report printed once, by its id.
using ReportSamples = std::map<std::string, std::string>;

// The first findings as text; empty where there is none. Paths of sources are left out: they say
// where a sample lay and nothing else.
std::string sample_of(const ReportRun& run);

// A table of all reports, then a section for each: why, logic, parameters, remedy, sample.
std::string reports_markdown(std::span<const Report> reports, const ReportSamples& samples);

}  // namespace dirsnap
