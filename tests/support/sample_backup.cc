// SPDX-License-Identifier: MIT
#include "tests/support/sample_backup.h"

#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/support/exchange_directory.h"
#include "tests/support/exchange_registry.h"
#include "tests/support/exchange_site.h"

namespace dirsnap::support {
namespace {

constexpr std::string_view kReadme =
    "A synthetic backup of an Exchange 5.5 organisation\r\n"
    "==================================================\r\n"
    "\r\n"
    "Everything here is invented: the organisation Quillmark Papers, its servers, people,\r\n"
    "addresses (domain quillmark.example) and identifiers. The files were written by the\r\n"
    "program make_sample of dirsnap's tests and stand under dirsnap's licence (MIT).\r\n"
    "\r\n"
    "Dir.edb   directory database of server SRV1 (ESE, update 2, 4 KiB pages)\r\n"
    "SRV1.reg  registry of SRV1 (REGEDIT4, code page 1252)\r\n"
    "SRV2.reg  registry of SRV2 (version 5.00, UTF-16)\r\n"
    "\r\n"
    "The story follows Microsoft Knowledge Base article Q188632. SRV1 was lost and installed\r\n"
    "anew; then Dir.edb was put back from tape. The Internet Mail Connector (SRV1) is in the\r\n"
    "directory again, in three Connections containers: organisation, site and Configuration.\r\n"
    "Its service MSExchangeIMC is not in the registry of SRV1.\r\n"
    "\r\n"
    "Besides: the service key of the cc:Mail connector of SRV1 is a stub without ImagePath; an\r\n"
    "MS Mail connector of SRV1 and a mailbox are tombstones; server SRV3 has no registry\r\n"
    "export, so nothing can be said about its services. SRV2 is complete.\r\n";

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return fail(Code::kIo, "cannot write " + path.string());
  return {};
}

}  // namespace

Result<void> write_sample(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Code::kIo, "cannot create " + folder.string() + ": " + error.message());
  const ExchangeSite site(sample_spec());
  DIRSNAP_CHECK(write_directory(site, (folder / "Dir.edb").string()));
  const RegistrySpec reinstalled{0, {"MSExchangeIMC"}, {"MSExchangeCCMC"}};
  DIRSNAP_CHECK(
      write_file(folder / "SRV1.reg", registry_text_nt4(server_registry(site, reinstalled))));
  const RegistrySpec complete{1, {}, {}};
  DIRSNAP_CHECK(write_file(folder / "SRV2.reg", registry_text_v5(server_registry(site, complete))));
  return write_file(folder / "README.txt", kReadme);
}

}  // namespace dirsnap::support
