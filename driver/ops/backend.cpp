// Which code generator compiles what. No backend of rustc but LLVM emits WebAssembly; Cranelift compiles build scripts and proc macros
// sooner, and is a component of some nightly compilers.
#include "backend.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_llvm = "llvm", k_cranelift = "cranelift";

bool has_cranelift(const Env& env, const toolchain::RustcInfo& rustc)
{
  const auto entries = env.fs.list(rustc.sysroot / "lib/rustlib" / rustc.host / "codegen-backends");
  return rustc.is_nightly() && entries && std::ranges::any_of(*entries, [](const base::DirectoryEntry& entry) {
           return entry.name.find("rustc_codegen_cranelift") != std::string::npos;
         });
}

Error no_cranelift(const toolchain::RustcInfo& rustc, const toolchain::ToolchainChoice& choice)
{
  Error error("CW0867", fmt::format("rustc {} has no code generator `cranelift`", to_string(rustc.version)), Blame::environment);
  if (!rustc.is_nightly()) {
    error.notes.emplace_back("it is a component of nightly compilers");
    error.helps.emplace_back("`cargo-wasm toolchain install nightly-YYYY-MM-DD`, then build with `+nightly-YYYY-MM-DD`");
    return error;
  }
  error.helps.push_back(fmt::format("`rustup component add rustc-codegen-cranelift --toolchain {}`", choice.name.value_or("NAME")));
  return error;
}

} // namespace

Result<std::optional<InternedString>> choose_host_backend(const Env& env,
                                                          RecordingReporter& reporter,
                                                          const GlobalOptions& options,
                                                          const CompileRequest& request,
                                                          const toolchain::ToolchainChoice& choice,
                                                          const toolchain::TargetData& platforms)
{
  const toolchain::RustcInfo& rustc = platforms.rustc;
  const std::string_view asked = request.backend ? std::string_view(*request.backend) : std::string_view();
  if (asked == k_llvm || (asked.empty() && (options.strict_cargo || !has_cranelift(env, rustc)))) {
    return std::optional<InternedString>();
  }
  if (!asked.empty() && asked != k_cranelift) {
    return fail(
        Error("CW0868", fmt::format("there is no code generator `{}`", asked), Blame::usage).help("there are `llvm` and `cranelift`"));
  }
  if (!asked.empty() && !has_cranelift(env, rustc)) {
    return fail(no_cranelift(rustc, choice));
  }
  const bool makes_wasm = std::ranges::any_of(
      platforms.requested_kinds, [&](const toolchain::CompileKind& kind) { return platforms.triple(kind).starts_with("wasm"); });
  if (!asked.empty() && makes_wasm) {
    reporter.keep("Backend", "cranelift cannot emit WebAssembly: it compiles build scripts and proc macros, LLVM the modules");
  }
  return std::optional(InternedString(k_cranelift));
}

} // namespace cargo_wasm::ops
