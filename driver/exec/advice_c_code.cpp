#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "advice_cases.hpp"

namespace cargo_wasm::exec {

std::string short_name(std::string_view package_display)
{
  return std::string(package_display.substr(0, package_display.find(" (")));
}

std::string needed_through(const Failure& failure)
{
  if (failure.dependency_path.size() < 2) {
    return {};
  }
  std::vector<std::string> names;
  for (const std::string& name : failure.dependency_path) {
    names.push_back(fmt::format("`{}`", short_name(name)));
  }
  if (names.size() > 5) {
    names.erase(names.begin() + 2, names.end() - 2);
    names.insert(names.begin() + 2, "…");
  }
  return base::join(names, " → ");
}

namespace {

bool contains_any(std::string_view text, std::initializer_list<std::string_view> needles)
{
  for (const std::string_view needle : needles) {
    if (text.find(needle) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

/// Crates whose C code is an optional speed-up, and what to switch off.
std::string known_way_out(const Failure& failure)
{
  for (const std::string& display : failure.dependency_path) {
    const std::string name = display.substr(0, display.find(' '));
    if (name.starts_with("libmimalloc") || name == "mimalloc" || name.starts_with("jemalloc") || name.starts_with("tikv-jemalloc")) {
      return "an allocator written in C is not needed here: try `--no-default-features`, or a feature list without it; wasm has its own";
    }
    if (name.starts_with("libdeflate")) {
      return "look for a feature that selects a pure Rust deflate (miniz_oxide, zlib-rs) instead of libdeflate";
    }
    if (name.starts_with("zstd-sys") || name.starts_with("lz4-sys") || name.starts_with("bzip2-sys")) {
      return fmt::format("try features without `{}`; pure Rust replacements exist (ruzstd, lz4_flex, libbz2-rs-sys)", name);
    }
    if (name.starts_with("openssl-sys") || name == "ring" || name.starts_with("aws-lc")) {
      return "select another TLS or crypto back end by features (rustls with a pure Rust provider)";
    }
  }
  return {};
}

} // namespace

std::optional<FailureAdvice> advise_c_code(const Failure& failure)
{
  const plan::ActionTemplate& tmpl = failure.graph.actions[failure.action];
  if (tmpl.kind != plan::ActionKind::run_build_script) {
    return std::nullopt;
  }
  const std::string_view text = failure.text;
  const bool runs_compiler =
      contains_any(text, {"clang", "TARGET_CC", "CC_wasm32", "cc-rs", "failed to find tool", "ToolNotFound", "CMAKE_", "cmake", "bindgen"});
  if (!runs_compiler) {
    return std::nullopt;
  }
  FailureAdvice advice;
  const std::string crate = short_name(tmpl.label.package_display);
  const bool no_headers = contains_any(text, {"file not found", "No such file or directory #include", "fatal error:"});
  const bool no_compiler =
      contains_any(text, {"failed to find tool", "ToolNotFound", "No such file or directory (os error 2)", "is not installed"});
  advice.notes.push_back(fmt::format("`{}` compiles C code, and there is no C {} for {}",
                                     crate,
                                     no_compiler  ? "compiler"
                                     : no_headers ? "library (sysroot with headers)"
                                                  : "tool chain",
                                     failure.triple));
  if (const std::string path = needed_through(failure); !path.empty()) {
    advice.notes.push_back("needed through " + path);
  }
  if (std::string way_out = known_way_out(failure); !way_out.empty()) {
    advice.helps.push_back(std::move(way_out));
  }
  std::string variable(failure.triple);
  for (char& c : variable) {
    c = c == '-' ? '_' : c;
  }
  if (failure.triple.find("wasi") != std::string_view::npos) {
    advice.helps.push_back(fmt::format("or install the WASI SDK and set CC_{0}=$WASI_SDK/bin/clang, AR_{0}=$WASI_SDK/bin/llvm-ar and "
                                       "CFLAGS_{0}=--sysroot=$WASI_SDK/share/wasi-sysroot",
                                       variable));
  } else {
    advice.helps.push_back(
        fmt::format("{} has no C library: only C code that needs none compiles, with CC_{}=clang", failure.triple, variable));
  }
  return advice;
}

} // namespace cargo_wasm::exec
