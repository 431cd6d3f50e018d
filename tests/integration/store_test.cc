// SPDX-License-Identifier: MIT
//
// Information stores: from a generated Priv.edb to mailboxes, folders and messages, compared with
// the structures it was made from; and what becomes of stores that are not as expected.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/case_run.h"
#include "tests/support/exchange_store.h"
#include "tests/support/temp_folder.h"

namespace dirsnap::test {
namespace {

namespace fs = std::filesystem;
using support::ExchangeSite;
using support::PrivateStore;
using support::StoreFolder;
using support::StoreForm;
using support::StoreMailbox;
using support::StoreMessage;
using Rows = std::vector<std::vector<std::string>>;

PrivateStore sample_store() {
  return support::private_store(ExchangeSite(support::sample_spec()), 0, 17);
}

// One store, written and imported.
struct StoreCase {
  explicit StoreCase(const PrivateStore& store,
                     const StoreForm& form = {},
                     const ImportOptions& options = {}) {
    fs::create_directory(folder / "backup");
    const auto written =
        support::write_private_store(store, (folder / "backup/Priv.edb").string(), form);
    REQUIRE(written);
    summary = import_into(folder / "case", folder / "backup", options);
    open = std::make_unique<OpenCase>(folder / "case");
  }
  std::string value(const std::string& sql) { return open->value(sql); }
  Rows rows(const std::string& sql) { return open->rows(sql); }

  TempFolder folder;
  ImportSummary summary;
  std::unique_ptr<OpenCase> open;
};

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::size_t count_messages(const PrivateStore& store, std::uint64_t folder) {
  return static_cast<std::size_t>(
      std::count_if(store.messages.begin(), store.messages.end(),
                    [&](const StoreMessage& m) { return m.folder == folder && !m.is_deleted; }));
}

TEST_CASE("a private store becomes mailboxes, folders and messages") {
  const PrivateStore store = sample_store();
  StoreCase c(store);
  CHECK(c.summary.losses + c.summary.doubts + c.summary.notes == 0);
  CHECK(c.value("SELECT role || ' ' || server FROM sources") == "private-store SRV1");

  const Rows mailboxes = c.rows(
      "SELECT owner_dn, display_name, root_folder_id, folders, messages FROM mailboxes "
      "ORDER BY mailbox_id");
  REQUIRE(mailboxes.size() == store.mailboxes.size());
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    const StoreMailbox& wanted = store.mailboxes[i];
    const auto in_it = [&](const StoreFolder& f) { return f.root == wanted.root_folder; };
    std::size_t messages = 0;
    for (const StoreFolder& f : store.folders) {
      if (in_it(f)) messages += count_messages(store, f.id);
    }
    CAPTURE(wanted.owner_dn);
    CHECK(mailboxes[i][0] == upper(wanted.owner_dn));
    CHECK(mailboxes[i][1] == wanted.display_name);
    CHECK(mailboxes[i][2] == number(wanted.root_folder));
    CHECK(mailboxes[i][3] ==
          std::to_string(std::count_if(store.folders.begin(), store.folders.end(), in_it)));
    CHECK(mailboxes[i][4] == std::to_string(messages));
  }
  const Rows folders = c.rows(
      "SELECT folder_id, parent_id, name, messages, unread, stored_messages, defect FROM folders "
      "ORDER BY folder_id");
  REQUIRE(folders.size() == store.folders.size());
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const StoreFolder& wanted = store.folders[i];
    CAPTURE(wanted.id, wanted.name);
    CHECK(folders[i][0] == number(wanted.id));
    CHECK(folders[i][1] == (wanted.parent == 0 ? "NULL" : number(wanted.parent)));
    CHECK(folders[i][2] == (wanted.name.empty() ? "NULL" : wanted.name));
    CHECK(folders[i][3] == std::to_string(count_messages(store, wanted.id)));
    CHECK(folders[i][4] == number(wanted.unread));
    CHECK(folders[i][5] == number(wanted.messages));
    CHECK(folders[i][6] == "NULL");
  }
  const Rows messages = c.rows(
      "SELECT message_id, folder_id, subject, size_bytes, class FROM messages ORDER BY message_id");
  REQUIRE(messages.size() == store.messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const StoreMessage& wanted = store.messages[i];
    CHECK(messages[i] == std::vector<std::string>{number(wanted.id), number(wanted.folder),
                                                  wanted.subject, number(wanted.size_bytes),
                                                  "IPM.Note"});
  }
  CHECK(c.value("SELECT received_at FROM messages ORDER BY message_id LIMIT 1") ==
        "1998-03-02T16:00:00Z");
}

