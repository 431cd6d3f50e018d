#!/usr/bin/python3
"""review_hostile.py FOLDER: writes a backup and a report whose every name attacks the reader.

FOLDER/backup holds an LDIF file and registry exports, FOLDER/reports a report file.
"""
import base64
import pathlib
import sys

NAMES = [
    "<script>document.title='ran'</script>",
    "\"><img src=x onerror=\"document.title='ran'\">",
    "' onmouseover='document.title=1",
    "</td></tr></table><h1>faked</h1>",
    "</style><style>*{display:none}</style>",
    "--><script>document.title='ran'</script><!--",
    "<svg onload=\"document.title='ran'\"><use href=#i-pass>",
    "<a href=\"javascript:document.title='ran'\">x</a>",
    "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\">",
    "<meta http-equiv=refresh content=0;url=about:blank>",
    "<base href=//example.invalid/>",
    "&lt;b&gt; &amp &#60;",
    "abc\u202etxt.exe",
    "\u2066a\u2069\u200f\u061c",
    "in\u200bvisible\u2060\ufeff",
    "a\u2028b\u2029c\u0085",
    "\ufffe\uffff\ufdd0\U000e0041",
    "\x01\x1b[2J\x07\x7f",
    "line\r\nline",
    "x" * 3000,
]


def dn_value(name):
    return "".join(c if c.isascii() and c.isalnum() else
                   "".join(f"\\{byte:02x}" for byte in c.encode()) for c in name)


def entry(dn, *lines):
    coded = base64.b64encode(dn.encode()).decode()
    return "\n".join([f"dn:: {coded}", "objectClass: top", *lines, "", ""])


def ldif():
    organization = "o=" + dn_value(NAMES[0])
    site = "ou=" + dn_value(NAMES[1]) + "," + organization
    configuration = "cn=Configuration," + site
    out = "version: 1\n\n"
    out += entry(organization, "objectClass: organization")
    out += entry(site, "objectClass: organizationalUnit")
    out += entry(configuration, "objectClass: container")
    out += entry("cn=Servers," + configuration, "objectClass: container")
    server = "cn=EX1,cn=Servers," + configuration
    out += entry(server, "objectClass: computer")
    out += entry("cn=Microsoft MTA," + server, "objectClass: mTA")
    for parent in (organization, site, configuration):
        out += entry("cn=Connections," + parent, "objectClass: container")
    mta = base64.b64encode(("cn=Microsoft MTA," + server).encode()).decode()
    for name in NAMES:
        space = base64.b64encode(("SMTP:" + name + ";;1").encode()).decode()
        out += entry(f"cn={dn_value(name)},cn=Connections," + configuration,
                     "objectClass: mailGateway", "objectClass: mailConnector",
                     f"Home-MTA:: {mta}", f"routingList:: {space}",
                     "whenChanged: 19980302120000.0Z")
    return out


def registry(server):
    text = "REGEDIT4\r\n\r\n"
    root = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet"
    text += f'[{root}\\Control\\ComputerName\\ComputerName]\r\n"ComputerName"="{server}"\r\n\r\n'
    for service in ("EventLog", "MSExchangeSA", "<script>alert(1)</script>"):
        text += f'[{root}\\Services\\{service}]\r\n"Type"=dword:00000010\r\n'
        text += '"Start"=dword:00000002\r\n"ImagePath"="C:\\\\x.exe"\r\n\r\n'
    return text.encode("latin-1")


def report():
    head = "-- id: hostile-names\n-- title: " + NAMES[5] + "\n-- severity: warning\n"
    head += "-- kb: Q188632\n-- needs: directory\n-- remedy: " + NAMES[3] + NAMES[6] + "\n"
    return head + ("SELECT c.snapshot_id, c.dn AS subject, c.name AS \"directory_<b>name\",\n"
                   "  s.path AS directory_source, c.address_spaces AS \"</dt><script>\"\n"
                   "FROM connectors c JOIN sources s USING (snapshot_id, source_id)\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    backup = folder / "backup"
    backup.mkdir(parents=True)
    (folder / "reports").mkdir()
    (folder / "reports" / "hostile.sql").write_text(report())
    (backup / "dir<script>alert(1)<!--.ldf").write_text(ldif())
    (backup / "reg'\"><img src=x>\u202e.reg").write_bytes(registry("EX1"))
    (backup / "a\tb\x1b[31m.txt").write_text("of no known kind")


if __name__ == "__main__":
    main()
