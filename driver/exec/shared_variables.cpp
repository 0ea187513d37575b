// Which variables of the environment may be named with their values in a key: those by which C compilers and libraries are chosen. A token
// or a password has no name of this kind.
#include <algorithm>

#include <cargo_wasm/base/text.hpp>

#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_tools[] = {
    "AR", "ARFLAGS", "CC", "CFLAGS", "CPP", "CPPFLAGS", "CXX", "CXXFLAGS", "CXXSTDLIB", "LD", "LDFLAGS", "NM", "RANLIB", "RANLIBFLAGS"};
constexpr std::string_view k_names[] = {"CLANG_PATH",
                                        "COMPILER_PATH",
                                        "CPATH",
                                        "CPLUS_INCLUDE_PATH",
                                        "CRATE_CC_NO_DEFAULTS",
                                        "CROSS_COMPILE",
                                        "C_INCLUDE_PATH",
                                        "DEBUG",
                                        "GCC_EXEC_PREFIX",
                                        "HOST",
                                        "LD_RUN_PATH",
                                        "LIBCLANG_PATH",
                                        "LIBRARY_PATH",
                                        "LLVM_CONFIG_PATH",
                                        "MACOSX_DEPLOYMENT_TARGET",
                                        "OPT_LEVEL",
                                        "PROFILE",
                                        "RUSTC",
                                        "RUSTDOC",
                                        "RUSTFLAGS",
                                        "RUSTC_BOOTSTRAP",
                                        "SDKROOT",
                                        "SOURCE_DATE_EPOCH",
                                        "SYSROOT",
                                        "TARGET",
                                        "WASI_SDK_PATH",
                                        "WASI_SYSROOT"};
constexpr std::string_view k_prefixes[] = {"CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "DEP_", "WASM_BINDGEN_"};
constexpr std::string_view k_suffixes[] = {
    "_DIR", "_INCLUDE_DIR", "_LIB_DIR", "_LIBS", "_NO_PKG_CONFIG", "_NO_VENDOR", "_STATIC", "_SYS_STATIC"};

/// `HOST_CC` → CC: crates cc, cmake and pkg-config ask for both.
std::string_view without_side(std::string_view name)
{
  for (const std::string_view prefix : {"TARGET_", "HOST_"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  return name;
}

/// `CC`, `TARGET_CC`, `HOST_CC`, `CC_wasm32_wasip1`, `CC_wasm32-wasip1` (crate cc).
bool is_tool(std::string_view name)
{
  name = without_side(name);
  return std::ranges::any_of(k_tools, [&](std::string_view tool) {
    return name == tool || (name.starts_with(tool) && name.size() > tool.size() && name[tool.size()] == '_');
  });
}

/// Names that crates put together of a base and a target: `CMAKE_TOOLCHAIN_FILE_wasm32-wasip1`, `TARGET_CMAKE_PREFIX_PATH`.
bool is_of_family(std::string_view name)
{
  constexpr std::string_view k_families[] = {"BINDGEN_EXTRA_CLANG_ARGS_", "CMAKE_", "PKG_CONFIG"};
  name = without_side(name);
  return name != "CMAKE_BUILD_PARALLEL_LEVEL" && name != "CMAKE_COLOR_DIAGNOSTICS" &&
         (name == "CMAKE" || name == "BINDGEN_EXTRA_CLANG_ARGS" ||
          std::ranges::any_of(k_families, [&](std::string_view family) { return name.starts_with(family); }));
}

/// `CC_wasm32-wasip1` → CC
std::string_view tool_of(std::string_view name)
{
  name = without_side(name);
  return name.substr(0, name.find('_'));
}

} // namespace

NamedTool tool_named_by(std::string_view name)
{
  constexpr std::string_view k_programs[] = {"CLANG_PATH", "LLVM_CONFIG_PATH"};
  constexpr std::string_view k_directories[] = {"SDKROOT", "SYSROOT", "WASI_SYSROOT"};
  if (name == "WASI_SDK_PATH") {
    return NamedTool::wasi_sdk;
  }
  if (name == "LIBCLANG_PATH") {
    return NamedTool::libclang;
  }
  if (std::ranges::find(k_directories, name) != std::end(k_directories)) {
    return NamedTool::directory;
  }
  if (std::ranges::find(k_programs, name) != std::end(k_programs)) {
    return NamedTool::program;
  }
  const std::string_view bare = without_side(name);
  if (bare.starts_with("CMAKE_TOOLCHAIN_FILE")) {
    return NamedTool::cmake_file;
  }
  if (bare.starts_with("PKG_CONFIG_PATH") || bare.starts_with("PKG_CONFIG_LIBDIR")) {
    return NamedTool::descriptions;
  }
  const auto is_of_target = [&](std::string_view tool) { // PKG_CONFIG, CMAKE_wasm32-wasip1
    return bare == tool ||
           (bare.size() > tool.size() + 1 && bare.starts_with(tool) && bare[tool.size()] == '_' && bare[tool.size() + 1] >= 'a');
  };
  if (is_of_target("CMAKE") || is_of_target("PKG_CONFIG") || (bare.starts_with("CMAKE_") && bare.ends_with("_COMPILER_LAUNCHER"))) {
    return NamedTool::program;
  }
  if (!is_tool(name) || sounds_secret(name) || name.starts_with("CXXSTDLIB")) {
    return NamedTool::none;
  }
  return tool_of(name).ends_with("FLAGS") ? NamedTool::flags : NamedTool::program;
}

bool sounds_secret(std::string_view name)
{
  constexpr std::string_view k_words[] = {"AUTH", "CREDENTIAL", "KEY", "PASS", "PRIVATE", "SECRET", "TOKEN"};
  const std::string upper = base::to_upper(name); // Windows' habits, and `npm_config__authToken`
  return std::ranges::any_of(k_words, [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

bool is_read_by_build_scripts(std::string_view name)
{
  return ((is_tool(name) || is_of_family(name)) && !sounds_secret(name)) || std::ranges::find(k_names, name) != std::end(k_names);
}

bool is_shareable_variable(std::string_view name)
{
  const auto has_known_ends = [&] {
    return std::ranges::any_of(k_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
           std::ranges::any_of(k_suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
  };
  return is_read_by_build_scripts(name) || (!sounds_secret(name) && has_known_ends());
}

} // namespace cargo_wasm::exec