TEST_CASE("kinds of mailboxes, paths of folders and the queues of connectors are told") {
  StoreCase c(sample_store());
  CHECK(c.rows("SELECT kind, kind_rule, queue_in, queue_out FROM mailboxes WHERE display_name LIKE "
               "'Internet Mail Connector%'") == Rows{{"connector", "queue", "0", "17"}});
  CHECK(c.rows("SELECT kind, kind_rule, queue_out FROM mailboxes WHERE display_name = 'System "
               "Attendant'") == Rows{{"system", "dn", "NULL"}});
  CHECK(c.value("SELECT count(*) FROM mailboxes WHERE kind = 'user' AND kind_rule = 'dn' AND "
                "queue_in IS NULL") ==
        c.value("SELECT count(*) FROM mailboxes WHERE owner_dn LIKE '%/CN=RECIPIENTS/%'"));
  CHECK(c.rows("SELECT DISTINCT path FROM folders WHERE name = 'Inbox'") ==
        Rows{{"/Top of Information Store/Inbox"}});
  CHECK(c.rows("SELECT f.path, f.messages FROM folders f JOIN mailboxes m USING (snapshot_id, "
               "mailbox_id) WHERE f.queue = 'mts-out' AND m.display_name LIKE 'Internet%'") ==
        Rows{{"/MTS-OUT", "17"}});
  CHECK(c.value("SELECT count(*) FROM messages m JOIN folders f USING (snapshot_id, source_id, "
                "folder_id) WHERE m.mailbox_id IS NOT f.mailbox_id") == "0");
}

TEST_CASE("a user's own folder named MTS-OUT makes no connector") {
  PrivateStore store = sample_store();
  const auto inbox = std::find_if(store.folders.begin(), store.folders.end(),
                                  [](const StoreFolder& f) { return f.name == "Inbox"; });
  REQUIRE(inbox != store.folders.end());
  const StoreFolder own{store.folders.back().id + 1000, inbox->id, inbox->root, "MTS-OUT"};
  store.folders.push_back(own);
  StoreCase c(store);
  CHECK(c.value("SELECT kind FROM mailboxes WHERE root_folder_id = " + number(own.root)) == "user");
  CHECK(c.value("SELECT queue FROM folders WHERE path LIKE '%/Inbox/MTS-OUT'") == "NULL");
}

PrivateStore detailed_store() {
  PrivateStore store = sample_store();
  StoreMessage& first = store.messages.front();
  first.sender = "Jürgen Weiß";
  first.body = "the secret plan";
  first.attachments = 2;
  store.messages[1].is_deleted = true;
  return store;
}

const StoreForm kDetailed{.has_details = true};

TEST_CASE("envelopes have sender, times, flags and attachments; soft-deleted ones count apart") {
  const PrivateStore store = detailed_store();
  StoreCase c(store, kDetailed);
  CHECK(c.rows("SELECT sender, sent_at, flags, attachments, has_attachments, is_deleted FROM "
               "messages WHERE message_id = " +
               number(store.messages[0].id)) ==
        Rows{{"Jürgen Weiß", "1998-03-02T16:00:00Z", "16", "2", "1", "0"}});
  const StoreMessage& deleted = store.messages[1];
  CHECK(c.rows("SELECT attachments, has_attachments, is_deleted FROM messages WHERE message_id = " +
               number(deleted.id)) == Rows{{"0", "0", "1"}});
  CHECK(c.rows("SELECT counted_messages, deleted_messages FROM folders WHERE folder_id = " +
               number(deleted.folder)) ==
        Rows{{std::to_string(count_messages(store, deleted.folder)), "1"}});
  CHECK(c.value("SELECT DISTINCT last_logon_at FROM mailboxes") == "1998-03-02T16:00:00Z");
}

