// SPDX-License-Identifier: MIT
//
// O/R addresses and presentation addresses from octets made by hand, whole and damaged.
#include "importers/directory/osi_address.h"

#include <catch2/catch.hpp>

#include "importers/directory/syntax.h"
#include "storage/base/text.h"

namespace dirsnap::directory {
namespace {

using namespace std::string_literals;

// An element with its tag and size; long sizes in two octets.
std::string ber(unsigned tag, const std::string& content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() >= 0x80) {
    out += '\x82';
    out += static_cast<char>(content.size() >> 8);
  }
  return out + static_cast<char>(content.size() & 0xFF) + content;
}
std::string printable(const std::string& text) { return ber(0x13, text); }

std::string person() {
  return ber(0xA5, ber(0x80, "Fischer") + ber(0x81, "Eva") + ber(0x82, "HE0"));
}
std::string standard() {
  return ber(0x30, ber(0x61, printable("US")) + ber(0x62, printable(" ")) +
                       ber(0xA2, printable("Contoso")) + ber(0x83, "HQ") + person() +
                       ber(0xA6, printable("Sales") + printable("East")));
}
std::string full_address() {
  const std::string defined =
      ber(0x30, ber(0x30, printable("SMTP") + printable("eva(a)contoso.example")));
  const std::string extensions =
      ber(0x31, ber(0x30, ber(0x80, "\x01") + ber(0xA1, printable("Eva; Fischer"))));
  return ber(0x30, standard() + defined + extensions);
}

std::string or_text(const std::string& octets) {
  return or_address_text(as_bytes(octets)).value_or("NULL");
}
std::string p_text(const std::string& octets) {
  return presentation_address_text(as_bytes(octets)).value_or("NULL");
}

// No prefix is an address, and no changed byte does harm.
template <class Reader>
void damage(const std::string& octets, Reader read) {
  for (std::size_t size = 0; size < octets.size(); ++size) {
    CAPTURE(size);
    CHECK(read(octets.substr(0, size)) == "NULL");
  }
  CHECK(read(octets + '\0') == "NULL");
  for (std::size_t at = 0; at < octets.size(); ++at) {
    for (const int byte : {0x00, 0x7F, 0x80, 0xFF}) {
      std::string changed = octets;
      changed[at] = static_cast<char>(byte);
      const std::string text = read(changed);
      CHECK(is_valid_utf8(text));
      CHECK(text.find('\0') == std::string::npos);
    }
  }
}

TEST_CASE("an O/R address in BER reads as Exchange writes its X400 addresses") {
  CHECK(or_text(ber(0x30, standard())) ==
        "c=US;a= ;p=Contoso;o=HQ;ou1=Sales;ou2=East;s=Fischer;g=Eva;i=HE0;");
  CHECK(or_text(ber(0x60, standard())) == or_text(ber(0x30, standard())));
  CHECK(or_text(full_address()) ==
        "c=US;a= ;p=Contoso;o=HQ;ou1=Sales;ou2=East;cn=Eva;; Fischer;s=Fischer;g=Eva;i=HE0;"
        "dda:SMTP=eva(a)contoso.example;");
  const std::string numbers = ber(
      0x30, ber(0x61, ber(0x12, "310")) + ber(0x80, "31161") + ber(0x81, "T1") + ber(0x84, "42"));
  CHECK(or_text(ber(0x30, numbers)) == "c=310;x.121=31161;t-id=T1;n-id=42;");
}

TEST_CASE("an O/R address as text is taken in either width, with its type or without") {
  const std::string text = "c=US;a= ;p=Contoso;o=HQ;s=Fischer;";
  CHECK(or_text(text) == text);
  CHECK(or_text("X400:" + text) == text);
  CHECK(or_text("G=Eva;S=Lee;DDA:X=a;;b;C=US") == "G=Eva;S=Lee;DDA:X=a;;b;C=US");
  CHECK(or_text(encode_utf16le(text)) == text);
  CHECK(or_text(encode_utf16le(text) + "\0\0"s) == text);
  CHECK(or_text("c=US;") == "NULL");
  CHECK(or_text("c=US;colour=red;") == "NULL");
  CHECK(or_text("some text") == "NULL");
  CHECK(or_text("") == "NULL");
  CHECK(or_text("\0\0"s) == "NULL");
}

TEST_CASE("what is no whole O/R address stays raw") {
  damage(full_address(), or_text);
  // Out of order, twice, not printable, of another type, an extension that has no key.
  CHECK(or_text(ber(0x30, ber(0x30, ber(0x83, "HQ") + ber(0x61, printable("US"))))) == "NULL");
  CHECK(or_text(ber(0x30, ber(0x30, ber(0x83, "HQ") + ber(0x83, "HQ")))) == "NULL");
  CHECK(or_text(ber(0x30, ber(0x30, ber(0x83, "H\x01")))) == "NULL");
  CHECK(or_text(ber(0x30, ber(0x30, ber(0x61, ber(0x04, "US"))))) == "NULL");
  CHECK(or_text(ber(0x30, ber(0x30, ""))) == "NULL");
  CHECK(or_text(ber(0x30, standard() + ber(0x31, ber(0x30, ber(0x80, "\x07") +
                                                               ber(0xA1, printable("x")))))) ==
        "NULL");
  // Sizes that are indefinite, too long, or of too many octets.
  CHECK(or_text("\x30\x80\x30\x02\x83\x00\x00\x00"s) == "NULL");
  CHECK(or_text("\x30\x84\xFF\xFF\xFF\xFF\x30"s) == "NULL");
  CHECK(or_text("\x30\x85\x00\x00\x00\x00\x01\x30"s) == "NULL");
}

TEST_CASE("a presentation address in BER reads as RFC 1278 writes it") {
  const std::string nsap = "\x47\x00\x05\x80"s;
  const auto address = [&](const std::string& selectors, const std::string& list) {
    return ber(0x30, selectors + ber(0xA3, ber(0x31, list)));
  };
  const std::string one = ber(0x04, nsap);
  CHECK(p_text(address("", one)) == "NS+47000580");
  CHECK(p_text(address("", one + ber(0x04, "\x49"))) == "NS+47000580_NS+49");
  CHECK(p_text(address(ber(0xA2, ber(0x04, "DSA")), one)) == "\"DSA\"/NS+47000580");
  CHECK(p_text(address(ber(0xA0, ber(0x04, "P1")) + ber(0xA2, ber(0x04, "\x01\x02")), one)) ==
        "\"P1\"/\"\"/'0102'H/NS+47000580");
  CHECK(p_text(address("", "")) == "NULL");
  damage(address(ber(0xA0, ber(0x04, "P1")) + ber(0xA1, ber(0x04, "S1")), one), p_text);
}

TEST_CASE("a presentation address as text is taken with its size or without") {
  const std::string text = "TELEX+00728722+RFC-1006+03+10.0.0.6";
  const auto sized = [](const std::string& octets) {
    return static_cast<char>(octets.size() + 4) + "\0\0\0"s + octets;
  };
  CHECK(p_text(text) == text);
  CHECK(p_text(sized(text)) == text);
  CHECK(p_text(sized(encode_utf16le(text))) == text);
  CHECK(p_text("\x05\0\0\0ab"s) == "NULL");
  CHECK(p_text(sized("")) == "NULL");
  CHECK(p_text("\x01\x02\x03") == "NULL");
  CHECK(p_text("DSA") == "NULL");
  CHECK(p_text("") == "NULL");
}

TEST_CASE("an OR-name has the address in front of the directory's name") {
  const std::string address = ber(0x30, ber(0x30, ber(0x61, printable("US")) + ber(0x83, "HQ")));
  CHECK(or_name_form(as_bytes(address), "/o=Org/cn=Eva") == "X400:c=US;o=HQ;#/o=Org/cn=Eva");
  CHECK(or_name_form(as_bytes(address), "") == "X400:c=US;o=HQ;");
  CHECK_FALSE(or_name_form(as_bytes("\x01\x02"s), "/o=Org"));
  CHECK(dn_binary_form(as_bytes(address), "/o=Org") == "X400:c=US;o=HQ;#/o=Org");
  CHECK(dn_binary_form(as_bytes("\x01\xAB"s), "/o=Org") == "B:4:01AB:/o=Org");
}

}  // namespace
}  // namespace dirsnap::directory
