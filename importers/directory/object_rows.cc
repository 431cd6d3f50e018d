// SPDX-License-Identifier: MIT
#include "importers/directory/object_rows.h"

#include <algorithm>
#include <array>

#include "importers/directory/row_writer.h"
#include "importers/directory/well_known.h"
#include "importers/ese/cell_value.h"

namespace dirsnap::directory {
namespace {

class Writer {
 public:
  Writer(const DirectorySource& source, RowWriter rows, ImportContext& context)
      : database_(source.database),
        layout_(source.layout),
        survey_(source.survey),
        schema_(source.schema),
        source_id_(source.source_id),
        issues_(source.issues),
        context_(context),
        rows_(std::move(rows)) {}

  Result<std::uint64_t> run();
  // REQUIRES: the source's survey and row writer are for recovered rows; `live` is the survey of
  // the live ones.
  Result<std::uint64_t> run_recovered(ese::RecoveredCursor& cursor, Survey& live);

 private:
  [[nodiscard]] std::optional<std::string_view> dn_of(std::int32_t dnt);
  void read_values(const ese::RowView& row);
  void bind_attributes(RawTableWriter& raw);
  Result<void> write_row(const ese::RowView& row);
  Result<void> write_links();
  Result<void> write_stray_links();
  void report_descriptors();
  [[nodiscard]] LinkDetail detail_of(const Link& link) const;
  [[nodiscard]] Bytes data_of(const LinkDetail& detail) const;
  LinkRow link_row(const Link& link, const Attribute* attribute);
  void take_fact(std::uint32_t id, const ese::CellView& cell);

  TableSource& database_;
  const Layout& layout_;
  Survey& survey_;
  Schema& schema_;
  std::int64_t source_id_;
  IssueSink& issues_;
  ImportContext& context_;

