// SPDX-License-Identifier: MIT
#include "tests/support/exchange_store.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/base/text.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_writer.h"
#include "tests/support/exchange_values.h"

namespace dirsnap::support {
namespace {

constexpr std::uint64_t kFirstId = 0x0001000000000101;  // replica 1, counter from 0x101 on
constexpr std::uint32_t kUniqueKey = kIndexPrimary | kIndexUnique | kIndexNoNulls;
constexpr std::int64_t kFirstDelivery = 125'333'280'000'000'000;  // 1998-03-02, as FILETIME
constexpr std::int64_t kMinute = 600'000'000;

// Hands out ids and keeps the counts of folders.
class StoreBuilder {
 public:
  explicit StoreBuilder(PrivateStore& store) : store_(store) {}

  std::uint64_t mailbox(std::string display_name, std::string owner_dn) {
    const std::uint64_t root = folder(0, 0, "");
    store_.folders.back().root = root;
    store_.mailboxes.push_back({root, std::move(display_name), std::move(owner_dn)});
    return root;
  }

  std::uint64_t folder(std::uint64_t parent, std::uint64_t root, std::string name) {
    store_.folders.push_back({next_++, parent, root, std::move(name), 0, 0});
    return store_.folders.back().id;
  }

  // Messages go to the folder made last.
  void messages(std::uint32_t count, const std::string& subject) {
    StoreFolder& into = store_.folders.back();
    into.messages = count;
    into.unread = count / 2;
    for (std::uint32_t i = 0; i < count; ++i) {
      store_.messages.push_back(
          {next_++, into.id, 900 + 37 * i, subject + " " + std::to_string(i + 1)});
    }
  }

