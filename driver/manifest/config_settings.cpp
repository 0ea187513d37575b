// Settings with a meaning of their own: network, directories, aliases, variables for children.
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "config_state.hpp"

namespace cargo_wasm::manifest {
namespace {

/// Children of a build run with these of ours; a table that changes them would split the build in two.
constexpr std::array<std::string_view, 3> k_fixed_variables = {"CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"};

template <class T> Result<> read_number(const ConfigState& state, std::string_view key, T& into)
{
  const ConfigKey parsed(key);
  CW_TRY_ASSIGN(const auto number, state.get_integer(parsed));
  if (!number) {
    return {};
  }
  if (number->value < 0 || number->value > std::numeric_limits<std::uint32_t>::max()) {
    return fail(state.at(Error("CW0195",
                               fmt::format("configuration key `{}` must be between 0 and {}, but it is {}",
                                           key,
                                           std::numeric_limits<std::uint32_t>::max(),
                                           number->value)),
                         number->definition));
  }
  into = static_cast<T>(number->value);
  return {};
}

Result<> read_flag(const ConfigState& state, std::string_view key, bool& into)
{
  CW_TRY_ASSIGN(const auto flag, state.get_bool(ConfigKey(key)));
  into = flag ? flag->value : into;
  return {};
}

Result<> read_text(const ConfigState& state, std::string_view key, std::optional<std::string>& into)
{
  CW_TRY_ASSIGN(const auto text, state.get_string(ConfigKey(key)));
  if (text) {
    into = text->value;
  }
  return {};
}

/// nullopt for "default".
Result<std::optional<base::TlsVersion>> parse_tls_version(const ConfigState& state, std::string_view key, const Defined<std::string>& text)
{
  using base::TlsVersion;
  static const std::map<std::string_view, std::optional<TlsVersion>> k_versions = {{"default", std::nullopt},
                                                                                   {"tlsv1", TlsVersion::tls_1_0},
                                                                                   {"tlsv1.0", TlsVersion::tls_1_0},
                                                                                   {"tlsv1.1", TlsVersion::tls_1_1},
                                                                                   {"tlsv1.2", TlsVersion::tls_1_2},
                                                                                   {"tlsv1.3", TlsVersion::tls_1_3}};
  const auto found = k_versions.find(text.value);
  if (found == k_versions.end()) {
    return fail(state.at(Error("CW0195", fmt::format("configuration key `{}` names no version of TLS: `{}`", key, text.value))
                             .help("it is one of `default`, `tlsv1`, `tlsv1.0`, `tlsv1.1`, `tlsv1.2`, `tlsv1.3`"),
                         text.definition));
  }
  return found->second;
}

/// `http.ssl-version`: a text, which is the least version, or a table with `min` and `max`.
Result<> read_tls_versions(const ConfigState& state, base::HttpOptions& http)
{
  constexpr std::string_view k_key = "http.ssl-version";
  CW_TRY_ASSIGN(const auto found, state.find_any(ConfigKey(k_key)));
  if (!found) {
    return {};
  }
  const auto read = [&](std::string key, std::optional<base::TlsVersion>& into) -> Result<> {
    CW_TRY_ASSIGN(const auto text, state.get_string(ConfigKey(key)));
    if (text) {
      CW_TRY_ASSIGN(into, parse_tls_version(state, key, *text));
    }
    return {};
  };
  if (found->as_table() == nullptr) {
    return read(std::string(k_key), http.min_tls);
  }
  CW_TRY(read(fmt::format("{}.min", k_key), http.min_tls));
  return read(fmt::format("{}.max", k_key), http.max_tls);
}

struct EnvEntry
{
  std::string value;
  bool force = false;
};

Result<EnvEntry> read_env_entry(const ConfigState& state, const ConfigKey& key)
{
  CW_TRY_ASSIGN(const auto found, state.find_any(key));
  EnvEntry entry;
  if (const std::string* text = found->as_string()) {
    entry.value = *text;
    return entry;
  }
  if (found->as_table() == nullptr) {
    return fail(state.mismatch(key, "a string or a table with `value`", *found));
  }
  CW_TRY_ASSIGN(const auto value, state.get_string(key.child("value")));
  if (!value) {
    return fail(state.at(Error("CW0185", fmt::format("configuration key `{}` has no `value`", key.display())), found->definition));
  }
  CW_TRY_ASSIGN(const auto force, state.get_bool(key.child("force")));
  CW_TRY_ASSIGN(const auto relative, state.get_bool(key.child("relative")));
  entry.force = force && force->value;
  entry.value = relative && relative->value ? state.resolve(value->value, value->definition).string() : value->value;
  return entry;
}

} // namespace

Result<base::HttpOptions> Config::http_options() const
{
  base::HttpOptions http;
  const ConfigState& state = *m_state;
  CW_TRY(read_text(state, "http.proxy", http.proxy));
  CW_TRY(read_text(state, "http.user-agent", http.user_agent));
  CW_TRY_ASSIGN(const auto cainfo, get_path("http.cainfo"));
  if (cainfo) {
    http.cainfo = cainfo->value.string();
  } else if (const std::string* bundle = state.var("SSL_CERT_FILE"); bundle != nullptr && !bundle->empty()) {
    http.cainfo = *bundle;
  }
  CW_TRY_ASSIGN(const auto proxy_cainfo, get_path("http.proxy-cainfo"));
  if (proxy_cainfo) {
    http.proxy_cainfo = proxy_cainfo->value.string();
  }
  CW_TRY(read_tls_versions(state, http));
  std::uint32_t timeout_s = static_cast<std::uint32_t>(http.timeout.count());
  if (const std::string* text = state.var("HTTP_TIMEOUT")) {
    const bool digits = !text->empty() && text->size() < 9 && text->find_first_not_of("0123456789") == std::string::npos;
    timeout_s = digits ? static_cast<std::uint32_t>(std::stoul(*text)) : timeout_s;
  }
  CW_TRY(read_number(state, "http.timeout", timeout_s));
  http.timeout = std::chrono::seconds(timeout_s);
  CW_TRY(read_number(state, "http.low-speed-limit", http.low_speed_limit_bytes_per_s));
  CW_TRY(read_number(state, "net.retry", http.retries));
  CW_TRY(read_flag(state, "http.multiplexing", http.multiplexing));
  CW_TRY(read_flag(state, "http.check-revoke", http.check_revoke));
  CW_TRY(read_flag(state, "http.debug", http.debug));
  return http;
}

Result<std::optional<base::Path>> Config::target_dir() const
{
  if (const std::string* directory = m_state->var("CARGO_TARGET_DIR")) {
    if (directory->empty()) {
      return fail(Error("CW0194", "environment variable `CARGO_TARGET_DIR` is empty", Blame::usage).help("unset it, or name a directory"));
    }
    return m_state->cwd / *directory;
  }
  CW_TRY_ASSIGN(const auto text, get_string("build.target-dir"));
  if (!text) {
    return std::nullopt;
  }
  if (text->value.empty()) {
    return fail(m_state->at(Error("CW0194", "configuration key `build.target-dir` is empty"), text->definition));
  }
  return m_state->resolve(text->value, text->definition);
}

Result<std::vector<base::Path>> Config::path_overrides() const
{
  std::vector<base::Path> paths;
  const ConfigKey key("paths");
  CW_TRY_ASSIGN(const ConfigValue* found, m_state->find(key));
  if (found == nullptr) {
    return paths;
  }
  const auto* list = found->as_list();
  if (list == nullptr) {
    return fail(m_state->mismatch(key, "an array of strings", *found));
  }
  for (const ConfigValue& item : *list) {
    if (item.as_string() == nullptr) {
      return fail(m_state->mismatch(key, "an array of strings", item));
    }
    paths.push_back(m_state->resolve(*item.as_string(), item.definition));
  }
  return paths;
}

Result<EnvMap> Config::extra_env() const
{
  EnvMap result;
  CW_TRY_ASSIGN(const ConfigValue* table, m_state->find(ConfigKey("env")));
  if (table == nullptr) {
    return result;
  }
  if (table->as_table() == nullptr) {
    return fail(m_state->mismatch(ConfigKey("env"), "a table", *table));
  }
  for (const auto& [name, value] : *table->as_table()) {
    if (std::find(k_fixed_variables.begin(), k_fixed_variables.end(), name) != k_fixed_variables.end()) {
      return fail(m_state->at(Error("CW0188", fmt::format("`{}` cannot be set in `[env]`", name)), value.definition)
                      .help("set it in the environment that cargo-wasm is started in"));
    }
    CW_TRY_ASSIGN(auto entry, read_env_entry(*m_state, ConfigKey("env").free_child(name)));
    if (entry.force || m_state->var(name) == nullptr) {
      result.emplace(name, std::move(entry.value));
    }
  }
  return result;
}

Result<std::map<std::string, std::vector<std::string>>> Config::aliases() const
{
  std::map<std::string, std::vector<std::string>> result;
  constexpr std::string_view k_prefix = "CARGO_ALIAS_";
  std::vector<std::string> names = table_keys("alias");
  for (auto variable = m_state->vars.lower_bound(k_prefix); variable != m_state->vars.end() && variable->first.starts_with(k_prefix);
       ++variable) {
    names.push_back(base::to_lower(std::string_view(variable->first).substr(k_prefix.size())));
  }
  for (const std::string& name : names) {
    CW_TRY_ASSIGN(auto words, m_state->get_words(ConfigKey("alias").child(name)));
    if (words) {
      result.emplace(name, std::move(words->value));
    }
  }
  return result;
}

} // namespace cargo_wasm::manifest
