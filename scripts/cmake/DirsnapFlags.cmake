# Compile and link settings that every dirsnap target takes, as one INTERFACE target.
add_library(dirsnap_flags INTERFACE)
target_compile_features(dirsnap_flags INTERFACE cxx_std_20)
target_include_directories(dirsnap_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(dirsnap_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast
  -fstack-protector-strong -fPIE
  # g++ 12 sees overlapping copies in std::string::insert that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_definitions(dirsnap_flags INTERFACE
  _GLIBCXX_ASSERTIONS DIRSNAP_VERSION="${PROJECT_VERSION}")
# The hardened link of release builds: position independent, all relocations read-only.
target_link_options(dirsnap_flags INTERFACE -pie -Wl,-z,relro,-z,now)
if(DIRSNAP_DEVELOPER_MODE)
  target_compile_options(dirsnap_flags INTERFACE -Werror)
endif()
if(DIRSNAP_SANITIZE)
  target_compile_options(dirsnap_flags INTERFACE
    -fsanitize=${DIRSNAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dirsnap_flags INTERFACE -fsanitize=${DIRSNAP_SANITIZE})
else()
  # Fortified libc calls need optimisation and clash with the sanitizers' own interceptors.
  target_compile_definitions(dirsnap_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
# CMAKE_UNITY_BUILD joins the sources of a library to few, which compilers and analysers get through
# in a fraction of the time. Types that a file keeps to itself are then not in the main file.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dirsnap_flags INTERFACE -Wno-subobject-linkage)
endif()
if(DIRSNAP_FUZZERS)
  target_compile_options(dirsnap_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# dirsnap_library(NAME SOURCES... ) and friends keep the folders' lists short.
function(dirsnap_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC dirsnap_flags)
endfunction()

# The sources of a library whose loops a release is measured by: joined, g++ 12 inlines other
# functions, which gave queries two to five in a hundred more instructions (callgrind).
function(dirsnap_keep_apart name)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
endfunction()
