// rustup's files, read without rustup: its settings and the toolchain files of projects.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::toolchain {

/// `$RUSTUP_HOME/settings.toml`.
struct RustupSettings
{
  std::optional<std::string> default_toolchain, default_host;
  std::map<std::string, std::string> overrides; ///< directory → toolchain
};

/// What rustup would use in a directory, before anyone looked whether it is installed.
struct ToolchainRequest
{
  std::string name; ///< "1.96.0", "stable-x86_64-unknown-linux-gnu"; or a directory when `is_path`
  bool is_path = false;
  std::string reason;
  std::vector<std::string> components, targets;
  std::optional<base::TextSpan> where; ///< in a toolchain file
};

class Rustup
{
public:
  /// nullopt when there is no `$RUSTUP_HOME/settings.toml` and no rustup program. Errors: CW0507.
  static Result<std::optional<Rustup>> find(const Env& env, const Path& cargo_home);

  /// Errors: CW0502 a bad toolchain file, CW0501 nothing chosen and no default.
  [[nodiscard]] Result<ToolchainRequest> request(const Env& env, const ToolchainWish& wish);
  /// The directory of an installed toolchain and its full name.
  struct Installed
  {
    std::string name;
    Path directory;
  };
  [[nodiscard]] std::optional<Installed> find_installed(const base::ReadOnlyFilesystem& fs, const ToolchainRequest& request) const;

  [[nodiscard]] const std::optional<Path>& program() const { return m_program; }
  [[nodiscard]] const Path& home() const { return m_home; }
  /// The triple that rustup adds to names which have none.
  [[nodiscard]] std::string default_host() const;

private:
  [[nodiscard]] std::optional<ToolchainRequest> override_of(const Env& env, const Path& directory) const;
  /// rustup's override of the working directory or one above it, up to the project's root.
  [[nodiscard]] std::optional<ToolchainRequest> override_in_project(const Env& env, const Path& project_root) const;
  Result<std::optional<ToolchainRequest>> request_of_directory(const Env& env);
  static Result<std::optional<ToolchainRequest>> read_toolchain_file(const Env& env, const Path& file, bool may_be_one_line);

  Path m_home;
  std::optional<Path> m_program;
  RustupSettings m_settings;
};

/// True when a program is rustup under another name: a link to it, or a copy beside it.
[[nodiscard]] bool is_rustup_proxy(const base::ReadOnlyFilesystem& fs, const Path& program);

/// "1.99.1-x86_64-unknown-linux-gnu" → "1.99.1": the name as people give it to rustup.
[[nodiscard]] std::string short_toolchain_name(std::string_view full_name, std::string_view host_triple);

} // namespace cargo_wasm::toolchain
