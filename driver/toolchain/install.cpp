// Installing what is missing, and knowing that it is: rustup does the work, in the open.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/toolchain/toolchain.hpp>

#include "rustup.hpp"

namespace cargo_wasm::toolchain {
namespace {

Result<base::Command> rustup_command(const Env& env, const std::optional<Path>& program, std::vector<std::string> args)
{
  if (!program) {
    return fail(Error("CW0503", "rustup is not installed, so nothing can be added to the toolchain", Blame::environment)
                    .help("install rustup, or get the missing part from where `rustc` came from"));
  }
  base::Command command;
  command.program = *program;
  command.args = std::move(args);
  command.env = env.vars;
  command.cwd = env.cwd;
  return command;
}

Error could_not_install(const base::Command& command, const base::Exit& exit)
{
  return Error("CW0508", fmt::format("rustup could not install it ({})", base::to_string(exit)), Blame::environment)
      .note(fmt::format("the command was `{}`", base::to_shell_string(command)));
}

Result<> run_rustup(const Env& env, const std::optional<Path>& program, std::vector<std::string> args)
{
  CW_TRY_ASSIGN(auto command, rustup_command(env, program, std::move(args)));
  command.inherit_stdio = true;
  env.reporter.status("Installing", base::to_shell_string(command));
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const auto exit, env.process.run(command, sink));
  if (!exit.success()) {
    return fail(could_not_install(command, exit));
  }
  return {};
}

/// Shows what rustup says while it says it, and keeps it: what went wrong is in its words only.
class TellingSink final : public base::OutputSink
{
public:
  explicit TellingSink(base::Reporter& reporter) : m_reporter(reporter) {}
  void on_stdout(std::string_view chunk) override { m_reporter.passthrough(chunk); }
  void on_stderr(std::string_view chunk) override
  {
    m_reporter.passthrough(chunk);
    said += chunk;
  }
  std::string said;

private:
  base::Reporter& m_reporter;
};

std::vector<std::string> install_arguments(const MissingToolchain& missing)
{
  std::vector<std::string> args = {"toolchain", "install", missing.name, "--profile", "minimal", "--no-self-update"};
  for (const std::string& component : missing.components) {
    args.insert(args.end(), {"--component", component});
  }
  for (const std::string& target : missing.targets) {
    args.insert(args.end(), {"--target", target});
  }
  return args;
}

Path std_directory(const RustcInfo& rustc, std::string_view triple)
{
  return rustc.sysroot / "lib" / "rustlib" / triple / "lib";
}

/// A directory alone is no proof: rustup leaves empty ones behind.
bool holds_core(const base::ReadOnlyFilesystem& fs, const Path& directory)
{
  const auto entries = fs.list(directory);
  return entries && std::any_of(entries->begin(), entries->end(), [](const base::DirectoryEntry& entry) {
           return entry.name.starts_with("libcore-");
         });
}

} // namespace

Result<> install_named_toolchain(const Env& env, const MissingToolchain& named)
{
  CW_TRY_ASSIGN(const auto command, rustup_command(env, named.rustup, install_arguments(named)));
  env.reporter.status("Installing", base::to_shell_string(command));
  TellingSink sink(env.reporter);
  CW_TRY_ASSIGN(const auto exit, env.process.run(command, sink));
  if (exit.success()) {
    return {};
  }
  const auto says = [&](std::string_view words) { return sink.said.find(words) != std::string::npos; };
  if (says("nonexistent rust version") || says("no release found for")) {
    return fail(Error("CW0673", fmt::format("there is no toolchain `{}` to download", named.name), Blame::usage)
                    .note("rustup asked where it gets its toolchains from")
                    .help("versions look like `1.99.1`, days of nightlies like `nightly-2026-05-01`"));
  }
  return fail(could_not_install(command, exit));
}

