// Registries: their index, their secrets, and what replaces them (util/auth, sources/config.rs).
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "config_state.hpp"

namespace cargo_wasm::manifest {
namespace {

constexpr std::string_view k_crates_io = "crates-io";
constexpr std::array<std::string_view, 6> k_built_in_providers = {
    "cargo:token", "cargo:paseto", "cargo:token-from-stdout", "cargo:wincred", "cargo:macos-keychain", "cargo:libsecret"};

bool has_scheme(std::string_view url)
{
  const auto colon = url.find(':');
  return colon != std::string_view::npos && colon > 1 && std::isalpha(static_cast<unsigned char>(url.front())) != 0 &&
         std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
         });
}

bool has_password(std::string_view url)
{
  const auto start = url.find("://");
  if (start == std::string_view::npos) {
    return false;
  }
  const auto authority = url.substr(start + 3, url.find('/', start + 3) - start - 3);
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

/// The source of an index URL. `file:dir` is relative to the place that says so.
Result<spec::SourceId> registry_at(const ConfigState& state, const Defined<std::string>& url, const ConfigKey& key, std::string_view name)
{
  if (!has_scheme(url.value)) {
    return fail(state.at(
        Error("CW0191", fmt::format("`{}` is not a URL", url.value)), url.definition, fmt::format("value of `{}`", key.display())));
  }
  if (has_password(url.value)) {
    return fail(state.at(Error("CW0191", fmt::format("the URL of registry `{}` holds a password", name)), url.definition)
                    .help("take it out and run `cargo-wasm login`"));
  }
  if (url.value.starts_with("file:") && !url.value.starts_with("file:/")) {
    const base::Path directory = (url.definition.root(state.cwd) / url.value.substr(5)).lexically_normal();
    return spec::SourceId::for_registry(spec::file_url(directory), name);
  }
  return spec::SourceId::for_registry(url.value, name);
}

Result<> reject_registry_index(const ConfigState& state)
{
  CW_TRY_ASSIGN(const auto index, state.get_string(ConfigKey("registry.index")));
  if (!index) {
    return {};
  }
  return fail(state.at(Error("CW0191", "configuration key `registry.index` is no longer read"), index->definition)
                  .help("replace crates.io with `[source.crates-io]` and `replace-with`"));
}

/// The name under which the configuration knows a registry, found by its index: a lock file has no names.
Result<std::optional<std::string>> name_of(const ConfigState& state, spec::SourceId registry)
{
  std::vector<std::string> names;
  constexpr std::string_view k_prefix = "CARGO_REGISTRIES_";
  constexpr std::string_view k_suffix = "_INDEX";
  for (auto variable = state.vars.lower_bound(k_prefix); variable != state.vars.end() && variable->first.starts_with(k_prefix);
       ++variable) {
    const std::string_view text = variable->first;
    if (text.ends_with(k_suffix) && text.size() > k_prefix.size() + k_suffix.size() && has_scheme(variable->second) &&
        spec::SourceId::for_registry(variable->second).same_source(registry)) {
      names.push_back(base::to_lower(text.substr(k_prefix.size(), text.size() - k_prefix.size() - k_suffix.size())));
    }
  }
  if (names.empty()) {
    const ConfigKey registries("registries");
    CW_TRY_ASSIGN(const ConfigValue* table, state.find(registries));
    if (table != nullptr && table->as_table() != nullptr) {
      for (const auto& [name, value] : *table->as_table()) {
        const ConfigValue* index = value.find("index");
        if (index == nullptr || index->as_string() == nullptr) {
          continue;
        }
        CW_TRY_ASSIGN(const auto source,
                      registry_at(state, {*index->as_string(), index->definition}, registries.child(name).child("index"), name));
        if (source.same_source(registry)) {
          names.push_back(name);
        }
      }
    }
  }
  if (names.size() > 1) {
    std::sort(names.begin(), names.end());
    return fail(Error("CW0193", fmt::format("several registries have the index `{}`", registry.url()))
                    .note(fmt::format("they are named {}", base::join(names, ", "))));
  }
  return names.empty() ? std::nullopt : std::optional(names.front());
}

/// `registry` for crates.io, `registries.NAME` for others; nullopt for one that nobody named.
Result<std::optional<ConfigKey>> credential_table(ConfigState& state, spec::SourceId registry)
{
  CW_TRY(load_credentials(state));
  if (registry.is_crates_io()) {
    CW_TRY(reject_registry_index(state));
    return ConfigKey("registry");
  }
  CW_TRY_ASSIGN(const auto name, name_of(state, registry));
  return name ? std::optional(ConfigKey("registries").child(*name)) : std::nullopt;
}

/// A provider's command line: one bare word may be a `[credential-alias]`.
Result<std::vector<std::string>> resolve_provider(const ConfigState& state, std::vector<std::string> words, Definition definition)
{
  const bool built_in = std::find(k_built_in_providers.begin(), k_built_in_providers.end(), words.front()) != k_built_in_providers.end();
  if (words.size() == 1 && !built_in) {
    CW_TRY_ASSIGN(auto alias, state.get_words(ConfigKey("credential-alias").child(words.front())));
    if (alias && !alias->value.empty()) {
      words = std::move(alias->value);
      definition = alias->definition;
    }
  }
  words.front() = state.resolve_program(words.front(), definition).string();
  return words;
}

std::vector<std::string> split_words(const std::string& text)
{
  std::vector<std::string> words;
  for (const std::string_view part : base::split(text, ' ')) {
    if (const auto word = base::trim(part); !word.empty()) {
      words.emplace_back(word);
    }
  }
  return words;
}

class SourceEntry
{
public:
  SourceEntry(const ConfigState& state, std::string name)
      : m_state(state), m_name(std::move(name)), m_key(ConfigKey("source").free_child(m_name))
  {
  }

  Result<SourceReplacement> read(const Definition& definition)
  {
    SourceReplacement entry;
    entry.name = m_name;
    entry.definition = definition;
    CW_TRY_ASSIGN(const auto replace_with, text("replace-with"));
    if (replace_with) {
      entry.replace_with = replace_with->value;
      entry.definition = replace_with->definition;
    }
    CW_TRY(read_places());
    if (m_sources.size() > 1) {
      return fail(m_state.at(Error("CW0192", fmt::format("source `{}` is in more than one place", m_name)), definition)
                      .help("keep one of `registry`, `local-registry`, `directory` and `git`"));
    }
    if (m_sources.empty()) {
      if (m_name != k_crates_io) {
        return fail(m_state.at(Error("CW0192", fmt::format("source `{}` does not say where it is", m_name)), definition)
                        .help("add one of `registry`, `local-registry`, `directory` and `git`"));
      }
      m_sources.push_back(spec::SourceId::crates_io());
    }
    entry.source = m_sources.front();
    return entry;
  }

private:
  Result<std::optional<Defined<std::string>>> text(std::string_view key) const { return m_state.get_string(m_key.child(key)); }

  Result<> read_places()
  {
    CW_TRY_ASSIGN(const auto registry, text("registry"));
    if (registry) {
      CW_TRY_ASSIGN(const auto source, registry_at(m_state, *registry, m_key.child("registry"), m_name));
      m_sources.push_back(source);
    }
    CW_TRY_ASSIGN(const auto local, text("local-registry"));
    if (local) {
      m_sources.push_back(spec::SourceId::for_local_registry(m_state.resolve(local->value, local->definition).lexically_normal()));
    }
    CW_TRY_ASSIGN(const auto directory, text("directory"));
    if (directory) {
      m_sources.push_back(spec::SourceId::for_directory(m_state.resolve(directory->value, directory->definition).lexically_normal()));
    }
    return read_git();
  }

  Result<> read_git()
  {
    CW_TRY_ASSIGN(const auto url, text("git"));
    spec::GitReference reference;
    using Kind = spec::GitReference::Kind;
    for (const auto& [key, kind] : {std::pair{"branch", Kind::branch}, std::pair{"tag", Kind::tag}, std::pair{"rev", Kind::rev}}) {
      CW_TRY_ASSIGN(const auto name, text(key));
      if (name && !url) {
        return fail(m_state.at(Error("CW0192", fmt::format("source `{}` sets `{}` without `git`", m_name, key)), name->definition));
      }
      if (name && reference.kind == Kind::default_branch) {
        reference = {kind, name->value};
      }
    }
    if (url) {
      if (!has_scheme(url->value)) {
        return fail(m_state.at(Error("CW0191", fmt::format("`{}` is not a URL", url->value)),
                               url->definition,
                               fmt::format("value of `{}.git`", m_key.display())));
      }
      m_sources.push_back(spec::SourceId::for_git(url->value, reference));
    }
    return {};
  }

  const ConfigState& m_state;
  std::string m_name;
  ConfigKey m_key;
  std::vector<spec::SourceId> m_sources;
};

} // namespace

