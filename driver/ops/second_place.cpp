#include "second_place.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/temporary_directory.hpp>

namespace cargo_wasm::ops {

namespace {

namespace stdfs = std::filesystem;

/// Backup programs leave out directories with this file, and so do we: what is in them can be made again.
constexpr const char* k_cache_tag = "CACHEDIR.TAG";

Error cannot_make(const std::string& what, const std::string& why)
{
  return Error("CW1180", fmt::format("cannot copy the project to a second place: {}", what), Blame::environment)
      .note(why)
      .help("TMPDIR names the directory in which the place is made");
}

Result<> made(const Path& path, Result<> result)
{
  if (!result) {
    return fail(cannot_make(fmt::format("`{}`", path.string()), result.error().message));
  }
  return {};
}

Result<Path> new_directory(const Env& env)
{
  const auto directory = base::make_temporary_directory(env, "cargo-wasm-verify-");
  if (!directory) {
    return fail(cannot_make(directory.error().message, directory.error().notes.front()));
  }
  return env.fs.canonicalize(*directory);
}

class Copier
{
public:
  Copier(const Env& env, const FirstPlace& first, const SecondPlace& second) : m_env(env), m_first(first), m_second(second) {}

  [[nodiscard]] Path mirrored(const Path& path) const { return m_second.base / "files" / path.relative_path(); }

  Result<> tree(const Path& directory)
  {
    const Path to = mirrored(directory);
    CW_TRY(made(to, m_env.fs.create_directories(to)));
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(directory));
    for (const base::DirectoryEntry& entry : entries) {
      const Path path = directory / entry.name;
      if (entry.name == ".git" || entry.name == "node_modules") {
        CW_TRY(link(path, mirrored(path)));
      } else if (entry.type == base::FileType::directory) {
        if (path != m_first.target_directory && !m_env.fs.exists(path / k_cache_tag)) {
          CW_TRY(tree(path));
        }
      } else if (entry.type == base::FileType::symlink) {
        std::error_code code;
        stdfs::copy_symlink(path, mirrored(path), code);
        if (code) {
          return fail(cannot_make(fmt::format("`{}`", path.string()), code.message()));
        }
      } else if (entry.type == base::FileType::regular) {
        CW_TRY(made(path, m_env.fs.copy(path, mirrored(path))));
      }
    }
    return {};
  }

  /// What a directory above the project says about it.
  Result<> surroundings(const Path& directory)
  {
    for (const char* name : {".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"}) {
      const Path path = directory / name;
      if (m_env.fs.is_file(path)) {
        CW_TRY(made(path, m_env.fs.create_directories(mirrored(path).parent_path())));
        CW_TRY(made(path, m_env.fs.copy(path, mirrored(path))));
      }
    }
    for (const char* name : {".git", "node_modules"}) {
      if (m_env.fs.exists(directory / name)) {
        CW_TRY(link(directory / name, mirrored(directory / name)));
      }
    }
    return {};
  }

  Result<> link(const Path& target, const Path& at)
  {
    CW_TRY(made(at, m_env.fs.create_directories(at.parent_path())));
    return made(at, m_env.fs.make_symlink(target, at));
  }

private:
  const Env& m_env;
  const FirstPlace& m_first;
  const SecondPlace& m_second;
};

} // namespace

Result<SecondPlace> make_second_place(const Env& env, const FirstPlace& first)
{
  SecondPlace second;
  CW_TRY_ASSIGN(second.base, new_directory(env));
  Copier copier(env, first, second);
  second.root = copier.mirrored(first.root);
  second.target_directory = copier.mirrored(first.target_directory);
  second.home = second.base / "home";
  second.cargo_home = second.home / "cargo";
  second.cache_home = second.home / "cache";
  second.temporary = second.base / "tmp";
  for (const Path& directory : {second.home, second.cargo_home, second.cache_home, second.temporary}) {
    CW_TRY(made(directory, env.fs.create_directories(directory)));
  }
  CW_TRY(copier.tree(first.root));
  for (const std::string& outside : first.outside) {
    const Path directory = (first.root / outside).lexically_normal();
    if (!env.fs.is_directory(copier.mirrored(directory))) {
      CW_TRY(copier.tree(directory));
    }
  }
  for (Path above = first.root.parent_path(); above.has_relative_path(); above = above.parent_path()) {
    CW_TRY(copier.surroundings(above));
  }
  for (const char* name :
       {"registry/cache", "registry/index", "git/db", "config.toml", "config", "credentials.toml", "credentials", "cargo-wasm"}) {
    if (env.fs.exists(first.cargo_home / name)) {
      CW_TRY(copier.link(first.cargo_home / name, second.cargo_home / name));
    }
  }
  for (const char* name : {"tools", "components", "toolchains"}) {
    if (env.fs.exists(first.cache / name)) {
      CW_TRY(copier.link(first.cache / name, second.cache_home / "cargo-wasm" / name));
    }
  }
  return second;
}

} // namespace cargo_wasm::ops
