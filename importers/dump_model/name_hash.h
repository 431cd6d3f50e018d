// SPDX-License-Identifier: MIT
//
// Hashes of names for the indexes of a running import. A dump is hostile: whoever knew how names
// are hashed could fill it with names of one hash, each of which is then compared with all others.
// So the seed is another one in each process, and a hash is never stored nor decides an order.
// Threads: free functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace dirsnap::dump_model {

// Of the folded text; equal_folded() texts have the same.
std::uint64_t name_hash(std::string_view text);

}  // namespace dirsnap::dump_model
