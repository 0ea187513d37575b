#include "package_reader.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

namespace cargo_wasm::source {

namespace {

constexpr std::size_t k_few_items = 8;

/// Collects packages of one repository (sources/path.rs, read_packages).
class Walk
{
public:
  Walk(const Session& session, spec::SourceId source) : m_session(session), m_source(source) {}

  Result<> descend(const base::Path& directory, bool is_root)
  {
    const auto name = directory.filename().string();
    const bool is_build_output = name == "target" && m_session.fs().is_file(directory.parent_path() / "Cargo.toml");
    // A submodule is a repository of its own, reached only by a path dependency.
    if (!is_root && (name.starts_with('.') || is_build_output || m_session.fs().exists(directory / ".git"))) {
      return {};
    }
    if (m_session.fs().is_file(directory / "Cargo.toml")) {
      read(directory);
    }
    auto entries = m_session.fs().list(directory);
    if (!entries) {
      return {}; // cargo, too, passes over what it may not read
    }
    for (const auto& entry : *entries) {
      if (entry.type == base::FileType::directory) {
        CW_TRY(descend(directory / entry.name, false));
      }
    }
    return {};
  }

  Result<std::vector<manifest::PackagePtr>> finish(const base::Path& root) &&
  {
    if (m_packages.empty()) {
      if (m_first_error) {
        return fail(std::move(*m_first_error));
      }
      return fail(Error("CW0450", fmt::format("no `Cargo.toml` in `{}` or below", root.string()))
                      .note(fmt::format("it is the source {}", m_source.display())));
    }
    return std::move(m_packages);
  }

private:
  void read(const base::Path& directory)
  {
    if (!m_visited.insert(directory).second) {
      return;
    }
    auto package = read_package(m_session, directory, m_source);
    if (!package) {
      if (!m_first_error) {
        m_first_error = std::move(package).error();
      }
      return;
    }
    if (*package == nullptr) {
      return;
    }
    m_packages.push_back(*package);
    for (const auto& dependency : (*package)->manifest->summary->dependencies) {
      if (dependency->path && m_session.fs().is_file(*dependency->path / "Cargo.toml")) {
        read(dependency->path->lexically_normal());
      }
    }
  }

  const Session& m_session;
  spec::SourceId m_source;
  std::set<base::Path> m_visited;
  std::vector<manifest::PackagePtr> m_packages;
  std::optional<Error> m_first_error;
};

} // namespace

Result<manifest::PackagePtr> read_package(const Session& session, const base::Path& directory, spec::SourceId source)
{
  manifest::ReadOptions options;
  options.source = source;
  options.registries = &session.config();
  const auto home = session.config().cargo_home();
  options.find_root = [&session, home](const base::Path& file, const std::optional<std::string>& pointer) {
    return manifest::find_inheritance_root(session.fs(), file, pointer, home);
  };
  CW_TRY_ASSIGN(auto read, manifest::read_manifest(session.fs(), directory / "Cargo.toml", options));
  if (read->is_virtual) {
    return nullptr;
  }
  return std::make_shared<const manifest::Package>(manifest::Package{std::move(read)});
}

Result<> for_each_in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& work)
{
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t failed_index = count;
  std::optional<Error> error;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      if (auto done = work(i); !done) {
        const std::lock_guard guard(mutex);
        if (i < failed_index) {
          failed_index = i;
          error = std::move(done).error();
        }
        return;
      }
    }
  };
  {
    const std::size_t helpers = count <= k_few_items ? 0 : std::min<std::size_t>(base::usable_processors(), count) - 1;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < helpers; ++i) {
      threads.emplace_back(run);
    }
    run();
  }
  if (error) {
    return fail(std::move(*error));
  }
  return {};
}

Result<std::vector<manifest::PackagePtr>> read_packages_below(const Session& session, const base::Path& root, spec::SourceId source)
{
  Walk walk(session, source);
  CW_TRY(walk.descend(root, true));
  return std::move(walk).finish(root);
}

} // namespace cargo_wasm::source
