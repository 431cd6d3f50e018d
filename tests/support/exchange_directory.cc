// SPDX-License-Identifier: MIT
#include "tests/support/exchange_directory.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/base/text.h"
#include "storage/base/time.h"
#include "tests/support/bytes.h"
#include "tests/support/ese_writer.h"
#include "tests/support/exchange_schema.h"
#include "tests/support/exchange_values.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kRootDnt = 2;
constexpr std::uint32_t kUniqueKey = kIndexPrimary | kIndexUnique | kIndexNoNulls;

// UTF-8 as code page 1252; the names in use have no character outside Latin-1.
std::string latin(std::string_view utf8) {
  std::string out;
  const std::string wide = encode_utf16le(utf8);
  for (std::size_t i = 0; i + 1 < wide.size(); i += 2) {
    out.push_back(wide[i + 1] == 0 ? wide[i] : '?');
  }
  return out;
}

bool has_column(const SchemaAttribute& attribute) { return attribute.link_id == 0; }

bool is_active_directory(DirectoryLayout layout) {
  return layout != DirectoryLayout::kUsual && layout != DirectoryLayout::kRenamed;
}

// The tables of 2003 and later.
bool is_late(DirectoryLayout layout) {
  return is_active_directory(layout) && layout != DirectoryLayout::kWindows2000;
}

EseOptions ese_options(DirectoryLayout layout) {
  if (!is_active_directory(layout)) return {};
  EseOptions options{.generation = Generation::kModern, .page_size = 8192};
  switch (layout) {
    case DirectoryLayout::kWindows2008:
      options.format_update = 0x0C;
      break;
    case DirectoryLayout::kWindows2025:
      options.format_update = 0x122;
      options.page_size = 32768;
      options.wide_long_value_ids = true;
      break;
    default:
      options.format_update = 9;
      break;
  }
  return options;
}

// Bytes 0x2A in fixed columns that a placeholder row never set.
constexpr std::uint32_t kFill = 0x2A2A2A2A;

// The columns of the object table by their meaning.
class ObjectTable {
 public:
  explicit ObjectTable(DirectoryLayout layout)
      : layout_(layout), renamed_(layout == DirectoryLayout::kRenamed) {
    spec.name = renamed_ ? "object_table" : "datatable";
    if (is_late(layout)) {
      add_late_columns();
    } else {
      add_early_columns();
    }
    add_attributes();
    spec.index("DNT_index", {{dnt_}}, kUniqueKey);
    // Keys of Unicode text follow the sorting tables of the system; there the name is left out.
    std::vector<IndexSegment> by_parent = {{parent_}, {rdn_}, {dnt_}};
    if (is_active_directory(layout)) by_parent.erase(by_parent.begin() + 1);
    spec.index("PDNT_index", std::move(by_parent), kIndexUnique | kIndexAllowNulls);
  }

  // Adds columns that no object uses, up to `columns` in all: attributes of no name.
  void widen(std::size_t columns) {
    constexpr std::uint32_t kFirstUnused = 1'000'000;
    for (std::uint32_t i = 0; spec.columns.size() < columns; ++i)
      spec.tagged("ATTk" + std::to_string(kFirstUnused + i), ColumnType::kLongBinary);
  }

  // The placeholders that come before the first object.
  void fill_placeholder(std::uint32_t dnt, std::string_view name, Row& row) const {
    row.clear();
    row.add_number(dnt_, dnt);
    row.add_number(is_object_, std::uint8_t{0});
    row.add_number(rdn_type_, attr::kCommonName);
    row.add_number(count_, std::uint32_t{1});
    row.add_number(context_, kRootDnt);
    if (is_late(layout_)) {
      row.add_number(ab_count_, kFill);
      row.add_number(time_, std::uint64_t{kFill} << 32 | kFill);
    }
    add_name(name, row);
    row.add_number(parent_, std::uint32_t{0});
  }

