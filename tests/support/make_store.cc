// SPDX-License-Identifier: MIT
//
// make_store [--mailboxes N] [--messages N] OUTFILE: writes a private store for benchmarks. Each
// mailbox has seven folders; messages go to the inboxes in turn, with a subject, a sender and about
// 300 bytes of content each: 20,000 mailboxes and 2,000,000 messages are about 1 GB.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/ese_writer.h"

namespace {

namespace support = dirsnap::support;
using dirsnap::Result;
using support::ColumnId;
using support::ColumnType;
using support::TableId;

constexpr std::uint32_t kLatin = 1252;
constexpr std::uint32_t kUniqueKey =
    support::kIndexPrimary | support::kIndexUnique | support::kIndexNoNulls;
constexpr std::uint64_t kFirstId = 0x0001000000000101;  // replica 1, counter from 0x101 on
constexpr std::int64_t kFirstDelivery = 125'333'280'000'000'000;  // 1998-03-02, as FILETIME
constexpr std::int64_t kMinute = 600'000'000;
constexpr std::uint64_t kFolders = 7;
constexpr std::uint64_t kInbox = 2;  // number of the inbox among them
constexpr const char* kNames[kFolders] = {
    "", "Top of Information Store", "Inbox", "Outbox", "Sent Items", "Deleted Items", "Finder"};

struct Sizes {
  std::uint64_t mailboxes = 20'000;
  std::uint64_t messages = 2'000'000;

