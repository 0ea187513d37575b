// What `cargo new` does (cargo: src/cargo/ops/cargo_new.rs), with templates. Everything that can be wrong is looked at before the first
// file is written.
#include <cargo_wasm/ops/new_package.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/names.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/templates/catalogue.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::array<std::string_view, 53> k_rust_keywords{
    "Self",   "abstract", "as",      "async", "await",   "become", "box",   "break", "const", "continue", "crate",
    "do",     "dyn",      "else",    "enum",  "extern",  "false",  "final", "fn",    "for",   "gen",      "if",
    "impl",   "in",       "let",     "loop",  "macro",   "match",  "mod",   "move",  "mut",   "override", "priv",
    "pub",    "ref",      "return",  "self",  "static",  "struct", "super", "trait", "true",  "try",      "type",
    "typeof", "unsafe",   "unsized", "use",   "virtual", "where",  "while", "yield", "_"};
constexpr std::array<std::string_view, 5> k_std_names{"alloc", "core", "proc_macro", "proc-macro", "std"};
constexpr std::array<std::string_view, 4> k_directories_of_builds{"build", "deps", "examples", "incremental"};

template <class Names> bool is_one_of(const Names& names, std::string_view name)
{
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What cargo refuses for a new package, and what would not build.
std::optional<std::string> new_name_problem(std::string_view name)
{
  if (auto problem = manifest::package_name_problem(name)) {
    return problem;
  }
  if (name.find(':') != std::string_view::npos) {
    return "it contains `:`; letters, digits, `-` and `_` are allowed";
  }
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return "it has letters outside of ASCII, which crates of Rust cannot have in their names";
  }
  if (is_one_of(k_rust_keywords, name)) {
    return "it is a keyword of Rust";
  }
  if (name == "test") {
    return "it is the name of Rust's built-in test library";
  }
  if (is_one_of(k_std_names, name)) {
    return "it is the name of a part of Rust's standard library";
  }
  if (is_one_of(k_directories_of_builds, name)) {
    return "builds have a directory of that name";
  }
  return std::nullopt;
}

std::string template_lines()
{
  std::string text;
  for (const templates::Template& one : templates::all()) {
    text += fmt::format("{:<14}{} (runs in {})\n", one.id, one.title, one.host);
  }
  return text;
}

Error unknown_template(const std::string& id)
{
  Error error("CW0990", fmt::format("there is no template `{}`", id), Blame::usage);
  std::vector<std::string> ids;
  for (const templates::Template& one : templates::all()) {
    ids.push_back(one.id);
  }
  if (const auto near = base::nearest(id, ids)) {
    error.helps.push_back(fmt::format("a template with a similar name exists: `{}`", *near));
  }
  error.notes.push_back("templates: " + base::join(ids, ", "));
  error.helps.emplace_back("`cargo-wasm new --list` says what each of them is");
  return error;
}

Result<std::string> name_of(const NewPackageRequest& request, const Path& directory)
{
  const std::string name = request.name ? *request.name : directory.filename().native();
  if (name.empty()) {
    return fail(Error("CW0995", fmt::format("`{}` has no name that a package could take", directory.native()), Blame::usage)
                    .help("give it one: `--name NAME`"));
  }
  if (const auto problem = new_name_problem(name)) {
    Error error("CW0991", fmt::format("`{}` cannot be the name of a package: {}", name, *problem), Blame::usage);
    if (!request.name) {
      error.notes.emplace_back("the name is that of the directory, unless another is given");
      error.helps.emplace_back("give it another name: `--name NAME`");
    }
    return fail(std::move(error));
  }
  return name;
}

/// The nearest directory above that has an entry of this name.
std::optional<Path> directory_above_with(const Env& env, Path directory, std::string_view entry)
{
  for (;;) {
    if (env.fs.exists(directory / entry)) {
      return directory;
    }
    if (!directory.has_relative_path()) {
      return std::nullopt;
    }
    directory = directory.parent_path();
  }
}

Result<>
check_destination(const Env& env, const NewPackageRequest& request, const Path& directory, const std::vector<templates::File>& files)
{
  if (!request.is_init) {
    if (env.fs.exists(directory)) {
      return fail(Error("CW0992", fmt::format("destination `{}` already exists", directory.native()), Blame::usage)
                      .help("`cargo-wasm init` makes a package in a directory that is there"));
    }
    return {};
  }
  std::vector<std::string> present;
  for (const templates::File& file : files) {
    if (file.path != ".gitignore" && env.fs.exists(directory / file.path)) {
      present.push_back(fmt::format("`{}`", file.path));
    }
  }
  if (env.fs.exists(directory / "Cargo.toml")) {
    return fail(Error("CW0993", fmt::format("`{}` is a package already: it has a `Cargo.toml`", directory.native()), Blame::usage)
                    .help("`cargo-wasm new PATH` makes another one"));
  }
  if (!present.empty()) {
    return fail(Error("CW0993",
                      fmt::format("files of the template are in `{}` already: {}", directory.native(), base::join(present, ", ")),
                      Blame::usage)
                    .note("nothing was written")
                    .help("move them away, or choose another template"));
  }
  return {};
}

Result<> write_files(const Env& env, const Path& directory, const std::vector<templates::File>& files)
{
  constexpr std::uint32_t k_script_mode = 0755;
  for (const templates::File& file : files) {
    const Path path = directory / file.path;
    if (file.path == ".gitignore" && env.fs.exists(path)) {
      continue; // somebody's own
    }
    CW_TRY(env.fs.write_atomic(path, file.text));
    if (file.is_executable()) {
      CW_TRY(env.fs.set_mode(path, k_script_mode));
    }
  }
  return {};
}