TEST_CASE("bodies are kept only where the user wants them, in raw tables too") {
  const PrivateStore store = detailed_store();
  const std::string where = " WHERE message_id = " + number(store.messages[0].id);
  const std::string raw = " WHERE Q674A = " + number(store.messages[0].id);
  SECTION("not by default") {
    StoreCase c(store, kDetailed);
    CHECK(c.value("SELECT count(body) FROM messages") == "0");
    CHECK(c.rows("SELECT S1000, N1009 FROM ese_Msg" + raw) ==
          Rows{{"(body, 15 bytes)", "(body, 22 bytes)"}});
    CHECK(c.value("SELECT count(*) FROM ese_Attachment WHERE N3701 = '(body, 24 bytes)'") == "2");
    CHECK(c.rows("SELECT severity, code FROM import_issues") == Rows{{"note", "bodies-left-out"}});
    CHECK(c.summary.doubts + c.summary.losses == 0);
  }
  SECTION("with --with-bodies") {
    ImportOptions options;
    options.with_bodies = true;
    StoreCase c(store, kDetailed, options);
    CHECK(c.value("SELECT body FROM messages" + where) == "the secret plan");
    CHECK(c.value("SELECT S1000 FROM ese_Msg" + raw) == "the secret plan");
    CHECK(c.value("SELECT cast(N1009 AS TEXT) FROM ese_Msg" + raw) == "{\\rtf the secret plan}");
    CHECK(c.value("SELECT count(*) FROM import_issues") == "0");
  }
}

TEST_CASE("texts are 8 bit or UTF-16 as each value tells") {
  PrivateStore store = sample_store();
  for (StoreFolder& folder : store.folders) {
    if (folder.name == "Inbox") folder.name = "Posteingang für alle";
  }
  StoreCase c(store, StoreForm{.has_wide_names = true});
  CHECK(c.rows("SELECT DISTINCT name FROM folders WHERE name LIKE 'P%'") ==
        Rows{{"Posteingang für alle"}});
  CHECK(c.value("SELECT count(*) FROM folders WHERE queue = 'mts-out'") != "0");
  CHECK(c.value("SELECT subject FROM messages LIMIT 1") == store.messages[0].subject);
}

TEST_CASE("the columns of a store are told as MAPI properties") {
  StoreCase c(sample_store());
  CHECK(c.rows("SELECT table_name, column_name, property, property_id FROM ese_columns WHERE "
               "property IN ('PR_DISPLAY_NAME', 'PR_MESSAGE_DELIVERY_TIME') ORDER BY 1") ==
        Rows{{"Folder", "S3001", "PR_DISPLAY_NAME", "12289"},
             {"Mailbox", "S3001", "PR_DISPLAY_NAME", "12289"},
             {"Msg", "T0E06", "PR_MESSAGE_DELIVERY_TIME", "3590"}});
  CHECK(c.value("SELECT DISTINCT property FROM ese_columns WHERE column_name = 'Q674F'") ==
        "0x674F");
  CHECK(c.value("SELECT count(*) FROM ese_columns WHERE table_name LIKE 'MSys%' AND property IS "
                "NOT NULL") == "0");
}

TEST_CASE("broken trees of folders are flagged, not followed") {
  PrivateStore store = sample_store();
  const std::uint64_t next = store.folders.back().id + 1000;
  const std::uint64_t root = store.mailboxes[1].root_folder;
  store.folders.push_back({next, 4711, root, "Lost"});
  store.folders.push_back({next + 1, next, 0, "Below lost"});
  store.folders.push_back({next + 2, next + 3, 0, "Ring 1"});
  store.folders.push_back({next + 3, next + 2, 0, "Ring 2"});
  store.folders.push_back({next + 4, next + 3, 0, "Below ring"});
  store.folders.push_back({next + 5, 0, 0, "Top"});
  StoreCase c(store);
  CHECK(c.rows("SELECT name, path, mailbox_id, defect FROM folders WHERE folder_id >= " +
               number(next) + " ORDER BY folder_id") ==
        Rows{{"Lost", "Lost", "2", "missing-parent"},
             {"Below lost", "Lost/Below lost", "NULL", "NULL"},
             {"Ring 1", "NULL", "NULL", "parent-loop"},
             {"Ring 2", "NULL", "NULL", "parent-loop"},
             {"Below ring", "NULL", "NULL", "parent-loop"},
             {"Top", "/", "NULL", "no-mailbox"}});
}

