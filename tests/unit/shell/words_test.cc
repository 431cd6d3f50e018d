// SPDX-License-Identifier: MIT
//
// Words: statements, arguments, suggestions, formats, exit codes, files.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "shell/exit_code.h"
#include "shell/output.h"
#include "shell/render/format.h"
#include "shell/repl/arguments.h"
#include "shell/repl/dot_command.h"
#include "shell/repl/statement_reader.h"
#include "shell/suggest.h"

using namespace dirsnap;

namespace {

std::vector<std::string> statements_of(const std::vector<std::string>& lines) {
  StatementReader reader;
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    reader.add_line(line);
    while (auto statement = reader.next()) out.push_back(statement->text);
  }
  if (auto statement = reader.rest()) out.push_back("rest: " + statement->text);
  return out;
}

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "dirsnap-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("a statement ends at its semicolon, whatever strings and comments hold") {
  CHECK(statements_of({"select 1; select 2;"}) ==
        std::vector<std::string>{"select 1;", "select 2;"});
  CHECK(statements_of({"select ';', \"a;b\", [c;d], `e;f`;"}).size() == 1);
  CHECK(statements_of({"select 'it''s;';"}).size() == 1);
  CHECK(statements_of({"select 1 -- not; here", ";"}) ==
        std::vector<std::string>{"select 1 -- not; here\n;"});
  CHECK(statements_of({"select /* ; */ 1;", "/*/ ; */ select 2;"}).size() == 2);
  CHECK(statements_of({"select 5 - -1 / 2;"}).size() == 1);
  CHECK(statements_of({"select 'a", "b';"}) == std::vector<std::string>{"select 'a\nb';"});
}

TEST_CASE("comments, blank lines and lone semicolons are no statements") {
  CHECK(statements_of({"", "-- only a comment", "/* and", "another; */", ";;"}).empty());
  CHECK(statements_of({"select 1"}) == std::vector<std::string>{"rest: select 1\n"});
  CHECK(is_blank_sql(" -- x"));
  CHECK_FALSE(is_blank_sql("x"));
}

TEST_CASE("statements know the line on which they begin") {
  StatementReader reader;
  for (const char* line : {"select 1;", "", "-- note", "select", "  2; select 3;"})
    reader.add_line(line);
  CHECK(reader.next()->first_line == 1);
  const auto second = reader.next();
  CHECK(second->text.substr(0, 7) == "-- note");
  CHECK(second->first_line == 3);
  CHECK(reader.next()->first_line == 5);
}

TEST_CASE("the reader tells whether a statement is open and inside quotes") {
  StatementReader reader;
  reader.add_line("select 'a");
  CHECK_FALSE(reader.next());
  CHECK(reader.is_open());
  CHECK(reader.in_quotes());
  reader.add_line(".tables'");
  CHECK_FALSE(reader.next());
  CHECK(reader.is_open());
  CHECK_FALSE(reader.in_quotes());
  CHECK(reader.pending() == "select 'a\n.tables'\n");
  reader.clear();
  CHECK_FALSE(reader.is_open());
  CHECK(reader.pending().empty());
}

TEST_CASE("arguments of dot-commands may be quoted") {
  CHECK(*split_arguments(".print a  'b c' \"d\\te\\\"\" x'y z'") ==
        std::vector<std::string>{".print", "a", "b c", "d\te\"", "xy z"});
  CHECK(*split_arguments(".nullvalue ''") == std::vector<std::string>{".nullvalue", ""});
  CHECK_FALSE(split_arguments(".print 'open"));
}

TEST_CASE("switches take the usual words and nothing else") {
  CHECK(*parse_switch("ON"));
  CHECK_FALSE(*parse_switch("0"));
  CHECK(parse_switch("maybe").error().code == Code::kUsage);
}

TEST_CASE("a mistyped word is answered with the nearest one") {
  const std::vector<std::string> words = {"import", "query", "report", "reports"};
  CHECK(nearest("qurey", words) == "query");
  CHECK(nearest("improt", words) == "import");
  CHECK(nearest("reprots", words) == "reports");
  CHECK_FALSE(nearest("zzzzz", words));
  CHECK_FALSE(nearest("", words));
  CHECK_FALSE(nearest(std::string(5000, 'q'), words));
  CHECK(did_you_mean("qurey", words) == " Did you mean \"query\"?");
}

TEST_CASE("prefixes match all that begin so, a whole word only itself") {
  const std::vector<std::string> words = {".quit", ".read", ".report", ".reports"};
  CHECK(match_prefix(".q", words) == std::vector<std::string>{".quit"});
  CHECK(match_prefix(".re", words).size() == 3);
  CHECK(match_prefix(".report", words) == std::vector<std::string>{".report"});
  CHECK(match_prefix(".x", words).empty());
}

