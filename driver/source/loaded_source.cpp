#include "loaded_source.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::source {

Result<const std::vector<manifest::PackagePtr>*> LoadedSource::packages()
{
  if (!m_packages) {
    CW_TRY_ASSIGN(auto loaded, load());
    m_packages = std::move(loaded);
  }
  return &*m_packages;
}

Result<std::vector<resolve::Candidate>> LoadedSource::candidates(const manifest::Dependency& dependency, Match match)
{
  CW_TRY_ASSIGN(const auto* const all, packages());
  std::vector<resolve::Candidate> found;
  for (const auto& package : *all) {
    const auto id = package->id();
    const bool is_first = std::none_of(found.begin(), found.end(), [&](const auto& other) { return other.id == id; });
    if (is_first && id.name() == dependency.package_name && (match == Match::any_version || accepts(dependency, id.version()))) {
      found.push_back(candidate_of(package->manifest->summary));
    }
  }
  return found;
}

Result<std::vector<std::string>> LoadedSource::similar_names(std::string_view name)
{
  CW_TRY_ASSIGN(const auto* const all, packages());
  std::vector<std::string> names;
  for (const auto& package : *all) {
    names.push_back(package->id().name().str());
  }
  // A source of a few packages is shown whole; the nearest name says it for a large one.
  constexpr std::size_t k_few = 4;
  if (names.size() <= k_few) {
    return names;
  }
  const auto nearest = base::nearest(name, names);
  return nearest ? std::vector{*nearest} : std::vector<std::string>{};
}

Result<manifest::PackagePtr> LoadedSource::loaded_package(spec::PackageId id)
{
  CW_TRY_ASSIGN(const auto* const all, packages());
  for (const auto& package : *all) {
    if (package->id().name() == id.name() && package->id().version() == id.version()) {
      return package;
    }
  }
  return fail(Error("CW0451", fmt::format("`{}` is not in {}", id.display(), description()))
                  .help("if it was there when the lock file was written, update the lock file: `cargo-wasm update`"));
}

Result<> LoadedSource::fetch(std::span<const Wanted> wanted)
{
  for (const auto& want : wanted) {
    CW_TRY(loaded_package(want.id));
  }
  return {};
}

Result<std::vector<manifest::PackagePtr>> LoadedSource::all_packages()
{
  CW_TRY_ASSIGN(const auto* const all, packages());
  return *all;
}

} // namespace cargo_wasm::source
