# What is installed where, and the Debian package (`cpack` in the build directory).
#
# The program finds its module relative to itself, in ../lib/cargo-wasm, so any prefix works and the
# tree can be moved. Components: `program`, and `documentation` (man page, completions), which comes from
# the program's own option table at the time of installing.
if(NOT TARGET cargo-wasm)
  return()
endif()

install(TARGETS cargo-wasm RUNTIME DESTINATION bin COMPONENT program)
if(TARGET cargo_wasm_net)
  install(TARGETS cargo_wasm_net LIBRARY DESTINATION lib/cargo-wasm COMPONENT program)
endif()

# Packing needs the program alone, not the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CW_GENERATED ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${CW_GENERATED})
install(
  CODE "foreach(page IN ITEMS \"man;cargo-wasm.1\" \"completions bash;bash\" \"completions zsh;zsh\" \"completions fish;fish\")
    list(GET page 0 words)
    list(GET page 1 file)
    separate_arguments(words)
    execute_process(COMMAND \"$<TARGET_FILE:cargo-wasm>\" \${words} OUTPUT_FILE \"${CW_GENERATED}/\${file}\"
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()"
  COMPONENT documentation)
install(FILES ${CW_GENERATED}/cargo-wasm.1 DESTINATION share/man/man1 COMPONENT documentation)
install(FILES ${CW_GENERATED}/bash DESTINATION share/bash-completion/completions RENAME cargo-wasm COMPONENT documentation)
install(FILES ${CW_GENERATED}/zsh DESTINATION share/zsh/site-functions RENAME _cargo-wasm COMPONENT documentation)
install(FILES ${CW_GENERATED}/fish DESTINATION share/fish/vendor_completions.d RENAME cargo-wasm.fish COMPONENT documentation)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/cargo-wasm RENAME copyright COMPONENT documentation)
install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/cargo-wasm COMPONENT documentation)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cargo-wasm)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "the cargo-wasm developers <maintainers@cargo-wasm.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Cargo-compatible build orchestrator for Rust and WebAssembly")
set(CPACK_PACKAGE_DESCRIPTION
    "Builds unmodified Cargo projects for WebAssembly without calling cargo: it reads the
manifests, resolves and downloads the dependencies, plans the units, runs rustc and
runs the result. Lock files, caches and artifacts are shared with cargo.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates")
# Host units need a linker; programs run in Node where wasmtime is not installed.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gcc, libc6-dev, nodejs")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "rustup, cargo")
include(CPack)