TEST_CASE("entries and messages that do not fit each other are kept and told") {
  PrivateStore store = sample_store();
  StoreMessage loose = store.messages.back();
  loose.id += 1000;
  loose.folder = 0;  // in no folder
  StoreMessage stray = loose;
  stray.id += 1;
  stray.folder = 4711;  // of a folder without row
  store.messages.push_back(loose);
  store.messages.push_back(stray);
  StoreCase c(store);
  CHECK(
      c.rows("SELECT folder_id, mailbox_id FROM messages WHERE message_id >= " + number(loose.id) +
             " ORDER BY message_id") == Rows{{"NULL", "NULL"}, {"4711", "NULL"}});
}

TEST_CASE("two stores of a snapshot keep their mailboxes apart") {
  const TempFolder folder;
  fs::create_directory(folder / "backup");
  const ExchangeSite site(support::sample_spec());
  const PrivateStore first = support::private_store(site, 0, 3);
  const PrivateStore second = support::private_store(site, 1, 5);
  REQUIRE(support::write_private_store(first, (folder / "backup/a.edb").string()));
  REQUIRE(support::write_private_store(second, (folder / "backup/b.edb").string()));
  import_into(folder / "case", folder / "backup");
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT group_concat(server, ' ') FROM sources") == "SRV1 SRV2");
  CHECK(open.value("SELECT count(*) || ' ' || max(mailbox_id) FROM mailboxes") ==
        std::to_string(first.mailboxes.size() + second.mailboxes.size()) + " " +
            std::to_string(first.mailboxes.size() + second.mailboxes.size()));
  // Both stores use the same numbers for their folders.
  for (const char* table : {"folders", "messages"}) {
    CHECK(open.value("SELECT count(*) FROM " + std::string(table) +
                     " f JOIN mailboxes m USING (snapshot_id, mailbox_id) "
                     "WHERE f.source_id <> m.source_id") == "0");
  }
  CHECK(open.value("SELECT sum(messages) FROM mailboxes WHERE source_id = 2") ==
        std::to_string(second.messages.size()));
}

// --- Stores that are not as expected ---

// Every table of the file is there as a raw table, with all its rows.
void check_raw(StoreCase& c, const PrivateStore& store, const StoreForm& form) {
  const std::map<std::string, std::size_t> wanted = {{form.mailboxes, store.mailboxes.size()},
                                                     {form.folders, store.folders.size()},
                                                     {form.messages, store.messages.size()},
                                                     {form.entries, store.messages.size()}};
  for (const auto& [name, rows] : wanted) {
    if (name.empty()) continue;
    CAPTURE(name);
    CHECK(c.value("SELECT count(*) FROM \"ese_" + name + "\"") == std::to_string(rows));
    CHECK(c.value("SELECT count(*) FROM ese_columns WHERE table_name = '" + name +
                  "' AND property IS NOT NULL") != "0");
  }
}

std::string rows_of(StoreCase& c, const std::string& table) {
  return c.value("SELECT count(*) FROM " + table);
}

std::string issues_of(StoreCase& c) {
  return c.value(
      "SELECT coalesce(group_concat(severity || ' ' || code || ': ' || message, '; '), '') FROM "
      "import_issues");
}

