#include <cargo_wasm/wit/package_reader.hpp>

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include <cargo_wasm/wit/decode.hpp>
#include <cargo_wasm/wit/print.hpp>

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
    CW_TRY_ASSIGN(const bool found,
                  is_directory                   ? add_directory(place)
                  : place.extension() == ".wasm" ? add_binary(place)
                                                 : add_files({place}));
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
        } else if (path.extension() == ".wasm") {
          CW_TRY(add_binary(path));
        }
      }
    }
    add_embedded();
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

  Result<bool> add_files(const std::vector<base::Path>& files)
  {
    std::vector<SourceText> sources;
    for (const base::Path& file : files) {
      CW_TRY_ASSIGN(std::string text, m_fs.read(file));
      sources.push_back({file, std::move(text)});
    }
    return add_sources(std::move(sources));
  }

  /// A package in the form of a component: read as the text that it stands for. What it uses of other packages is in it, too, and counts
  /// where nobody has those packages.
  Result<bool> add_binary(const base::Path& file)
  {
    CW_TRY_ASSIGN(const base::MappedFile mapped, m_fs.map(file));
    CW_TRY_ASSIGN(const auto decoded, decode_package(wasm::Source(mapped.path(), mapped.bytes())));
    if (!decoded) {
      return fail(Error("CW0953", fmt::format("`{}` has no WIT", file.native()))
                      .note("it is a component that does something, not a package of WIT")
                      .help("`cargo-wasm module wit FILE` shows what it imports and exports"));
    }
    m_sources.push_back({file, print(decoded->model, decoded->package)});
    CW_TRY_ASSIGN(FileSyntax syntax, parse_file(m_sources.back()));
    m_files.push_back(std::move(syntax));
    FileSyntax& own = m_files.back();
    m_packages.push_back({*own.package, {&own}});
    for (FileSyntax& nested : own.nested) {
      m_embedded.push_back(&nested);
    }
    return true;
  }

  void add_embedded()
  {
    for (FileSyntax* const file : m_embedded) {
      const auto known =
          std::find_if(m_packages.begin(), m_packages.end(), [&](const ParsedPackage& package) { return package.name == *file->package; });
      if (known == m_packages.end()) {
        m_packages.push_back({*file->package, {file}});
        continue;
      }
      const auto other = std::find(m_embedded.begin(), m_embedded.end(), known->files.front());
      if (other != m_embedded.end()) {
        merge_interfaces(std::move(file->interfaces), (*other)->interfaces);
      }
    }
  }

  /// Each once, the fuller one.
  static void merge_interfaces(std::vector<InterfaceSyntax> from, std::vector<InterfaceSyntax>& to)
  {
    const auto extent = [](const InterfaceSyntax& interface) { return interface.body.types.size() + interface.body.functions.size(); };
    for (InterfaceSyntax& interface : from) {
      const auto same = std::find_if(to.begin(), to.end(), [&](const auto& other) { return other.name.text == interface.name.text; });
      if (same == to.end()) {
        to.push_back(std::move(interface));
      } else if (extent(interface) > extent(*same)) {
        *same = std::move(interface);
      }
    }
  }

  /// The files of one package. False: there were none.
  Result<bool> add_sources(std::vector<SourceText> sources)
  {
    std::vector<const FileSyntax*> parsed;
    const FileSyntax* named = nullptr;
    for (SourceText& source : sources) {
      m_sources.push_back(std::move(source));
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
      return fail(
          Error("CW0952", fmt::format("`{}` does not say which package it is", m_sources[m_sources.size() - parsed.size()].path.native()))
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
  std::vector<FileSyntax*> m_embedded; ///< packages within those that came in the form of components
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