  RowWriter rows_;
  RowArena arena_;
  // Names that values point to: a few servers and containers are meant again and again.
  struct NamedRow {
    std::int32_t dnt = 0;
    std::string dn;
  };
  std::array<NamedRow, 256> recent_;
  ValueContext values_{schema_, [this](std::int32_t dnt) { return dn_of(dnt); }, arena_};
  std::vector<Attribute*> by_position_;  // of the object table's columns; null: no attribute
  std::vector<ValueView> native_;        // of the present row's cells
  SharedDescriptors* descriptors_ = &survey_.descriptors;
  Survey* live_ = nullptr;                // names of live objects, where rows are recovered
  const NameTree::Node* node_ = nullptr;  // of the present row
};

// Valid until the next call.
std::optional<std::string_view> Writer::dn_of(std::int32_t dnt) {
  NamedRow& recent = recent_[static_cast<std::uint32_t>(dnt) % recent_.size()];
  if (recent.dnt == dnt && !recent.dn.empty()) return recent.dn;
  for (Survey* survey : {live_, &survey_}) {
    if (survey == nullptr) continue;
    const NameTree::Node* node = survey->tree.find(dnt);
    if (node == nullptr || node->object_id == 0) continue;
    recent.dnt = dnt;
    recent.dn = survey->tree.names(*node).x500;
    return recent.dn;
  }
  return std::nullopt;
}

// The native value of each cell, for the raw table and the attributes alike.
void Writer::read_values(const ese::RowView& row) {
  arena_.reset();
  native_.clear();
  for (const ese::CellView& cell : row.cells) native_.push_back(sql_value(cell, arena_));
}

// Facts that depend on how the column stores them.
void Writer::take_fact(std::uint32_t id, const ese::CellView& cell) {
  switch (id) {
    case attr::kObjectClass:
      if (const auto number = number_of_cell(cell, schema_))
        rows_.facts().classes.push_back(*number);
      break;
    case attr::kWhenCreated:
      rows_.facts().created_at = time_of_cell(cell).value_or("");
      break;
    case attr::kWhenChanged:
      rows_.facts().changed_at = time_of_cell(cell).value_or("");
      break;
    default:
      break;
  }
}

// What a link holds beside its two ends.
LinkDetail Writer::detail_of(const Link& link) const {
  return link.detail == 0 ? LinkDetail{} : survey_.link_details[link.detail - 1];
}

// The link's columns but for its forward end. Texts and data are kept in the arena.
LinkRow Writer::link_row(const Link& link, const Attribute* attribute) {
  const auto kept_time = [this](std::int64_t time) {
    const auto text = time == 0 ? std::nullopt : time_of_number(time);
    return text ? arena_.keep(*text) : std::string_view();
  };
  const LinkDetail detail = detail_of(link);
  LinkRow row;
  row.attribute = attribute;
  row.base = link.base;
  row.is_deleted = detail.is_dead();
  row.deactivated_at = kept_time(detail.deactivated_at);
  row.deleted_at = detail.deleted_at == 0 ? row.deactivated_at : kept_time(detail.deleted_at);
  if (link.usn_changed != 0) row.usn_changed = link.usn_changed;
  const NameTree::Node* target = survey_.tree.find(link.to);
  if (target != nullptr && target->object_id != 0) {
    row.to_id = target->object_id;
    row.to_dn = dn_of(link.to).value_or(std::string_view());
  } else {
    issues_.report({.severity = Severity::kDoubt,
                    .code = "link-target",
                    .place = "object " + std::to_string(link.from),
                    .message = "a value of link base " + std::to_string(link.base) +
                               " leads to object " + std::to_string(link.to) +
                               ", which has no row; kept without its name"});
  }
  if (detail.data_size > 0 && (attribute == nullptr || !attribute->secret)) {
    std::string text;
    row.data = link_data_of_bytes(attribute, data_of(detail), text);
    if (!text.empty()) row.data.bytes = arena_.keep(text);
  }
  return row;
}

Bytes Writer::data_of(const LinkDetail& detail) const {
  return as_bytes(survey_.link_data).subspan(detail.data_begin, detail.data_size);
}

Result<void> Writer::write_links() {
  const auto less = [](const Link& link, std::int32_t dnt) { return link.from < dnt; };
  auto at = std::lower_bound(survey_.links.begin(), survey_.links.end(), node_->dnt, less);
  std::uint32_t seq = 0;
  for (auto first = at; at != survey_.links.end() && at->from == node_->dnt; ++at) {
    if (at->base != first->base) {
      first = at;
      seq = 0;
    }
    arena_.reset();  // a list may have any number of members
    Attribute* attribute = schema_.link_attribute(at->base);
    const LinkDetail detail = detail_of(*at);
    if (attribute == nullptr) {
      // A made-up name would be a guess.
      issues_.report({.severity = Severity::kNote,
                      .code = "link-base",
                      .place = "object " + std::to_string(node_->dnt),
                      .message = "link base " + std::to_string(at->base) +
                                 " is named by no schema; the value has no attribute's name"});
    } else if (!detail.is_dead()) {
      const AttributeValue value = link_value(*attribute, at->to, data_of(detail), values_);
      DIRSNAP_CHECK(rows_.add_value(*attribute, seq++, value));
    }
    DIRSNAP_CHECK(rows_.add_link(link_row(*at, attribute)));
  }
  return {};
}

// Links whose forward end is no object.
Result<void> Writer::write_stray_links() {
  for (const Link& link : survey_.links) {
    const NameTree::Node* from = survey_.tree.find(link.from);
    if (from != nullptr && from->object_id != 0) continue;
    arena_.reset();
    issues_.report({.severity = Severity::kDoubt,
                    .code = "link-source",
                    .place = "object " + std::to_string(link.from),
                    .message = "has no row, but a value of link base " + std::to_string(link.base) +
                               "; kept without its name"});
    DIRSNAP_CHECK(rows_.add_stray_link(link_row(link, schema_.link_attribute(link.base))));
  }
  return {};
}

Result<void> Writer::write_row(const ese::RowView& row) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const ese::CellView& cell = row.cells[i];
    const auto position = static_cast<std::size_t>(cell.column - layout_.objects->columns.data());
    const auto id = layout_.attribute_ids[position];
    if (!id) {
      if (cell.column == layout_.object_flag) {
        rows_.facts().object_flag = ese::integer_value(*cell.column, cell.bytes);
      } else if (cell.column == layout_.dnt &&
                 ese::integer_value(*cell.column, cell.bytes) != node_->dnt) {
        // Names were taken in a first pass; rows that moved since would get the wrong ones.
        return fail(Code::kCorrupt, "the object table reads differently a second time");
      }
      continue;
    }
    Attribute& attribute = *by_position_[position];
    AttributeValue value = attribute_value(attribute, cell, native_[i], values_);
    if (descriptors_->serves(attribute)) {
      DIRSNAP_TRY(value.value, descriptors_->resolve(cell, value.value));
    }
    DIRSNAP_CHECK(rows_.add_value(attribute, cell.seq, value));
    take_fact(*id, cell);
  }
  if (rows_.facts().classes.empty() && node_->class_id != 0) {
    rows_.facts().classes.push_back(node_->class_id);
  }
  DIRSNAP_CHECK(write_links());
  return rows_.finish_object();
}

