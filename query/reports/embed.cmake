# Writes a C++ file that holds the shipped reports: -DOUTPUT=file.cc -DREPORTS=a.sql;b.sql
# The order of the list is the order of the catalogue.
set(text "// SPDX-License-Identifier: MIT\n// Generated from query/reports/*.sql.\n")
string(APPEND text "#include \"query/report_texts.h\"\n\nnamespace dirsnap {\nnamespace {\n\n")
string(APPEND text "constexpr std::string_view kTexts[] = {\n")
foreach(file IN LISTS REPORTS)
  file(READ ${file} sql)
  string(APPEND text "    R\"dirsnap-sql(${sql})dirsnap-sql\",\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const std::string_view> shipped_report_texts() { return kTexts; }\n\n")
string(APPEND text "}  // namespace dirsnap\n")
file(WRITE ${OUTPUT} "${text}")
