# cw_add_fuzzer(NAME SOURCES … DEPENDS …): the libFuzzer program `cw_fuzz_NAME`, and a ctest entry `fuzz.NAME` that runs it for
# CARGO_WASM_FUZZ_SECONDS from the seeds in corpus/NAME. What it finds worth keeping goes to the build directory.
set(CARGO_WASM_FUZZ_SECONDS 60 CACHE STRING "How long ctest runs each fuzzer")

function(cw_add_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(cw_fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(cw_fuzz_${name} PRIVATE cw_settings cw_warnings ${ARG_PRIVATE})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(cw_fuzz_${name} PRIVATE cw_${dependency})
  endforeach()
  target_link_options(cw_fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set(found ${CMAKE_CURRENT_BINARY_DIR}/found/${name})
  file(MAKE_DIRECTORY ${found})
  set(seeds ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  if(NOT EXISTS ${seeds})
    set(seeds "")
  endif()
  add_test(NAME fuzz.${name}
           COMMAND cw_fuzz_${name} -max_total_time=${CARGO_WASM_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=2048
                   -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/${name}- -print_final_stats=1 ${found} ${seeds})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
endfunction()