// Looks each column's attribute up once; hides credentials in the raw table as well.
void Writer::bind_attributes(RawTableWriter& raw) {
  by_position_.assign(layout_.attribute_ids.size(), nullptr);
  for (std::size_t i = 0; i < layout_.attribute_ids.size(); ++i) {
    const auto id = layout_.attribute_ids[i];
    if (!id) continue;
    Attribute& attribute = schema_.attribute(*id);
    by_position_[i] = &attribute;
    rows_.bind(attribute);
    if (attribute.secret) raw.set_secret(layout_.objects->columns[i].id);
    if (attribute.column.empty()) attribute.column = layout_.objects->columns[i].name;
    if (attribute.syntax == 0) {
      // Nobody names the syntax: the letter says it, for the readable text only.
      char letter = 0;
      if (attribute_number(layout_.objects->columns[i].name, &letter) && letter >= 'b' &&
          letter <= 'r') {
        attribute.syntax = static_cast<std::uint8_t>(letter - 'a');
      }
    }
  }
}

// Values that name a security descriptor which the table does not have.
void Writer::report_descriptors() {
  if (descriptors_->missing() == 0) return;
  issues_.report({.severity = Severity::kDoubt,
                  .code = "descriptor-missing",
                  .place = "table " + layout_.descriptors->name,
                  .message = std::to_string(descriptors_->missing()) +
                             " objects name a security descriptor that the table does not have; "
                             "they show its number"});
}

Result<std::uint64_t> Writer::run() {
  DIRSNAP_TRY(RawTableWriter raw, RawTableWriter::create(context_, source_id_, *layout_.objects));
  bind_attributes(raw);
  DIRSNAP_TRY(const auto rows_of, database_.open(*layout_.objects, {}));
  RowCursor& cursor = *rows_of;
  const auto& nodes = survey_.tree.nodes();
  std::uint64_t written = 0;
  for (std::size_t row = 0;; ++row) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) break;
    read_values(cursor.row());
    DIRSNAP_CHECK(raw.append(cursor.row(), native_));
    if (row < nodes.size() && nodes[row].object_id != 0) {
      node_ = &nodes[row];
      rows_.begin(*node_, {.offset_bytes = database_.page_offset(cursor.row().page_no)});
      DIRSNAP_CHECK(write_row(cursor.row()));
      ++written;
    }
    if (row % kRowsPerCheck == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
  DIRSNAP_CHECK(raw.finish(context_));
  report_descriptors();
  DIRSNAP_CHECK(write_stray_links());
  DIRSNAP_CHECK(rows_.write_containers());
  DIRSNAP_CHECK(rows_.write_class_attributes());
  return written;
}

Result<std::uint64_t> Writer::run_recovered(ese::RecoveredCursor& cursor, Survey& live) {
  live_ = &live;
  descriptors_ = &live.descriptors;
  DIRSNAP_TRY(RawTableWriter raw,
              RawTableWriter::create(context_, source_id_, *layout_.objects, RawRows::kRecovered));
  bind_attributes(raw);
  const auto& nodes = survey_.tree.nodes();
  for (std::size_t row = survey_.first_row;; ++row) {
    DIRSNAP_TRY(const bool more, cursor.next());
    if (!more) return raw.records();
    const ese::RecoveredRow& recovered = cursor.row();
    DIRSNAP_CHECK(raw.append(recovered));
    if (row < nodes.size() && nodes[row].object_id != 0) {
      node_ = &nodes[row];
      rows_.begin(*node_, {.offset_bytes = recovered.offset_bytes,
                           .place = ese::place_name(recovered.place),
                           .confidence_percent = recovered.confidence_percent});
      read_values(recovered.row);
      DIRSNAP_CHECK(write_row(recovered.row));
    }
    if (row % kRowsPerCheck == 0) DIRSNAP_CHECK(context_.cancel().check());
  }
}

}  // namespace

Result<std::uint64_t> write_objects(const DirectorySource& source, ImportContext& context) {
  DIRSNAP_TRY(RowWriter rows, RowWriter::create(source.survey.tree, source.schema,
                                                {.source_id = source.source_id,
                                                 .invocations = &source.survey.invocations,
                                                 .issues = &source.issues},
                                                context));
  return Writer(source, std::move(rows), context).run();
}

Result<std::uint64_t> write_recovered_objects(const DirectorySource& source,
                                              ese::Database& database,
                                              const ese::RecoveryIndex& index,
                                              ImportContext& context) {
  if (index.leaves_of(source.layout.objects->objid).empty()) return 0;
  const RecoveredSource place{database, index, source.layout};
  DIRSNAP_TRY(Survey found, survey_recovered(place, source.survey, source.schema, context));
  if (found.object_ids.empty()) return 0;
  const DirectorySource recovered{source.database, source.layout,    found,
                                  source.schema,   source.source_id, source.issues};
  DIRSNAP_TRY(RowWriter rows,
              RowWriter::create(
                  found.tree, source.schema,
                  {.source_id = source.source_id, .recovered = true, .first_row = found.first_row},
                  context));
  ese::RecoveredCursor cursor(database, index, *source.layout.objects);
  return Writer(recovered, std::move(rows), context).run_recovered(cursor, source.survey);
}

}  // namespace dirsnap::directory
