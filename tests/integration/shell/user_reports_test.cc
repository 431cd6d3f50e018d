// SPDX-License-Identifier: MIT
//
// The README's guide for a report of one's own, followed to the letter on the sample backup.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "small_case.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

std::string readme() {
  std::ifstream file(std::filesystem::path(DIRSNAP_TEST_DIR) / "../README.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The first block of this language at or after `from`.
std::string block(const std::string& page, const std::string& language, std::size_t from = 0) {
  const std::string fence = "```" + language + "\n";
  const std::size_t begin = page.find(fence, from);
  REQUIRE(begin != std::string::npos);
  return page.substr(begin + fence.size(), page.find("\n```", begin) + 1 - begin - fence.size());
}

int run(const std::filesystem::path& folder, const std::string& command) {
  const std::string line = "cd '" + folder.string() +
                           "' && export HOME=$PWD PATH=" + DIRSNAP_BIN_DIR +
                           ":$PATH && unset XDG_CONFIG_HOME && { " + command + "\n} > out.txt 2>&1";
  const int status = std::system(line.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string output_of(const std::filesystem::path& folder) {
  std::ifstream file(folder / "out.txt");
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder with the sample backup as acme.dirsnap and the guide's report.
class Guide {
 public:
  Guide() {
    const std::string sample =
        (std::filesystem::path(DIRSNAP_TEST_DIR) / "fixtures/sample").string();
    REQUIRE(run(path(), "dirsnap import acme.dirsnap '" + sample + "'") == 3);
    std::ofstream(path() / "service-start-policy.sql")
        << block(page_, "sql", page_.find("### Your own"));
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] const std::string& page() const { return page_; }

 private:
  TemporaryFolder folder_;
  std::string page_ = readme();
};

}  // namespace

TEST_CASE("the report of the README's guide is valid, passes its tests and runs") {
  const Guide guide;
  const std::string commands = block(guide.page(), "console", guide.page().find("### Your own"));
  std::istringstream lines(commands);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    REQUIRE(line.rfind("$ ", 0) == 0);
    const int code = run(guide.path(), line.substr(2));
    INFO(output_of(guide.path()));
    CHECK(code == 0);
  }
  CHECK(count == 2);
  CHECK(run(guide.path(), "dirsnap report acme.dirsnap --reports . service-start-policy") == 0);
  CHECK(output_of(guide.path()).find("2 findings (2 warnings), 0 passed, 0 skipped") !=
        std::string::npos);
  CHECK(output_of(guide.path()).find("snapshot 1: registry of server SRV3") != std::string::npos);
}

TEST_CASE("the user's own folder is read without being named") {
  const Guide guide;
  REQUIRE(run(guide.path(),
              "mkdir -p .config/dirsnap/reports && mv service-start-policy.sql "
              ".config/dirsnap/reports") == 0);
  CHECK(run(guide.path(), "dirsnap report acme.dirsnap --tag ours --fail-on warning") == 1);
  CHECK(run(guide.path(), "dirsnap reports validate") == 0);
  CHECK(output_of(guide.path()).find("2 not run: --case is missing") != std::string::npos);
  CHECK(run(guide.path(), "dirsnap reports --markdown") == 0);
  CHECK(output_of(guide.path()).find("service-start-policy") == std::string::npos);
}

TEST_CASE("a file that is no report is told and keeps no other from running") {
  const Guide guide;
  std::ofstream(guide.path() / "broken.sql") << "-- id: broken\n-- severty: error\nSELECT 1\n";
  CHECK(run(guide.path(),
            "dirsnap report acme.dirsnap --reports . service-start-policy --fail-on warning") == 2);
  CHECK(output_of(guide.path()).find("broken.sql line 2: ") != std::string::npos);
  CHECK(output_of(guide.path()).find("\"severity\"") != std::string::npos);
  CHECK(output_of(guide.path()).find("2 findings (2 warnings), 0 passed, 0 skipped") !=
        std::string::npos);
  CHECK(run(guide.path(), "dirsnap reports --reports .") == 2);
  CHECK(output_of(guide.path()).find("service-start-policy") != std::string::npos);
  CHECK(run(guide.path(), "dirsnap reports --reports . service-start-policy") == 2);
  CHECK(run(guide.path(), "dirsnap reports validate broken.sql service-start-policy.sql") == 2);
}

TEST_CASE("the shell opens beside a file that is no report") {
  const Guide guide;
  REQUIRE(run(guide.path(),
              "mkdir -p .config/dirsnap/reports && echo 'SELECT 1' > "
              ".config/dirsnap/reports/broken.sql") == 0);
  CHECK(run(guide.path(), "echo '.reports' | dirsnap shell acme.dirsnap") == 0);
  CHECK(output_of(guide.path()).find("broken.sql") != std::string::npos);
  CHECK(output_of(guide.path()).find("connectors-without-services") != std::string::npos);
}

TEST_CASE("the README's suppressions file is accepted") {
  const Guide guide;
  std::ofstream(guide.path() / "accepted.csv") << block(guide.page(), "csv");
  CHECK(run(guide.path(), "dirsnap report acme.dirsnap --all --suppressions accepted.csv") == 0);
  CHECK(output_of(guide.path()).find("suppression of line 3") != std::string::npos);
}
