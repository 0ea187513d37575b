# Tests run for a second or two and are compiled for twice as long with optimization; what they test has it all the same.
set(cw_test_options $<$<CONFIG:Release>:-O0>)

# The precompiled header that all modules share, and the one of the tests: what differs between modules are include directories, which it
# does not depend on.
if(CARGO_WASM_PCH)
  add_library(cw_pch STATIC ${CMAKE_CURRENT_LIST_DIR}/pch.cpp)
  target_link_libraries(cw_pch PRIVATE cw_settings dep_fmt dep_expected cw_warnings)
  target_precompile_headers(cw_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/pch.hpp)
  if(CARGO_WASM_TESTS)
    add_library(cw_test_pch STATIC ${CMAKE_CURRENT_LIST_DIR}/pch.cpp)
    target_include_directories(cw_test_pch PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(cw_test_pch PRIVATE cw_settings dep_fmt dep_expected dep_catch2 cw_warnings)
    target_compile_options(cw_test_pch PRIVATE ${cw_test_options})
    target_precompile_headers(cw_test_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/pch.hpp ${PROJECT_SOURCE_DIR}/tests/support/catch.hpp)
  endif()
endif()

# cw_add_module(NAME SOURCES … DEPENDS … PRIVATE …)
# One folder = one static library `cw_NAME` = one include root = one namespace. DEPENDS are the only
# cargo_wasm headers the module can include, which is what keeps the layers of ARCHITECTURE.md apart.
function(cw_add_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(cw_${name} STATIC ${ARG_SOURCES})
  add_library(cargo-wasm::${name} ALIAS cw_${name})
  target_include_directories(cw_${name} PUBLIC include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(cw_${name} PUBLIC cw_settings dep_fmt dep_expected PRIVATE cw_warnings ${ARG_PRIVATE})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(cw_${name} PUBLIC cw_${dependency})
  endforeach()
  if(CARGO_WASM_UNITY)
    set_target_properties(cw_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  endif()
  if(CARGO_WASM_PCH)
    target_precompile_headers(cw_${name} REUSE_FROM cw_pch)
  endif()
endfunction()

# cw_use_header_of_library(PROGRAM LIBRARY): the program takes the precompiled header of the library, and is compiled as that was (programs
# would have -fPIE).
function(cw_use_header_of_library program library)
  set_target_properties(${program} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${program} PRIVATE -fPIC)
  target_precompile_headers(${program} REUSE_FROM ${library})
endfunction()

# cw_add_test(MODULE SOURCES … DEPENDS …): the Catch2 program `MODULE_test`, one ctest entry.
function(cw_add_test module)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(${module}_test ${ARG_SOURCES})
  target_link_libraries(${module}_test PRIVATE cw_settings cw_warnings cw_test_support ${ARG_PRIVATE})
  target_compile_options(${module}_test PRIVATE ${cw_test_options})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(${module}_test PRIVATE cw_${dependency})
  endforeach()
  if(CARGO_WASM_PCH)
    cw_use_header_of_library(${module}_test cw_test_pch)
  endif()
  add_test(NAME unit.${module} COMMAND ${module}_test)
endfunction()

# cw_embed_files(OUT GLOB HEADER NAMESPACE TYPE FUNCTION): the C++ source OUT with all files of GLOB in it (cmake/embed_files.cmake).
function(cw_embed_files out glob header namespace type function)
  file(GLOB files CONFIGURE_DEPENDS ${glob})
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFILES=${glob} -DHEADER=${header} -DNAMESPACE=${namespace} -DTYPE=${type} -DFUNCTION=${function} -DOUT=${out} -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
endfunction()

# cw_embed_tree(OUT DIRECTORY HEADER NAMESPACE TYPE FUNCTION): the same with all files below DIRECTORY, named by their paths in it.
function(cw_embed_tree out directory header namespace type function)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DTREE=${directory} -DHEADER=${header} -DNAMESPACE=${namespace} -DTYPE=${type} -DFUNCTION=${function} -DOUT=${out} -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
endfunction()

# cw_embed_binary(OUT TARGET HEADER NAMESPACE FUNCTION): the C++ source OUT with the bytes of what TARGET makes (cmake/embed_binary.cmake).
function(cw_embed_binary out target header namespace function)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_binary.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFILE=$<TARGET_FILE:${target}> -DHEADER=${header} -DNAMESPACE=${namespace} -DFUNCTION=${function} -DOUT=${out} -P ${script}
    DEPENDS ${target} ${script}
    VERBATIM)
endfunction()