Result<> install_component(const Env& env, const ToolchainChoice& choice, std::string_view component)
{
  std::vector<std::string> args = {"component", "add", std::string(component)};
  if (choice.name) {
    args.insert(args.end(), {"--toolchain", *choice.name});
  }
  return run_rustup(env, choice.name ? choice.rustup : std::nullopt, std::move(args));
}

Result<> install_toolchain(const Env& env, const MissingToolchain& missing)
{
  return run_rustup(env, missing.rustup, install_arguments(missing));
}

Result<> install_target(const Env& env, const ToolchainChoice& choice, std::string_view triple)
{
  std::vector<std::string> args = {"target", "add", std::string(triple)};
  if (choice.name) {
    args.insert(args.end(), {"--toolchain", *choice.name});
  }
  return run_rustup(env, choice.name ? choice.rustup : std::nullopt, std::move(args));
}

namespace {

/// Whether the toolchain's own list of components says that there is no std for this target to install. A missing list says nothing.
bool is_not_distributed(const base::ReadOnlyFilesystem& fs, const RustcInfo& rustc, std::string_view triple)
{
  const auto list = fs.map(rustc.sysroot / "lib" / "rustlib" / "multirust-channel-manifest.toml");
  if (!list) {
    return false;
  }
  return list->bytes().find(fmt::format("\n[pkg.rust-std.target.{}]\navailable = false\n", triple)) != std::string_view::npos;
}

Error not_distributed(const ToolchainChoice& choice, const RustcInfo& rustc, std::string_view triple)
{
  Error error(
      "CW0985",
      fmt::format("toolchain `{}` comes without a standard library for `{}`", short_toolchain_name(*choice.name, rustc.host), triple),
      Blame::environment);
  error.notes.emplace_back("the list of its components says that there is none to install");
  error.helps.push_back(
      fmt::format("`rustup target list --toolchain {}` names the targets that it has", short_toolchain_name(*choice.name, rustc.host)));
  if (constexpr std::string_view k_threads = "-threads"; triple.ends_with(k_threads)) {
    error.helps.push_back(fmt::format("`--target {}` is the same without threads", triple.substr(0, triple.size() - k_threads.size())));
  }
  if (rustc.is_nightly() && triple.find("-wasi") == std::string_view::npos) {
    error.helps.emplace_back("`-Zbuild-std` compiles one with the project");
  }
  error.helps.emplace_back("another version may have it: `cargo-wasm +VERSION`");
  return error;
}

} // namespace

Result<>
verify_target_installed(const base::ReadOnlyFilesystem& fs, const ToolchainChoice& choice, const RustcInfo& rustc, std::string_view triple)
{
  if (holds_core(fs, std_directory(rustc, triple))) {
    return {};
  }
  if (choice.name && choice.rustup && is_not_distributed(fs, rustc, triple)) {
    return fail(not_distributed(choice, rustc, triple));
  }
  if (choice.name && choice.rustup) {
    return fail(Error("CW0510",
                      fmt::format("the standard library for `{}` is not installed: run `rustup target add {} --toolchain {}`",
                                  triple,
                                  triple,
                                  short_toolchain_name(*choice.name, rustc.host)),
                      Blame::environment));
  }
  return fail(Error("CW0510", fmt::format("the standard library for `{}` is not installed", triple), Blame::environment)
                  .note(fmt::format("`{}` looks for it in `{}`", rustc.program.string(), std_directory(rustc, triple).string()))
                  .help("install the package of your distribution that holds it, or use a toolchain from rustup"));
}

std::vector<std::string> installed_targets(const base::ReadOnlyFilesystem& fs, const RustcInfo& rustc)
{
  std::vector<std::string> triples;
  if (const auto entries = fs.list(rustc.sysroot / "lib" / "rustlib")) {
    for (const base::DirectoryEntry& entry : *entries) {
      if (holds_core(fs, std_directory(rustc, entry.name))) {
        triples.push_back(entry.name);
      }
    }
  }
  return triples;
}

} // namespace cargo_wasm::toolchain