  [[nodiscard]] std::uint64_t folder(std::uint64_t mailbox, std::uint64_t number) const {
    return kFirstId + mailbox * kFolders + number;
  }
  // Messages of a mailbox: [first, first of the next).
  [[nodiscard]] std::uint64_t first_message(std::uint64_t mailbox) const {
    return messages * mailbox / mailboxes;
  }
  [[nodiscard]] std::uint64_t message(std::uint64_t number) const {
    return kFirstId + mailboxes * kFolders + number;
  }
};

std::string number_text(const char* before, std::uint64_t number) {
  return before + std::to_string(number);
}

Result<void> write_mailboxes(support::EseWriter& writer, const Sizes& sizes) {
  support::TableSpec spec;
  spec.name = "Mailbox";
  const ColumnId root = spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId guid = spec.variable("N676C", ColumnType::kBinary);
  const ColumnId name = spec.variable("S3001", ColumnType::kText, kLatin);
  const ColumnId owner = spec.tagged("N661B", ColumnType::kLongBinary);
  spec.index("Mailbox_Root", {{root}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  support::Row row;
  for (std::uint64_t i = 0; i < sizes.mailboxes; ++i) {
    row.clear();
    row.add_number(root, sizes.folder(i, 0));
    row.add(guid, support::le_bytes(i) + support::le_bytes(~i));
    row.add(name, number_text("Person, Number ", i));
    row.add(owner, number_text("/O=QUILLMARK PAPERS/OU=HARBOUR/CN=RECIPIENTS/CN=PERSON", i));
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

Result<void> write_folders(support::EseWriter& writer, const Sizes& sizes) {
  support::TableSpec spec;
  spec.name = "Folder";
  const ColumnId id = spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId parent = spec.fixed("Q6749", ColumnType::kCurrency);
  const ColumnId count = spec.fixed("L3602", ColumnType::kLong);
  const ColumnId name = spec.variable("S3001", ColumnType::kText, kLatin);
  spec.index("+Q6748", {{id}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  support::Row row;
  for (std::uint64_t i = 0; i < sizes.mailboxes * kFolders; ++i) {
    const std::uint64_t mailbox = i / kFolders;
    const std::uint64_t number = i % kFolders;
    const std::uint64_t messages =
        number == kInbox ? sizes.first_message(mailbox + 1) - sizes.first_message(mailbox) : 0;
    row.clear();
    row.add_number(id, sizes.folder(mailbox, number));
    if (number > 0) row.add_number(parent, sizes.folder(mailbox, number == 1 ? 0 : 1));
    row.add_number(count, static_cast<std::uint32_t>(messages));
    if (number > 0) row.add(name, kNames[number]);
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

Result<void> write_messages(support::EseWriter& writer, const Sizes& sizes) {
  support::TableSpec spec;
  spec.name = "Msg";
  const ColumnId id = spec.fixed("Q674A", ColumnType::kCurrency);
  const ColumnId size = spec.fixed("L0E08", ColumnType::kLong);
  const ColumnId received = spec.fixed("T0E06", ColumnType::kCurrency);
  const ColumnId flags = spec.fixed("L0E07", ColumnType::kLong);
  const ColumnId type = spec.variable("S001A", ColumnType::kText, kLatin);
  const ColumnId subject = spec.tagged("S0037", ColumnType::kLongText, kLatin);
  const ColumnId sender = spec.tagged("S0C1A", ColumnType::kLongText, kLatin);
  const ColumnId content = spec.tagged("N1009", ColumnType::kLongBinary);
  spec.index("+Q674A", {{id}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  support::TableSpec entry_spec;
  entry_spec.name = "MsgFolder";
  const ColumnId folder = entry_spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId message = entry_spec.fixed("Q674A", ColumnType::kCurrency);
  entry_spec.index("+Q6748+Q674A", {{folder}, {message}}, kUniqueKey);
  const TableId entries = writer.add_table(entry_spec);
  const std::string text(300, 'x');
  support::Row row;
  for (std::uint64_t mailbox = 0; mailbox < sizes.mailboxes; ++mailbox) {
    for (std::uint64_t i = sizes.first_message(mailbox); i < sizes.first_message(mailbox + 1);
         ++i) {
      row.clear();
      row.add_number(id, sizes.message(i));
      row.add_number(size, static_cast<std::uint32_t>(900 + i % 7001));
      row.add_number(received, kFirstDelivery + kMinute * static_cast<std::int64_t>(i));
      row.add_number(flags, static_cast<std::uint32_t>(i % 2));
      row.add(type, "IPM.Note");
      row.add(subject, number_text("Proofs of the catalogue, page ", i));
      row.add(sender, number_text("Person, Number ", i % sizes.mailboxes));
      row.add(content, text);
      DIRSNAP_CHECK(writer.append(table, row));
      row.clear();
      row.add_number(folder, sizes.folder(mailbox, kInbox));
      row.add_number(message, sizes.message(i));
      DIRSNAP_CHECK(writer.append(entries, row));
    }
  }
  return {};
}

Result<void> write_store(const std::string& path, const Sizes& sizes) {
  DIRSNAP_TRY(support::EseWriter writer, support::EseWriter::create(path, support::EseOptions{}));
  DIRSNAP_CHECK(write_mailboxes(writer, sizes));
  DIRSNAP_CHECK(write_folders(writer, sizes));
  DIRSNAP_CHECK(write_messages(writer, sizes));
  return writer.finish();
}

std::optional<std::uint64_t> parse_count(const char* text) {
  constexpr unsigned long kMost = 100'000'000;
  char* end = nullptr;
  errno = 0;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value == 0 || value > kMost) return std::nullopt;
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  Sizes sizes;
  bool is_usage = argc % 2 == 0;
  for (int i = 1; i + 2 < argc; i += 2) {
    const std::string_view option = argv[i];
    const auto count = parse_count(argv[i + 1]);
    if (count && option == "--mailboxes") {
      sizes.mailboxes = *count;
    } else if (count && option == "--messages") {
      sizes.messages = *count;
    } else {
      is_usage = false;
    }
  }
  if (!is_usage) {
    std::fputs("usage: make_store [--mailboxes N] [--messages N] OUTFILE\n", stderr);
    return 2;
  }
  const auto written = write_store(argv[argc - 1], sizes);
  if (!written) {
    std::fprintf(stderr, "make_store: %s\n", written.error().what.c_str());
    return 1;
  }
  return 0;
}
