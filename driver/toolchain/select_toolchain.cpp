#include <fmt/format.h>

#include <cargo_wasm/toolchain/toolchain.hpp>

#include "rustup.hpp"

namespace cargo_wasm::toolchain {
namespace {

struct Tool
{
  Path program;
  std::string reason;
};

/// A program from its variable, else from the configuration. A variable set to nothing turns it off.
Result<std::optional<Tool>> configured_tool(const Env& env, const manifest::Config& config, std::string_view variable, std::string_view key)
{
  if (const std::string* text = env.var(variable)) {
    if (text->empty()) {
      return std::nullopt;
    }
    return Tool{text->find('/') == std::string::npos ? Path(*text) : env.cwd / *text, fmt::format("because of `{}`", variable)};
  }
  CW_TRY_ASSIGN(const auto tool, config.get_tool(key));
  if (!tool || tool->value.empty()) {
    return std::nullopt;
  }
  return Tool{tool->value, fmt::format("because of `{}` in {}", key, tool->definition.display())};
}

Result<std::optional<Path>> configured_path(const Env& env, const manifest::Config& config, std::string_view variable, std::string_view key)
{
  CW_TRY_ASSIGN(const auto tool, configured_tool(env, config, variable, key));
  return tool ? std::optional(tool->program) : std::nullopt;
}

/// A bare name is looked for on PATH; what is not found stays as it is and fails when it is started.
Path on_path(const Env& env, const Path& program)
{
  return program.has_parent_path() ? program : env.program_on_path(program.native()).value_or(program);
}

Error not_installed(const ToolchainRequest& request)
{
  Error error = request.is_path
                    ? Error("CW0500", fmt::format("there is no toolchain in `{}`", request.name), Blame::environment)
                    : Error("CW0500",
                            fmt::format("toolchain `{}` is not installed: run `rustup toolchain install {}`", request.name, request.name),
                            Blame::environment);
  error.notes.push_back(fmt::format("it is wanted {}", request.reason));
  if (request.where) {
    error.where = *request.where;
  }
  return error;
}

Result<ToolchainChoice> choose_from_rustup(const Env& env, ToolchainChoice choice, Rustup rustup, const ToolchainWish& wish)
{
  auto request = rustup.request(env, wish);
  choice.rustup = rustup.program();
  if (!request) {
    return fail(std::move(request).error());
  }
  const auto installed = rustup.find_installed(env.fs, *request);
  if (!installed) {
    return fail(not_installed(*request));
  }
  choice.rustc = installed->directory / "bin" / "rustc";
  choice.name = installed->name;
  choice.reason = request->reason;
  choice.where = std::move(request->where);
  choice.wanted_components = std::move(request->components);
  choice.wanted_targets = std::move(request->targets);
  choice.child_env.emplace("RUSTUP_TOOLCHAIN", installed->name);
  return choice;
}

Error needs_rustup(const ToolchainWish& wish)
{
  if (wish.plus) {
    return Error("CW0503", fmt::format("`+{}` needs rustup, which is not installed", *wish.plus), Blame::environment)
        .help("install rustup, or leave the argument out to use the `rustc` on PATH");
  }
  return Error("CW0503", fmt::format("toolchain `{}` needs rustup, which is not installed", wish.manifest->name), Blame::environment)
      .at(wish.manifest->where)
      .note(fmt::format("it is wanted because of {}", wish.manifest->key))
      .help("install rustup, or set `RUSTC` to the compiler to use");
}

Result<ToolchainChoice> choose_rustc(const Env& env, const manifest::Config& config, const ToolchainWish& wish)
{
  ToolchainChoice choice;
  CW_TRY_ASSIGN(const auto configured, configured_tool(env, config, "RUSTC", "build.rustc"));
  Path program = on_path(env, configured ? configured->program : Path("rustc"));
  const bool found = program.has_parent_path();
  const bool is_proxy = found && is_rustup_proxy(env.fs, program);
  if (configured && !is_proxy) {
    choice.rustc = std::move(program);
    choice.reason = configured->reason;
    return choice;
  }
  if (is_proxy || !found || wish.plus || wish.manifest) {
    CW_TRY_ASSIGN(auto rustup, Rustup::find(env, config.cargo_home()));
    if (rustup) {
      return choose_from_rustup(env, std::move(choice), std::move(*rustup), wish);
    }
    if (wish.plus || wish.manifest) {
      return fail(needs_rustup(wish));
    }
    return fail(
        Error("CW0501", "there is no `rustc` on PATH", Blame::environment).help("install Rust with rustup, or set `RUSTC` to a compiler"));
  }
  choice.rustc = std::move(program);
  choice.reason = "because it is the first `rustc` on PATH";
  return choice;
}

} // namespace

Result<ToolchainChoice> select_toolchain(const Env& env, const manifest::Config& config, const ToolchainWish& wish)
{
  CW_TRY_ASSIGN(auto choice, choose_rustc(env, config, wish));
  CW_TRY_ASSIGN(choice.wrapper, configured_path(env, config, "RUSTC_WRAPPER", "build.rustc-wrapper"));
  CW_TRY_ASSIGN(choice.workspace_wrapper, configured_path(env, config, "RUSTC_WORKSPACE_WRAPPER", "build.rustc-workspace-wrapper"));
  CW_TRY_ASSIGN(choice.rustdoc, configured_path(env, config, "RUSTDOC", "build.rustdoc"));
  if (!choice.rustdoc && env.fs.is_file(choice.rustc.parent_path() / "rustdoc")) {
    choice.rustdoc = choice.rustc.parent_path() / "rustdoc";
  }
  return choice;
}

Result<std::optional<MissingToolchain>> find_missing_toolchain(const Env& env, const manifest::Config& config, const ToolchainWish& wish)
{
  CW_TRY_ASSIGN(auto rustup, Rustup::find(env, config.cargo_home()));
  if (!rustup) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(auto request, rustup->request(env, wish));
  if (request.is_path || rustup->find_installed(env.fs, request)) {
    return std::nullopt;
  }
  return MissingToolchain{std::move(request.name), std::move(request.components), std::move(request.targets), rustup->program()};
}

std::string_view build_machine_triple()
{
#if defined(__x86_64__) && defined(__GLIBC__)
  return "x86_64-unknown-linux-gnu";
#elif defined(__aarch64__) && defined(__GLIBC__)
  return "aarch64-unknown-linux-gnu";
#elif defined(__x86_64__)
  return "x86_64-unknown-linux-musl";
#elif defined(__aarch64__)
  return "aarch64-unknown-linux-musl";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64gc-unknown-linux-gnu";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return "powerpc64le-unknown-linux-gnu";
#elif defined(__i386__)
  return "i686-unknown-linux-gnu";
#else
  return "unknown-unknown-linux-gnu";
#endif
}

} // namespace cargo_wasm::toolchain
