// SPDX-License-Identifier: MIT
#include "shell/repl/completer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "shell/render/format.h"
#include "shell/render/value_text.h"
#include "shell/repl/dot_command.h"
#include "storage/base/text.h"

namespace dirsnap {
namespace {

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

struct Token {
  std::string text;      // names without quotes
  bool is_name = false;  // a word or a quoted name, not punctuation
  bool quoted = false;
};

struct Lexed {
  std::vector<Token> tokens;
  bool open = false;                               // ends inside a string or comment
  std::size_t open_name = std::string_view::npos;  // where an unclosed "name begins
};

// A forgiving lexer: strings, numbers and comments vanish, names and punctuation stay.
class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Lexed run() {
    while (at_ < sql_.size() && !lexed_.open) step();
    return std::move(lexed_);
  }

 private:
  void step() {
    const char c = sql_[at_];
    if (c == '\'') {
      skip_past("'");
    } else if (c == '-' && sql_.substr(at_, 2) == "--") {
      skip_past("\n");
    } else if (c == '/' && sql_.substr(at_, 2) == "/*") {
      ++at_;
      skip_past("*/");
    } else if (c == '"' || c == '[' || c == '`') {
      quoted_name(c == '[' ? ']' : c);
    } else if (is_word_char(c)) {
      const std::size_t begin = at_;
      while (at_ < sql_.size() && is_word_char(sql_[at_])) ++at_;
      lexed_.tokens.push_back({std::string(sql_.substr(begin, at_ - begin)), true, false});
    } else {
      if (std::isspace(static_cast<unsigned char>(c)) == 0)
        lexed_.tokens.push_back({std::string(1, c), false, false});
      ++at_;
    }
  }

  void skip_past(std::string_view end) {
    const std::size_t found = sql_.find(end, at_ + 1);
    lexed_.open = found == std::string_view::npos;
    at_ = lexed_.open ? sql_.size() : found + end.size();
  }

  void quoted_name(char closing) {
    const std::size_t begin = at_;
    const std::size_t found = sql_.find(closing, at_ + 1);
    if (found == std::string_view::npos) {
      lexed_.open_name = begin;
      at_ = sql_.size();
      return;
    }
    lexed_.tokens.push_back({std::string(sql_.substr(begin + 1, found - begin - 1)), true, true});
    at_ = found + 1;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  Lexed lexed_;
};

bool is_one_of(const Token& token, std::initializer_list<std::string_view> words) {
  if (!token.is_name || token.quoted) return false;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equal_ascii_nocase(token.text, word); });
}

bool ends_from_list(const Token& token) {
  return is_one_of(token, {"where", "group", "order", "having", "limit", "union", "except",
                           "intersect", "window", "select", "on", "using"});
}
bool is_join_word(const Token& token) {
  return is_one_of(token, {"join", "left", "inner", "cross", "natural", "outer", "full", "right"});
}

struct FromItem {
  std::string table;
  std::string alias;  // the table's name where none is given
};

// Every table named after FROM, JOIN, or a comma of a FROM list, at any depth.
std::vector<FromItem> from_items(const std::vector<Token>& tokens) {
  std::vector<FromItem> items;
  bool in_list = false;
  bool expect = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (is_one_of(token, {"from", "join"})) {
      in_list = expect = true;
    } else if (ends_from_list(token)) {
      in_list = expect = false;
    } else if (in_list && token.text == "," && !token.is_name) {
      expect = true;
    } else if (expect && token.is_name) {
      FromItem item{token.text, token.text};
      std::size_t next = i + 1;
      if (next < tokens.size() && is_one_of(tokens[next], {"as"})) ++next;
      if (next < tokens.size() && tokens[next].is_name && !ends_from_list(tokens[next]) &&
          !is_join_word(tokens[next]))
        item.alias = tokens[next].text;
      items.push_back(std::move(item));
      expect = false;
    }
  }
  return items;
}

const TableInfo* table_named(const Catalogue& catalogue, std::string_view name) {
  for (const TableInfo& table : catalogue.tables) {
    if (equal_ascii_nocase(table.name, name)) return &table;
  }
  return nullptr;
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ascii_nocase(text.substr(0, prefix.size()), prefix);
}

bool is_quoted_name(std::string_view name) {
  return name.empty() ||
         !std::all_of(
             name.begin(), name.end(),
             [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }) ||
         std::isdigit(static_cast<unsigned char>(name.front())) != 0;
}

// Collects candidates that go on from what was typed.
class Collector {
 public:
  Collector(std::string_view word, bool quoted) : word_(word), quoted_(quoted) {}

  void name(std::string_view text) {
    if (!starts_with_nocase(text, word_)) return;
    found_.insert(quoted_ || is_quoted_name(text) ? sql_identifier(text) : std::string(text));
  }
  void plain(std::string_view text) {
    if (!quoted_ && starts_with_nocase(text, word_)) found_.emplace(text);
  }
  // In the case the user began with.
  void keyword(std::string_view text) {
    const bool lower = !word_.empty() && std::islower(static_cast<unsigned char>(word_[0])) != 0;
    plain(lower ? to_lower_ascii(text) : std::string(text));
  }
  void columns_of(const TableInfo& table) {
    for (const ColumnInfo& column : table.columns) {
      if (!column.hidden || !word_.empty()) name(column.name);
    }
  }
  [[nodiscard]] bool empty() const { return found_.empty(); }

  Completions result(std::size_t word_size) { return {word_size, {found_.begin(), found_.end()}}; }

 private:
  std::string_view word_;
  bool quoted_;
  std::set<std::string> found_;
};

