// SPDX-License-Identifier: MIT
#include "shell/commands/command.h"

#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "shell/evidence_guard.h"
#include "shell/messages.h"

namespace dirsnap {

void add_case_arguments(CLI::App& command, CaseArguments& arguments) {
  command.add_option("CASE", arguments.path, "The case file")->required()->type_name("");
  command
      .add_option("--snapshot", arguments.snapshots,
                  "Only this snapshot; may be repeated (default: all)")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_flag("--untrusted", arguments.untrusted,
                   "The case comes from somebody else: check it first, tighter limits");
}

void add_color_argument(CLI::App& command, ColorMode& color) {
  static const std::map<std::string, ColorMode> kModes = {
      {"auto", ColorMode::kAuto}, {"always", ColorMode::kAlways}, {"never", ColorMode::kNever}};
  command.add_option("--color", color, "auto, always or never (default: auto)")
      ->transform(CLI::CheckedTransformer(kModes).description(""))
      ->type_name("WHEN");
}

void add_output_arguments(CLI::App& command, OutputArguments& arguments) {
  command.add_option("--output", arguments.path, "Write to this new file (default: stdout)")
      ->type_name("FILE");
  command.add_flag("--force", arguments.force, "Replace the file if it exists");
  command
      .add_option_function<std::string>(
          "--nullvalue",
          [&arguments](const std::string& text) {
            arguments.null_value = text;
            arguments.has_null_value = true;
          },
          "Text for NULL (default: by format)")
      ->type_name("TEXT");
  command.add_flag("--exact", arguments.exact,
                   "csv: leave cells alone that a spreadsheet would compute");
  command.add_flag("--crlf", arguments.crlf, "csv: end lines with CR LF");
  command.add_flag("--page", arguments.page, "html: a whole page instead of a table");
  command.add_flag("--raw", arguments.raw,
                   "Do not escape control characters; refused on a terminal");
  add_color_argument(command, arguments.color);
}

void add_timeout_argument(CLI::App& command,
                          std::optional<double>& seconds,
                          const std::string& doc) {
  constexpr double kLongest = 1e9;  // beyond it a deadline would overflow
  command.add_option("--timeout", seconds, doc)
      ->check(CLI::Range(0.0, kLongest).description(""))
      ->type_name("S");
}

Result<std::unique_ptr<Output>> open_output(const OutputArguments& arguments,
                                            const OpenCase& opened) {
  if (arguments.path.empty() || arguments.path == "-") return Output::borrow(STDOUT_FILENO);
  DIRSNAP_CHECK(spare_evidence(*opened.file, arguments.path));
  return Output::create(arguments.path, arguments.force);
}

Result<RenderOptions> render_options(const OutputArguments& arguments, const Output& output) {
  RenderOptions options;
  options.format = output.is_terminal() ? Format::kBox : Format::kCsv;
  if (!arguments.format.empty()) {
    DIRSNAP_TRY(options.format, parse_format(arguments.format));
  }
  if (arguments.raw && output.is_terminal())
    return fail(Code::kUsage, "--raw is refused on a terminal; use --output FILE or a pipe");
  options.exact = arguments.exact;
  options.crlf = arguments.crlf;
  options.page = arguments.page;
  options.raw = arguments.raw;
  if (arguments.has_null_value) options.null_text = arguments.null_value;
  if (output.is_terminal()) {
    options.to_terminal = true;
    options.width = terminal_width(STDOUT_FILENO);
    options.footer = options.format == Format::kBox;
  }
  options.color = use_color(arguments.color, STDOUT_FILENO) &&
                  (output.is_terminal() || arguments.color == ColorMode::kAlways);
  return options;
}

void note_neutralised(const Renderer& renderer) {
  const std::uint64_t count = renderer.neutralised();
  if (count == 0) return;
  print_note(fmt::format(
      "{} cell{} that a spreadsheet would compute got a leading '; --exact leaves them alone",
      count, count == 1 ? "" : "s"));
}

ExitCode report_failure(const Error& error, ErrorOrigin origin) {
  print_error(error.what);
  return exit_code_of(error, origin);
}

ExitCode finish_output(Output& output) {
  const auto done = output.finish();
  if (done || output.reader_gone()) return ExitCode::kOk;
  return report_failure(done.error());
}

std::string examples(const char* first, const char* second) {
  return fmt::format("Examples:\n  {}\n  {}", first, second);
}

}  // namespace dirsnap
