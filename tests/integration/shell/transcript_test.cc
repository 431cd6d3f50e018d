// SPDX-License-Identifier: MIT
//
// Runs the commands of *.transcript and compares what they print, standard error included.
// A transcript: "$ command", the lines expected, "? N" for an exit code other than 0; a line
// "[...]" stands for any lines. Commands run in a folder that holds small.dirsnap and a link
// `sample` to the sample backup.
#include <fstream>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "small_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

struct Step {
  std::string command;
  std::vector<std::string> expected;
  int exit_code = 0;
};

std::vector<Step> read_transcript(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Step> steps;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("# ", 0) == 0 && steps.empty()) continue;
    if (line.rfind("$ ", 0) == 0) {
      steps.push_back({line.substr(2), {}, 0});
    } else if (line.rfind("? ", 0) == 0 && !steps.empty()) {
      steps.back().exit_code = std::stoi(line.substr(2));
    } else if (!steps.empty()) {
      steps.back().expected.push_back(line);
    }
  }
  return steps;
}

struct Outcome {
  std::vector<std::string> lines;
  int exit_code = -1;
};

Outcome run(const std::string& command, const std::filesystem::path& folder) {
  const std::string shell = "cd '" + folder.string() +
                            "' && export HOME=$PWD PATH=" + DIRSNAP_BIN_DIR +
                            ":$PATH && unset XDG_CONFIG_HOME && { " + command + "\n} 2>&1";
  Outcome outcome;
  std::FILE* pipe = ::popen(shell.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string line;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c == '\n') {
      outcome.lines.push_back(line);
      line.clear();
    } else {
      line += static_cast<char>(c);
    }
  }
  if (!line.empty()) outcome.lines.push_back(line);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

// True if the lines agree; "[...]" takes as many as the next expected line needs.
bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& lines) {
  std::size_t at = 0;
  bool any = false;
  for (const std::string& want : expected) {
    if (want == "[...]") {
      any = true;
      continue;
    }
    while (any && at < lines.size() && lines[at] != want) ++at;
    if (at == lines.size() || lines[at] != want) return false;
    any = false;
    ++at;
  }
  return any || at == lines.size();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("the program prints what the transcripts say") {
  const std::filesystem::path tests = DIRSNAP_TEST_DIR;
  std::vector<std::filesystem::path> transcripts;
  for (const auto& entry : std::filesystem::directory_iterator(tests / "integration/shell")) {
    if (entry.path().extension() == ".transcript") transcripts.push_back(entry.path());
  }
  REQUIRE_FALSE(transcripts.empty());
  for (const auto& path : transcripts) {
    const TemporaryFolder folder;
    REQUIRE(write_small_case(folder.path() / "small.dirsnap"));
    std::filesystem::create_directory_symlink(tests / "fixtures/sample", folder.path() / "sample");
    for (const Step& step : read_transcript(path)) {
      INFO(path.filename().string() << ": " << step.command);
      const Outcome outcome = run(step.command, folder.path());
      CHECK(outcome.exit_code == step.exit_code);
      if (!agree(step.expected, outcome.lines))
        CHECK(joined(outcome.lines) == joined(step.expected));
    }
  }
}

TEST_CASE("COMMANDS.md is what the program generates") {
  const TemporaryFolder folder;
  const Outcome outcome = run("dirsnap help --markdown", folder.path());
  REQUIRE(outcome.exit_code == 0);
  std::ifstream file(std::filesystem::path(DIRSNAP_TEST_DIR) / "../shell/COMMANDS.md");
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  CHECK(joined(outcome.lines) == committed);
}
