// SPDX-License-Identifier: MIT
//
// The interactive shell through a pseudo terminal, key by key.
#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "small_case.h"
#include "terminal.h"

using namespace dirsnap;
using namespace dirsnap::test;

namespace {

const std::string kProgram = std::string(DIRSNAP_BIN_DIR) + "/dirsnap";

// A case in a home folder of its own.
struct Home {
  Home() { REQUIRE(write_small_case(case_path())); }
  [[nodiscard]] std::filesystem::path case_path() const { return folder.path() / "c.dirsnap"; }
  TemporaryFolder folder;
};

// The shell over it, at its first prompt.
struct Shell {
  explicit Shell(const Home& home, const std::vector<std::string>& options = {})
      : terminal(arguments(home, options), home.folder.path().string()) {
    REQUIRE(terminal.sees("dirsnap> "));
  }
  static std::vector<std::string> arguments(const Home& home,
                                            const std::vector<std::string>& options) {
    std::vector<std::string> words = {kProgram, "shell", home.case_path().string()};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  Terminal terminal;
};

}  // namespace

TEST_CASE("a statement over two lines is run at its semicolon and framed as a box") {
  const Home home;
  Shell shell(home);
  shell.terminal.send("select object_id,\n");
  REQUIRE(shell.terminal.sees("...> "));
  shell.terminal.send("dn from objects order by object_id;\n");
  CHECK(shell.terminal.sees("┌"));
  CHECK(shell.terminal.sees("│         1 │ /o=Org"));
  CHECK(shell.terminal.sees("/o=Org/ou=Site 'A'"));
  CHECK(shell.terminal.sees("/o=Org/cn=\\x1b[2Jevil"));
  CHECK(shell.terminal.sees("3 rows ("));
  CHECK(shell.terminal.screen().find("\x1b[2Jevil") == std::string::npos);
  shell.terminal.send(".quit\n");
  CHECK(shell.terminal.wait() == 0);
}

TEST_CASE("Tab completes a table after FROM and a column of it") {
  const Home home;
  Shell shell(home);
  shell.terminal.send("select count(*) as n from obj\t;\n");
  CHECK(shell.terminal.sees("│ 3 │"));
  shell.terminal.send("select max(dn) as top from objects o where o.object_i\t= 1;\n");
  CHECK(shell.terminal.sees("│ top    │"));
  CHECK(shell.terminal.sees("│ /o=Org │"));
}

TEST_CASE("the second Tab lists the choices and the line goes on") {
  const Home home;
  Shell shell(home);
  shell.terminal.send(".mode js\t\t");
  CHECK(shell.terminal.sees("json   jsonl"));
  shell.terminal.send("l\nselect 1 as a;\n");
  CHECK(shell.terminal.sees("{\"a\":1}"));
}

TEST_CASE("Ctrl-C stops a running statement and the shell goes on") {
  const Home home;
  Shell shell(home);
  shell.terminal.send(
      "with recursive c(x) as (select 1 union all select x+1 from c) select count(*) from c;\n");
  ::usleep(300'000);
  shell.terminal.send("\x03");
  CHECK(shell.terminal.sees("Error: stopped by Ctrl-C"));
  shell.terminal.send("select 40+2 as answer;\n");
  CHECK(shell.terminal.sees("│     42 │"));
  shell.terminal.send(".exit 3\n");
  CHECK(shell.terminal.wait() == 3);
}

TEST_CASE("SIGTERM and SIGHUP end the shell, at the prompt and in a query, and keep the history") {
  const int number = GENERATE(SIGTERM, SIGHUP);
  const bool in_query = GENERATE(false, true);
  CAPTURE(number, in_query);
  const Home home;
  Shell shell(home);
  shell.terminal.send("select 40+2 as answer;\n");
  REQUIRE(shell.terminal.sees("│     42 │"));
  REQUIRE(shell.terminal.sees("dirsnap> "));
  if (in_query) {
    shell.terminal.send(
        "with recursive c(x) as (select 1 union all select x+1 from c) select count(*) from c;\n");
    ::usleep(300'000);
  }
  shell.terminal.signal(number);
  CHECK(shell.terminal.wait() == 130);
  std::ifstream history(home.folder.path() / ".local/state/dirsnap/history");
  const std::string text{std::istreambuf_iterator<char>(history), {}};
  CHECK(text.find("answer") != std::string::npos);
}

TEST_CASE("Ctrl-C in one of several statements of a line or a file drops the rest of them") {
  const Home home;
  const std::string endless =
      "with recursive c(x) as (select 1 union all select x+1 from c) select count(*) from c;";
  std::ofstream(home.folder.path() / "two.sql") << endless << "\nselect 'never' || 1 as n;\n";
  Shell shell(home);
  for (const std::string& line : {endless + " select 'never' || 2 as n;",
                                  ".read " + (home.folder.path() / "two.sql").string()}) {
    shell.terminal.send(line + "\n");
    ::usleep(300'000);
    shell.terminal.send("\x03");
    CHECK(shell.terminal.sees("Error: stopped by Ctrl-C"));
    CHECK(shell.terminal.sees("dirsnap> "));
  }
  shell.terminal.send("select 40+2 as answer;\n");
  CHECK(shell.terminal.sees("│     42 │"));
  CHECK(shell.terminal.screen().find("never1") == std::string::npos);
  CHECK(shell.terminal.screen().find("never2") == std::string::npos);
}

TEST_CASE("what a file has the shell print does not drive the terminal") {
  const Home home;
  std::ofstream(home.folder.path() / "red.sql")
      << ".print \x1b[31mred\n.nullvalue \x1b[32mnone\n.separator \x1b[33m\n.mode list\n"
         "select null as a, 2 as b;\n.show\n";
  Shell shell(home);
  shell.terminal.send(".read " + (home.folder.path() / "red.sql").string() + "\n");
  CHECK(shell.terminal.sees("\\x1b[31mred"));
  CHECK(shell.terminal.sees("\\x1b[32mnone\\x1b[33m2"));
  CHECK(shell.terminal.sees(".width"));
  for (const char* colour : {"\x1b[31m", "\x1b[32m", "\x1b[33m"}) {
    CHECK(shell.terminal.screen().find(colour) == std::string::npos);
  }
}

TEST_CASE("Ctrl-C while typing drops the statement, Ctrl-D leaves") {
  const Home home;
  Shell shell(home);
  shell.terminal.send("select 'half\n");
  REQUIRE(shell.terminal.sees("...> "));
  shell.terminal.send("of it");
  REQUIRE(shell.terminal.sees("it"));
  shell.terminal.send("\x03");
  REQUIRE(shell.terminal.sees("dirsnap> "));
  shell.terminal.send("select 7 as seven;\n");
  CHECK(shell.terminal.sees("│     7 │"));
  // Ctrl-D means the end at a prompt only: typed before it, the terminal swallows it.
  REQUIRE(shell.terminal.sees("dirsnap> "));
  shell.terminal.send("\x04");
  CHECK(shell.terminal.wait() == 0);
}

TEST_CASE("history keeps whole statements over sessions, private, none that begin with a blank") {
  const Home home;
  {
    Shell shell(home);
    shell.terminal.send("select 11 as\n");
    REQUIRE(shell.terminal.sees("...> "));
    shell.terminal.send("eleven;\n");
    REQUIRE(shell.terminal.sees("│     11 │"));
    REQUIRE(shell.terminal.sees("dirsnap> "));
    shell.terminal.send(" select 'secret' as s;\n");
    REQUIRE(shell.terminal.sees("│ secret │"));
    REQUIRE(shell.terminal.sees("dirsnap> "));
    shell.terminal.send("\x04");
    REQUIRE(shell.terminal.wait() == 0);
  }
  const auto file = home.folder.path() / ".local/state/dirsnap/history";
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  std::ifstream stream(file);
  const std::string saved{std::istreambuf_iterator<char>(stream), {}};
  CHECK(saved.find("secret") == std::string::npos);

  Shell shell(home);
  shell.terminal.send("\x10\n");  // Ctrl-P: the statement of the session before
  CHECK(shell.terminal.sees("│     11 │"));
}

TEST_CASE("a mistake shows where it is and the shell goes on") {
  const Home home;
  Shell shell(home);
  shell.terminal.send("select obejct_id from objects;\n");
  CHECK(shell.terminal.sees("Error: no such column: obejct_id"));
  CHECK(shell.terminal.sees("^---"));
  shell.terminal.send(".mdoe json\n");
  CHECK(shell.terminal.sees("Did you mean \".mode\"?"));
  shell.terminal.send(".q\n");
  CHECK(shell.terminal.wait() == 0);
}

TEST_CASE("a box fits a narrow terminal") {
  const Home home;
  Terminal terminal({kProgram, "query", home.case_path().string(),
                     "select 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz' as letters"},
                    home.folder.path().string(), 30);
  CHECK(terminal.wait() == 0);
  CHECK(terminal.screen().find("│ abcdefghijklmnopqrstuvwxy… │\r\n") != std::string::npos);
}

TEST_CASE("raw output is refused on a terminal") {
  const Home home;
  Terminal terminal({kProgram, "query", home.case_path().string(), "select 1", "--raw"},
                    home.folder.path().string());
  CHECK(terminal.wait() == 2);
}

TEST_CASE("the start-up file is read, --no-init skips it, --safe refuses files") {
  const Home home;
  const auto config = home.folder.path() / ".config/dirsnap";
  std::filesystem::create_directories(config);
  std::ofstream(config / "init.sql") << ".mode json\n";
  Shell first(home);
  first.terminal.send("select 1 as a;\n");
  CHECK(first.terminal.sees("[{\"a\":1}]"));
  Shell second(home, {"--no-init", "--safe"});
  second.terminal.send("select 1 as a;\n");
  CHECK(second.terminal.sees("│ 1 │"));
  second.terminal.send(".output x.csv\n");
  CHECK(second.terminal.sees("refused with --safe"));
}
