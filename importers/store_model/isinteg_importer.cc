// SPDX-License-Identifier: MIT
#include "importers/store_model/isinteg_importer.h"

#include <charconv>

#include "importers/dump_model/text_source.h"
#include "importers/isinteg/reader.h"
#include "importers/store_model/store_rows.h"
#include "importers/store_model/store_value.h"
#include "storage/base/text.h"

namespace dirsnap::store_model {
namespace {

bool probe_isinteg(Bytes head, std::uint64_t size_bytes) {
  return isinteg::looks_like_dump(dump_model::head_of(head, size_bytes).text);
}

std::optional<std::int64_t> number_of(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> id_of(const isinteg::Record& record, std::string_view name) {
  const std::string* const text = record.find(name);
  return text == nullptr ? std::nullopt : isinteg::parse_id(*text);
}

class DumpImport {
 public:
  explicit DumpImport(std::optional<unsigned> codepage) : codepage_(codepage) {}

  void take(const isinteg::Record& record) {
    if (record.kind == isinteg::RecordKind::kMailbox) {
      take_mailbox(record);
    } else {
      take_folder(record);
    }
  }

  Result<void> write(SourceFacts& facts, ImportContext& context, IssueSink& issues);

 private:
  void take_mailbox(const isinteg::Record& record);
  void take_folder(const isinteg::Record& record);
  std::optional<std::string> text_of(const std::string* text);

  std::optional<unsigned> codepage_;
  FolderTree tree_;
  std::vector<Mailbox> mailboxes_;
  std::uint64_t without_id_ = 0;
  std::uint64_t guessed_ = 0;
};

std::optional<std::string> DumpImport::text_of(const std::string* text) {
  if (text == nullptr || text->empty()) return std::nullopt;
  if (is_ascii(*text)) return *text;
  if (!codepage_) ++guessed_;
  const auto decoded = decode_codepage(as_bytes(*text), codepage_.value_or(kWesternCodepage));
  return decoded ? decoded->text : repair_utf8(*text).text;
}

void DumpImport::take_mailbox(const isinteg::Record& record) {
  Mailbox& mailbox = mailboxes_.emplace_back();
  mailbox.root_folder = id_of(record, "RootFID");
  mailbox.display_name = text_of(record.find("Display Name"));
  const auto owner = text_of(record.find("Owner DN"));
  if (owner && owner->starts_with('/')) mailbox.owner_dn = owner;
  if (const std::string* guid = record.find("GUID")) mailbox.guid = isinteg::parse_guid(*guid);
  mailbox.stored_size_bytes = number_of(record.find("Size"));
}

void DumpImport::take_folder(const isinteg::Record& record) {
  const auto id = id_of(record, "Folder FID");
  if (!id) {
    ++without_id_;
    return;
  }
  Folder folder;
  folder.id = *id;
  folder.parent = id_of(record, "Parent FID").value_or(0);
  folder.root = id_of(record, "Root FID");
  folder.name = text_of(record.find("Name"));
  folder.stored_messages = number_of(record.find("Msg Count"));
  folder.unread = number_of(record.find("Msgs Unread"));
  tree_.add(std::move(folder));
}

Result<void> DumpImport::write(SourceFacts& facts, ImportContext& context, IssueSink& issues) {
  const FolderTree::RootMap roots = roots_of(mailboxes_);
  tree_.settle(mailboxes_.empty() ? nullptr : &roots);
  facts.role = mailboxes_.empty() ? "other" : "private-store";
  facts.server = context.options().server ? context.options().server : server_of(mailboxes_);
  facts.records = mailboxes_.size() + tree_.folders().size();
  DIRSNAP_CHECK(write_store_rows({.tree = tree_,
                                  .mailboxes = mailboxes_,
                                  .source_id = facts.source_id,
                                  .has_folders = !tree_.folders().empty(),
                                  .has_counts = false},
                                 context));
  const auto doubt = [&](const char* code, std::uint64_t count, const char* what) {
    if (count == 0) return;
    issues.report({.severity = Severity::kDoubt,
                   .code = code,
                   .place = {},
                   .message = std::to_string(count) + what});
  };
  doubt("text-codepage", guessed_,
        " texts beyond ASCII were read as code page 1252; --codepage names another");
  doubt("isinteg-record", without_id_, " folders without an id that can be read; not kept");
  if (mailboxes_.empty()) doubt("isinteg-mailboxes", 1, " table is missing: Mailbox");
  return {};
}

Result<void> import_isinteg(ByteSource& source,
                            SourceFacts& facts,
                            ImportContext& context,
                            IssueSink& issues) {
  DIRSNAP_TRY(const dump_model::TextHead head, dump_model::read_head(source));
  dump::LineReader lines(source, head.coding, context.cancel());
  isinteg::Reader reader(lines);
  DumpImport import(context.options().codepage);
  isinteg::Record record;
  for (;;) {
    DIRSNAP_TRY(const bool more, reader.next(record));
    if (!more) break;
    import.take(record);
  }
  return import.write(facts, context, issues);
}

}  // namespace

const Importer kIsintegImporter = {
    .kind = "isinteg", .probe = probe_isinteg, .import = import_isinteg};

}  // namespace dirsnap::store_model
