// SPDX-License-Identifier: MIT
#include "tests/support/case_run.h"

#include <cstdio>
#include <stdexcept>

#include "storage/base/text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unxz.h"

namespace dirsnap::test {
namespace fs = std::filesystem;
namespace {

std::string text_of(const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      return "NULL";
    case ValueType::kInteger:
      return std::to_string(value.integer);
    case ValueType::kReal: {
      char buffer[40];
      std::snprintf(buffer, sizeof buffer, "%.17g", value.real);
      return buffer;
    }
    case ValueType::kText:
      return std::string(value.bytes);
    case ValueType::kBlob:
      return "x'" + to_hex(as_bytes(value.bytes)) + "'";
  }
  return {};
}

template <class T>
T value_or_throw(Result<T> result, std::string_view what) {
  if (!result) throw std::runtime_error(std::string(what) + ": " + result.error().what);
  return std::move(*result);
}

}  // namespace

fs::path fixtures() {
  const fs::path path = DIRSNAP_FIXTURES;
  return fs::is_directory(path) ? path : fs::path();
}

void unpack_folder(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    if (!entry.is_regular_file()) continue;
    const fs::path name = entry.path().filename();
    if (name.extension() != ".xz") {
      fs::copy_file(entry.path(), to / name);
      continue;
    }
    const auto bytes = unxz_file(entry.path());
    std::ofstream file(to / name.stem(), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
}

ImportSummary import_into(const fs::path& case_path,
                          const fs::path& source,
                          const ImportOptions& options) {
  ImportRequest request;
  request.case_path = case_path;
  request.sources = {source};
  request.options = options;
  const CancelToken cancel;
  auto summary = run_import(request, cancel, nullptr);
  if (!summary) throw std::runtime_error("import: " + summary.error().error.what);
  return std::move(*summary);
}

OpenCase::OpenCase(const fs::path& path, const EngineOptions& options)
    : file_(value_or_throw(CaseFile::open(path, OpenMode::kRead), "open case")),
      engine_(value_or_throw(Engine::open(*file_, options), "open engine")) {}

std::vector<std::vector<std::string>> OpenCase::rows(std::string_view sql) {
  auto statement = engine_->prepare(sql);
  if (!statement)
    throw std::runtime_error("prepare: " + engine_->last_error().message + ": " + std::string(sql));
  std::vector<std::vector<std::string>> all;
  while (value_or_throw(statement->step(), "step")) {
    std::vector<std::string> row;
    for (std::size_t i = 0; i < statement->columns().size(); ++i)
      row.push_back(text_of(statement->column(i)));
    all.push_back(std::move(row));
  }
  return all;
}

std::string OpenCase::value(std::string_view sql) {
  const auto all = rows(sql);
  if (all.size() != 1 || all[0].size() != 1)
    throw std::runtime_error("not one value: " + std::string(sql));
  return all[0][0];
}

}  // namespace dirsnap::test
