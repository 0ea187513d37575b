#include <cargo_wasm/postlink/compose.hpp>

#include <algorithm>
#include <deque>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wit/decode.hpp>

#include "directory.hpp"
#include "module_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

struct Part
{
  base::Path path;
  std::vector<std::string> imports, exports;
  std::vector<std::size_t> filled_by; ///< other parts, in the order of the command line
};

Result<Part> read_part(const base::Env& env, const base::Path& path)
{
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(path));
  const wasm::FileKind kind = wasm::file_kind(source_of(file));
  if (kind == wasm::FileKind::module || kind == wasm::FileKind::object) {
    return fail(Error("CW0956", fmt::format("`{}` is a module, and a component is needed", path.native()))
                    .help("`cargo-wasm build --component` makes components; `cargo-wasm module component` wraps a module by hand"));
  }
  CW_TRY_ASSIGN(const wit::WorldOf world, wit::decode_world(source_of(file)));
  Part part{path, {}, {}, {}};
  for (const wit::WorldItem& item : world.model.worlds[world.world].imports) {
    part.imports.push_back(wit::full_name(world.model, item));
  }
  for (const wit::WorldItem& item : world.model.worlds[world.world].exports) {
    part.exports.push_back(wit::full_name(world.model, item));
  }
  return part;
}

bool fills(const std::string& exported, const std::string& imported)
{
  const auto offer = wit::split_interface_name(exported);
  const auto wish = wit::split_interface_name(imported);
  if (!offer || !wish) {
    return exported == imported;
  }
  return offer->name == wish->name && offer->package.space == wish->package.space && offer->package.name == wish->package.name &&
         wit::versions_fit(wish->package.version, offer->package.version);
}

bool fills(const Part& plug, const Part& socket)
{
  return std::ranges::any_of(plug.exports, [&](const std::string& exported) {
    return std::ranges::any_of(socket.imports, [&](const std::string& imported) { return fills(exported, imported); });
  });
}

Error cannot_compose(const base::Path& socket)
{
  return Error("CW0957", fmt::format("`{}` cannot be composed", socket.filename().native()));
}

/// Without what every program imports from WASI.
std::string listed(std::vector<std::string> names)
{
  std::erase_if(names, [](const std::string& name) { return name.starts_with("wasi:"); });
  return names.empty() ? std::string("nothing but WASI") : fmt::format("`{}`", base::join(names, "`, `"));
}

/// Part 0 is the socket.
Result<std::vector<Part>> read_parts(const base::Env& env, const ComposeRequest& request)
{
  std::vector<Part> parts;
  CW_TRY_ASSIGN(Part socket, read_part(env, request.socket));
  parts.push_back(std::move(socket));
  for (const base::Path& path : request.plugs) {
    CW_TRY_ASSIGN(Part plug, read_part(env, path));
    parts.push_back(std::move(plug));
  }
  std::set<std::size_t> used{0};
  std::deque<std::size_t> open{0};
  for (; !open.empty(); open.pop_front()) {
    Part& part = parts[open.front()];
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (i != open.front() && fills(parts[i], part)) {
        part.filled_by.push_back(i);
        if (used.insert(i).second) {
          open.push_back(i);
        }
      }
    }
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!used.contains(i)) {
      return fail(cannot_compose(request.socket)
                      .note(fmt::format("`{}` exports {}, which nobody imports", parts[i].path.native(), listed(parts[i].exports)))
                      .note(fmt::format("`{}` imports {}", request.socket.native(), listed(parts.front().imports)))
                      .help("`cargo-wasm module wit FILE` shows what a component imports and exports"));
    }
  }
  return parts;
}

class CompositionRun
{
public:
  CompositionRun(const base::Env& env, const Composer& tool, const ComposeRequest& request, const base::Path& directory)
      : m_env(env), m_tool(tool), m_request(request), m_directory(directory)
  {
  }

  /// The file in which all that this part imports is filled, as far as there are plugs for it.
  Result<base::Path> composed(const std::vector<Part>& parts, std::size_t index, std::vector<std::size_t> within)
  {
    const Part& part = parts[index];
    if (std::ranges::find(within, index) != within.end()) {
      return fail(cannot_compose(m_request.socket).note(fmt::format("`{}` would have to fill its own imports", part.path.native())));
    }
    if (part.filled_by.empty()) {
      return part.path;
    }
    within.push_back(index);
    std::vector<base::Path> plugs;
    for (const std::size_t other : part.filled_by) {
      CW_TRY_ASSIGN(base::Path plug, composed(parts, other, within));
      plugs.push_back(std::move(plug));
    }
    const base::Path output = m_directory / fmt::format("part{}.wasm", m_count++);
    CW_TRY(join(part.path, plugs, output));
    return output;
  }

private:
  Result<> join(const base::Path& socket, const std::vector<base::Path>& plugs, const base::Path& output)
  {
    base::Command command;
    command.program = m_tool.program;
    command.args = {m_tool.kind == ComposerKind::wac ? "plug" : "compose", socket.native(), "-o", output.native()};
    for (const base::Path& plug : plugs) {
      command.args.emplace_back(m_tool.kind == ComposerKind::wac ? "--plug" : "-d");
      command.args.push_back(plug.native());
    }
    command.env = m_env.vars;
    command.env.insert_or_assign("RUST_BACKTRACE", "0");
    command.cwd = m_env.cwd;
    base::CapturingSink sink;
    CW_TRY_ASSIGN(const base::Exit exit, run_tool(m_env, command, sink, m_request.longest, m_request.stop));
    if (exit.success() && m_env.fs.is_file(output)) {
      return {};
    }
    Error error = cannot_compose(m_request.socket);
    add_tool_notes(error, command, exit, sink.err);
    error.helps.emplace_back("another tool may do it: `--tool PATH`, wac or wasm-tools; what was made before is left as it is");
    return fail(std::move(error));
  }

  const base::Env& m_env;
  const Composer& m_tool;
  const ComposeRequest& m_request;
  const base::Path& m_directory;
  std::size_t m_count = 0;
};

} // namespace

Result<> check_composition(const base::Env& env, const ComposeRequest& request)
{
  CW_TRY(read_parts(env, request));
  return {};
}

Result<std::vector<std::string>> compose(const base::Env& env, const Composer& tool, const ComposeRequest& request)
{
  CW_TRY_ASSIGN(const std::vector<Part> parts, read_parts(env, request));
  CW_TRY_ASSIGN(const TemporaryDirectory directory, TemporaryDirectory::beside(env.fs, request.output));
  CW_TRY_ASSIGN(const base::Path made, CompositionRun(env, tool, request, directory.path()).composed(parts, 0, {}));
  CW_TRY_ASSIGN(Part whole, read_part(env, made));
  CW_TRY(env.fs.rename(made, request.output));
  std::ranges::sort(whole.imports);
  return whole.imports;
}

} // namespace cargo_wasm::postlink
