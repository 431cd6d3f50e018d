cmake_minimum_required(VERSION 3.25)
# Fails on an include that the layers forbid. Layers, inner to outer:
#   storage/base <- storage <- importers, query <- shell; importers and query do not see each other.
# A format folder (importers/<format>) sees storage/base and itself alone; readers of text dumps
# share importers/dump.
set(allow_storage/base "storage/base")
set(allow_storage "storage")
set(allow_importers "importers;storage")
set(allow_query "query;storage")
set(allow_shell "shell;query;storage;importers")
set(formats ese regf reg_text dump ldif csv admindmp)

file(GLOB_RECURSE files RELATIVE ${ROOT}
  ${ROOT}/storage/*.h ${ROOT}/storage/*.cc ${ROOT}/importers/*.h ${ROOT}/importers/*.cc
  ${ROOT}/query/*.h ${ROOT}/query/*.cc ${ROOT}/shell/*.h ${ROOT}/shell/*.cc)
set(bad 0)
foreach(file IN LISTS files)
  string(REGEX MATCH "^[a-z]+" layer ${file})
  set(allowed ${allow_${layer}})
  if(file MATCHES "^storage/base/")
    set(allowed ${allow_storage/base})
  elseif(file MATCHES "^importers/([a-z_0-9]+)/" AND CMAKE_MATCH_1 IN_LIST formats)
    set(allowed "storage/base;importers/${CMAKE_MATCH_1}")
    if(CMAKE_MATCH_1 MATCHES "^(ldif|csv|admindmp)$")
      list(APPEND allowed "importers/dump")
    endif()
  endif()
  file(STRINGS ${ROOT}/${file} includes REGEX "^#include [<\"]")
  foreach(line IN LISTS includes)
    if(line MATCHES "^#include \"([^\"]+)/[^/\"]+\"")
      set(target ${CMAKE_MATCH_1})
      set(ok FALSE)
      foreach(prefix IN LISTS allowed)
        if(target STREQUAL prefix OR target MATCHES "^${prefix}/")
          set(ok TRUE)
        endif()
      endforeach()
      # Only commands may reach the importers (import, verify), and only through their front door.
      if(layer STREQUAL "shell" AND line MATCHES "\"importers/" AND NOT
         (file MATCHES "^shell/commands/" AND line MATCHES "\"importers/registry.h\""))
        set(ok FALSE)
      endif()
      if(NOT ok)
        message("${file}: forbidden include: ${line}")
        math(EXPR bad "${bad} + 1")
      endif()
    elseif((line MATCHES "<lmdb.h>" AND NOT file MATCHES "^storage/.*\\.cc$") OR
           (line MATCHES "<sqlite3" AND NOT layer STREQUAL "query") OR
           (line MATCHES "<(CLI/|histedit|editline|termios)" AND NOT layer STREQUAL "shell"))
      message("${file}: library of another layer: ${line}")
      math(EXPR bad "${bad} + 1")
    endif()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "${bad} forbidden include(s)")
endif()