  // `descriptor`: number of the object's security descriptor where these have a table; 0: none.
  void fill(const SiteObject& object, std::uint64_t descriptor, Row& row) const {
    row.clear();
    row.add_number(dnt_, object.dnt);
    row.add_number(is_object_, std::uint8_t{1});
    row.add_number(rdn_type_, object.rdn_type);
    row.add_number(count_, std::uint32_t{1});
    row.add_number(context_, object.naming_context);
    row.add_number(visible_, std::uint8_t{object.is_deleted ? std::uint8_t{0} : std::uint8_t{1}});
    if (is_late(layout_)) {
      row.add_number(time_, object.changed_at + kSecondsFrom1601To1970);
    } else {
      row.add_number(time_, static_cast<std::uint32_t>(object.changed_at));
      row.add_number(level_, static_cast<std::uint32_t>(object.ancestors.size() - 1));
    }
    add_name(object.rdn, row);
    row.add_number(parent_, object.parent);
    if (descriptor != 0) row.add(columns_.at(attr::kNTSecurityDescriptor).id, le_bytes(descriptor));
    std::string ancestors = le_bytes(kRootDnt);
    for (const std::uint32_t dnt : object.ancestors) append_le(ancestors, dnt);
    row.add(ancestors_, ancestors);
    for (const SiteAttribute& attribute : object.attributes) fill_attribute(attribute, row);
  }

  TableSpec spec;

 private:
  void add_early_columns() {
    if (renamed_) parent_ = spec.fixed("PDNT_col", ColumnType::kLong);
    dnt_ = spec.fixed("DNT_col", ColumnType::kLong, kColumnNotNull | kColumnAutoIncrement);
    spec.fixed("DispTYpeT_col", ColumnType::kLong);
    is_object_ = spec.fixed("OBJ_col", ColumnType::kUnsignedByte);
    rdn_type_ = spec.fixed("RDNtyp_col", ColumnType::kLong);
    count_ = spec.fixed("cnt_col", ColumnType::kLong);
    time_ = spec.fixed("time_col", ColumnType::kLong);
    context_ = spec.fixed("NCDNT_col", ColumnType::kLong);
    level_ = spec.fixed("Level_col", ColumnType::kLong);
    visible_ = spec.fixed("IsVisibleInAB", ColumnType::kUnsignedByte);
    rdn_ = spec.variable("RDN_col", ColumnType::kText,
                         layout_ == DirectoryLayout::kWindows2000 ? kUtf16 : kLatin);
    if (!renamed_) parent_ = spec.tagged("PDNT_col", ColumnType::kLong);
    ancestors_ = spec.tagged("Ancestors", ColumnType::kLongBinary);
  }

  void add_late_columns() {
    dnt_ = spec.fixed("DNT_col", ColumnType::kLong, kColumnNotNull | kColumnAutoIncrement);
    parent_ = spec.fixed("PDNT_col", ColumnType::kLong);
    is_object_ = spec.fixed("OBJ_col", ColumnType::kUnsignedByte);
    rdn_type_ = spec.fixed("RDNtyp_col", ColumnType::kLong);
    count_ = spec.fixed("cnt_col", ColumnType::kLong);
    ab_count_ = spec.fixed("ab_cnt_col", ColumnType::kLong);
    time_ = spec.fixed("time_col", ColumnType::kCurrency);
    context_ = spec.fixed("NCDNT_col", ColumnType::kLong);
    visible_ = spec.fixed("IsVisibleInAB", ColumnType::kUnsignedByte);
    if (layout_ != DirectoryLayout::kWindows2003) {
      spec.fixed("recycle_time_col", ColumnType::kCurrency);
    }
    ancestors_ = spec.tagged("Ancestors_col", ColumnType::kLongBinary);
    name_attribute_ = spec.tagged("ATTm589825", ColumnType::kLongText, kUtf16);
  }

  void add_name(std::string_view name, Row& row) const {
    if (is_late(layout_)) {
      row.add(name_attribute_, encode_utf16le(name));
    } else {
      row.add(rdn_, layout_ == DirectoryLayout::kWindows2000 ? encode_utf16le(name) : latin(name));
    }
  }

