#include <cargo_wasm/toolchain/installed.hpp>

#include <algorithm>

#include <cargo_wasm/spec/version.hpp>

#include "rustup.hpp"

namespace cargo_wasm::toolchain {
namespace {

/// Releases in the order of their versions, before everything that has a name.
bool comes_before(const InstalledToolchain& a, const InstalledToolchain& b)
{
  const auto version = [](const InstalledToolchain& toolchain) { return spec::parse_version(toolchain.short_name); };
  const auto left = version(a), right = version(b);
  if (left && right && *left != *right) {
    return *left < *right;
  }
  return left.has_value() != right.has_value() ? left.has_value() : a.name < b.name;
}

} // namespace

Result<InstalledToolchains> installed_toolchains(const Env& env, const Path& cargo_home)
{
  InstalledToolchains installed;
  CW_TRY_ASSIGN(const auto rustup, Rustup::find(env, cargo_home));
  if (!rustup) {
    return installed;
  }
  installed.rustup = rustup->program();
  installed.home = rustup->home();
  const Path parent = rustup->home() / "toolchains";
  const auto entries = env.fs.list(parent);
  for (const base::DirectoryEntry& entry : entries.value_or(std::vector<base::DirectoryEntry>())) {
    const Path directory = parent / entry.name;
    if (!env.fs.is_file(directory / "bin" / "rustc")) {
      continue;
    }
    InstalledToolchain toolchain{entry.name, short_toolchain_name(entry.name, rustup->default_host()), directory, std::nullopt};
    if (entry.type == base::FileType::symlink) {
      if (auto real = env.fs.canonicalize(directory)) {
        toolchain.alias = std::move(*real);
      }
    }
    installed.toolchains.push_back(std::move(toolchain));
  }
  std::ranges::sort(installed.toolchains, comes_before);
  return installed;
}

const InstalledToolchain* find_installed(const InstalledToolchains& installed, std::string_view name)
{
  const auto found = std::ranges::find_if(
      installed.toolchains, [&](const InstalledToolchain& toolchain) { return toolchain.name == name || toolchain.short_name == name; });
  return found == installed.toolchains.end() ? nullptr : &*found;
}

} // namespace cargo_wasm::toolchain
