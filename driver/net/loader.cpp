#include <cargo_wasm/net/loader.hpp>

#include <cargo_wasm/net/git.hpp>

#include "module_interface.hpp"

#include <fmt/format.h>

#include <dlfcn.h>
#include <mutex>

namespace cargo_wasm::net {
namespace {

using base::Path;

std::vector<Path> candidates(const std::vector<Path>& search_dirs)
{
  std::vector<Path> directories = search_dirs;
  std::error_code error;
  const Path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const Path beside = program.parent_path();
    directories.push_back(beside / "../lib/cargo-wasm");
    directories.push_back(beside);
    // In a build tree programs lie in <build>/driver/cli, <build>/tests/unit/x and so on. Elsewhere nothing above the
    // program's own directory is looked at: who can write there should not be able to put code into this process.
    if (std::filesystem::is_directory(beside / "CMakeFiles", error)) {
      for (Path up = beside; up.has_parent_path() && up != up.parent_path(); up = up.parent_path()) {
        directories.push_back(up / "driver/net");
      }
    }
  }
  return directories;
}

Error load_error(std::string why)
{
  return Error("CW0012", "the network module of cargo-wasm cannot be loaded", Blame::environment)
      .note(std::move(why))
      .help(fmt::format("`{}` belongs in `lib/cargo-wasm` beside the `bin` directory of `cargo-wasm`; install again", k_module_name));
}

/// Loaded once and never unloaded: its clients hold threads and callbacks of libcurl.
Result<const ModuleFunctions*> load_module(const std::vector<Path>& search_dirs)
{
  static std::mutex mutex;
  static const ModuleFunctions* loaded = nullptr;
  const std::lock_guard lock(mutex);
  if (loaded != nullptr) {
    return loaded;
  }
  const auto path = find_module(search_dirs);
  if (!path) {
    return fail(load_error(fmt::format("`{}` was not found", k_module_name)));
  }
  void* const handle = ::dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return fail(load_error(::dlerror()));
  }
  const auto entry = reinterpret_cast<EntryPoint>(::dlsym(handle, k_entry_point));
  if (entry == nullptr || entry()->interface_version != k_interface) {
    return fail(load_error(fmt::format("`{}` belongs to another version", path->string())));
  }
  loaded = entry();
  return loaded;
}

class ModuleHttpClientFactory final : public base::HttpClientFactory
{
public:
  explicit ModuleHttpClientFactory(std::vector<Path> search_dirs) : m_search_dirs(std::move(search_dirs)) {}

  Result<std::unique_ptr<base::HttpClient>> make(const base::HttpOptions& options) override
  {
    CW_TRY_ASSIGN(const ModuleFunctions* const functions, load_module(m_search_dirs));
    return functions->make_http_client(options);
  }

private:
  std::vector<Path> m_search_dirs;
};

} // namespace

std::optional<Path> find_module(const std::vector<Path>& search_dirs)
{
  for (const Path& directory : candidates(search_dirs)) {
    std::error_code error;
    Path path = directory / k_module_name;
    if (std::filesystem::is_regular_file(path, error)) {
      return path;
    }
  }
  return std::nullopt;
}

std::unique_ptr<base::HttpClientFactory> make_http_client_factory(std::vector<Path> search_dirs)
{
  return std::make_unique<ModuleHttpClientFactory>(std::move(search_dirs));
}

Result<std::unique_ptr<GitClient>> make_git_client()
{
  CW_TRY_ASSIGN(const ModuleFunctions* const functions, load_module({}));
  if (functions->make_git_client == nullptr) {
    return fail(load_error("it was built without libgit2"));
  }
  return functions->make_git_client();
}

Result<std::string> module_versions()
{
  CW_TRY_ASSIGN(const ModuleFunctions* const functions, load_module({}));
  return functions->versions();
}

} // namespace cargo_wasm::net
