# cw_add_fuzzer(NAME SOURCES … DEPENDS …): the libFuzzer program `cw_fuzz_NAME`. `run` beside this file builds and runs them all.
function(cw_add_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(cw_fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(cw_fuzz_${name} PRIVATE cw_settings cw_warnings dep_fmt dep_expected ${ARG_PRIVATE})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(cw_fuzz_${name} PRIVATE cw_${dependency})
  endforeach()
  target_link_options(cw_fuzz_${name} PRIVATE -fsanitize=fuzzer)
  if(CARGO_WASM_PCH)
    cw_use_header_of_library(cw_fuzz_${name} cw_pch)
  endif()
endfunction()

# cw_fuzz_files(NAME MODULE FILES…): the readers of a module that has much else in it (servers, downloads), without the rest, which takes
# clang minutes. When a reader comes to need another file of its module, the linker names what is missing: add the file here.
function(cw_fuzz_files name module)
  get_target_property(directory cw_${module} SOURCE_DIR)
  list(TRANSFORM ARGN PREPEND ${directory}/)
  target_sources(cw_fuzz_${name} PRIVATE ${ARGN})
  target_include_directories(cw_fuzz_${name} PRIVATE $<TARGET_PROPERTY:cw_${module},INCLUDE_DIRECTORIES>)
endfunction()
