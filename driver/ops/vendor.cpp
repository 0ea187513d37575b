// What lies in a directory source (cargo: sources/directory.rs): a directory a package, with `.cargo-checksum.json` beside its files: their
// SHA-256, and that of the archive for packages of a registry. Those come out of their archives, so that nothing that happened to an
// unpacked tree gets in; packages of repositories are what git has of them, with a Cargo.toml that stands alone.
#include <cargo_wasm/ops/vendor.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/manifest/toml_text.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/package/file_list.hpp>
#include <cargo_wasm/package/normalized_manifest.hpp>

namespace cargo_wasm::ops {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

constexpr std::string_view k_vendored_name = "vendored-sources", k_checksum_file_name = ".cargo-checksum.json";
/// Below the destination; cargo leaves what begins with a dot alone.
constexpr std::string_view k_staging = ".cargo-wasm-vendor";

/// Files that mean something to git or to cargo where they lie now.
bool is_left_out(std::string_view name)
{
  constexpr std::array<std::string_view, 4> k_names{".gitattributes", ".gitignore", ".git", ".cargo-ok"};
  return std::ranges::find(k_names, name) != k_names.end();
}

void put_text(TomlTable& table, std::string_view key, std::string value)
{
  auto text = std::make_unique<TomlValue>();
  text->value = std::move(value);
  table.members.push_back({std::string(key), {}, std::move(text)});
}

void put_table(TomlTable& table, std::string_view key, TomlTable value)
{
  auto inner = std::make_unique<TomlValue>();
  inner->value = std::move(value);
  table.members.push_back({std::string(key), {}, std::move(inner)});
}

std::string address_of(spec::SourceId source)
{
  return (source.kind() == spec::SourceKind::sparse_registry ? "sparse+" : "") + source.url();
}

TomlTable replaced(spec::SourceId source)
{
  TomlTable out;
  if (source.is_git()) {
    put_text(out, "git", source.url());
    const spec::GitReference& reference = source.git_reference();
    using Kind = spec::GitReference::Kind;
    if (reference.kind != Kind::default_branch) {
      put_text(out, reference.kind == Kind::branch ? "branch" : reference.kind == Kind::tag ? "tag" : "rev", reference.name);
    }
  } else if (!source.is_crates_io()) {
    put_text(out, "registry", address_of(source));
  }
  put_text(out, "replace-with", std::string(k_vendored_name));
  return out;
}

/// `[source]` for a configuration.
std::string configuration(const std::set<spec::SourceId>& sources, const std::string& destination)
{
  std::map<std::string, TomlTable> entries;
  for (const spec::SourceId source : sources) {
    const std::string name = source.is_crates_io()                                ? "crates-io"
                             : source.is_git()                                    ? source.without_precise().to_lock_string(false)
                             : source.kind() == spec::SourceKind::sparse_registry ? address_of(source)
                                                                                  : "registry+" + source.url();
    entries.emplace(name, replaced(source));
  }
  TomlTable directory;
  put_text(directory, "directory", destination);
  entries.emplace(std::string(k_vendored_name), std::move(directory));
  TomlTable all, document;
  for (auto& [name, entry] : entries) {
    put_table(all, name, std::move(entry));
  }
  put_table(document, "source", std::move(all));
  return manifest::to_toml_text(document);
}

class Vendorer
{
public:
  Vendorer(const Env& env, const VendorRequest& request)
      : m_env(env), m_request(request), m_destination((env.cwd / request.destination).lexically_normal()),
        m_make_git([] { return net::make_git_client(); })
  {
  }

  /// A project's packages.
  Result<> add(Project project, const GlobalOptions& options)
  {
    source::SourceOptions how;
    how.known_packages = project.workspace.members;
    how.ignores_replacements = !m_request.respects_sources;
    CW_TRY_ASSIGN(project.sources, source::SourceMap::create(m_env, *project.config, std::move(how)));
    CW_TRY_ASSIGN(const auto lock, lock_project(m_env, project, options, {}));
    const auto place = std::make_shared<Project>(std::move(project));
    std::vector<spec::PackageId> all, of_repositories;
    for (const auto& [id, package] : lock.resolve.packages) {
      if (id.source().is_path()) {
        m_paths.insert(id.source().path().lexically_normal());
        continue;
      }
      all.push_back(id);
      m_packages.insert_or_assign(id, From{.project = place, .checksum = package.checksum, .read = nullptr});
      if (!place->sources->archive_of(id)) {
        of_repositories.push_back(id);
      }
    }
    CW_TRY(place->sources->download(lock.resolve, all));
    CW_TRY_ASSIGN(auto read, place->sources->load_packages(lock.resolve, of_repositories));
    for (auto& [id, package] : read) {
      m_packages.at(id).read = std::move(package);
    }
    place->sources->unlock(); // the next project takes it
    return {};
  }

