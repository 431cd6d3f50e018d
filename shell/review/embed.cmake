# Writes a C++ file that holds the style and the script of the review page:
# -DOUTPUT=file.cc -DSTYLE=review.css -DSCRIPT=review.js
set(text "// SPDX-License-Identifier: MIT\n// Generated from shell/review/review.css and review.js.\n")
string(APPEND text "#include \"shell/review/review_assets.h\"\n\nnamespace dirsnap {\n\n")
string(APPEND text "// As long as what is embedded: NOLINTBEGIN(readability-function-size)\n\n")
foreach(asset style script)
  string(TOUPPER ${asset} file)
  file(READ ${${file}} content)
  string(APPEND text "std::string_view review_${asset}() {\n")
  string(APPEND text "  return R\"dirsnap-asset(${content})dirsnap-asset\";\n}\n\n")
endforeach()
string(APPEND text "// NOLINTEND(readability-function-size)\n\n}  // namespace dirsnap\n")
file(WRITE ${OUTPUT} "${text}")