Completions complete_dot_command(const Catalogue& catalogue, std::string_view line) {
  const std::size_t blank = line.find_last_of(" \t");
  const std::string_view word = blank == std::string_view::npos ? line : line.substr(blank + 1);
  Collector found(word, false);
  const std::string_view command = line.substr(0, line.find_first_of(" \t"));
  const bool second =
      blank != std::string_view::npos && trim_blanks(line.substr(0, blank)) == command;
  if (blank == std::string_view::npos || command == ".help") {
    for (const std::string& name : catalogue.dot_commands) found.plain(name);
  } else if (command == ".mode" || command == ".last") {
    for (const std::string& mode : catalogue.modes) found.plain(mode);
  } else if (command == ".report") {
    for (const auto& report : catalogue.reports) {
      if (second) found.plain(report.first);
      if (second || line.find(report.first + " ") == std::string_view::npos) continue;
      for (const std::string& param : report.second) found.plain(param + "=");
    }
  } else if (command == ".headers" || command == ".timer" || command == ".eqp" ||
             command == ".echo" || command == ".bail") {
    found.plain("on");
    found.plain("off");
  } else if (command == ".schema" || command == ".describe" || command == ".summarize" ||
             command == ".tables" || command == ".indexes") {
    for (const TableInfo& table : catalogue.tables) found.plain(table.name);
  }
  return found.result(word.size());
}

// The word at the end of `before`, perhaps an open "name.
struct LastWord {
  std::string_view text;  // without the opening quote
  bool quoted = false;
  std::size_t size = 0;  // with it
};
LastWord last_word(std::string_view before, std::size_t open_name) {
  if (open_name != std::string_view::npos && before[open_name] == '"') {
    const std::string_view text = before.substr(open_name + 1);
    return {text, true, text.size() + 1};
  }
  std::size_t begin = before.size();
  while (begin > 0 && is_word_char(before[begin - 1])) --begin;
  return {before.substr(begin), false, before.size() - begin};
}

// True if a table is due: after FROM, JOIN, or a comma between tables.
bool table_is_due(const std::vector<Token>& tokens) {
  if (tokens.empty()) return false;
  if (is_one_of(tokens.back(), {"from", "join"})) return true;
  if (tokens.back().is_name || tokens.back().text != ",") return false;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (ends_from_list(*token) || token->text == "(") return false;
    if (is_one_of(*token, {"from", "join"})) return true;
  }
  return false;
}

// Columns of the table that `qualifier` names, directly or as an alias.
void add_qualified(const Catalogue& catalogue,
                   const std::vector<FromItem>& items,
                   std::string_view qualifier,
                   Collector& found) {
  for (const FromItem& item : items) {
    if (!equal_ascii_nocase(item.alias, qualifier)) continue;
    if (const TableInfo* table = table_named(catalogue, item.table)) found.columns_of(*table);
    return;
  }
  if (const TableInfo* table = table_named(catalogue, qualifier)) found.columns_of(*table);
}

}  // namespace

Catalogue make_catalogue(std::vector<TableInfo> tables, const std::vector<Report>& reports) {
  Catalogue catalogue;
  catalogue.tables = std::move(tables);
  for (const FunctionInfo& function : sql_functions()) {
    const std::string& signature = function.signature;
    catalogue.functions.push_back(signature.substr(0, signature.find('(')) + "(");
  }
  catalogue.keywords = sql_keywords();
  catalogue.dot_commands = dot_command_names();
  catalogue.modes = format_names();
  for (const Report& report : reports) {
    std::vector<std::string> params;
    for (const ReportParam& param : report.params) params.push_back(param.name);
    catalogue.reports.emplace_back(report.id, std::move(params));
  }
  return catalogue;
}

Completions complete(const Catalogue& catalogue, std::string_view before, std::string_view after) {
  if (!before.empty() && before.front() == '.') return complete_dot_command(catalogue, before);
  const Lexed whole = Lexer(before).run();
  if (whole.open) return {};
  const LastWord word = last_word(before, whole.open_name);
  const std::string_view head = before.substr(0, before.size() - word.size);
  const std::vector<Token> tokens = Lexer(head).run().tokens;
  Collector found(word.text, word.quoted);

  std::string all(before);
  all += after;
  const std::vector<FromItem> items = from_items(Lexer(all).run().tokens);
  if (!head.empty() && head.back() == '.' && tokens.size() >= 2) {
    add_qualified(catalogue, items, tokens[tokens.size() - 2].text, found);
    return found.result(word.size);
  }
  if (table_is_due(tokens)) {
    for (const TableInfo& table : catalogue.tables) found.name(table.name);
    return found.result(word.size);
  }
  for (const FromItem& item : items) {
    if (const TableInfo* table = table_named(catalogue, item.table)) found.columns_of(*table);
    if (item.alias != item.table) found.name(item.alias);
  }
  // With nothing typed the columns alone are a useful list.
  if (word.text.empty() && !found.empty()) return found.result(word.size);
  for (const std::string& function : catalogue.functions) found.plain(function);
  for (const std::string& keyword : catalogue.keywords) found.keyword(keyword);
  return found.result(word.size);
}

std::string common_prefix(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string prefix = candidates.front();
  for (const std::string& candidate : candidates) {
    std::size_t same = 0;
    while (same < prefix.size() && same < candidate.size() &&
           equal_ascii_nocase({&prefix[same], 1}, {&candidate[same], 1}))
      ++same;
    prefix.resize(same);
  }
  return prefix;
}

}  // namespace dirsnap
