// SPDX-License-Identifier: MIT
#include "query/statement_impl.h"

namespace dirsnap {

Statement::Impl::Impl(Engine::Impl& owner, StatementHandle statement, std::string_view text)
    : engine(owner), handle(std::move(statement)), sql(text) {
  for (int i = 0; i < sqlite3_column_count(handle.get()); ++i) {
    const char* name = sqlite3_column_name(handle.get(), i);
    columns.emplace_back(name == nullptr ? "" : name);
  }
}

Statement::Impl::~Impl() { finish(); }

void Statement::Impl::finish() {
  if (!running) return;
  sqlite3_reset(handle.get());
  running = false;
  engine.session->end_use();
}

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::~Statement() = default;
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;

const std::vector<std::string>& Statement::columns() const { return impl_->columns; }

std::vector<std::string> Statement::parameters() const {
  std::vector<std::string> names;
  for (int i = 1; i <= sqlite3_bind_parameter_count(impl_->handle.get()); ++i) {
    const char* name = sqlite3_bind_parameter_name(impl_->handle.get(), i);
    names.emplace_back(name == nullptr ? "?" : name);
  }
  return names;
}

Result<void> Statement::bind(std::string_view name, const ValueView& value) {
  sqlite3_stmt* statement = impl_->handle.get();
  const int index = sqlite3_bind_parameter_index(statement, std::string(name).c_str());
  if (index == 0) return fail(Code::kUsage, "no parameter " + std::string(name));
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
  int code = SQLITE_OK;
  switch (value.type) {
    case ValueType::kNull:
      code = sqlite3_bind_null(statement, index);
      break;
    case ValueType::kInteger:
      code = sqlite3_bind_int64(statement, index, value.integer);
      break;
    case ValueType::kReal:
      code = sqlite3_bind_double(statement, index, value.real);
      break;
    case ValueType::kText:
      code = sqlite3_bind_text64(statement, index, bytes, value.bytes.size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
      break;
    case ValueType::kBlob:
      code = sqlite3_bind_blob64(statement, index, bytes, value.bytes.size(), SQLITE_TRANSIENT);
      break;
  }
  if (code != SQLITE_OK) return tl::unexpected<Error>(impl_->engine.failure(code, impl_->sql));
  return {};
}

Result<bool> Statement::step() {
  Impl& impl = *impl_;
  if (impl.done) return false;
  if (!impl.running) {
    impl.engine.session->begin_use();
    impl.running = true;
  }
  const int code = sqlite3_step(impl.handle.get());
  if (code == SQLITE_ROW) return true;
  impl.done = true;
  if (code == SQLITE_DONE) {
    impl.finish();
    return false;
  }
  Error error = impl.engine.failure(code, impl.sql);
  impl.finish();
  return tl::unexpected<Error>(std::move(error));
}

ValueView Statement::column(std::size_t index) const {
  sqlite3_stmt* statement = impl_->handle.get();
  // One look for the value instead of one for each of its facts.
  sqlite3_value* const value = sqlite3_column_value(statement, static_cast<int>(index));
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) return ValueView::of(std::int64_t{sqlite3_value_int64(value)});
  if (type == SQLITE_FLOAT) return ValueView::of_real(sqlite3_value_double(value));
  if (type == SQLITE_NULL) return ValueView::null();
  // The blob call hands text out as it is, without adding a terminator.
  const void* data = sqlite3_value_blob(value);
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
  const std::string_view bytes = data == nullptr
                                     ? std::string_view("")
                                     : std::string_view(static_cast<const char*>(data), size);
  return type == SQLITE_TEXT ? ValueView::text(bytes) : ValueView::blob(bytes);
}

}  // namespace dirsnap
