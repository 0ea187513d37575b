# How every target is compiled: language level, sanitizers, warnings. One INTERFACE target each, so
# that a dependency's headers are never held to our warnings.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Several files of a module in one compilation: half the time for a build from scratch, more for one edited file.
set(unity ON)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(unity OFF)
endif()
option(CARGO_WASM_UNITY "Compile the files of a module ten at a time" ${unity})
# -O2 takes a tenth less build time than -O3; what runs here waits for files, the network and rustc.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

find_program(CW_CCACHE ccache)
if(CW_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need these sloppiness settings to be cacheable (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CW_CCACHE})
endif()

add_library(cw_settings INTERFACE)
target_compile_features(cw_settings INTERFACE cxx_std_20)
target_compile_definitions(cw_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(CARGO_WASM_SANITIZE)
  target_compile_options(cw_settings INTERFACE -fsanitize=${CARGO_WASM_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(cw_settings INTERFACE -fsanitize=${CARGO_WASM_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CARGO_WASM_FUZZERS)
  target_compile_options(cw_settings INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(cw_settings INTERFACE -fsanitize=address,undefined)
endif()

add_library(cw_warnings INTERFACE)
target_compile_options(
  cw_warnings
  INTERFACE -Wall
            -Wextra
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wold-style-cast
            -Woverloaded-virtual
            -Wnon-virtual-dtor
            -Werror=switch
            -Werror=unused-result
            -Werror=suggest-override
            -Werror=return-type
            $<$<BOOL:${CARGO_WASM_DEV}>:-Werror>)
# g++ 12 to 14 see overflows in inlined std::string code that are not there (GCC bugs 105329, 105651), when they optimise.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15 AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(cw_warnings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(cw_warnings INTERFACE -Wno-error=suggest-override)
endif()
