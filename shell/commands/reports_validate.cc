// SPDX-License-Identifier: MIT
//
// dirsnap reports validate: whether report files are fit to be run, before they are.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "query/report_check.h"
#include "shell/commands/command.h"
#include "shell/messages.h"
#include "shell/render/escape.h"
#include "shell/suggest.h"
#include "shell/user_folders.h"

namespace dirsnap {
namespace {

namespace fs = std::filesystem;

struct ValidateArguments {
  std::vector<std::string> files;
  std::vector<std::string> folders;
  std::vector<std::string> cases;  // NAME=CASE
};

// A case without a snapshot, in a folder that goes away with it: every fixed table is there.
class EmptyCase {
 public:
  static Result<std::unique_ptr<EmptyCase>> make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "dirsnap-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr)
      return fail(Code::kIo, "no temporary folder can be made");
    std::unique_ptr<EmptyCase> made(new EmptyCase(name));
    DIRSNAP_TRY(made->file_, CaseFile::open(made->folder_ / "empty", OpenMode::kReadWrite));
    DIRSNAP_TRY(made->engine_, Engine::open(*made->file_));
    return made;
  }
  ~EmptyCase() {
    engine_.reset();
    file_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  EmptyCase(const EmptyCase&) = delete;
  EmptyCase& operator=(const EmptyCase&) = delete;
  [[nodiscard]] Engine& engine() { return *engine_; }

 private:
  explicit EmptyCase(fs::path folder) : folder_(std::move(folder)) {}

  fs::path folder_;
  std::unique_ptr<CaseFile> file_;
  std::unique_ptr<Engine> engine_;
};

class Validation {
 public:
  // Opens the cases that tests may name.
  Result<void> open(const std::vector<std::string>& cases) {
    DIRSNAP_TRY(empty_, EmptyCase::make());
    for (const std::string& text : cases) {
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        return fail(Code::kUsage, fmt::format("--case takes NAME=CASE, got \"{}\"", text));
      CaseArguments arguments;
      arguments.path = text.substr(equals + 1);
      DIRSNAP_TRY(OpenCase opened, open_case(arguments));
      cases_.insert_or_assign(text.substr(0, equals), std::move(opened));
    }
    return {};
  }

  void check(const fs::path& path) {
    ++files_;
    const auto report = load_report(path);
    if (!report) return wrong(report.error().what);
    path_ = path.string();
    faults_ = tests_passed_ = tests_unknown_ = 0;
    const std::size_t failed_before = tests_failed_;
    // With cases a table may come from any of them; the first that has all decides.
    auto problems = check_report(empty_->engine(), *report, !cases_.empty());
    for (auto& [name, opened] : cases_) {
      if (problems.empty()) break;
      auto others = check_report(*opened.engine, *report, true);
      if (others.size() < problems.size()) problems = std::move(others);
    }
    for (const ReportProblem& problem : problems) tell(problem);
    if (faults_ == 0) run_tests(*report);
    if (faults_ > 0) {
      ++wrong_;
      return;
    }
    const std::size_t failed = tests_failed_ - failed_before;
    ok_ += fmt::format("{}  {}  {}{}\n", failed == 0 ? "ok" : "failed", escape_for_terminal(path_),
                       report->id, tests_text(failed));
    if (const auto same = ids_.emplace(report->id, path_); !same.second)
      print_note(
          fmt::format("{} has the same id as {}; the later one counts", path_, same.first->second));
    for (const Report& shipped : shipped_reports()) {
      if (shipped.id == report->id)
        print_note(fmt::format("{} takes the place of the shipped report {}", path_, shipped.id));
    }
  }

  // A case under a name that no test uses, while tests wait for cases, is a slip of the pen.
  void tell_unused_cases() {
    for (const auto& [name, opened] : cases_) {
      if (unknown_cases_.empty() || used_cases_.count(name) != 0) continue;
      ++wrong_;
      const std::vector<std::string> wanted(unknown_cases_.begin(), unknown_cases_.end());
      print_error(fmt::format("--case {}: no test names it.{}", name, did_you_mean(name, wanted)));
    }
  }

  ExitCode finish() {
    tell_unused_cases();
    const auto output = Output::borrow(STDOUT_FILENO);
    output->write(ok_);
    output->write(fmt::format("{} file{}, {} wrong, {} test{} failed\n", files_,
                              files_ == 1 ? "" : "s", wrong_, tests_failed_,
                              tests_failed_ == 1 ? "" : "s"));
    ExitCode code = gravest(finish_output(*output), failure_);
    if (wrong_ > 0) code = gravest(code, ExitCode::kUsage);
    return tests_failed_ > 0 ? gravest(code, ExitCode::kFailOn) : code;
  }

