// SPDX-License-Identifier: MIT
#include "shell/repl/completer.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace dirsnap;

namespace {

TableInfo table(const std::string& name, const std::vector<std::string>& columns) {
  TableInfo info;
  info.name = name;
  for (const std::string& column : columns) {
    ColumnInfo entry;
    entry.name = column;
    info.columns.push_back(entry);
  }
  return info;
}

Catalogue catalogue() {
  Catalogue names;
  names.tables = {table("objects", {"object_id", "dn", "class"}),
                  table("services", {"server", "name", "start"}),
                  table("ese_Odd Name", {"ATTk1", "two words"})};
  names.functions = {"dn_parent(", "count("};
  names.keywords = {"SELECT", "FROM", "WHERE", "ORDER", "DISTINCT"};
  names.dot_commands = {".mode", ".quit", ".report", ".tables"};
  names.modes = {"box", "csv", "json", "jsonl"};
  names.reports = {{"connectors-without-services", {"server", "since"}}};
  return names;
}

std::vector<std::string> after(std::string_view before, std::string_view rest = "") {
  return complete(catalogue(), before, rest).candidates;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("after FROM and JOIN come tables") {
  CHECK(after("select * from o") == Names{"objects"});
  CHECK(after("select * from ") == Names{"\"ese_Odd Name\"", "objects", "services"});
  CHECK(after("select * from objects o join s") == Names{"services"});
  CHECK(after("select * from objects, s") == Names{"services"});
  CHECK(after("select * from objects\nleft join ser") == Names{"services"});
}

TEST_CASE("a comma outside a FROM list does not ask for a table") {
  CHECK(after("select dn, s", " from services") == Names{"select", "server", "start"});
}

TEST_CASE("after an alias come the columns of its table only") {
  CHECK(after("select o.", " from objects o") == Names{"class", "dn", "object_id"});
  CHECK(after("select * from objects as o, services s where s.st") == Names{"start"});
  CHECK(after("select * from services where services.n") == Names{"name"});
  CHECK(after("select x.", " from objects o").empty());
}

TEST_CASE("elsewhere columns of the FROM tables, functions and keywords") {
  CHECK(after("select d", " from objects") == Names{"distinct", "dn", "dn_parent("});
  CHECK(after("select D", " from objects") == Names{"DISTINCT", "dn", "dn_parent("});
  CHECK(after("select * from objects where ") == Names{"class", "dn", "object_id"});
  CHECK(after("sel") == Names{"select"});
  CHECK(after("SEL") == Names{"SELECT"});
}

TEST_CASE("names that need quotes get them, an open quote is gone on with") {
  CHECK(after("select * from ese") == Names{"\"ese_Odd Name\""});
  const Completions open = complete(catalogue(), "select * from \"ese_O", "");
  CHECK(open.candidates == Names{"\"ese_Odd Name\""});
  CHECK(open.word_size == 6);
  CHECK(after("select tw", " from \"ese_Odd Name\"") == Names{"\"two words\""});
}

TEST_CASE("nothing is offered inside strings and comments") {
  CHECK(after("select 'o").empty());
  CHECK(after("select 1 -- o").empty());
  CHECK(after("select /* o").empty());
  CHECK(after("select '' || d", " from objects") == Names{"distinct", "dn", "dn_parent("});
}

TEST_CASE("dot-commands and their words") {
  CHECK(after(".t") == Names{".tables"});
  CHECK(after(".mode j") == Names{"json", "jsonl"});
  CHECK(after(".report con") == Names{"connectors-without-services"});
  CHECK(after(".report connectors-without-services s") == Names{"server=", "since="});
}

TEST_CASE("the common prefix ignores case and may be empty") {
  CHECK(common_prefix({"json", "jsonl"}) == "json");
  CHECK(common_prefix({"Select", "select"}) == "Select");
  CHECK(common_prefix({"a", "b"}).empty());
  CHECK(common_prefix({}).empty());
}
