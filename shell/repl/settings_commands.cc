// SPDX-License-Identifier: MIT
//
// Dot-commands that set something; without an argument each prints the present value in a form
// that can be typed back.
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shell/repl/arguments.h"
#include "shell/repl/dot_command.h"

namespace dirsnap {
namespace {

constexpr std::size_t kWidestColumn = 10'000;

std::string as_typed(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

Result<std::size_t> parse_count(const std::string& word, std::size_t largest) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value > largest)
    return fail(Code::kUsage,
                fmt::format("a number from 0 to {} expected, got \"{}\"", largest, word));
  return value;
}

std::string switch_line(const char* name, bool value) {
  return fmt::format("{} {}\n", name, value ? "on" : "off");
}

Result<void> change_switch(Session& session, const Words& words, const char* name, bool& value) {
  if (words.size() > 1) return fail(Code::kUsage, fmt::format("Usage: {} [on|off]", name));
  if (words.empty()) {
    session.out().write(switch_line(name, value));
    return {};
  }
  DIRSNAP_TRY(value, parse_switch(words[0]));
  return {};
}

std::string null_line(const ShellSettings& settings) {
  return settings.null_text ? fmt::format(".nullvalue {}\n", as_typed(*settings.null_text))
                            : std::string(".nullvalue --default\n");
}

std::string width_line(const ShellSettings& settings) {
  return fmt::format(".width {}\n", fmt::join(settings.widths, " "));
}

}  // namespace

Result<void> dot_mode(Session& session, const Words& words) {
  if (words.empty()) {
    session.out().write(fmt::format("current mode: {}\n", format_name(session.settings.mode)));
    return {};
  }
  DIRSNAP_TRY(session.settings.mode, parse_format(words[0]));
  if (words.size() > 1) session.settings.insert_table = words[1];
  return {};
}

Result<void> dot_headers(Session& session, const Words& words) {
  return change_switch(session, words, ".headers", session.settings.headers);
}
Result<void> dot_timer(Session& session, const Words& words) {
  return change_switch(session, words, ".timer", session.settings.timer);
}
Result<void> dot_eqp(Session& session, const Words& words) {
  return change_switch(session, words, ".eqp", session.settings.eqp);
}
Result<void> dot_echo(Session& session, const Words& words) {
  return change_switch(session, words, ".echo", session.settings.echo);
}
Result<void> dot_bail(Session& session, const Words& words) {
  return change_switch(session, words, ".bail", session.settings.bail);
}

Result<void> dot_nullvalue(Session& session, const Words& words) {
  if (words.empty()) {
    session.say(null_line(session.settings));
  } else if (words[0] == "--default") {
    session.settings.null_text.reset();
  } else {
    session.settings.null_text = words[0];
  }
  return {};
}

Result<void> dot_separator(Session& session, const Words& words) {
  if (words.empty()) {
    session.say(fmt::format(".separator {}\n", as_typed(session.settings.separator)));
  } else {
    session.settings.separator = words[0];
  }
  return {};
}

Result<void> dot_width(Session& session, const Words& words) {
  if (words.empty()) {
    session.out().write(width_line(session.settings));
    return {};
  }
  std::vector<std::size_t> widths;
  for (const std::string& word : words) {
    DIRSNAP_TRY(const std::size_t width, parse_count(word, kWidestColumn));
    widths.push_back(width);
  }
  session.settings.widths = std::move(widths);
  return {};
}

Result<void> dot_maxrows(Session& session, const Words& words) {
  if (words.empty()) {
    session.out().write(fmt::format(".maxrows {}\n", session.settings.max_rows.value_or(0)));
    return {};
  }
  DIRSNAP_TRY(const std::size_t rows, parse_count(words[0], SIZE_MAX));
  session.settings.max_rows = rows == 0 ? std::nullopt : std::optional(rows);
  return {};
}

Result<void> dot_show(Session& session, const Words& /*words*/) {
  const ShellSettings& settings = session.settings;
  std::string out = switch_line(".bail", settings.bail) + switch_line(".echo", settings.echo) +
                    switch_line(".eqp", settings.eqp) + switch_line(".headers", settings.headers);
  out += fmt::format(".maxrows {}\n", settings.max_rows.value_or(0));
  out += fmt::format(".mode {}{}\n", format_name(settings.mode),
                     settings.mode == Format::kInsert ? " " + as_typed(settings.insert_table) : "");
  out += null_line(settings);
  out +=
      fmt::format(".output {}\n",
                  session.redirected_to().empty() ? "stdout" : as_typed(session.redirected_to()));
  out += fmt::format(".separator {}\n", as_typed(settings.separator));
  out += switch_line(".timer", settings.timer) + width_line(settings);
  session.say(out);
  return {};
}

}  // namespace dirsnap
