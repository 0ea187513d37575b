# Third-party libraries, all from the distribution. Each is one INTERFACE target `dep_x`, so that the
# module that uses it is the only place that names it, and a distributor sees the list at configure time.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(CW_DEPENDENCY_SUMMARY "" CACHE INTERNAL "")

function(cw_dependency name version)
  list(APPEND CW_DEPENDENCY_SUMMARY "${name} ${version}")
  set(CW_DEPENDENCY_SUMMARY "${CW_DEPENDENCY_SUMMARY}" CACHE INTERNAL "")
  message(STATUS "dependency ${name} ${version}")
endfunction()

function(cw_pkg_dependency name module)
  pkg_check_modules(PC_${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(dep_${name} INTERFACE)
  target_link_libraries(dep_${name} INTERFACE PkgConfig::PC_${name})
  cw_dependency(${name} ${PC_${name}_VERSION})
endfunction()

# The static archive where the distribution has one: the main program starts with libc alone
# (docs/adr/0002-process-start.md).
function(cw_static_dependency name module archive)
  pkg_check_modules(PC_${name} REQUIRED ${module})
  find_library(CW_LIB_${name} NAMES ${archive} REQUIRED)
  add_library(dep_${name} INTERFACE)
  target_include_directories(dep_${name} SYSTEM INTERFACE ${PC_${name}_INCLUDE_DIRS})
  target_link_libraries(dep_${name} INTERFACE ${CW_LIB_${name}})
  cw_dependency(${name} ${PC_${name}_VERSION})
endfunction()

# Debian ships fmt as a shared library only, which the start of the program would pay for. cmake/fmt.cpp is its own copy; only
# unoptimised builds take the headers alone, where that costs little.
pkg_check_modules(PC_fmt REQUIRED fmt)
add_library(dep_fmt INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(dep_fmt INTERFACE FMT_HEADER_ONLY=1)
else()
  add_library(cw_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt.cpp)
  target_link_libraries(cw_fmt PRIVATE cw_settings)
  target_link_libraries(dep_fmt INTERFACE cw_fmt)
endif()
cw_dependency(fmt ${PC_fmt_VERSION})
cw_static_dependency(zlib zlib libz.a)
cw_static_dependency(brotli libbrotlienc libbrotlienc.a)
find_library(CW_LIB_brotlicommon NAMES libbrotlicommon.a REQUIRED)
target_link_libraries(dep_brotli INTERFACE ${CW_LIB_brotlicommon})
cw_static_dependency(crypto libcrypto libcrypto.a)
target_link_libraries(dep_crypto INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
cw_pkg_dependency(curl libcurl)
cw_pkg_dependency(git2 libgit2)

find_path(CW_EXPECTED_DIR tl/expected.hpp REQUIRED)
add_library(dep_expected INTERFACE)
target_include_directories(dep_expected SYSTEM INTERFACE ${CW_EXPECTED_DIR})

find_package(nlohmann_json REQUIRED)
cw_dependency(nlohmann-json ${nlohmann_json_VERSION})
# The headers alone: Debian's target is a shared library, which the start of the program would pay for.
find_package(tomlplusplus REQUIRED)
find_path(CW_TOMLPLUSPLUS_DIR toml++/toml.h REQUIRED)
add_library(dep_tomlplusplus INTERFACE)
target_include_directories(dep_tomlplusplus SYSTEM INTERFACE ${CW_TOMLPLUSPLUS_DIR})
cw_dependency(toml++ ${tomlplusplus_VERSION})
find_package(CLI11 REQUIRED)
cw_dependency(CLI11 ${CLI11_VERSION})

find_path(CW_BOOST_DIR boost/process/v2.hpp REQUIRED)
file(STRINGS ${CW_BOOST_DIR}/boost/version.hpp CW_BOOST_LINE REGEX "define BOOST_LIB_VERSION")
string(REGEX REPLACE ".*\"([0-9_]+)\".*" "\\1" CW_BOOST_VERSION "${CW_BOOST_LINE}")
add_library(dep_boost INTERFACE)
target_include_directories(dep_boost SYSTEM INTERFACE ${CW_BOOST_DIR})
target_link_libraries(dep_boost INTERFACE Threads::Threads)
string(REPLACE "_" "." CW_BOOST_VERSION "${CW_BOOST_VERSION}")
cw_dependency(Boost ${CW_BOOST_VERSION})

# Not in the summary: `--version -v` lists what the program itself is linked with.
if(CARGO_WASM_TESTS)
  find_package(Catch2 REQUIRED)
  add_library(dep_catch2 INTERFACE)
  target_link_libraries(dep_catch2 INTERFACE Catch2::Catch2)
  pkg_check_modules(PC_archive REQUIRED IMPORTED_TARGET libarchive)
  add_library(dep_archive INTERFACE)
  target_link_libraries(dep_archive INTERFACE PkgConfig::PC_archive)
endif()