Result<spec::SourceId> Config::source_of_registry(std::string_view name) const
{
  if (name == k_crates_io) {
    return spec::SourceId::crates_io();
  }
  const ConfigKey key = ConfigKey("registries").child(name).child("index");
  CW_TRY_ASSIGN(const auto index, m_state->get_string(key));
  if (index) {
    return registry_at(*m_state, *index, key, name);
  }
  std::vector<std::string> known = table_keys("registries");
  known.emplace_back(k_crates_io);
  Error error("CW0190", fmt::format("there is no registry `{}` in the configuration", name));
  if (const auto near = base::nearest(name, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("define it: `[registries.{}]` with `index = \"URL\"` in .cargo/config.toml", name));
  return fail(std::move(error));
}

Result<std::optional<std::string>> Config::registry_token(spec::SourceId registry) const
{
  CW_TRY_ASSIGN(const auto table, credential_table(*m_state, registry));
  if (!table) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const auto token, m_state->get_string(table->child("token")));
  return token ? std::optional(token->value) : std::nullopt;
}

Result<std::vector<std::vector<std::string>>> Config::credential_providers(spec::SourceId registry) const
{
  ConfigState& state = *m_state;
  CW_TRY_ASSIGN(const auto table, credential_table(state, registry));
  if (table) {
    CW_TRY_ASSIGN(auto own, state.get_words(table->child("credential-provider")));
    if (own && !own->value.empty()) {
      CW_TRY_ASSIGN(auto provider, resolve_provider(state, std::move(own->value), own->definition));
      return std::vector<std::vector<std::string>>{std::move(provider)};
    }
  }
  std::vector<std::vector<std::string>> providers;
  CW_TRY_ASSIGN(const auto global, state.get_words(ConfigKey("registry.global-credential-providers")));
  if (global) {
    for (auto text = global->value.rbegin(); text != global->value.rend(); ++text) {
      auto words = split_words(*text);
      if (!words.empty()) {
        CW_TRY_ASSIGN(auto provider, resolve_provider(state, std::move(words), global->definition));
        providers.push_back(std::move(provider));
      }
    }
  }
  return providers;
}

Result<std::vector<SourceReplacement>> Config::source_replacements() const
{
  std::vector<SourceReplacement> entries;
  CW_TRY_ASSIGN(const ConfigValue* table, m_state->find(ConfigKey("source")));
  if (table == nullptr) {
    return entries;
  }
  if (table->as_table() == nullptr) {
    return fail(m_state->mismatch(ConfigKey("source"), "a table", *table));
  }
  for (const auto& [name, value] : *table->as_table()) {
    if (value.as_table() == nullptr) {
      return fail(m_state->mismatch(ConfigKey("source").child(name), "a table", value));
    }
    CW_TRY_ASSIGN(auto entry, SourceEntry(*m_state, name).read(value.definition));
    entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace cargo_wasm::manifest