 private:
  void wrong(const std::string& message) {
    ++wrong_;
    print_error(message);
  }

  void tell(const ReportProblem& problem) {
    const std::string place =
        problem.line > 0 ? fmt::format("{} line {}", path_, problem.line) : path_;
    const std::string text = place + ": " + problem.message;
    if (problem.is_fault) {
      ++faults_;
      print_error(text);
    } else {
      print_note(text);
    }
  }

  void run_tests(const Report& report) {
    const auto tests = parse_report_tests(report);
    if (!tests) return tell({.line = tests.error().offset, .message = tests.error().what});
    for (const ReportTest& test : *tests) {
      const auto found = cases_.find(test.case_name);
      if (found == cases_.end()) {
        ++tests_unknown_;
        unknown_cases_.insert(test.case_name);
        continue;
      }
      used_cases_.insert(test.case_name);
      const auto outcome = run_report_test(*found->second.engine, report, test);
      if (!outcome) {
        if (outcome.error().code != Code::kUsage)
          failure_ = gravest(failure_, exit_code_of(outcome.error()));
        tell({.line = test.line, .message = outcome.error().what});
      } else if (*outcome) {
        ++tests_failed_;
        print_error(
            fmt::format("{} line {}: test on {}: {}", path_, test.line, test.case_name, **outcome));
      } else {
        ++tests_passed_;
      }
    }
  }

  [[nodiscard]] std::string tests_text(std::size_t failed) const {
    std::string text;
    if (failed > 0) text += fmt::format(", {} of its tests failed", failed);
    if (tests_passed_ > 0) text += fmt::format(", {} of its tests passed", tests_passed_);
    if (tests_unknown_ > 0) text += fmt::format(", {} not run: --case is missing", tests_unknown_);
    return text;
  }

  std::unique_ptr<EmptyCase> empty_;
  std::map<std::string, OpenCase> cases_;
  std::set<std::string> used_cases_;        // names that tests use
  std::set<std::string> unknown_cases_;     // names that tests use and --case does not give
  std::map<std::string, std::string> ids_;  // files of reports that are fit
  std::string ok_;                          // a line for each that is no fault in itself
  std::size_t files_ = 0;
  std::size_t wrong_ = 0;
  std::size_t tests_failed_ = 0;
  ExitCode failure_ = ExitCode::kOk;  // a case that could not be read to the end
  // Of the file being checked.
  std::string path_;
  std::size_t faults_ = 0;
  std::size_t tests_passed_ = 0;
  std::size_t tests_unknown_ = 0;
};

Result<std::vector<fs::path>> files_to_check(const ValidateArguments& arguments) {
  std::vector<fs::path> files(arguments.files.begin(), arguments.files.end());
  std::vector<std::string> folders = arguments.folders;
  if (files.empty() && folders.empty()) {
    std::error_code ignored;
    const auto config = config_folder();
    if (config && fs::is_directory(*config / "reports", ignored))
      folders.push_back((*config / "reports").string());
  }
  for (const std::string& folder : folders) {
    DIRSNAP_TRY(const auto found, find_report_files(folder));
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.empty()) return fail(Code::kUsage, "there is no report file to check");
  return files;
}

ExitCode run_validate(const ValidateArguments& arguments) {
  const auto files = files_to_check(arguments);
  if (!files) return report_failure(files.error());
  Validation validation;
  if (const auto opened = validation.open(arguments.cases); !opened)
    return report_failure(opened.error());
  for (const fs::path& file : *files) validation.check(file);
  return validation.finish();
}

}  // namespace

void add_reports_validate(CLI::App& reports, Command& chosen) {
  CLI::App* command = reports.add_subcommand("validate", "Check report files and run their tests");
  const auto arguments = std::make_shared<ValidateArguments>();
  command
      ->add_option("FILE", arguments->files,
                   "Report files; without any and without --reports, those of the user's folder")
      ->type_name("");
  command->add_option("--reports", arguments->folders, "Every report of this folder")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command
      ->add_option("--case", arguments->cases,
                   "The case that tests of the heads call NAME; may be repeated")
      ->type_name("NAME=CASE")
      ->allow_extra_args(false);
  command->footer("Exit codes: 0 all are fit, 1 a test failed, 2 a file is wrong.\n\n" +
                  examples("dirsnap reports validate my-report.sql",
                           "dirsnap reports validate --reports checks --case sample=s.dirsnap"));
  command->callback(
      [arguments, &chosen] { chosen = [arguments] { return run_validate(*arguments); }; });
}

}  // namespace dirsnap