  Result<> run()
  {
    CW_TRY(find_newest());
    std::set<Path> others;
    if (!m_request.keeps_others && m_env.fs.is_directory(m_destination)) {
      CW_TRY_ASSIGN(const auto entries, m_env.fs.list(m_destination));
      for (const auto& entry : entries) {
        if (!entry.name.starts_with('.') && !m_paths.contains(m_destination / entry.name)) {
          others.insert(m_destination / entry.name);
        }
      }
    }
    if (!m_packages.empty()) {
      CW_TRY(m_env.fs.remove_all(m_destination / k_staging));
      CW_TRY(m_env.fs.create_directories(m_destination / k_staging));
    }
    std::set<spec::SourceId> sources;
    for (const auto& [id, from] : m_packages) {
      sources.insert(id.source().without_precise());
      const bool has_version = m_request.versioned_directories || m_newest.at(id.name()) != id.version();
      const std::string name = has_version ? fmt::format("{}-{}", id.name().view(), to_string(id.version())) : id.name().str();
      others.erase(m_destination / name);
      // What has a version in its name and comes from a registry never changes.
      if (has_version && id.source().is_registry() && m_env.fs.exists(m_destination / name / k_checksum_file_name)) {
        continue;
      }
      m_env.reporter.status("Vendoring", fmt::format("{} to {}", id.display(), (Path(m_request.destination) / name).native()));
      CW_TRY(put_in_place(id, from, name));
    }
    for (const Path& other : others) {
      CW_TRY(m_env.fs.remove_all(other));
    }
    if (!m_packages.empty()) {
      CW_TRY(m_env.fs.remove_all(m_destination / k_staging));
    }
    if (m_env.reporter.verbosity() == base::Verbosity::quiet) {
      return {};
    }
    if (m_packages.empty()) {
      m_env.reporter.note("there is no dependency to vendor in this project");
      return {};
    }
    m_env.reporter.note("for the project's `.cargo/config.toml`:");
    m_env.reporter.result(configuration(sources, m_request.destination));
    return {};
  }

private:
  struct From
  {
    std::shared_ptr<Project> project;
    std::optional<std::string> checksum;
    PackagePtr read; ///< null for packages of registries
  };

  Result<> find_newest()
  {
    std::map<std::pair<InternedString, spec::Version>, spec::SourceId> seen;
    for (const auto& [id, from] : m_packages) {
      const auto [other, fresh] = seen.try_emplace({id.name(), id.version()}, id.source());
      if (!fresh) {
        return fail(Error("CW1129", fmt::format("two sources have `{} v{}`", id.name().view(), to_string(id.version())))
                        .note(fmt::format("one is {}", other->second.display()))
                        .note(fmt::format("the other is {}", id.source().display()))
                        .help("a directory has one of a name and version: let `[patch]` decide for one of them"));
      }
      const auto newest = m_newest.try_emplace(id.name(), id.version()).first;
      newest->second = std::max(newest->second, id.version());
    }
    return {};
  }

  Result<> put_in_place(spec::PackageId id, const From& from, const std::string& name)
  {
    const Path made = m_destination / k_staging / name;
    const auto archive = from.project->sources->archive_of(id);
    std::map<std::string, std::string> checksums;
    CW_TRY(archive ? unpack(id, from, *archive, made) : copy(from, made));
    CW_TRY(take_checksums(made, "", checksums));
    const nlohmann::ordered_json json{
        {"$comment",
         "This file only protects against accidental modifications. It is not a security mechanism and does not protect against malicious "
         "changes."},
        {"files", checksums},
        {"package", from.checksum ? nlohmann::ordered_json(*from.checksum) : nlohmann::ordered_json(nullptr)}};
    CW_TRY(m_env.fs.write_atomic(made / k_checksum_file_name, json.dump()));
    CW_TRY(m_env.fs.remove_all(m_destination / name));
    return m_env.fs.rename(made, m_destination / name);
  }

  Result<> unpack(spec::PackageId id, const From& from, const Path& archive, const Path& made)
  {
    const std::string prefix = fmt::format("{}-{}", id.name().view(), to_string(id.version()));
    CW_TRY_ASSIGN(const auto bytes, m_env.fs.read_if_exists(archive));
    const bool is_right = bytes && (!from.checksum || base::to_hex(base::sha256(*bytes)) == *from.checksum);
    const Path in = m_destination / k_staging / "unpacked";
    if (!is_right) {
      // The archive is gone or was changed, and the tree that it became is there: what is built today is that tree.
      const auto directory = from.project->sources->package_directory(id);
      if (!directory) {
        return fail(Error("CW0001", fmt::format("`{}` is missing", archive.native())));
      }
      m_env.reporter.warning(
          Error("CW1133",
                fmt::format("the archive of `{} {}` is {}, and its unpacked tree was copied",
                            id.name().view(),
                            to_string(id.version()),
                            bytes ? "not the one of the lock file" : "gone"))
              .note(fmt::format("`{}` is what builds use today; whether somebody changed it cannot be told", directory->native()))
              .help(fmt::format("remove it and `{}`, and both are fetched anew", archive.native())));
      return copy_tree(*directory, made);
    }
    CW_TRY(m_env.fs.create_directories(in));
    CW_TRY(base::unpack_crate(m_env.fs, archive, prefix, in));
    CW_TRY(leave_out(in / prefix));
    return m_env.fs.rename(in / prefix, made);
  }

