// SPDX-License-Identifier: MIT
#include "storage/records.h"

#include <array>
#include <cstring>
#include <unistd.h>

#include "storage/base/time.h"
#include "storage/keys.h"

namespace dirsnap {
namespace {

constexpr std::string_view kMagic = "dirsnap case\r\n\x1a\n";  // a text-mode copy breaks it
constexpr std::uint32_t kByteOrderMark = 0x01020304;
constexpr std::string_view kHashName = "mix64-1";

class RecordWriter {
 public:
  template <class T>
  RecordWriter& number(T value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  RecordWriter& text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    const Bytes raw = as_bytes(text);
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    return *this;
  }
  RecordWriter& optional(const std::optional<std::string>& value) {
    number(static_cast<std::uint8_t>(value.has_value()));
    return value ? text(*value) : *this;
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

// Reads front to back; after a failure everything reads as empty and ok() is false.
class RecordReader {
 public:
  explicit RecordReader(Bytes bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    if (!ok_ || !has(bytes_, at_, sizeof(T))) return bad<T>();
    const T value = load_le<T>(bytes_, at_);
    at_ += sizeof(T);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (!ok_ || !has(bytes_, at_, size)) return bad<std::string_view>();
    const std::string_view value = as_chars(bytes_.subspan(at_, size));
    at_ += size;
    return value;
  }
  std::optional<std::string> optional() {
    const auto present = number<std::uint8_t>();
    if (present > 1) ok_ = false;
    return present == 1 ? std::optional<std::string>(text()) : std::nullopt;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && at_ == bytes_.size(); }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] tl::unexpected<Error> failure(const char* what) const {
    return fail(Code::kCorrupt, at_, std::string(what) + " record is damaged");
  }

 private:
  template <class T>
  T bad() {
    ok_ = false;
    return T{};
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

constexpr std::size_t kLeastColumnSize = 4 + 4;  // empty name and four codes

// A twin needs a column behind it that is no twin itself.
bool sharing_is_sound(const RelationDef& def) {
  for (std::size_t i = 0; i < def.columns.size(); ++i) {
    if (def.columns[i].sharing != Sharing::kTwin) continue;
    if (i + 1 == def.columns.size() || def.columns[i + 1].sharing != Sharing::kNone) return false;
  }
  return true;
}

// The end of a relation's record: whether its rows are stored with those of another snapshot.
bool read_form(RecordReader& in, StoredRelation& relation) {
  const auto in_common = in.number<std::uint8_t>();
  const auto refers = in.number<std::uint8_t>();
  if (!in.ok() || in_common > 1 || refers > in_common) return false;
  relation.def.in_common = in_common == 1;
  if (refers == 0) return true;
  BaseRef& base = relation.base.emplace();
  base.snapshot_id = in.number<std::uint64_t>();
  base.relation_no = in.number<std::uint32_t>();
  return in.ok() && (base.relation_no & kAdditionsBit) == 0 && relation.kinds == 0;
}

}  // namespace

std::vector<std::byte> encode_meta(std::uint32_t page_size_bytes) {
  RecordWriter out;
  for (const char c : kMagic) out.number(c);
  out.number(kCaseFormatVersion).number(kByteOrderMark).number(page_size_bytes).number(kChunkRows);
  out.text(kHashName).text(DIRSNAP_VERSION);
  return out.take();
}

Result<void> check_meta(Bytes bytes) {
  if (bytes.size() < kMagic.size() || as_chars(bytes).substr(0, kMagic.size()) != kMagic) {
    return fail(Code::kCorrupt, "not a dirsnap case: the magic is missing");
  }
  RecordReader in(bytes.subspan(kMagic.size()));
  const auto version = in.number<std::uint32_t>();
  if (in.ok() && version != kCaseFormatVersion) {
    return fail(Code::kUnsupported, "the case has format version " + std::to_string(version) +
                                        "; this program reads version " +
                                        std::to_string(kCaseFormatVersion));
  }
  const auto order = in.number<std::uint32_t>();
  if (in.ok() && order != kByteOrderMark) {
    return fail(Code::kUnsupported, "the case was written on a machine of another byte order");
  }
  in.number<std::uint32_t>();  // page size: the structure check has compared it already
  const auto chunk_rows = in.number<std::uint32_t>();
  const std::string_view hash = in.text();
  in.text();  // program version, for people
  if (!in.at_end()) return in.failure("meta");
  if (chunk_rows != kChunkRows || hash != kHashName) {
    return fail(Code::kUnsupported, "the case uses chunks or a hash function unknown here");
  }
  return {};
}

WriterIdentity this_writer() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return {
      .pid = static_cast<std::uint64_t>(getpid()), .host = host.data(), .started_at = iso_now()};
}

std::vector<std::byte> encode_snapshot(const StoredSnapshot& snapshot) {
  const SnapshotRecord& record = snapshot.record;
  RecordWriter out;
  out.number(static_cast<std::uint8_t>(snapshot.state));
  out.text(record.name).optional(record.server).optional(record.organization);
  out.optional(record.taken_at).text(record.imported_at);
  out.number(record.sources).number(record.issues);
  out.number(static_cast<std::uint32_t>(record.two_pieces.size()));
  for (const std::string& name : record.two_pieces) out.text(name);
  out.text(record.seal);
  out.number(snapshot.writer.pid).text(snapshot.writer.host).text(snapshot.writer.started_at);
  return out.take();
}

Result<StoredSnapshot> parse_snapshot(Bytes bytes) {
  RecordReader in(bytes);
  StoredSnapshot snapshot;
  const auto state = in.number<std::uint8_t>();
  if (state != static_cast<std::uint8_t>(SnapshotState::kImporting) &&
      state != static_cast<std::uint8_t>(SnapshotState::kSealed)) {
    return in.failure("snapshot");
  }
  snapshot.state = static_cast<SnapshotState>(state);
  SnapshotRecord& record = snapshot.record;
  record.name = in.text();
  record.server = in.optional();
  record.organization = in.optional();
  record.taken_at = in.optional();
  record.imported_at = in.text();
  record.sources = in.number<std::uint64_t>();
  record.issues = in.number<std::uint64_t>();
  const auto names = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < names && in.ok(); ++i) {
    const std::string_view name = in.text();
    if (i != 0 && name <= record.two_pieces.back()) return in.failure("snapshot");
    record.two_pieces.emplace_back(name);
  }
  record.seal = in.text();
  snapshot.writer.pid = in.number<std::uint64_t>();
  snapshot.writer.host = in.text();
  snapshot.writer.started_at = in.text();
  if (!in.at_end()) return in.failure("snapshot");
  return snapshot;
}

std::vector<std::byte> encode_relation(const StoredRelation& relation) {
  RecordWriter out;
  out.text(relation.def.name).number(relation.rows).number(relation.kinds);
  out.number(static_cast<std::uint32_t>(relation.def.columns.size()));
  for (const ColumnDef& column : relation.def.columns) {
    out.text(column.name).number(static_cast<std::uint8_t>(column.type));
    out.number(static_cast<std::uint8_t>(column.access));
    out.number(static_cast<std::uint8_t>(column.collation));
    out.number(static_cast<std::uint8_t>(column.sharing));
  }
  out.number(static_cast<std::uint8_t>(relation.def.in_common));
  out.number(static_cast<std::uint8_t>(relation.base.has_value()));
  if (relation.base) out.number(relation.base->snapshot_id).number(relation.base->relation_no);
  return out.take();
}

std::vector<std::byte> encode_additions(const AdditionsRecord& record) {
  RecordWriter out;
  out.number(record.owner.snapshot_id).number(record.owner.relation_no);
  for (const std::byte b : record.digest) out.number(b);
  return out.take();
}

Result<AdditionsRecord> parse_additions(Bytes bytes) {
  RecordReader in(bytes);
  AdditionsRecord record;
  record.owner.snapshot_id = in.number<std::uint64_t>();
  record.owner.relation_no = in.number<std::uint32_t>();
  for (std::byte& b : record.digest) b = in.number<std::byte>();
  if (!in.at_end() || (record.owner.relation_no & kAdditionsBit) == 0) {
    return in.failure("additions");
  }
  return record;
}

Result<std::string_view> parse_relation_name(Bytes bytes) {
  RecordReader in(bytes);
  const std::string_view name = in.text();
  if (!in.ok()) return in.failure("relation");
  return name;
}

Result<StoredRelation> parse_relation(Bytes bytes) {
  RecordReader in(bytes);
  StoredRelation relation;
  relation.def.name = in.text();
  relation.rows = in.number<std::uint64_t>();
  relation.kinds = in.number<std::uint32_t>();
  const auto columns = in.number<std::uint32_t>();
  if (!in.ok() || columns > in.left() / kLeastColumnSize || relation.rows > UINT32_MAX) {
    return in.failure("relation");
  }
  relation.def.columns.reserve(columns);
  for (std::uint32_t i = 0; i < columns && in.ok(); ++i) {
    ColumnDef column;
    column.name = in.text();
    const auto type = in.number<std::uint8_t>();
    const auto access = in.number<std::uint8_t>();
    const auto collation = in.number<std::uint8_t>();
    const auto sharing = in.number<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(ColumnType::kAny) ||
        access > static_cast<std::uint8_t>(Access::kHash) ||
        collation > static_cast<std::uint8_t>(Collation::kFold) ||
        sharing > static_cast<std::uint8_t>(Sharing::kTwin)) {
      return in.failure("relation");
    }
    column.type = static_cast<ColumnType>(type);
    column.access = static_cast<Access>(access);
    column.collation = static_cast<Collation>(collation);
    column.sharing = static_cast<Sharing>(sharing);
    relation.def.columns.push_back(std::move(column));
  }
  if (!read_form(in, relation) || !in.at_end() || !sharing_is_sound(relation.def)) {
    return in.failure("relation");
  }
  return relation;
}

}  // namespace dirsnap
