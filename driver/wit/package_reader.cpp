#include <cargo_wasm/wit/package_reader.hpp>

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "resolve.hpp"

namespace cargo_wasm::wit {

namespace {

class DirectoryReader
{
public:
  explicit DirectoryReader(const base::ReadOnlyFilesystem& fs) : m_fs(fs) {}

  Result<PackageDirectory> read(const base::Path& place)
  {
    const bool is_directory = m_fs.is_directory(place);
    CW_TRY_ASSIGN(const bool found, is_directory ? add_directory(place) : add_files({place}));
    if (!found) {
      return fail(Error("CW0953", fmt::format("`{}` has no WIT", place.native()))
                      .help("files `*.wit` with the package's worlds and interfaces, packages they use in `deps/`"));
    }
    const PackageName own = m_packages.front().name;
    const base::Path dependencies = place / "deps";
    if (is_directory && m_fs.is_directory(dependencies)) {
      CW_TRY_ASSIGN(const auto entries, m_fs.list(dependencies));
      for (const base::DirectoryEntry& entry : entries) {
        const base::Path path = dependencies / entry.name;
        if (m_fs.is_directory(path)) {
          CW_TRY(add_directory(path));
        } else if (path.extension() == ".wit") {
          CW_TRY(add_files({path}));
        }
      }
    }
    PackageDirectory out;
    CW_TRY(resolve_packages(m_packages, out.model));
    out.package = *out.model.find_package(own);
    for (const SourceText& source : m_sources) {
      out.files.push_back(source.path);
    }
    std::sort(out.files.begin(), out.files.end());
    return out;
  }

private:
  Result<bool> add_directory(const base::Path& directory)
  {
    CW_TRY_ASSIGN(const auto entries, m_fs.list(directory));
    std::vector<base::Path> files;
    for (const base::DirectoryEntry& entry : entries) {
      const base::Path path = directory / entry.name;
      if (path.extension() == ".wit" && m_fs.is_file(path)) {
        files.push_back(path);
      }
    }
    return add_files(files);
  }

  /// The files of one package. False: there were none.
  Result<bool> add_files(const std::vector<base::Path>& files)
  {
    std::vector<const FileSyntax*> parsed;
    const FileSyntax* named = nullptr;
    for (const base::Path& file : files) {
      CW_TRY_ASSIGN(std::string text, m_fs.read(file));
      m_sources.push_back({file, std::move(text)});
      CW_TRY_ASSIGN(FileSyntax syntax, parse_file(m_sources.back()));
      m_files.push_back(std::move(syntax));
      parsed.push_back(&m_files.back());
      if (m_files.back().package) {
        if (named != nullptr && !(*named->package == *m_files.back().package)) {
          Error error = syntax_error(m_files.back().package_place,
                                     fmt::format("this directory is the package `{}` already", to_string(*named->package)));
          return fail(std::move(error));
        }
        named = &m_files.back();
      }
    }
    if (parsed.empty()) {
      return false;
    }
    const bool has_own = std::any_of(
        parsed.begin(), parsed.end(), [](const FileSyntax* file) { return !file->interfaces.empty() || !file->worlds.empty(); });
    if (named == nullptr && (has_own || parsed.front()->nested.empty())) {
      return fail(Error("CW0952", fmt::format("`{}` does not say which package it is", files.front().native()))
                      .help("begin one of its files with `package my:name;`"));
    }
    if (named != nullptr) {
      m_packages.push_back({*named->package, parsed});
    }
    for (const FileSyntax* const file : parsed) {
      for (const FileSyntax& nested : file->nested) {
        m_packages.push_back({*nested.package, {&nested}});
      }
    }
    return true;
  }

  const base::ReadOnlyFilesystem& m_fs;
  std::deque<SourceText> m_sources;
  std::deque<FileSyntax> m_files;
  std::vector<ParsedPackage> m_packages;
};

} // namespace

Result<PackageDirectory> read_packages(const base::ReadOnlyFilesystem& fs, const base::Path& place)
{
  return DirectoryReader(fs).read(place);
}

Result<Index> find_world(const PackageDirectory& directory, std::string_view name)
{
  const Model& model = directory.model;
  std::vector<Index> found;
  std::string known;
  for (Index index = 0; index < model.worlds.size(); ++index) {
    const World& world = model.worlds[index];
    const PackageName& package = model.packages[*world.package].name;
    const auto parts = split_interface_name(name);
    const bool is_own = *world.package == directory.package;
    const bool fits = parts ? parts->name == world.name && parts->package.space == package.space && parts->package.name == package.name &&
                                  (parts->package.version.empty() || parts->package.version == package.version)
                            : is_own && (name.empty() || name == world.name);
    if (fits) {
      found.push_back(index);
    }
    if (is_own) {
      known += fmt::format("{}`{}:{}/{}`", known.empty() ? "" : ", ", package.space, package.name, world.name);
    }
  }
  if (found.size() == 1) {
    return found.front();
  }
  const std::string package = to_string(model.packages[directory.package].name);
  Error error("CW0953",
              name.empty() ? fmt::format("the package `{}` has {} worlds, and none is chosen", package, found.size())
                           : fmt::format("there is no world `{}` in the package `{}`", name, package));
  error.helps.push_back(known.empty() ? fmt::format("it has no world: `world app {{ … }}` describes one")
                                      : fmt::format("it has {}", known));
  return fail(std::move(error));
}

} // namespace cargo_wasm::wit
