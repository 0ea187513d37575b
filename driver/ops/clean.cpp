// `clean`: both what we keep under target/.cargo-wasm and what was uplifted, so that nothing stale remains where users look.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

namespace {

struct Removal
{
  const Env& env;
  bool dry_run = false;
  std::uint64_t files = 0, bytes = 0;

  Result<> remove(const Path& path)
  {
    CW_TRY_ASSIGN(const auto stat, env.fs.lstat(path));
    if (!stat) {
      return {};
    }
    CW_TRY(measure(path, *stat));
    env.reporter.verbose("Removing", path.string());
    if (dry_run) {
      if (env.reporter.verbosity() == base::Verbosity::normal) {
        env.reporter.result(path.string() + "\n");
      }
      return {};
    }
    CW_TRY(env.fs.remove_all(path));
    return {};
  }

  Result<> measure(const Path& path, const base::FileStat& stat)
  {
    if (stat.type != base::FileType::directory) {
      ++files;
      bytes += stat.size_bytes;
      return {};
    }
    CW_TRY_ASSIGN(const auto entries, env.fs.list(path));
    for (const auto& entry : entries) {
      CW_TRY_ASSIGN(const auto inner, env.fs.lstat(path / entry.name));
      if (inner) {
        CW_TRY(measure(path / entry.name, *inner));
      }
    }
    return {};
  }

  /// Removes the entries of a directory whose names satisfy `wanted`.
  Result<> remove_matching(const Path& directory, const std::function<bool(std::string_view)>& wanted)
  {
    if (!env.fs.is_directory(directory)) {
      return {};
    }
    CW_TRY_ASSIGN(const auto entries, env.fs.list(directory));
    for (const auto& entry : entries) {
      if (wanted(entry.name)) {
        CW_TRY(remove(directory / entry.name));
      }
    }
    return {};
  }
};

std::string profile_directory(std::string_view profile)
{
  return std::string(profile == "dev" || profile == "test" ? "debug" : profile == "bench" ? "release" : profile);
}

/// "foo-0123456789abcdef" and "libfoo-….rlib" belong to crate `foo`.
bool belongs_to(std::string_view file, std::string_view crate)
{
  std::string_view stem = file.starts_with("lib") && !crate.starts_with("lib") ? file.substr(3) : file;
  const std::string dashed = [&] {
    std::string text(crate);
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
  }();
  for (const std::string_view name : {crate, std::string_view(dashed)}) {
    if (stem == name || (stem.starts_with(name) && stem.size() > name.size() && (stem[name.size()] == '-' || stem[name.size()] == '.'))) {
      return true;
    }
  }
  return false;
}

Result<> clean_packages(Removal& removal, const Path& profile_root, const std::vector<std::string>& crates)
{
  const auto wanted = [&](std::string_view name) {
    return std::any_of(crates.begin(), crates.end(), [&](const auto& crate) { return belongs_to(name, crate); });
  };
  for (const auto* directory : {"", "deps", "build", "incremental", "examples"}) {
    CW_TRY(removal.remove_matching(profile_root / directory, wanted));
  }
  return {};
}

Result<std::vector<std::string>> crates_to_clean(const manifest::Workspace& workspace, const CleanRequest& request)
{
  std::vector<std::string> crates;
  const auto add = [&](const manifest::Manifest& package) {
    crates.push_back(package.summary->id.name().str());
    for (const auto& target : package.targets) {
      crates.push_back(target.crate_name());
    }
  };
  if (request.workspace) {
    for (const auto& member : workspace.members) {
      add(*member->manifest);
    }
  }
  for (const auto& text : request.packages) {
    CW_TRY_ASSIGN(const auto wanted, spec::parse_package_id_spec(text));
    bool found = false;
    for (const auto& member : workspace.members) {
      if (wanted.matches(member->id())) {
        add(*member->manifest);
        found = true;
      }
    }
    if (found) {
      continue;
    }
    crates.push_back(wanted.name.value_or(text));
  }
  return crates;
}

} // namespace

Result<> clean(const Env& env, const GlobalOptions& options, const CleanRequest& request)
{
  CW_TRY_ASSIGN(const auto project, open_project(env, options));
  const auto& workspace = project.workspace;
  const auto& target = workspace.target_directory;
  Removal removal{env, request.dry_run};
  const bool by_package = request.workspace || !request.packages.empty();
  if (request.doc) {
    CW_TRY(removal.remove(target / "doc"));
  } else if (!by_package && !request.profile_name && request.triples.empty()) {
    CW_TRY(removal.remove(target));
  } else {
    CW_TRY_ASSIGN(const auto crates, crates_to_clean(workspace, request));
    std::vector<std::string> profiles;
    if (request.profile_name) {
      profiles.push_back(profile_directory(*request.profile_name));
    } else {
      profiles = {"debug", "release"};
      for (const auto& [name, profile] : workspace.profiles) {
        profiles.push_back(profile_directory(name));
      }
    }
    std::vector<Path> roots;
    const auto layout_roots = [&](const std::string& triple) {
      roots.push_back(triple.empty() ? target : target / triple);
      roots.push_back(target / ".cargo-wasm" / (triple.empty() ? "host" : triple));
    };
    for (const auto& triple : request.triples) {
      layout_roots(triple);
    }
    if (request.triples.empty()) {
      layout_roots("");
      if (env.fs.is_directory(target)) {
        CW_TRY_ASSIGN(const auto entries, env.fs.list(target));
        for (const auto& entry : entries) {
          if (entry.type == base::FileType::directory && entry.name.find('-') != std::string::npos && entry.name.front() != '.') {
            layout_roots(entry.name);
          }
        }
      }
    }
    for (const auto& root : roots) {
      for (const auto& profile : profiles) {
        if (by_package) {
          CW_TRY(clean_packages(removal, root / profile, crates));
        } else {
          CW_TRY(removal.remove(root / profile));
        }
      }
    }
  }
  env.reporter.status(request.dry_run ? "Summary" : "Removed",
                      fmt::format("{} file{}, {} total", removal.files, removal.files == 1 ? "" : "s", base::human_bytes(removal.bytes)));
  if (request.dry_run) {
    env.reporter.note("nothing was removed: --dry-run");
  }
  return {};
}

} // namespace cargo_wasm::ops
