#include "path_source.hpp"

#include <fmt/format.h>

#include "package_reader.hpp"

namespace cargo_wasm::source {

Result<std::vector<manifest::PackagePtr>> PathSource::load()
{
  for (const auto& known : m_session.options().known_packages) {
    if (known->id().source() == m_source) {
      return std::vector{known};
    }
  }
  const auto directory = m_source.path();
  if (!m_session.fs().is_file(directory / "Cargo.toml")) {
    return fail(Error("CW0450", fmt::format("there is no `Cargo.toml` in `{}`", directory.string()))
                    .note("a path dependency points to this directory")
                    .help("correct `path`, or restore the directory"));
  }
  CW_TRY_ASSIGN(auto package, read_package(m_session, directory, m_source));
  if (package == nullptr) {
    return fail(Error("CW0450", fmt::format("`{}` holds a workspace, not a package", directory.string()))
                    .note("a path dependency points to this directory")
                    .help("point `path` to the member's own directory"));
  }
  return std::vector{std::move(package)};
}

} // namespace cargo_wasm::source
