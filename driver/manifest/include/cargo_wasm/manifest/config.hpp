// Cargo's configuration: `.cargo/config.toml` from the working directory upwards, `$CARGO_HOME`, environment
// and `--config`, merged with cargo's precedence (context/mod.rs). Every value knows where it was defined, because relative paths are
// relative to that place and because errors should say it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/manifest/profile.hpp>

namespace cargo_wasm::manifest {

/// Where a value was defined.
struct Definition
{
  enum class Kind : std::uint8_t { file, environment, command_line } kind = Kind::file;
  base::Path file;      ///< of file definitions
  std::string variable; ///< of environment definitions
  Position position;    ///< in `file`, or in the argument of `--config`
  /// What a relative path is relative to: the parent of `.cargo/` for files, else the working directory.
  [[nodiscard]] base::Path root(const base::Path& cwd) const;
  [[nodiscard]] std::string display() const; ///< "`~/x/.cargo/config.toml`", "environment variable `CARGO_BUILD_JOBS`", "--config"
};

template <class T> struct Defined
{
  T value;
  Definition definition;
};

/// A program with arguments (`runner`, `linker`): the first word is a path when it has a slash, else searched on PATH.
struct PathAndArgs
{
  base::Path program;
  std::vector<std::string> args;
};

/// One part of a dotted key, in quotes where it needs them: `cfg(unix)` → "cfg(unix)" with the quotes.
[[nodiscard]] std::string config_key_part(std::string_view name);

struct ConfigOptions
{
  std::vector<std::string> config_arguments; ///< `--config KEY=VALUE` or a file, in order
  bool frozen = false, offline = false, locked = false;
};

struct SourceReplacement
{
  std::string name; ///< key under [source]
  std::optional<std::string> replace_with;
  std::optional<spec::SourceId> source; ///< what the entry defines; for "crates-io" the registry itself
  Definition definition;
};

struct ConfigState;

/// $CARGO_HOME, else ~/.cargo. Errors: CW0182 neither can be found.
[[nodiscard]] Result<base::Path> find_cargo_home(const Env& env);

class Config final : public RegistryNames
{
public:
  /// Reads every file. The Env's file system and variables must outlive the result, which is for one thread: credentials.toml
  /// is read when a token is first asked for. Errors: CW0180–CW0229.
  [[nodiscard]] static Result<std::unique_ptr<Config>> load(const Env& env, const ConfigOptions& options);
  ~Config() override;

  /// Dotted keys; parts with dots are quoted, see config_key_part (`target."cfg(unix)".runner`). nullopt = set nowhere. Type mismatch =
  /// error CW0185.
  [[nodiscard]] Result<std::optional<Defined<std::string>>> get_string(std::string_view key) const;
  [[nodiscard]] Result<std::optional<Defined<std::int64_t>>> get_integer(std::string_view key) const;
  [[nodiscard]] Result<std::optional<Defined<bool>>> get_bool(std::string_view key) const;
  /// A list, or a string split at white space where cargo accepts that (`rustflags`, `runner`).
  [[nodiscard]] Result<std::optional<Defined<std::vector<std::string>>>> get_string_list(std::string_view key) const;
  /// Path relative to its definition. `get_tool` leaves a name without slash for PATH (`linker`, `rustc-wrapper`);
  /// `get_program` does, too, and takes arguments (`runner`: a list, or a string split at white space).
  [[nodiscard]] Result<std::optional<Defined<base::Path>>> get_path(std::string_view key) const;
  [[nodiscard]] Result<std::optional<Defined<base::Path>>> get_tool(std::string_view key) const;
  [[nodiscard]] Result<std::optional<Defined<PathAndArgs>>> get_program(std::string_view key) const;
  /// Names of the members of a table, sorted: "target" → {"cfg(unix)", "wasm32-wasip1"}.
  [[nodiscard]] std::vector<std::string> table_keys(std::string_view key) const;
  [[nodiscard]] std::shared_ptr<const TomlValue> get_table(std::string_view key) const; ///< merged; null when absent

  [[nodiscard]] const base::Path& cargo_home() const;    ///< $CARGO_HOME, else ~/.cargo
  [[nodiscard]] bool offline() const;                    ///< --offline, --frozen, net.offline
  [[nodiscard]] std::string_view offline_reason() const; ///< which of them a message names; empty when the network may be used
  [[nodiscard]] bool frozen() const;
  [[nodiscard]] bool locked() const; ///< --locked or --frozen
  [[nodiscard]] Result<base::HttpOptions> http_options() const;
  /// CARGO_TARGET_DIR, else `build.target-dir`; absolute. Errors: CW0194 empty.
  [[nodiscard]] Result<std::optional<base::Path>> target_dir() const;
  /// `[profile.NAME]` with CARGO_PROFILE_NAME_*; nullopt = set nowhere. Errors: CW0140–CW0149.
  [[nodiscard]] Result<std::optional<BuildProfileToml>> profile(std::string_view name) const;
  /// The profiles that files define and the built-in ones the environment touches. One that only exists in the manifest
  /// may still have variables: ask `profile`.
  [[nodiscard]] Result<std::map<std::string, BuildProfileToml>> profiles() const;
  [[nodiscard]] Result<std::vector<PatchEntry>> patches() const;
  [[nodiscard]] Result<std::vector<SourceReplacement>> source_replacements() const;
  [[nodiscard]] Result<std::vector<base::Path>> path_overrides() const; ///< `paths = […]`
  /// `[env]`: name → value, `force` and `relative` applied against the real environment (values to add or replace).
  [[nodiscard]] Result<EnvMap> extra_env() const;
  [[nodiscard]] Result<std::map<std::string, std::vector<std::string>>> aliases() const;
  /// Index URL of `[registries.NAME]`; "crates-io" is crates.io. Errors: CW0190 unknown, with the nearest name; CW0191 no URL.
  [[nodiscard]] Result<spec::SourceId> source_of_registry(std::string_view name) const override;
  /// The token of a registry: environment, credentials.toml, then configuration; nullopt = none.
  [[nodiscard]] Result<std::optional<std::string>> registry_token(spec::SourceId registry) const;
  /// `registries.NAME.credential-provider`, else the global ones, the most important first; empty: nothing is configured.
  [[nodiscard]] Result<std::vector<std::vector<std::string>>> credential_providers(spec::SourceId registry) const;

  [[nodiscard]] const std::vector<Error>& warnings() const; ///< severity warning; codes CW0196–CW0199
  /// The place of a definition for an error, with its line where the file is at hand.
  [[nodiscard]] base::TextSpan span(const Definition& definition, std::string label = {}) const;

private:
  explicit Config(std::unique_ptr<ConfigState> state);
  std::unique_ptr<ConfigState> m_state;
};

} // namespace cargo_wasm::manifest