/// As cargo: a repository unless the directory lies in one, or git is missing.
Result<> make_repository(const Env& env, const NewPackageRequest& request, const Path& directory)
{
  const auto git = env.program_on_path("git");
  const bool is_wanted = request.has_git.value_or(git && !directory_above_with(env, directory, ".git"));
  if (!is_wanted || env.fs.exists(directory / ".git")) {
    return {};
  }
  const auto failed = [&](std::string_view reason) {
    return fail(Error("CW0994", fmt::format("no git repository could be made in `{}`: {}", directory.native(), reason), Blame::environment)
                    .note("the package itself is there, and complete")
                    .help("`git init` in it does the same, or `--vcs none` leaves it out"));
  };
  if (!git) {
    return failed("there is no `git` on the path");
  }
  base::Command command;
  command.program = *git;
  command.args = {"init", "--quiet"};
  command.env = env.vars;
  command.cwd = directory;
  base::CapturingSink said;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, said));
  return exit.success() ? Result<>{} : failed(base::trim(said.err));
}

struct Surroundings
{
  Path root; ///< directory of the workspace
  std::string text;
  std::vector<std::string> members, exclude;
};

/// The paths of an array, as short as they can be written.
std::vector<std::string> paths_of(const manifest::TomlTable& table, std::string_view key)
{
  std::vector<std::string> paths;
  const manifest::TomlValue* const value = table.find(key);
  const manifest::TomlArray* const array = value == nullptr ? nullptr : value->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if (const std::string* const text = (*array)[i].as_string()) {
      const std::string path = Path(*text).lexically_normal().generic_string(); // of "./tools/"
      paths.push_back(path.ends_with('/') ? path.substr(0, path.size() - 1) : path);
    }
  }
  return paths;
}

/// The workspace that a directory lies in; what is wrong with a manifest on the way is for builds to tell.
std::optional<Surroundings> workspace_around(const Env& env, const Path& directory)
{
  for (Path above = directory.parent_path();; above = above.parent_path()) {
    const auto text = env.fs.read_if_exists(above / "Cargo.toml");
    const auto document = text && *text ? manifest::parse_toml(above / "Cargo.toml", **text) : fail(Error());
    const manifest::TomlValue* const workspace = document ? (*document)->root.find("workspace") : nullptr;
    if (workspace != nullptr && workspace->as_table() != nullptr) {
      return Surroundings{above, **text, paths_of(*workspace->as_table(), "members"), paths_of(*workspace->as_table(), "exclude")};
    }
    if (!above.has_relative_path()) {
      return std::nullopt;
    }
  }
}

bool lies_below(std::string_view path, std::string_view directory)
{
  return path == directory || (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

/// As cargo: a new package becomes a member of the workspace that it lies in.
Result<> join_workspace(const Env& env, const Path& directory, const std::vector<templates::File>& files)
{
  const auto around = workspace_around(env, directory);
  if (!around) {
    return {};
  }
  constexpr std::string_view k_config = ".cargo/config.toml";
  if (std::any_of(files.begin(), files.end(), [&](const templates::File& file) { return file.path == k_config; })) {
    env.reporter.note(
        fmt::format("its `{}` names what runs it, and holds for commands that are started in `{}`", k_config, directory.native()));
  }
  const std::string member = directory.lexically_relative(around->root).generic_string();
  const bool is_excluded = std::any_of(
      around->exclude.begin(), around->exclude.end(), [&](const std::string& excluded) { return lies_below(member, excluded); });
  const bool is_member = std::any_of(
      around->members.begin(), around->members.end(), [&](const std::string& pattern) { return base::glob_matches(pattern, member); });
  if (is_excluded || is_member) {
    return {};
  }
  const Path file = around->root / "Cargo.toml";
  const std::string text = templates::with_member(around->text, member);
  if (text.empty()) {
    env.reporter.note(
        fmt::format("it lies in the workspace `{}`: add `\"{}\"` to `members` of `[workspace]` there", file.native(), member));
    return {};
  }
  CW_TRY(env.fs.write_atomic(file, text));
  env.reporter.status("Adding", fmt::format("`{}` to `members` of the workspace `{}`", member, file.native()));
  return {};
}

} // namespace

Result<> new_package(const Env& env, const NewPackageRequest& request)
{
  const templates::Template* const chosen = templates::find(request.template_id);
  if (chosen == nullptr) {
    return fail(unknown_template(request.template_id));
  }
  Path directory = request.directory.lexically_normal();
  if (!directory.has_filename() && directory.has_relative_path()) {
    directory = directory.parent_path(); // of "hello/"
  }
  CW_TRY_ASSIGN(const std::string name, name_of(request, directory));
  const auto files = templates::filled(*chosen, {name, request.edition});
  CW_TRY(check_destination(env, request, directory, files));
  CW_TRY(write_files(env, directory, files));
  if (!chosen->is_workspace) {
    CW_TRY(join_workspace(env, directory, files));
  }
  CW_TRY(make_repository(env, request, directory));
  env.reporter.status("Created", fmt::format("`{}`: {} (template `{}`, {} files)", name, chosen->title, chosen->id, files.size()));
  const Path shown = directory.lexically_proximate(env.cwd);
  const std::string enter = shown == "." ? "" : fmt::format("cd {} && ", shown.native());
  env.reporter.status("Next", fmt::format("{}cargo-wasm test", enter));
  env.reporter.status("", fmt::format("{} (runs in {})", chosen->run, chosen->host));
  return {};
}

void list_templates(const Env& env)
{
  env.reporter.result(template_lines());
}

} // namespace cargo_wasm::ops
