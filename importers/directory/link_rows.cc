// SPDX-License-Identifier: MIT
#include "importers/directory/link_rows.h"

#include <array>
#include <vector>

#include "importers/directory/syntax.h"
#include "storage/base/byte_reader.h"
#include "storage/base/text.h"

namespace dirsnap::directory {

namespace link_columns = tables::links;

Result<LinkWriter> LinkWriter::create(std::int64_t source_id, ImportContext& context) {
  DIRSNAP_TRY(RelationWriter* const table, context.table(link_columns::kSpec));
  return LinkWriter(source_id, *table);
}

// The columns that all live, or all dead, values of an attribute have in common.
Result<std::uint32_t> LinkWriter::kind_of(const LinkRow& link) {
  constexpr std::uint64_t kNoAttribute = std::uint64_t{1} << 32;
  const std::uint64_t attribute = link.attribute == nullptr ? kNoAttribute : link.attribute->id;
  const std::uint64_t key = attribute << 1 | (link.is_deleted ? 1U : 0U);
  if (const auto found = kinds_.find(key); found != kinds_.end()) return found->second;
  std::vector<Cell> cells = {{link_columns::kIsDeleted, ValueView::of(link.is_deleted ? 1 : 0)},
                             {link_columns::kSourceId, ValueView::of(source_id_)}};
  if (link.attribute != nullptr) {
    cells.push_back({link_columns::kAttribute, ValueView::text(link.attribute->ldap_name)});
    if (!link.attribute->x500_name.empty()) {
      cells.push_back({link_columns::kAttributeX500, ValueView::text(link.attribute->x500_name)});
    }
  }
  DIRSNAP_TRY(const std::uint32_t kind, table_->kind(cells));
  kinds_.emplace(key, kind);
  return kind;
}

Result<void> LinkWriter::append(const LinkRow& link) {
  DIRSNAP_TRY(const std::uint32_t kind, kind_of(link));
  const auto id = [](std::int64_t number) {
    return number == 0 ? ValueView::null() : ValueView::of(number);
  };
  const auto text = [](std::string_view bytes) {
    return bytes.empty() ? ValueView::null() : ValueView::text(bytes);
  };
  const std::array<Cell, 9> row = {{
      {link_columns::kFromId, id(link.from_id)},
      {link_columns::kFromDn, text(link.from_dn)},
      {link_columns::kToId, id(link.to_id)},
      {link_columns::kToDn, text(link.to_dn)},
      {link_columns::kLinkBase, ValueView::of(link.base)},
      {link_columns::kDeletedAt, text(link.deleted_at)},
      {link_columns::kDeactivatedAt, text(link.deactivated_at)},
      {link_columns::kData, link.data},
      {link_columns::kUsnChanged,
       link.usn_changed ? ValueView::of(*link.usn_changed) : ValueView::null()},
  }};
  DIRSNAP_CHECK(table_->append(kind, row));
  return {};
}

ValueView link_data_of_bytes(const Attribute* attribute, Bytes bytes, std::string& text) {
  constexpr std::size_t kSizeBytes = 4;
  if (bytes.empty()) return ValueView::null();
  if (bytes.size() < kSizeBytes || load_le<std::uint32_t>(bytes, 0) != bytes.size()) {
    return ValueView::blob(as_chars(bytes));
  }
  const Bytes data = bytes.subspan(kSizeBytes);
  if (attribute != nullptr && attribute->syntax == syntax::kDnString) {
    text = decode_utf16le(data).text;
    return ValueView::text(text);
  }
  return ValueView::blob(as_chars(data));
}

}  // namespace dirsnap::directory