TEST_CASE("a store without one of its tables imports with an issue, and invents nothing") {
  const PrivateStore store = sample_store();
  const bool is_renamed = GENERATE(false, true);
  CAPTURE(is_renamed);
  StoreForm form;
  SECTION("no table Mailbox") {
    form.mailboxes = is_renamed ? "Boxes" : "";
    StoreCase c(store, form);
    check_raw(c, store, form);
    CHECK(c.summary.doubts == 1);
    CHECK(c.value("SELECT role FROM sources") == "other");
    CHECK(rows_of(c, "mailboxes") == "0");
    CHECK(rows_of(c, "folders WHERE mailbox_id IS NOT NULL OR queue IS NOT NULL") == "0");
    CHECK(rows_of(c, "folders") == std::to_string(store.folders.size()));
    CHECK(rows_of(c, "messages WHERE mailbox_id IS NULL") == std::to_string(store.messages.size()));
  }
  SECTION("no table Folder") {
    form.folders = is_renamed ? "Fldr" : "";
    StoreCase c(store, form);
    check_raw(c, store, form);
    CHECK(c.summary.doubts == 1);
    CHECK(issues_of(c).find("Folder") != std::string::npos);
    CHECK(c.value("SELECT role FROM sources") == "private-store");
    CHECK(rows_of(c, "folders") == "0");
    CHECK(rows_of(c, "mailboxes") == std::to_string(store.mailboxes.size()));
    CHECK(rows_of(c,
                  "mailboxes WHERE folders IS NOT NULL OR messages IS NOT NULL OR queue_out IS "
                  "NOT NULL OR size_bytes IS NOT NULL") == "0");
    CHECK(rows_of(c, "messages WHERE mailbox_id IS NULL AND folder_id IS NOT NULL") ==
          std::to_string(store.messages.size()));
  }
  SECTION("no table Msg") {
    form.messages = is_renamed ? "Mesg" : "";
    StoreCase c(store, form);
    check_raw(c, store, form);
    CHECK(c.summary.doubts == 1);
    CHECK(issues_of(c).find("Msg") != std::string::npos);
    CHECK(rows_of(c, "messages") == "0");
    CHECK(c.value("SELECT DISTINCT queue_out FROM mailboxes WHERE kind = 'connector'") == "17");
  }
  SECTION("no table MsgFolder") {
    form.entries = is_renamed ? "MsgFldr" : "";
    StoreCase c(store, form);
    check_raw(c, store, form);
    CHECK(c.summary.doubts == 1);
    CHECK(rows_of(c, "messages WHERE folder_id IS NOT NULL") == "0");
    CHECK(rows_of(c, "folders WHERE counted_messages IS NOT NULL OR size_bytes IS NOT NULL") ==
          "0");
    // The store's own counter is what is left.
    CHECK(c.value("SELECT DISTINCT queue_out FROM mailboxes WHERE kind = 'connector'") == "17");
  }
}

TEST_CASE("a store with no table of a known name keeps its raw tables") {
  const PrivateStore store = sample_store();
  const StoreForm form{"A1", "B2", "C3", "D4"};
  StoreCase c(store, form);
  check_raw(c, store, form);
  CHECK(c.summary.doubts == 3);
  CHECK(c.value("SELECT role FROM sources") == "other");
  for (const char* table : {"mailboxes", "folders", "messages"}) CHECK(rows_of(c, table) == "0");
}

TEST_CASE("folders and messages alone are a public store") {
  PrivateStore store;
  store.folders = {{257, 0, 257, ""}, {258, 257, 257, "IPM_SUBTREE"}, {259, 258, 257, "News"}};
  store.folders.back().messages = 1;
  store.messages = {{300, 259, 1000, "Hello"}};
  StoreForm form;
  form.mailboxes = "";
  StoreCase c(store, form);
  CHECK(c.summary.doubts + c.summary.losses == 0);
  CHECK(c.summary.notes == 1);
  CHECK(c.value("SELECT role FROM sources") == "public-store");
  CHECK(c.rows("SELECT path, messages, mailbox_id, defect FROM folders ORDER BY folder_id") ==
        Rows{{"/", "0", "NULL", "NULL"},
             {"/IPM_SUBTREE", "0", "NULL", "NULL"},
             {"/IPM_SUBTREE/News", "1", "NULL", "NULL"}});
  CHECK(c.value("SELECT folder_id FROM messages") == "259");
}

TEST_CASE("a store cut short keeps what is left and says what is lost") {
  const TempFolder folder;
  fs::create_directory(folder / "backup");
  const fs::path path = folder / "backup/Priv.edb";
  REQUIRE(support::write_private_store(sample_store(), path.string()));
  fs::resize_file(path, fs::file_size(path) / 4096 * 2 / 3 * 4096);
  const ImportSummary summary = import_into(folder / "case", folder / "backup");
  CHECK(summary.losses > 0);
  OpenCase open(folder / "case");
  CHECK(open.value("SELECT count(*) FROM sources") == "1");
}

}  // namespace
}  // namespace dirsnap::test
