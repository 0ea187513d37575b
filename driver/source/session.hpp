// What the sources of one command share: the seams, the HTTP and git clients (made when first needed), cargo's package
// cache lock, and the tokens of registries.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/source/source_map.hpp>

namespace cargo_wasm::source {

class Session
{
public:
  Session(const Env& env, const manifest::Config& config, SourceOptions options);

  [[nodiscard]] const Env& env() const { return m_env; }
  [[nodiscard]] const manifest::Config& config() const { return m_config; }
  [[nodiscard]] base::Filesystem& fs() const { return m_env.fs; }
  [[nodiscard]] base::Reporter& reporter() const { return m_env.reporter; }
  [[nodiscard]] bool offline() const { return m_config.offline(); }
  [[nodiscard]] const SourceOptions& options() const { return m_options; }

  /// "--offline", "--frozen" or "net.offline": what a message names as the reason.
  [[nodiscard]] std::string_view offline_reason() const { return m_config.offline_reason(); }

  [[nodiscard]] Result<base::HttpClient*> http();
  [[nodiscard]] Result<net::GitClient*> git();
  [[nodiscard]] bool network_was_used() const { return m_http != nullptr || m_git_fetched; }
  void note_git_fetch() { m_git_fetched = true; }
  /// Says why something is slow: a transfer in trouble is tried again. Only the first few of a command are shown.
  void note_retry(const Error& why, std::uint32_t tries_left);

  /// Takes `.package-cache` unless it is held. A home that cannot be written is read without a lock, as cargo does.
  Result<> lock();
  void unlock() { m_lock.reset(); }

  /// The value for an `Authorization` header, from the configured credential providers, remembered for the command.
  /// `headers`: those of the 401 answer, for the provider. Errors: CW0401 none found, CW0409 a provider failed.
  [[nodiscard]] Result<std::string>
  token(spec::SourceId registry, const std::vector<std::string>& headers, const std::optional<std::string>& login_url);

  /// Directories under `$CARGO_HOME`.
  [[nodiscard]] base::Path registry_directory(std::string_view kind, std::string_view name) const;
  [[nodiscard]] base::Path git_directory(std::string_view kind, std::string_view name) const;

private:
  const Env& m_env;
  const manifest::Config& m_config;
  SourceOptions m_options;
  std::unique_ptr<base::HttpClient> m_http;
  std::unique_ptr<net::GitClient> m_git;
  std::unique_ptr<base::FileLock> m_lock;
  std::map<spec::SourceId, std::string> m_tokens;
  bool m_git_fetched = false;
  int m_retries_shown = 0;
  bool m_marked_home = false;
};

} // namespace cargo_wasm::source
