#include "directory_source.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/digest.hpp>

#include "package_reader.hpp"

namespace cargo_wasm::source {

namespace {

constexpr std::string_view k_checksum_file = ".cargo-checksum.json";

} // namespace

std::string DirectorySource::description() const
{
  return fmt::format("the directory `{}`", m_root.string());
}

Result<DirectorySource::Checksums> DirectorySource::read_checksums(const base::Path& directory) const
{
  const auto file = directory / k_checksum_file;
  CW_TRY_ASSIGN(const auto text, m_session.fs().read_if_exists(file));
  if (!text) {
    return fail(Error("CW0481", fmt::format("`{}` is missing", file.string()))
                    .note("every package of a directory source has one")
                    .help("run `cargo vendor` again, or use a path dependency for a package of your own"));
  }
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const bool is_right = json.is_object() && json.contains("files") && json["files"].is_object();
  if (!is_right) {
    return fail(Error("CW0481", fmt::format("`{}` cannot be read", file.string()))
                    .note("it is a JSON object with `files`, and `package` where the source has checksums")
                    .help("run `cargo vendor` again"));
  }
  Checksums out;
  if (json.contains("package") && json["package"].is_string()) {
    out.package = json["package"].get<std::string>();
  }
  for (const auto& [name, sum] : json["files"].items()) {
    out.files[name] = sum.is_string() ? sum.get<std::string>() : std::string();
  }
  return out;
}

Result<std::vector<manifest::PackagePtr>> DirectorySource::load()
{
  auto entries = m_session.fs().list(m_root);
  if (!entries) {
    return fail(Error("CW0480", fmt::format("the directory of vendored packages cannot be read: `{}`", m_root.string()), Blame::environment)
                    .note(entries.error().message)
                    .help("correct `directory` under `[source]` in the configuration, or run `cargo vendor`"));
  }
  std::vector<base::Path> directories;
  for (const auto& entry : *entries) {
    if (!entry.name.starts_with('.') && m_session.fs().is_file(m_root / entry.name / "Cargo.toml")) {
      directories.push_back(m_root / entry.name);
    }
  }
  std::vector<manifest::PackagePtr> found(directories.size());
  std::vector<Checksums> checksums(directories.size());
  CW_TRY(for_each_in_parallel(directories.size(), [&](std::size_t i) -> Result<> {
    CW_TRY_ASSIGN(found[i], read_package(m_session, directories[i], m_shown));
    CW_TRY_ASSIGN(checksums[i], read_checksums(directories[i]));
    return {};
  }));
  std::vector<manifest::PackagePtr> packages;
  for (std::size_t i = 0; i < directories.size(); ++i) {
    if (found[i] != nullptr) {
      packages.push_back(std::move(found[i]));
      m_checksums.emplace(directories[i], std::move(checksums[i]));
    }
  }
  return packages;
}

Result<std::vector<resolve::Candidate>> DirectorySource::candidates(const manifest::Dependency& dependency, Match match)
{
  CW_TRY_ASSIGN(auto found, LoadedSource::candidates(dependency, match));
  for (auto& candidate : found) {
    // The manifest knows no checksum; the lock file wants the archive's.
    CW_TRY_ASSIGN(const auto package, loaded_package(candidate.id));
    auto summary = *candidate.summary;
    summary.checksum = m_checksums.at(package->root()).package;
    candidate.summary = std::make_shared<const manifest::Summary>(std::move(summary));
  }
  return found;
}

Result<> DirectorySource::verify(spec::PackageId id)
{
  CW_TRY_ASSIGN(const auto package, loaded_package(id));
  for (const auto& [name, expected] : m_checksums.at(package->root()).files) {
    const auto file = package->root() / name;
    CW_TRY_ASSIGN(const auto content, m_session.fs().read(file));
    const auto actual = base::to_hex(base::sha256(content));
    if (actual != expected) {
      return fail(Error("CW0482", fmt::format("`{}` was changed after it was vendored", file.string()), Blame::integrity)
                      .note(fmt::format("its SHA-256 should be `{}`", expected))
                      .note(fmt::format("what is there has     `{}`", actual))
                      .help("undo the change, or use `[patch]` with a copy of the package outside the vendored directory"));
    }
  }
  return {};
}

} // namespace cargo_wasm::source
