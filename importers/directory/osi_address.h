// SPDX-License-Identifier: MIT
//
// Addresses of OSI messaging and directories as octets: X.400 O/R addresses and presentation
// addresses. A form is recognised as a whole or not at all: what is left over, out of order, of an
// unknown tag or not printable makes it unknown, and the value is shown raw.
// Facts: BER of O/R addresses: RFC 5280 appendix A.1 (ORAddress), whose ORName is [APPLICATION 0]
// of the same (ITU-T X.411); of presentation addresses: ITU-T X.520 (PresentationAddress). Text of
// O/R addresses: the keys of ITU-T F.401 in the order of Exchange's X400 proxy addresses; a ';' in
// a value is doubled (RFC 1685). Text of presentation addresses: RFC 1278. A stored text after its
// size, that of the size itself included: [MS-DRSR] SYNTAX_ADDRESS.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "storage/base/byte_reader.h"

namespace dirsnap::directory {

// "c=US;a= ;p=Contoso;o=HQ;s=Fischer;g=Eva;" of an O/R address in BER, or of such a text in ASCII
// or UTF-16. nullopt where the octets are none.
std::optional<std::string> or_address_text(Bytes bytes);

// RFC 1278 text of a presentation address in BER ("\"DSA\"/NS+47000580"), or stored as text in
// ASCII or UTF-16 with or without its size. nullopt where the octets are none.
std::optional<std::string> presentation_address_text(Bytes bytes);

}  // namespace dirsnap::directory