TEST_CASE("format names are known by prefix, others are answered with the nearest") {
  CHECK(*parse_format("json") == Format::kJson);
  CHECK(*parse_format("mark") == Format::kMarkdown);
  const auto error = parse_format("jsno");
  REQUIRE_FALSE(error);
  CHECK(error.error().what.find("Did you mean \"json\"?") != std::string::npos);
  CHECK_FALSE(parse_format("js"));
  CHECK_FALSE(parse_format(""));
}

TEST_CASE("the gravest exit code stands") {
  using E = ExitCode;
  const std::vector<E> order = {E::kOk,       E::kFailOn,     E::kUsage,       E::kLoss,
                                E::kLimit,    E::kSource,     E::kCaseRefused, E::kEnvironment,
                                E::kInternal, E::kInterrupted};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j)
      CHECK(gravest(order[i], order[j]) == order[std::max(i, j)]);
  }
}

TEST_CASE("an error's exit code depends on whether the case or a source is meant") {
  const auto of = [](Code code, ErrorOrigin origin) { return exit_code_of({code, 0, ""}, origin); };
  CHECK(of(Code::kCorrupt, ErrorOrigin::kCase) == ExitCode::kCaseRefused);
  CHECK(of(Code::kUnsupported, ErrorOrigin::kCase) == ExitCode::kCaseRefused);
  CHECK(of(Code::kTruncated, ErrorOrigin::kSource) == ExitCode::kSource);
  CHECK(of(Code::kNotFound, ErrorOrigin::kCase) == ExitCode::kUsage);
  CHECK(of(Code::kNotFound, ErrorOrigin::kSource) == ExitCode::kSource);
  CHECK(of(Code::kLimit, ErrorOrigin::kCase) == ExitCode::kLimit);
  CHECK(of(Code::kIo, ErrorOrigin::kCase) == ExitCode::kEnvironment);
  CHECK(of(Code::kBusy, ErrorOrigin::kCase) == ExitCode::kEnvironment);
  CHECK(of(Code::kInterrupted, ErrorOrigin::kCase) == ExitCode::kInterrupted);
}

TEST_CASE("an output file appears only when it is finished, private to its owner") {
  const auto folder = fresh_folder();
  const auto path = folder / "out.csv";
  {
    auto output = Output::create(path, false);
    REQUIRE(output);
    (*output)->write("half");
    (*output)->flush();
    CHECK_FALSE(std::filesystem::exists(path));
  }
  CHECK(std::filesystem::is_empty(folder));
  auto output = Output::create(path, false);
  (*output)->write("whole");
  REQUIRE((*output)->finish());
  CHECK(content_of(path) == "whole");
  struct stat info {};
  ::stat(path.c_str(), &info);
  CHECK((info.st_mode & 0777U) == 0600U);
  std::filesystem::remove_all(folder);
}

TEST_CASE("an existing file is replaced only by force, a link never followed") {
  const auto folder = fresh_folder();
  const auto path = folder / "out.csv";
  std::ofstream(path) << "old";
  const auto refused = Output::create(path, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kUsage);
  auto output = Output::create(path, true);
  (*output)->write("new");
  REQUIRE((*output)->finish());
  CHECK(content_of(path) == "new");

  std::filesystem::create_symlink(path, folder / "link");
  CHECK_FALSE(Output::create(folder / "link", true));
  CHECK(content_of(path) == "new");
  std::filesystem::remove_all(folder);
}

TEST_CASE("a file that appears while another is written is not replaced") {
  const auto folder = fresh_folder();
  const auto path = folder / "out.csv";
  auto output = Output::create(path, false);
  std::ofstream(path) << "theirs";
  CHECK_FALSE((*output)->finish());
  CHECK(content_of(path) == "theirs");
  output->reset();
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  std::filesystem::remove_all(folder);
}

TEST_CASE("an output that cannot be written says so once, a gone reader quietly") {
  const auto full = Output::create("/dev/full", false);
  REQUIRE(full);
  (*full)->write("x");
  CHECK_FALSE((*full)->finish());
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  const auto pipe = Output::borrow(ends[1]);
  ::signal(SIGPIPE, SIG_IGN);
  pipe->write("x");
  pipe->flush();
  CHECK(pipe->reader_gone());
  ::close(ends[1]);
}

TEST_CASE("dot-commands are sorted, unique and say what they do") {
  const auto names = dot_command_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  for (const DotCommandInfo& info : dot_commands()) {
    CHECK(info.usage.rfind(info.name, 0) == 0);
    CHECK_FALSE(info.summary.empty());
    CHECK(info.run != nullptr);
  }
}
