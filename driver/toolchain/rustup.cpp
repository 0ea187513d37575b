#include "rustup.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::toolchain {
namespace {

using manifest::TomlDocument;
using manifest::TomlTable;
using manifest::TomlValue;

std::optional<std::string> string_member(const TomlTable& table, std::string_view key)
{
  const TomlValue* value = table.find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

Result<RustupSettings> read_settings(const Path& file, std::string text)
{
  auto document = manifest::parse_toml(file, std::move(text));
  if (!document) {
    Error error("CW0507", "the settings of rustup are damaged", Blame::environment);
    error.where = std::move(document.error().where);
    error.notes.push_back(std::move(document.error().message));
    return fail(std::move(error).help("`rustup default stable` writes them anew"));
  }
  const TomlTable& root = (*document)->root;
  RustupSettings settings;
  settings.default_toolchain = string_member(root, "default_toolchain");
  settings.default_host = string_member(root, "default_host_triple");
  const TomlValue* overrides = root.find("overrides");
  if (const TomlTable* table = overrides == nullptr ? nullptr : overrides->as_table()) {
    for (const auto& member : table->members) {
      if (const std::string* name = member.value->as_string()) {
        settings.overrides.emplace(member.key, *name);
      }
    }
  }
  return settings;
}

Error bad_toolchain_file(const TomlDocument& document, const TomlValue* at, std::string message)
{
  return Error("CW0502", std::move(message)).at(document.span(at == nullptr ? manifest::Position{} : at->position));
}

Result<std::vector<std::string>> read_names(const TomlDocument& document, const TomlTable& table, std::string_view key)
{
  std::vector<std::string> names;
  const TomlValue* value = table.find(key);
  if (value == nullptr) {
    return names;
  }
  const manifest::TomlArray* array = value->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if ((*array)[i].as_string() == nullptr) {
      array = nullptr;
      break;
    }
    names.push_back(*(*array)[i].as_string());
  }
  if (array == nullptr) {
    return fail(bad_toolchain_file(document, value, fmt::format("`toolchain.{}` must be an array of strings", key)));
  }
  return names;
}

/// The `[toolchain]` table; an empty name means "the one that would be used anyway".
Result<ToolchainRequest> read_toolchain_table(const TomlDocument& document)
{
  const TomlValue* value = document.root.find("toolchain");
  const TomlTable* table = value == nullptr ? nullptr : value->as_table();
  if (table == nullptr) {
    return fail(bad_toolchain_file(document, value, "a toolchain file needs a table `[toolchain]`")
                    .help("for example `[toolchain]` and `channel = \"1.99.1\"`"));
  }
  ToolchainRequest request;
  const TomlValue* channel = table->find("channel");
  const TomlValue* path = table->find("path");
  if (channel != nullptr && path != nullptr) {
    return fail(bad_toolchain_file(document, path, "`toolchain.channel` and `toolchain.path` exclude one another"));
  }
  for (const TomlValue* named : {channel, path}) {
    if (named == nullptr) {
      continue;
    }
    if (named->as_string() == nullptr || named->as_string()->empty()) {
      return fail(bad_toolchain_file(document, named, fmt::format("`toolchain.{}` must be a name", named == channel ? "channel" : "path")));
    }
    request.name = *named->as_string();
    request.where = document.span(named->position);
  }
  if (path != nullptr) {
    request.is_path = true;
    request.name = (document.file.parent_path() / request.name).lexically_normal().string();
  }
  CW_TRY_ASSIGN(request.components, read_names(document, *table, "components"));
  CW_TRY_ASSIGN(request.targets, read_names(document, *table, "targets"));
  if (request.name.empty() && request.components.empty() && request.targets.empty() && table->find("profile") == nullptr) {
    return fail(bad_toolchain_file(document, value, "`[toolchain]` chooses nothing").help("add `channel = \"1.99.1\"`"));
  }
  return request;
}

} // namespace

Result<std::optional<Rustup>> Rustup::find(const Env& env, const Path& cargo_home)
{
  Rustup rustup;
  const std::string* home = env.var("RUSTUP_HOME");
  const std::string* user = env.var("HOME");
  if (home != nullptr && !home->empty()) {
    rustup.m_home = env.cwd / *home;
  } else if (user != nullptr && !user->empty()) {
    rustup.m_home = Path(*user) / ".rustup";
  } else {
    return std::nullopt;
  }
  if (env.fs.is_file(cargo_home / "bin" / "rustup")) {
    rustup.m_program = cargo_home / "bin" / "rustup";
  } else {
    rustup.m_program = env.program_on_path("rustup");
  }
  const Path settings = rustup.m_home / "settings.toml";
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(settings));
  if (!text) {
    return rustup.m_program ? std::optional(std::move(rustup)) : std::nullopt;
  }
  CW_TRY_ASSIGN(rustup.m_settings, read_settings(settings, std::move(*text)));
  return std::optional(std::move(rustup));
}