 private:
  PrivateStore& store_;
  std::uint64_t next_ = kFirstId;
};

// True if the object's store is the one with this DNT.
bool lives_in(const SiteObject& object, std::uint32_t store) {
  const SiteAttribute* const home = object.find(attr::kHomeMDB);
  return home != nullptr && home->values[0].number == store;
}

void add_person(StoreBuilder& builder, const SiteObject& object) {
  const SiteAttribute* const name = object.find(attr::kDisplayName);
  const std::string shown = name != nullptr ? name->values[0].text : object.rdn;
  const std::uint64_t root = builder.mailbox(shown, object.dn);
  const std::uint64_t top = builder.folder(root, root, "Top of Information Store");
  builder.folder(top, root, "Inbox");
  builder.messages(1 + object.dnt % 4, "Proofs for " + object.rdn);
  for (const char* folder : {"Outbox", "Sent Items", "Deleted Items"}) {
    builder.folder(top, root, folder);
  }
}

void add_connector(StoreBuilder& builder, const SiteObject& object, std::uint32_t queued) {
  const std::uint64_t root = builder.mailbox(object.rdn, object.dn);
  builder.folder(root, root, "MTS-IN");
  builder.folder(root, root, "MTS-OUT");
  builder.messages(queued, "Waiting for " + object.rdn);
}

// The owner as an address-book entry id: flags, provider, version, type, then the DN.
std::string owner_entry(std::string_view dn) {
  std::string entry(4, '\0');
  entry.append("\xDC\xA7\x40\xC8\xC0\x42\x10\x1A\xB4\xB9\x08\x00\x2B\x2F\xE1\x82", 16);
  append_le(entry, std::uint32_t{1});
  append_le(entry, std::uint32_t{0});
  for (const char c : dn) entry.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  return entry.append(1, '\0');
}

// UTF-8 to code page 1252, for names within Latin-1.
std::string latin(std::string_view utf8) {
  const std::string wide = encode_utf16le(utf8);
  std::string out;
  for (std::size_t i = 0; i + 1 < wide.size(); i += 2) out.push_back(wide[i]);
  return out;
}

Result<void> write_mailboxes(EseWriter& writer, const PrivateStore& store, const StoreForm& form) {
  if (form.mailboxes.empty()) return {};
  TableSpec spec;
  spec.name = form.mailboxes;
  const ColumnId root = spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId locale = spec.fixed("L6703", ColumnType::kLong);
  const ColumnId guid = spec.variable("N676C", ColumnType::kBinary);
  const ColumnId name = spec.variable("S3001", ColumnType::kText, kLatin);
  const ColumnId owner = spec.tagged("N661B", ColumnType::kLongBinary);
  const ColumnId logon = form.has_details ? spec.tagged("T66A2", ColumnType::kBinary) : ColumnId{};
  spec.index("Mailbox_Root", {{root}}, kIndexPrimary | kIndexUnique | kIndexAllowNulls);
  const TableId table = writer.add_table(spec);
  Row row;
  for (const StoreMailbox& mailbox : store.mailboxes) {
    row.clear();
    if (mailbox.root_folder != 0) row.add_number(root, mailbox.root_folder);
    if (form.has_details) row.add_number(logon, kFirstDelivery);
    row.add_number(locale, std::uint32_t{1033});
    row.add(guid, noise(mailbox.root_folder, 16));
    row.add(name, latin(mailbox.display_name));
    if (!mailbox.owner_dn.empty()) row.add(owner, owner_entry(mailbox.owner_dn));
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

Result<void> write_folders(EseWriter& writer, const PrivateStore& store, const StoreForm& form) {
  if (form.folders.empty()) return {};
  TableSpec spec;
  spec.name = form.folders;
  const ColumnId id = spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId parent = spec.fixed("Q6749", ColumnType::kCurrency);
  const ColumnId root = spec.fixed("Q674F", ColumnType::kCurrency);
  const ColumnId messages = spec.fixed("L3602", ColumnType::kLong);
  const ColumnId unread = spec.fixed("L3603", ColumnType::kLong);
  const ColumnId has_children = spec.fixed("B360A", ColumnType::kBit);
  const ColumnId name = spec.variable("S3001", ColumnType::kText, kLatin);
  spec.index("+Q6748", {{id}}, kUniqueKey);
  spec.index("+Q6749+S3001+Q6748", {{parent}, {name}, {id}}, kIndexUnique | kIndexAllowNulls);
  const TableId table = writer.add_table(spec);
  Row row;
  for (const StoreFolder& folder : store.folders) {
    row.clear();
    row.add_number(id, folder.id);
    row.add_number(parent, folder.parent);
    row.add_number(root, folder.root);
    row.add_number(messages, folder.messages);
    row.add_number(unread, folder.unread);
    row.add(has_children, folder.parent == 0 ? "\xFF" : std::string_view("\0", 1));
    const std::string bytes =
        form.has_wide_names ? encode_utf16le(folder.name) : latin(folder.name);
    if (!folder.name.empty()) row.add(name, bytes);
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

// The columns of Msg that only a detailed store has.
struct DetailColumns {
  explicit DetailColumns(TableSpec& spec)
      : flags(spec.fixed("L0E07", ColumnType::kLong)),
        sender(spec.tagged("S0C1A", ColumnType::kLongText, kLatin)),
        sent(spec.tagged("T0039", ColumnType::kBinary)),
        body(spec.tagged("S1000", ColumnType::kLongText, kLatin)),
        rich(spec.tagged("N1009", ColumnType::kLongBinary)) {}

  void add(const StoreMessage& of, Row& row) const {
    constexpr std::uint32_t kHasAttachments = 0x10;
    row.add_number(flags, of.attachments > 0 ? kHasAttachments : std::uint32_t{1});
    if (!of.sender.empty()) row.add(sender, latin(of.sender));
    row.add_number(sent, kFirstDelivery);
    if (of.body.empty()) return;
    row.add(body, latin(of.body));
    row.add(rich, "{\\rtf " + latin(of.body) + "}");
  }

  ColumnId flags, sender, sent, body, rich;
};

Result<void> write_messages(EseWriter& writer, const PrivateStore& store, const StoreForm& form) {
  if (form.messages.empty()) return {};
  TableSpec spec;
  spec.name = form.messages;
  const ColumnId id = spec.fixed("Q674A", ColumnType::kCurrency);
  const ColumnId size = spec.fixed("L0E08", ColumnType::kLong);
  const ColumnId delivered = spec.fixed("T0E06", ColumnType::kCurrency);
  const ColumnId type = spec.variable("S001A", ColumnType::kText, kLatin);
  const ColumnId subject = spec.tagged("S0037", ColumnType::kLongText, kLatin);
  std::optional<DetailColumns> details;
  if (form.has_details) details.emplace(spec);
  spec.index("+Q674A", {{id}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  Row row;
  for (std::size_t i = 0; i < store.messages.size(); ++i) {
    const StoreMessage& of = store.messages[i];
    row.clear();
    row.add_number(id, of.id);
    row.add_number(size, of.size_bytes);
    row.add_number(delivered, kFirstDelivery + kMinute * static_cast<std::int64_t>(i));
    row.add(type, "IPM.Note");
    row.add(subject, latin(of.subject));
    if (details) details->add(of, row);
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

// In the order of the key: by folder, then by message.
Result<void> write_entries(EseWriter& writer, const PrivateStore& store, const StoreForm& form) {
  if (form.entries.empty()) return {};
  TableSpec spec;
  spec.name = form.entries;
  const ColumnId folder = spec.fixed("Q6748", ColumnType::kCurrency);
  const ColumnId message = spec.fixed("Q674A", ColumnType::kCurrency);
  const ColumnId deleted =
      form.has_details ? spec.tagged("T668F", ColumnType::kBinary) : ColumnId{};
  spec.index("+Q6748+Q674A", {{folder}, {message}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  std::vector<const StoreMessage*> sorted;
  for (const StoreMessage& of : store.messages) {
    if (of.folder != 0) sorted.push_back(&of);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const StoreMessage* a, const StoreMessage* b) {
    return std::pair(a->folder, a->id) < std::pair(b->folder, b->id);
  });
  Row row;
  for (const StoreMessage* const of : sorted) {
    row.clear();
    row.add_number(folder, of->folder);
    row.add_number(message, of->id);
    if (form.has_details && of->is_deleted) row.add_number(deleted, kFirstDelivery);
    DIRSNAP_CHECK(writer.append(table, row));
  }
  return {};
}

Result<void> write_attachments(EseWriter& writer, const PrivateStore& store) {
  TableSpec spec;
  spec.name = "Attachment";
  const ColumnId message = spec.fixed("Q674A", ColumnType::kCurrency);
  const ColumnId number = spec.fixed("L0E21", ColumnType::kLong);
  const ColumnId data = spec.tagged("N3701", ColumnType::kLongBinary);
  spec.index("+Q674A+L0E21", {{message}, {number}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  Row row;
  for (const StoreMessage& of : store.messages) {
    for (std::uint32_t i = 0; i < of.attachments; ++i) {
      row.clear();
      row.add_number(message, of.id);
      row.add_number(number, i);
      row.add(data, "content of an attachment");
      DIRSNAP_CHECK(writer.append(table, row));
    }
  }
  return {};
}

}  // namespace

PrivateStore private_store(const ExchangeSite& site, std::size_t server, std::uint32_t queued) {
  PrivateStore store;
  StoreBuilder builder(store);
  const std::string server_dn = site.server_dn(server);
  const std::string own = server_dn + "/cn=Microsoft Private MDB";
  const std::vector<SiteObject> objects = site.objects();
  const auto mdb = std::find_if(objects.begin(), objects.end(),
                                [&own](const SiteObject& object) { return object.dn == own; });
  if (mdb == objects.end()) return store;
  builder.mailbox("System Attendant", server_dn + "/cn=Microsoft System Attendant");
  for (const SiteObject& object : objects) {
    if (!lives_in(object, mdb->dnt)) continue;
    if (object.class_name == "Mailbox") {
      add_person(builder, object);
    } else if (object.dn.find("/cn=Configuration/cn=Connections/") != std::string::npos) {
      // Only the connector below Configuration logs on; MS Mail keeps its queue in the MTA.
      if (object.class_name != "MS-Mail-Connector") add_connector(builder, object, queued);
    }
  }
  return store;
}

Result<void> write_private_store(const PrivateStore& store,
                                 const std::string& path,
                                 const StoreForm& form) {
  DIRSNAP_TRY(EseWriter writer, EseWriter::create(path, EseOptions{}));
  TableSpec spec;
  spec.name = "Global";
  const ColumnId number = spec.fixed("L0001", ColumnType::kLong);
  const ColumnId guid = spec.tagged("N676A", ColumnType::kLongBinary);
  spec.index("pk", {{number}}, kUniqueKey);
  const TableId global = writer.add_table(spec);
  Row row;
  row.add_number(number, std::uint32_t{1});
  row.add(guid, noise(1, 16));
  DIRSNAP_CHECK(writer.append(global, row));
  DIRSNAP_CHECK(write_mailboxes(writer, store, form));
  DIRSNAP_CHECK(write_folders(writer, store, form));
  DIRSNAP_CHECK(write_messages(writer, store, form));
  DIRSNAP_CHECK(write_entries(writer, store, form));
  if (form.has_details) DIRSNAP_CHECK(write_attachments(writer, store));
  return writer.finish();
}

}  // namespace dirsnap::support