  // Ids in an order that means nothing, as in a directory that grew.
  void add_attributes() {
    std::vector<const SchemaAttribute*> order;
    for (const SchemaAttribute& attribute : schema_attributes()) {
      if (has_column(attribute)) order.push_back(&attribute);
    }
    std::sort(order.begin(), order.end(),
              [this](const SchemaAttribute* a, const SchemaAttribute* b) {
                const auto rank = [this](const SchemaAttribute* of) {
                  return (of->id * (renamed_ ? 2654435761U : 40503U)) & 0xFFFFU;
                };
                return rank(a) != rank(b) ? rank(a) < rank(b) : a->id < b->id;
              });
    for (const SchemaAttribute* attribute : order) {
      const Syntax syntax = stored_syntax(*attribute);
      const std::string name =
          std::string("ATT") + letter_of(*attribute, syntax) + std::to_string(attribute->id);
      const bool is_large = is_large_number(*attribute);
      const ColumnId id = spec.tagged(name, is_large ? ColumnType::kCurrency : type_of(syntax),
                                      codepage_of(syntax));
      if (!attribute->single_valued) spec.column(id).flags |= kColumnMultiValued;
      columns_[attribute->id] = {id, syntax, is_large};
    }
  }

  // The variant and Active Directory keep 8-bit names as Unicode.
  Syntax stored_syntax(const SchemaAttribute& attribute) const {
    const bool text = attribute.syntax == Syntax::kTeletex;
    const bool is_wide = renamed_ || is_active_directory(layout_);
    return text && is_wide ? Syntax::kUnicode : attribute.syntax;
  }

  // Update sequence numbers have 64 bits in Active Directory.
  bool is_large_number(const SchemaAttribute& attribute) const {
    return is_active_directory(layout_) &&
           (attribute.id == attr::kUSNCreated || attribute.id == attr::kUSNChanged);
  }

  char letter_of(const SchemaAttribute& attribute, Syntax syntax) const {
    if (is_large_number(attribute)) return 'q';
    if (is_active_directory(layout_) && attribute.id == attr::kNTSecurityDescriptor) return 'p';
    return static_cast<char>('a' + static_cast<int>(syntax));
  }

  static ColumnType type_of(Syntax syntax) {
    switch (syntax) {
      case Syntax::kTeletex:
      case Syntax::kPrintable:
      case Syntax::kUnicode:
        return ColumnType::kLongText;
      case Syntax::kOctets:
      case Syntax::kOrName:
        return ColumnType::kLongBinary;
      case Syntax::kUtcTime:
        return ColumnType::kCurrency;
      default:
        return ColumnType::kLong;
    }
  }

  static std::uint32_t codepage_of(Syntax syntax) {
    if (syntax == Syntax::kUnicode) return kUtf16;
    return syntax == Syntax::kTeletex || syntax == Syntax::kPrintable ? kLatin : 0;
  }

  void fill_attribute(const SiteAttribute& attribute, Row& row) const {
    const auto found = columns_.find(attribute.id);
    if (found == columns_.end()) return;  // a link: its values have a table of their own
    const auto [column, syntax, is_large] = found->second;
    if (is_late(layout_) && attribute.id == attr::kNTSecurityDescriptor) return;  // by its number
    for (const SiteValue& value : attribute.values) {
      if (value.kind == SiteValue::Kind::kOctets) {
        row.add(column, value.text);
      } else if (value.kind == SiteValue::Kind::kText) {
        row.add(column,
                syntax == Syntax::kUnicode ? encode_utf16le(value.text) : latin(value.text));
      } else if (syntax == Syntax::kUtcTime) {
        row.add_number(column, value.number + kSecondsFrom1601To1970);
      } else if (is_large) {
        row.add_number(column, value.number);
      } else {
        row.add_number(column, static_cast<std::int32_t>(value.number));
      }
    }
  }

