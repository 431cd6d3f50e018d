// SPDX-License-Identifier: MIT
#include "importers/reg_text/reader.h"

#include <vector>

#include "importers/reg_text/detect.h"
#include "importers/reg_text/dump_parsers.h"
#include "importers/reg_text/line_reader.h"
#include "importers/reg_text/regedit_lex.h"
#include "importers/reg_text/regedit_parser.h"
#include "importers/reg_text/text_codec.h"
#include "storage/base/text.h"

namespace dirsnap::reg_text {
namespace {

constexpr unsigned kDefaultCodepage = 1252;

Result<Detected> detect_source(ByteSource& source) {
  std::vector<std::byte> head(kDetectBytes);
  DIRSNAP_TRY(const std::size_t got, source.read_at(0, head));
  const auto detected = detect(Bytes(head).first(got));
  if (!detected) return fail(Code::kUnsupported, "no registry text: the header is not known");
  if (detected->is_refused) {
    return fail(Code::kUnsupported, "a registration file of Windows 3.x, which is not read");
  }
  return *detected;
}

void report_source(IssueSink& issues, Severity severity, const char* code, std::string message) {
  issues.report({.severity = severity, .code = code, .place = {}, .message = std::move(message)});
}

// One issue a file for each guess that mattered.
void report_guesses(const Document& document,
                    const LineReader& lines,
                    const TextCodec& codec,
                    IssueSink& issues) {
  const std::string page = std::to_string(document.codepage);
  if (document.codepage_guessed && (lines.saw_non_ascii() || codec.saw_non_ascii())) {
    report_source(issues, Severity::kDoubt, "reg-guessed-codepage",
                  "the file does not tell its code page; " + page +
                      " was taken, another may be right (--codepage)");
  }
  if (codec.saw_fallback()) {
    const std::string origin =
        document.codepage_guessed ? ", another may be right (--codepage)" : " of --codepage";
    report_source(issues, Severity::kDoubt, "reg-mixed-encoding",
                  "some strings are not UTF-8; they were read in code page " + page + origin);
  }
  if (lines.saw_undecodable() || codec.saw_undecodable()) {
    report_source(issues, Severity::kDoubt, "reg-undecodable-text",
                  "bytes without a character in the code page stand as U+FFFD");
  }
  if (lines.has_odd_byte()) {
    report_source(issues, Severity::kLoss, "reg-odd-byte",
                  "the UTF-16 text ends in half a character");
  }
}

// Reads up to the header line. A key line that is glued to it is read as a line of its own.
Result<void> pass_header(ParseContext context) {
  Line header;
  do {
    DIRSNAP_TRY(const bool has_line, context.lines.next(header));
    if (!has_line) return {};
  } while (trim_blanks(header.text).empty() || is_comment(trim_blanks(header.text)));
  const std::string_view rest = behind_header(header.text);
  if (is_end(rest)) return {};
  if (rest.front() == '[') {
    header.text = std::string(rest);
    context.lines.unread({std::move(header)});
  } else {
    report_line(context, Severity::kLoss, "reg-unreadable-line", header,
                "text behind the header is passed over");
  }
  return {};
}

Result<void> parse_form(const Detected& detected, const ParseContext& context) {
  if (detected.form == Form::kRegEdt32) return parse_regedt32(context);
  if (detected.form == Form::kRegQuery) return parse_reg_query(context);
  if (detected.has_header) DIRSNAP_CHECK(pass_header(context));
  return RegeditParser(context, detected.form).run();
}

}  // namespace

Result<Document> read_document(ByteSource& source,
                               const ReadOptions& options,
                               const CancelToken& cancel,
                               IssueSink& issues) {
  DIRSNAP_TRY(Detected detected, detect_source(source));
  // Strings of any code page may look like UTF-8: what the caller knows goes before the guess.
  const bool is_guess = detected.coding.encoding == Encoding::kUtf8 && !detected.has_bom;
  if (is_guess && options.codepage) detected.coding.encoding = Encoding::kCodepage;
  Document document;
  document.form = detected.form;
  document.encoding = detected.coding.encoding;
  document.has_bom = detected.has_bom;
  document.codepage = options.codepage.value_or(kDefaultCodepage);
  document.codepage_guessed = !options.codepage;
  if (!decode_codepage({}, document.codepage)) {
    return fail(Code::kUsage, "code page " + std::to_string(document.codepage) + " is not known");
  }
  if (!detected.has_header) {
    report_source(
        issues, Severity::kLoss, "reg-no-header",
        std::string("the header line is missing or damaged; read as ") + form_name(document.form));
  }
  detected.coding.codepage = document.codepage;
  LineReader lines(source, detected.coding);
  TextCodec codec(document.encoding, document.codepage);
  DocumentBuilder builder;
  const ParseContext context{lines, codec, builder, issues, cancel};
  DIRSNAP_CHECK(parse_form(detected, context));
  report_guesses(document, lines, codec, issues);
  document.keys = builder.take_keys();
  return document;
}

}  // namespace dirsnap::reg_text