Result<std::optional<ToolchainRequest>> Rustup::read_toolchain_file(const Env& env, const Path& file, bool may_be_one_line)
{
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(file));
  if (!text) {
    return std::nullopt;
  }
  ToolchainRequest request;
  const std::string_view line = base::trim(*text);
  if (may_be_one_line && line.find('\n') == std::string_view::npos) {
    if (line.empty()) {
      return fail(Error("CW0502", fmt::format("toolchain file `{}` is empty", file.string()))
                      .help("write the name of a toolchain into it, or remove it"));
    }
    request.name = line;
    request.where.emplace();
    request.where->file = file;
    request.where->line = 1;
    request.where->column = 1;
    request.where->length = static_cast<std::uint32_t>(line.size());
    request.where->line_text = line;
  } else {
    auto document = manifest::parse_toml(file, std::move(*text));
    if (!document) {
      return fail(std::move(document).error().during("while choosing the toolchain"));
    }
    CW_TRY_ASSIGN(request, read_toolchain_table(**document));
  }
  request.reason = fmt::format("because of `{}`", file.string());
  return request;
}

std::optional<ToolchainRequest> Rustup::override_of(const Env& env, const Path& directory) const
{
  if (m_settings.overrides.empty()) {
    return std::nullopt;
  }
  const auto canonical = env.fs.canonicalize(directory);
  const auto found = m_settings.overrides.find(canonical ? canonical->string() : directory.string());
  if (found == m_settings.overrides.end()) {
    return std::nullopt;
  }
  ToolchainRequest request;
  request.name = found->second;
  request.reason = fmt::format("because of rustup's override for `{}`", directory.string());
  return request;
}

std::optional<ToolchainRequest> Rustup::override_in_project(const Env& env, const Path& project_root) const
{
  const auto is_inside = [&](const Path& directory) {
    return directory == project_root || directory.native().starts_with(project_root.native() + "/");
  };
  for (Path directory = env.cwd; is_inside(directory); directory = directory.parent_path()) {
    if (auto request = override_of(env, directory)) {
      return request;
    }
  }
  return std::nullopt;
}

Result<std::optional<ToolchainRequest>> Rustup::request_of_directory(const Env& env)
{
  for (Path directory = env.cwd;; directory = directory.parent_path()) {
    if (auto request = override_of(env, directory)) {
      return request;
    }
    for (const bool old_name : {true, false}) {
      CW_TRY_ASSIGN(auto request, read_toolchain_file(env, directory / (old_name ? "rust-toolchain" : "rust-toolchain.toml"), old_name));
      if (request) {
        return request;
      }
    }
    if (directory == directory.parent_path()) {
      return std::nullopt;
    }
  }
}

Result<ToolchainRequest> Rustup::request(const Env& env, const ToolchainWish& wish)
{
  ToolchainRequest request;
  if (wish.plus) {
    request.name = *wish.plus;
    request.reason = fmt::format("because of `+{}`", *wish.plus);
  } else if (const std::string* name = env.var("RUSTUP_TOOLCHAIN"); name != nullptr && !name->empty()) {
    request.name = *name;
    request.reason = "because of `RUSTUP_TOOLCHAIN`";
  } else if (wish.manifest) {
    if (auto found = override_in_project(env, wish.project_root)) {
      return std::move(*found);
    }
    request.name = wish.manifest->name;
    request.reason = fmt::format("because of {} in `{}`", wish.manifest->key, wish.manifest->where.file.string());
    request.where = wish.manifest->where;
  } else {
    CW_TRY_ASSIGN(auto found, request_of_directory(env));
    if (found) {
      request = std::move(*found);
    }
    if (request.name.empty()) {
      if (!m_settings.default_toolchain) {
        return fail(Error("CW0501", "rustup has no default toolchain: run `rustup default stable`", Blame::environment));
      }
      request.name = *m_settings.default_toolchain;
      request.reason = "because it is rustup's default";
    }
  }
  if (!request.is_path && request.name.find('/') != std::string::npos) {
    request.is_path = true;
    request.name = (env.cwd / request.name).lexically_normal().string();
  }
  return request;
}

std::string Rustup::default_host() const
{
  return m_settings.default_host.value_or(std::string(build_machine_triple()));
}

std::optional<Rustup::Installed> Rustup::find_installed(const base::ReadOnlyFilesystem& fs, const ToolchainRequest& request) const
{
  const auto has_rustc = [&](const Path& directory) { return fs.is_file(directory / "bin" / "rustc"); };
  if (request.is_path) {
    return has_rustc(request.name) ? std::optional(Installed{request.name, request.name}) : std::nullopt;
  }
  for (const std::string& name : {request.name, fmt::format("{}-{}", request.name, default_host())}) {
    if (const Path directory = m_home / "toolchains" / name; has_rustc(directory)) {
      return Installed{name, directory};
    }
  }
  return std::nullopt;
}

bool is_rustup_proxy(const base::ReadOnlyFilesystem& fs, const Path& program)
{
  const auto real = fs.canonicalize(program);
  if (!real) {
    return false;
  }
  if (real->filename() == "rustup" || real->filename() == "rustup-init") {
    return true;
  }
  const auto own = fs.stat(*real);
  const auto rustup = fs.stat(program.parent_path() / "rustup");
  return own && *own && rustup && *rustup && ((*own)->inode == (*rustup)->inode || (*own)->size_bytes == (*rustup)->size_bytes);
}

std::string short_toolchain_name(std::string_view full_name, std::string_view host_triple)
{
  const std::string suffix = fmt::format("-{}", host_triple);
  if (full_name.ends_with(suffix) && full_name.size() > suffix.size()) {
    full_name.remove_suffix(suffix.size());
  }
  return std::string(full_name);
}

} // namespace cargo_wasm::toolchain
