#include <cargo_wasm/postlink/bindgen.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "directory.hpp"
#include "module_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

constexpr std::string_view k_module_suffix = "_bg.wasm"; ///< of the one module that wasm-bindgen writes

Error not_bindgen(const base::Path& program, std::string why)
{
  return Error("CW0883", fmt::format("`{}` does not answer as wasm-bindgen does", program.native()), Blame::environment)
      .note(std::move(why))
      .help("without it on PATH, cargo-wasm builds the one that fits; `[wasm.tools] wasm-bindgen = \"PATH\"` names another");
}

Result<> copy_entries(base::Filesystem& fs, const base::Path& from, const base::Path& to)
{
  CW_TRY(fs.create_directories(to));
  CW_TRY_ASSIGN(const auto entries, fs.list(from));
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.type == base::FileType::directory) {
      CW_TRY(copy_entries(fs, from / entry.name, to / entry.name));
    } else {
      CW_TRY(fs.copy(from / entry.name, to / entry.name));
    }
  }
  return {};
}

} // namespace

Result<std::string> bindgen_version(const base::Env& env, const base::Path& program)
{
  base::Command command;
  command.program = program;
  command.args = {"--version"};
  command.env = env.vars;
  command.cwd = env.cwd;
  base::CapturingSink sink;
  const auto exit = env.process.run(command, sink);
  if (!exit) {
    return fail(not_bindgen(program, exit.error().message));
  }
  constexpr std::string_view k_name = "wasm-bindgen ";
  const std::string_view line = base::trim(sink.out);
  if (!exit->success() || !line.starts_with(k_name)) {
    return fail(not_bindgen(program, fmt::format("`--version` ended with {} and printed `{}`", base::to_string(*exit), line)));
  }
  // "wasm-bindgen 0.2.130 (1f0e7d3)" when it was built from a checkout.
  const std::string_view version = line.substr(k_name.size());
  return std::string(version.substr(0, version.find(' ')));
}

std::optional<std::string> schema_version_in(std::string_view shared_source)
{
  constexpr std::string_view k_declaration = "pub const SCHEMA_VERSION: &str = \"";
  const std::size_t at = shared_source.find(k_declaration);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = shared_source.substr(at + k_declaration.size());
  const std::size_t end = rest.find('"');
  return end == std::string_view::npos ? std::nullopt : std::optional(std::string(rest.substr(0, end)));
}

Result<> make_bindings(const base::Env& env, const BindgenRequest& request)
{
  CW_TRY(map_module(env.fs, request.input));
  CW_TRY_ASSIGN(const TemporaryDirectory made, TemporaryDirectory::beside(env.fs, request.output));
  base::Command command;
  command.program = request.program;
  command.args = {request.input.native(), "--out-dir", made.path().native(), "--out-name", request.name, "--target", request.target};
  const auto add_if = [&](bool wanted, const char* option) {
    if (wanted) {
      command.args.emplace_back(option);
    }
  };
  add_if(!request.typescript, "--no-typescript");
  add_if(request.debug, "--debug");
  add_if(request.keeps_debug_info, "--keep-debug");
  command.args.insert(command.args.end(), request.extra.begin(), request.extra.end());
  command.env = env.vars;
  command.env.insert_or_assign("RUST_BACKTRACE", "0"); // its own stack tells nobody what is wrong with the module
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, run_tool(env, command, sink, request.longest, request.stop));
  if (!exit.success() || !env.fs.is_file(made.path() / (request.name + std::string(k_module_suffix)))) {
    Error error("CW0884", fmt::format("wasm-bindgen made no bindings for `{}`", request.input.filename().native()));
    add_tool_notes(error, command, exit, sink.err);
    error.helps.emplace_back("the bindings of the last build that succeeded are left as they are");
    return fail(std::move(error));
  }
  return replace_directory(env.fs, made.path(), request.output);
}

Result<> make_no_bindings(const base::Env& env, const BindgenRequest& request)
{
  CW_TRY(map_module(env.fs, request.input));
  CW_TRY_ASSIGN(const TemporaryDirectory made, TemporaryDirectory::beside(env.fs, request.output));
  CW_TRY(env.fs.copy(request.input, made.path() / (request.name + std::string(k_module_suffix))));
  return replace_directory(env.fs, made.path(), request.output);
}

Result<> assemble_bindings(const base::Env& env, const base::Path& bindings, const base::Path& module, const base::Path& output)
{
  CW_TRY_ASSIGN(const auto entries, env.fs.list(bindings));
  const auto theirs =
      std::ranges::find_if(entries, [](const base::DirectoryEntry& entry) { return entry.name.ends_with(k_module_suffix); });
  if (theirs == entries.end()) {
    return fail(Error("CW0884", fmt::format("`{}` has no bindings", bindings.native()))
                    .note("there is no `*_bg.wasm`")
                    .help("`cargo-wasm module bindgen` makes them"));
  }
  CW_TRY(map_module(env.fs, module));
  CW_TRY_ASSIGN(const TemporaryDirectory made, TemporaryDirectory::beside(env.fs, output));
  CW_TRY(copy_entries(env.fs, bindings, made.path()));
  CW_TRY(env.fs.copy(module, made.path() / theirs->name));
  return replace_directory(env.fs, made.path(), output);
}

Result<>
pack_bindings(const base::Env& env, const base::Path& bindings, const std::map<std::string, std::string>& more, const base::Path& output)
{
  CW_TRY_ASSIGN(const TemporaryDirectory made, TemporaryDirectory::beside(env.fs, output));
  CW_TRY(copy_entries(env.fs, bindings, made.path()));
  for (const auto& [name, content] : more) {
    CW_TRY(env.fs.write_atomic(made.path() / name, content));
  }
  return replace_directory(env.fs, made.path(), output);
}

} // namespace cargo_wasm::postlink
