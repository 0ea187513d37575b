#include "unsaid_inputs.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exec {
namespace {

/// A directory with more libraries than this is one of the system: only those that are asked for by name count.
constexpr std::size_t k_most_libraries = 256;

bool links_what_lies_elsewhere(const ScriptOutput& script)
{
  return !script.link_args.empty() || std::ranges::any_of(script.library_paths, [](const LibraryPath& path) { return !path.in_out_dir; });
}

bool is_for_linkers(std::string_view name)
{
  constexpr std::string_view k_endings[] = {".a", ".bc", ".def", ".ld", ".lds", ".lib", ".map", ".o", ".so", ".wasm", ".x"};
  return std::ranges::any_of(k_endings, [&](std::string_view ending) { return name.ends_with(ending); }) ||
         name.find(".so.") != std::string_view::npos;
}

struct Linking
{
  std::vector<base::Path> directories; ///< `-L`
  std::vector<std::string> libraries;  ///< `-l`, names alone
  std::vector<std::string> words;      ///< for the linker
};

void add_flag(Linking& out, char flag, std::string_view value)
{
  if (flag == 'L') {
    const std::size_t equals = value.find('=');
    const std::string_view kind = equals == std::string_view::npos ? std::string_view() : value.substr(0, equals);
    if (kind == "dependency" || kind == "crate") {
      return;
    }
    const bool has_kind = kind == "native" || kind == "all" || kind == "framework";
    out.directories.emplace_back(has_kind ? value.substr(equals + 1) : value);
  } else if (flag == 'l') { // [KIND[:MODIFIERS]=]NAME[:RENAME]
    value = value.substr(value.find('=') == std::string_view::npos ? 0 : value.find('=') + 1);
    out.libraries.emplace_back(value.substr(0, value.find(':')));
  } else if (value.starts_with("link-arg=")) {
    out.words.emplace_back(value.substr(value.find('=') + 1));
  } else if (value.starts_with("link-args=")) {
    for (const std::string_view word : base::split(value.substr(value.find('=') + 1), ' ')) {
      out.words.emplace_back(word);
    }
  }
}

Linking linking_of(const std::vector<std::string>& arguments)
{
  Linking out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.size() < 2 || word[0] != '-' || std::string_view("LlC").find(word[1]) == std::string_view::npos) {
      continue;
    }
    if (word.size() > 2) {
      add_flag(out, word[1], std::string_view(word).substr(2));
    } else if (++i < arguments.size()) {
      add_flag(out, word[1], arguments[i]);
    }
  }
  return out;
}

/// What of a linker's argument may be a file: `x.o`, `@list`, `-Tx.ld`, `--script=x.ld`, `-Wl,--version-script,x`.
std::vector<std::string_view> names_in(std::string_view word)
{
  std::vector<std::string_view> names{word};
  if (word.starts_with('@')) {
    names.push_back(word.substr(1));
  }
  if (word.starts_with("-T")) {
    names.push_back(word.substr(2));
  }
  for (const char mark : {'=', ','}) {
    if (const std::size_t at = word.rfind(mark); at != std::string_view::npos) {
      names.push_back(word.substr(at + 1));
    }
  }
  return names;
}

bool is_at_or_below(std::string_view path, std::string_view directory)
{
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

/// Names of those that are asked for, and of all that linkers read, unless these are too many.
Result<std::set<std::string>>
libraries_in(const base::ReadOnlyFilesystem& fs, const base::Path& directory, const std::vector<std::string>& asked_for)
{
  std::set<std::string> names;
  if (!fs.is_directory(directory)) {
    return names;
  }
  for (const std::string& library : asked_for) {
    for (const std::string& name : {"lib" + library + ".a", "lib" + library + ".so", library + ".lib", library}) {
      if (fs.is_file(directory / name)) {
        names.insert(name);
      }
    }
  }
  CW_TRY_ASSIGN(const auto entries, fs.list(directory));
  std::set<std::string> all;
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.type != base::FileType::directory && is_for_linkers(entry.name)) {
      all.insert(entry.name);
    }
  }
  if (all.size() <= k_most_libraries) {
    names.merge(all);
  }
  return names;
}

/// Scripts that tell this one something by `DEP_NAME_KEY`, such as where headers lie.
void add_scripts_below(const plan::ActionGraph& graph, plan::ActionIndex script, std::set<plan::ActionIndex>& scripts)
{
  for (const auto& [links, below] : graph.actions[script].dep_scripts) {
    if (scripts.insert(below).second) {
      add_scripts_below(graph, below, scripts);
    }
  }
}

} // namespace

bool loads_macros(const std::vector<std::pair<std::string, base::Digest>>& used)
{
  return std::ranges::any_of(used, [](const auto& output) { return output.first.ends_with(".so"); });
}

bool runs_code_here(const plan::ActionTemplate& tmpl, const std::vector<std::pair<std::string, base::Digest>>& used)
{
  return tmpl.kind == plan::ActionKind::run_build_script || loads_macros(used);
}

NamedInputs named_by(const plan::ActionTemplate& script, plan::ActionIndex index, const ScriptOutput& output, bool whole_package)
{
  NamedInputs named{index, {}, output.rerun_if_env_changed, whole_package};
  for (const std::string& path : output.rerun_if_changed) {
    named.files.push_back((script.package_root / path).lexically_normal().native());
  }
  return named;
}

