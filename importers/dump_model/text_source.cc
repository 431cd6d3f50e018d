// SPDX-License-Identifier: MIT
#include "importers/dump_model/text_source.h"

#include <algorithm>
#include <vector>

namespace dirsnap::dump_model {

TextHead head_of(Bytes head, std::uint64_t size_bytes) {
  head = head.first(std::min(head.size(), kHeadBytes));
  TextHead out;
  out.coding = dump::detect_coding(head);
  out.text = dump::decode_head(head, out.coding, head.size() == size_bytes);
  return out;
}

Result<TextHead> read_head(ByteSource& source) {
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::uint64_t>(kHeadBytes, source.size_bytes())));
  DIRSNAP_TRY(const std::size_t have, source.read_at(0, head));
  return head_of(Bytes(head).first(have), source.size_bytes());
}

}  // namespace dirsnap::dump_model
