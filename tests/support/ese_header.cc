// SPDX-License-Identifier: MIT
#include "tests/support/ese_header.h"

#include <string_view>

#include "tests/support/bytes.h"
#include "tests/support/ese_page.h"

namespace dirsnap::support {
namespace {

constexpr std::uint32_t kMagic = 0x89ABCDEF;
constexpr std::uint32_t kMajorVersion = 0x620;
constexpr std::uint32_t kStateDirty = 2;
constexpr std::uint32_t kStateClean = 3;

// 1999-03-01 08:15:30, as second, minute, hour, day, month, years since 1900.
constexpr std::string_view kLogTime{"\x1E\x0F\x08\x01\x03\x63\0\0", 8};

std::string log_position(std::uint32_t generation) {
  std::string out;
  append_le(out, std::uint16_t{0x0100});
  append_le(out, std::uint16_t{8});
  append_le(out, generation);
  return out;
}

// A signature: a number in place of a random one, time, computer.
std::string signature(std::uint32_t number) {
  std::string out = le_bytes(number);
  out.append(kLogTime);
  out.append("SAMPLE");
  out.resize(28, '\0');
  return out;
}

void put(std::string& page, std::size_t at, std::string_view bytes) {
  page.replace(at, bytes.size(), bytes);
}

}  // namespace

std::string build_header(const Layout& layout,
                         std::uint64_t database_time,
                         std::uint32_t last_object) {
  std::string page(layout.page_size, '\0');
  const bool dirty = layout.options.dirty;
  store_le(page, 4, kMagic);
  store_le(page, 8, kMajorVersion);
  store_le(page, 16, database_time);
  put(page, 24, signature(0x5EED0001));
  store_le(page, 52, dirty ? kStateDirty : kStateClean);
  if (!dirty) {
    put(page, 56, log_position(17));
    put(page, 64, kLogTime);
    put(page, 88, kLogTime);
    put(page, 96, log_position(17));
  }
  put(page, 72, kLogTime);
  put(page, 80, log_position(15));
  store_le(page, 104, std::uint32_t{1});
  put(page, 108, signature(kLogSeries));
  store_le(page, 212, last_object);
  store_le(page, 216, std::uint32_t{layout.modern ? 6U : 4U});  // version of the system: 6.2 or 4.0
  store_le(page, 220, std::uint32_t{layout.modern ? 2U : 0U});
  store_le(page, 224, std::uint32_t{layout.modern ? 9200U : 1381U});
  store_le(page, 228, std::uint32_t{layout.modern ? 0U : 6U});
  store_le(page, 232, layout.update);
  store_le(page, 236, layout.page_size);
  if (dirty) {
    store_le(page, 296, std::uint32_t{16});  // log generations that a repair would need
    store_le(page, 300, std::uint32_t{17});
  }
  if (layout.modern) {
    store_le(page, 340, kMajorVersion);
    store_le(page, 344, layout.update);
    store_le(page, 667, std::uint32_t{1});  // file type: database
  }
  store_le(page, 0, kMagic ^ xor_words(std::string_view(page).substr(4)));
  return page;
}

std::string build_log_header(std::uint32_t generation, std::uint32_t series) {
  std::string head(4096, '\0');
  store_le(head, 4, generation);
  store_le(head, 8, std::uint16_t{512});
  put(head, 16, kLogTime);
  put(head, 44, signature(series));
  return head;
}

}  // namespace dirsnap::support