  Result<> leave_out(const Path& directory)
  {
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(directory));
    for (const auto& entry : entries) {
      if (entry.type == base::FileType::directory) {
        CW_TRY(leave_out(directory / entry.name));
      } else if (is_left_out(entry.name)) {
        CW_TRY(m_env.fs.remove(directory / entry.name));
      }
    }
    return {};
  }

  Result<> copy_file(const Path& from, const Path& to, const std::string* content)
  {
    CW_TRY_ASSIGN(const auto stat, m_env.fs.stat(from));
    CW_TRY_ASSIGN(const std::string read, content == nullptr ? m_env.fs.read(from) : Result<std::string>(*content));
    CW_TRY(m_env.fs.create_directories(to.parent_path()));
    constexpr std::uint32_t k_plain = 0644;
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(m_env.clock.now().time_since_epoch()).count();
    return m_env.fs.create_file(to, read, stat ? stat->mode : k_plain, now);
  }

  Result<> copy_tree(const Path& from, const Path& to)
  {
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(from));
    for (const auto& entry : entries) {
      if (entry.type == base::FileType::directory) {
        CW_TRY(copy_tree(from / entry.name, to / entry.name));
      } else if (!is_left_out(entry.name) && entry.name != k_checksum_file_name) {
        CW_TRY(copy_file(from / entry.name, to / entry.name, nullptr));
      }
    }
    return {};
  }

  /// A package of a repository, or one that was vendored before.
  Result<> copy(const From& from, const Path& made)
  {
    // What was vendored before is as it should be.
    if (!from.read->id().source().is_git() || m_env.fs.exists(from.read->root() / k_checksum_file_name)) {
      return copy_tree(from.read->root(), made);
    }
    // Manifests of dependencies do not keep what they were read from.
    const auto whole = std::make_shared<manifest::Manifest>(*from.read->manifest);
    CW_TRY_ASSIGN(std::string written, m_env.fs.read(whole->file));
    CW_TRY_ASSIGN(whole->document, manifest::parse_toml(whole->file, std::move(written)));
    const manifest::Manifest& manifest = *whole;
    const TomlTable* shared = nullptr;
    Path shared_root = manifest.root();
    std::shared_ptr<const manifest::InheritanceRoot> root;
    const auto table = [](const TomlTable& document) {
      const TomlValue* workspace = document.find("workspace");
      return workspace == nullptr ? nullptr : workspace->as_table();
    };
    shared = table(manifest.document->root);
    if (shared == nullptr) {
      CW_TRY_ASSIGN(
          root, manifest::find_inheritance_root(m_env.fs, manifest.file, manifest.workspace_pointer, from.project->config->cargo_home()));
      if (root) {
        shared = table(root->document->root);
        shared_root = root->root_directory;
      }
    }
    CW_TRY_ASSIGN(const std::string text, package::vendored_manifest({whole}, *from.project->config, shared, shared_root));
    CW_TRY_ASSIGN(const auto files, package::list_package_files(m_env, manifest, m_make_git));
    for (const package::ListedFile& file : files) {
      if (!is_left_out(Path(file.path).filename().native())) {
        CW_TRY(copy_file(file.source, made / file.path, file.path == "Cargo.toml" ? &text : nullptr));
      }
    }
    return {};
  }

  Result<> take_checksums(const Path& directory, const std::string& below, std::map<std::string, std::string>& out)
  {
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(directory));
    for (const auto& entry : entries) {
      if (entry.type == base::FileType::directory) {
        CW_TRY(take_checksums(directory / entry.name, below + entry.name + "/", out));
        continue;
      }
      CW_TRY_ASSIGN(const std::string bytes, m_env.fs.read(directory / entry.name));
      out.emplace(below + entry.name, base::to_hex(base::sha256(bytes)));
    }
    return {};
  }

  const Env& m_env;
  const VendorRequest& m_request;
  Path m_destination;
  package::MakeGit m_make_git;
  std::map<spec::PackageId, From> m_packages;
  std::map<InternedString, spec::Version> m_newest;
  std::set<Path> m_paths; ///< packages of the projects themselves: never removed
};

} // namespace

Result<> vendor(const Env& env, const GlobalOptions& options, const VendorRequest& request)
{
  Vendorer vendorer(env, request);
  std::vector<GlobalOptions> projects;
  for (const Path& manifest : request.manifests) {
    projects.push_back(options);
    projects.back().workspace.manifest_path = manifest;
  }
  projects.push_back(options);
  for (const GlobalOptions& one : projects) {
    CW_TRY_ASSIGN(Project project, open_project(env, one));
    CW_TRY(vendorer.add(std::move(project), one));
  }
  return vendorer.run();
}

} // namespace cargo_wasm::ops