std::vector<NamedInputs> named_by_scripts(const plan::ActionGraph& graph,
                                          plan::ActionIndex index,
                                          std::span<const KnownResult> results,
                                          const std::vector<std::pair<std::string, base::Digest>>& used)
{
  const plan::ActionTemplate& tmpl = graph.actions[index];
  std::vector<NamedInputs> all;
  const auto add = [&](plan::ActionIndex script, const auto& is_read) {
    const auto& output = results[script].script;
    if (output && !graph.actions[script].replaced_script_output && is_read(*output)) {
      all.push_back(named_by(graph.actions[script], script, *output, !output->names_inputs()));
    }
  };
  if (tmpl.kind == plan::ActionKind::run_build_script) {
    std::set<plan::ActionIndex> scripts;
    add_scripts_below(graph, index, scripts);
    for (const plan::ActionIndex script : scripts) {
      add(script, [](const ScriptOutput& output) { return !output.metadata.empty(); });
    }
    return all;
  }
  const bool may_read = loads_macros(used);
  for (const plan::TemplateArg& argument : tmpl.args) {
    for (const plan::ArgPiece& piece : argument) {
      if (const auto* args = std::get_if<plan::ScriptArgs>(&piece.value)) {
        add(args->script, [&](const ScriptOutput& output) { return (args->own_package && may_read) || links_what_lies_elsewhere(output); });
      }
    }
  }
  return all;
}

std::string digest_of_names(const std::vector<NamedInputs>& named, const PlaceNames& places)
{
  if (named.empty()) {
    return {};
  }
  base::StableHasher hasher;
  for (const NamedInputs& inputs : named) {
    hasher.add(inputs.files.size()).add(inputs.variables.size()).add(std::uint64_t{inputs.whole_package});
    for (const std::string& file : inputs.files) {
      hasher.add(places.name_of(file));
    }
    for (const std::string& variable : inputs.variables) {
      hasher.add(variable);
    }
  }
  return hasher.finish_hex();
}

Result<std::vector<std::string>>
linked_files(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const std::vector<std::string>& arguments)
{
  const Linking linking = linking_of(arguments);
  std::set<std::string> files;
  const auto add_if_file = [&](const base::Path& path) {
    if (fs.is_file(path)) {
      files.insert(path.lexically_normal().native());
    }
  };
  for (const base::Path& named : linking.directories) {
    CW_TRY_ASSIGN(const auto names, libraries_in(fs, cwd / named, linking.libraries));
    for (const std::string& name : names) {
      add_if_file(cwd / named / name);
    }
  }
  for (const std::string& word : linking.words) {
    for (const std::string_view name : names_in(word)) {
      if (!name.empty()) {
        add_if_file(cwd / name);
      }
    }
  }
  return std::vector<std::string>(files.begin(), files.end());
}

std::vector<base::Path> library_directories(const base::Path& cwd, const std::vector<std::string>& arguments)
{
  std::vector<base::Path> directories;
  for (const base::Path& named : linking_of(arguments).directories) {
    const base::Path directory = (cwd / named).lexically_normal();
    directories.push_back(directory.has_filename() ? directory : directory.parent_path());
  }
  return directories;
}

std::string digest_of_libraries(const base::ReadOnlyFilesystem& fs,
                                const base::Path& cwd,
                                const std::vector<std::string>& arguments,
                                const base::Path& built)
{
  const std::vector<std::string> asked_for = linking_of(arguments).libraries;
  base::StableHasher hasher;
  bool is_any = false;
  for (const base::Path& directory : library_directories(cwd, arguments)) {
    if (is_at_or_below(directory.native(), built.native())) {
      continue;
    }
    const auto names = libraries_in(fs, directory, asked_for);
    hasher.add(names ? "readable" : "unreadable").add(names ? names->size() : 0);
    for (const std::string& name : names ? *names : std::set<std::string>{}) {
      hasher.add(name);
    }
    is_any = true;
  }
  return is_any ? hasher.finish_hex() : std::string();
}

std::string digest_of_names_beside(const base::ReadOnlyFilesystem& fs,
                                   const PlaceNames& places,
                                   const std::vector<std::string>& files,
                                   const std::vector<base::Path>& apart)
{
  const auto is_apart = [&](const std::string& path) {
    return std::ranges::any_of(apart, [&](const base::Path& directory) { return is_at_or_below(path, directory.native()); });
  };
  std::set<std::string> directories;
  for (const std::string& file : files) {
    const std::string path = places.path_of(file);
    if (path.find('/') != std::string::npos && !is_apart(path)) {
      directories.insert(path.substr(0, path.rfind('/')));
    }
  }
  base::StableHasher hasher;
  for (const std::string& directory : directories) {
    hasher.add(places.name_of(directory));
    const auto entries = fs.list(directory.empty() ? "/" : directory);
    for (const base::DirectoryEntry& entry : entries ? *entries : std::vector<base::DirectoryEntry>{}) {
      const base::Path path = base::Path(directory) / entry.name;
      const bool is_built = entry.type == base::FileType::directory && fs.exists(path / "CACHEDIR.TAG");
      if (!is_apart(path.native()) && entry.name != ".git" && !is_built) {
        hasher.add(entry.name);
      }
    }
  }
  return directories.empty() ? std::string() : hasher.finish_hex();
}

} // namespace cargo_wasm::exec
