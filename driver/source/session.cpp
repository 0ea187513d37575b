#include "session.hpp"

#include <fmt/format.h>

#include "credentials.hpp"

namespace cargo_wasm::source {

namespace {

/// The text that cargo puts into the tag: backup programs leave such directories out (bford.info/cachedir).
constexpr std::string_view k_cache_tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
                                         "# This file is a cache directory tag created by cargo-wasm.\n"
                                         "# For information about cache directory tags see https://bford.info/cachedir/\n";

/// When a server is down, every one of many transfers fails in the same way.
constexpr int k_max_retries_shown = 4;

} // namespace

Session::Session(const Env& env, const manifest::Config& config, SourceOptions options)
    : m_env(env), m_config(config), m_options(std::move(options))
{
}

Result<base::HttpClient*> Session::http()
{
  if (!m_http) {
    CW_TRY_ASSIGN(auto options, m_config.http_options());
    if (options.debug) {
      options.on_debug = [this](std::string_view line) { reporter().passthrough(fmt::format("{}\n", line)); };
    }
    CW_TRY_ASSIGN(m_http, m_env.http.make(options));
  }
  return m_http.get();
}

Result<net::GitClient*> Session::git()
{
  if (!m_git) {
    CW_TRY_ASSIGN(m_git, m_options.make_git ? m_options.make_git() : net::make_git_client());
  }
  return m_git.get();
}

void Session::note_retry(const Error& why, std::uint32_t tries_left)
{
  if (m_retries_shown == k_max_retries_shown) {
    return;
  }
  ++m_retries_shown;
  Error warning = why;
  warning.helps.clear();
  warning.notes.push_back(fmt::format("it is tried again ({} {} left)", tries_left, tries_left == 1 ? "try" : "tries"));
  if (m_retries_shown == k_max_retries_shown) {
    warning.notes.emplace_back("there may be more of these; they are not shown");
  }
  reporter().warning(warning);
}

Result<> Session::lock()
{
  if (m_lock) {
    return {};
  }
  const auto home = m_config.cargo_home();
  auto lock = fs().lock(home / ".package-cache", base::LockMode::exclusive, [this] {
    reporter().status("Blocking", "waiting for file lock on package cache", base::StatusColor::cyan);
  });
  if (!lock) {
    if (fs().is_directory(home)) {
      return {}; // read-only: reading needs no lock, and a write will say what is wrong
    }
    return fail(std::move(lock).error());
  }
  m_lock = std::move(lock).value();
  if (!m_marked_home) {
    m_marked_home = true;
    const auto tag = home / "registry" / "CACHEDIR.TAG";
    if (!fs().exists(tag)) {
      (void)fs().write_atomic(tag, k_cache_tag); // a courtesy; the caches work without it
    }
  }
  return {};
}

Result<std::string>
Session::token(spec::SourceId registry, const std::vector<std::string>& headers, const std::optional<std::string>& login_url)
{
  if (const auto known = m_tokens.find(registry); known != m_tokens.end()) {
    return known->second;
  }
  CW_TRY_ASSIGN(auto token, find_token(m_env, m_config, registry, headers, login_url));
  m_tokens.emplace(registry, token);
  return token;
}

base::Path Session::registry_directory(std::string_view kind, std::string_view name) const
{
  return m_config.cargo_home() / "registry" / kind / name;
}

base::Path Session::git_directory(std::string_view kind, std::string_view name) const
{
  return m_config.cargo_home() / "git" / kind / name;
}

} // namespace cargo_wasm::source
