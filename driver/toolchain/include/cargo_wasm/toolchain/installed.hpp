// The toolchains of this machine, as rustup keeps them: directories below `$RUSTUP_HOME/toolchains`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::toolchain {

struct InstalledToolchain
{
  std::string name;          ///< rustup's full name ("1.99.1-x86_64-unknown-linux-gnu")
  std::string short_name;    ///< without the machine's triple: what `+NAME` takes
  Path directory;            ///< of bin, lib …
  std::optional<Path> alias; ///< what the directory is a symbolic link to (`rustup toolchain link`)
  bool operator==(const InstalledToolchain&) const = default;
};

struct InstalledToolchains
{
  std::optional<Path> rustup;                 ///< the program
  std::optional<Path> home;                   ///< rustup's directory; nullopt where rustup never was
  std::vector<InstalledToolchain> toolchains; ///< releases by version, then names; those without a compiler left out
};

/// Cost: a few system calls a toolchain; no process. Errors: CW0507.
[[nodiscard]] Result<InstalledToolchains> installed_toolchains(const Env& env, const Path& cargo_home);

/// The one that rustup means by a name: the full one, or one to which it adds the machine's triple.
[[nodiscard]] const InstalledToolchain* find_installed(const InstalledToolchains& installed, std::string_view name);

} // namespace cargo_wasm::toolchain