  struct Column {
    ColumnId id;
    Syntax syntax;
    bool is_large;
  };

  DirectoryLayout layout_;
  bool renamed_;
  ColumnId dnt_ = 0, parent_ = 0, is_object_ = 0, rdn_type_ = 0, count_ = 0, ab_count_ = 0;
  ColumnId time_ = 0, context_ = 0, level_ = 0, visible_ = 0, rdn_ = 0, ancestors_ = 0;
  ColumnId name_attribute_ = 0;
  std::unordered_map<std::uint32_t, Column> columns_;  // by attribute id
};

// The table of links: from an object, to an object, base = link id / 2.
class LinkTable {
 public:
  explicit LinkTable(DirectoryLayout layout) {
    const bool renamed = layout == DirectoryLayout::kRenamed;
    spec.name = renamed ? "reference_table" : "link_table";
    from_ = spec.fixed("link_DNT", ColumnType::kLong);
    to_ = spec.fixed("backlink_DNT", ColumnType::kLong);
    base_ = spec.fixed("link_base", ColumnType::kLong);
    if (is_late(layout)) {
      for (const char* name : {"link_deltime", "link_usnchanged"}) {
        spec.fixed(name, ColumnType::kCurrency);
      }
      spec.fixed("link_ncdnt", ColumnType::kLong);
      spec.tagged("link_metadata", ColumnType::kLongBinary);
    }
    if (is_late(layout) && layout != DirectoryLayout::kWindows2003) {
      spec.fixed("link_deactivetime", ColumnType::kCurrency);
    }
    spec.tagged("link_ndesc", ColumnType::kLong);
    spec.tagged("link_data", ColumnType::kLongBinary);
    spec.index("link_index", {{from_}, {base_}, {to_}}, kUniqueKey);
    spec.index("backlink_index", {{to_}, {base_}, {from_}}, kIndexUnique | kIndexAllowNulls);
  }

  // Appends the links of one object in the order of the index.
  Result<void> append(EseWriter& writer, TableId table, const SiteObject& object) {
    struct Link {
      std::uint32_t base;
      std::uint32_t to;
    };
    std::vector<Link> links;
    for (const SiteAttribute& attribute : object.attributes) {
      const SchemaAttribute* const of = find_attribute(attribute.id);
      if (of == nullptr || has_column(*of)) continue;
      for (const SiteValue& value : attribute.values) {
        links.push_back({of->link_id / 2, static_cast<std::uint32_t>(value.number)});
      }
    }
    std::sort(links.begin(), links.end(), [](const Link& a, const Link& b) {
      return a.base != b.base ? a.base < b.base : a.to < b.to;
    });
    for (const Link& link : links) {
      row_.clear();
      row_.add_number(from_, object.dnt);
      row_.add_number(to_, link.to);
      row_.add_number(base_, link.base);
      DIRSNAP_CHECK(writer.append(table, row_));
    }
    return {};
  }

  TableSpec spec;

 private:
  ColumnId from_ = 0, to_ = 0, base_ = 0;
  Row row_;
};

// The one row that tells which object is the server's own.
Result<void> write_hidden(EseWriter& writer,
                          DirectoryLayout layout,
                          std::uint32_t own_agent,
                          std::uint32_t next_usn) {
  TableSpec spec;
  const bool late = is_late(layout);
  spec.name = layout == DirectoryLayout::kRenamed ? "state_table" : "hiddentable";
  const ColumnId usn = spec.fixed("usn_col", late ? ColumnType::kCurrency : ColumnType::kLong);
  const ColumnId own = late ? spec.fixed("dsa_col", ColumnType::kLong) : ColumnId{0};
  const ColumnId state = spec.fixed("state_col", ColumnType::kLong);
  const ColumnId agent = late ? own : spec.tagged("dsa_col", ColumnType::kLongBinary);
  spec.index("usn_index", {{usn}}, kUniqueKey);
  const TableId table = writer.add_table(spec);
  Row row;
  if (late) {
    row.add_number(usn, std::uint64_t{next_usn});
  } else {
    row.add_number(usn, next_usn);
  }
  row.add_number(state, std::uint32_t{4});
  row.add(agent, le_bytes(own_agent));
  return writer.append(table, row);
}

// Security descriptors that objects share, in a table from 2003 on.
class DescriptorTable {
 public:
  explicit DescriptorTable(DirectoryLayout layout) : is_used_(is_late(layout)) {
    spec.name = "sd_table";
    id_ = spec.fixed("sd_id", ColumnType::kCurrency, kColumnNotNull | kColumnAutoIncrement);
    count_ = spec.fixed("sd_refcount", ColumnType::kLong);
    spec.variable("sd_hash", ColumnType::kBinary);
    value_ = spec.tagged("sd_value", ColumnType::kLongBinary);
    spec.index("sd_id_index", {{id_}}, kUniqueKey);
  }

  // The number of the object's descriptor, whose row is written when it is new; 0: it has none.
  Result<std::uint64_t> number_of(EseWriter& writer, TableId table, const SiteObject& object) {
    const SiteAttribute* const attribute = object.find(attr::kNTSecurityDescriptor);
    if (!is_used_ || attribute == nullptr) return 0;
    const std::string& bytes = attribute->values.front().text;
    const auto [at, is_new] = numbers_.emplace(bytes, numbers_.size() + 1);
    if (!is_new) return at->second;
    row_.clear();
    row_.add_number(id_, at->second);
    row_.add_number(count_, std::uint32_t{1});
    row_.add(value_, bytes);
    DIRSNAP_CHECK(writer.append(table, row_));
    return at->second;
  }

  bool is_used() const { return is_used_; }
  TableSpec spec;

 private:
  bool is_used_;
  ColumnId id_ = 0, count_ = 0, value_ = 0;
  std::unordered_map<std::string, std::uint64_t> numbers_;
  Row row_;
};

}  // namespace

Result<void> write_directory(const ExchangeSite& site,
                             const std::string& path,
                             DirectoryLayout layout,
                             std::size_t columns) {
  DIRSNAP_TRY(EseWriter writer, EseWriter::create(path, ese_options(layout)));
  ObjectTable objects(layout);
  objects.widen(columns);
  LinkTable links(layout);
  const TableId object_table = writer.add_table(objects.spec);
  const TableId link_table = writer.add_table(links.spec);
  DescriptorTable descriptors(layout);
  const TableId descriptor_table =
      descriptors.is_used() ? writer.add_table(descriptors.spec) : link_table;
  Row row;
  objects.fill_placeholder(1, "$NOT_AN_OBJECT1$", row);
  DIRSNAP_CHECK(writer.append(object_table, row));
  objects.fill_placeholder(kRootDnt, "$ROOT_OBJECT$", row);
  DIRSNAP_CHECK(writer.append(object_table, row));
  std::uint32_t own_agent = 0;
  const auto append_object = [&](const SiteObject& object) -> Result<void> {
    if (own_agent == 0 && object.class_name == "MSFT-DSA") own_agent = object.dnt;
    DIRSNAP_TRY(const std::uint64_t descriptor,
                descriptors.number_of(writer, descriptor_table, object));
    objects.fill(object, descriptor, row);
    DIRSNAP_CHECK(writer.append(object_table, row));
    return links.append(writer, link_table, object);
  };
  DIRSNAP_CHECK(site.for_each(append_object));
  for (const SiteObject& object : site.purged()) {
    DIRSNAP_TRY(const std::uint64_t descriptor,
                descriptors.number_of(writer, descriptor_table, object));
    objects.fill(object, descriptor, row);
    DIRSNAP_CHECK(writer.append_deleted(object_table, row));
  }
  const std::uint32_t next_usn = 2000 + site.object_count() + site.spec().day * kUsnsOfDay;
  DIRSNAP_CHECK(write_hidden(writer, layout, own_agent, next_usn));
  return writer.finish();
}

}  // namespace dirsnap::support
