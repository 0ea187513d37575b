// Prints each manifest named on the command line as `cargo read-manifest` does, one JSON line each; what cannot be read is
// a line with `error`. `--workspace` prints the members of the workspace of each manifest as `cargo metadata --no-deps` does. `--time`
// prints only how long one manifest takes, on average of the best of several rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/package_json.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

#include <support/test_env.hpp>

using namespace cargo_wasm;

namespace {

manifest::ReadOptions options_for(const base::Path& file, bool as_registry)
{
  manifest::ReadOptions options;
  options.source = as_registry ? spec::SourceId::crates_io() : spec::SourceId::for_path(file.parent_path());
  return options;
}

nlohmann::ordered_json dump_workspace(const base::Path& file)
{
  test::RealEnv real(file.parent_path());
  const base::Env env = real.env();
  const auto config = manifest::Config::load(env, {});
  if (!config) {
    return {{"error", base::render(config.error(), base::Severity::error, false)}};
  }
  manifest::WorkspaceOptions options;
  options.manifest_path = file;
  const auto workspace = manifest::load_workspace(env, **config, options);
  if (!workspace) {
    return {{"error", base::render(workspace.error(), base::Severity::error, false)}};
  }
  nlohmann::ordered_json result;
  result["packages"] = nlohmann::ordered_json::array();
  result["workspace_members"] = nlohmann::ordered_json::array();
  result["workspace_default_members"] = nlohmann::ordered_json::array();
  for (const PackagePtr& member : workspace->members) {
    result["packages"].push_back(manifest::package_to_json(*member->manifest));
    result["workspace_members"].push_back(spec::to_spec_string(member->id()));
  }
  for (const PackagePtr& member : workspace->default_members) {
    result["workspace_default_members"].push_back(spec::to_spec_string(member->id()));
  }
  result["target_directory"] = workspace->target_directory.string();
  result["workspace_root"] = workspace->root.string();
  const auto& metadata = workspace->root_manifest->workspace_metadata;
  result["metadata"] = metadata == nullptr ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(*metadata);
  for (const Error& warning : workspace->warnings) {
    std::fputs(base::render(warning, base::Severity::warning, false).c_str(), stderr);
  }
  return result;
}

} // namespace

int main(int argc, char** argv)
{
  const bool timed = argc > 1 && std::strcmp(argv[1], "--time") == 0;
  const bool whole_workspace = argc > 1 && std::strcmp(argv[1], "--workspace") == 0;
  const auto fs = base::make_filesystem();
  const std::vector<base::Path> files(argv + (timed || whole_workspace ? 2 : 1), argv + argc);
  if (timed && !files.empty()) {
    double best = std::numeric_limits<double>::max();
    for (int round = 0; round < 5; ++round) {
      const auto start = std::chrono::steady_clock::now();
      for (const base::Path& file : files) {
        static_cast<void>(manifest::read_manifest(*fs, file, options_for(file, true)));
      }
      best = std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("%zu manifests, %.1f us each\n", files.size(), best / static_cast<double>(files.size()));
    return 0;
  }
  for (const base::Path& file : files) {
    if (whole_workspace) {
      std::printf("%s\n", dump_workspace(file).dump().c_str());
      continue;
    }
    const auto read = manifest::read_manifest(*fs, file, options_for(file, false));
    nlohmann::ordered_json line;
    if (!read) {
      line = {{"error", base::render(read.error(), base::Severity::error, false)}, {"manifest_path", file.string()}};
    } else if ((*read)->is_virtual) {
      line = {{"virtual", true}, {"manifest_path", file.string()}};
    } else {
      line = manifest::package_to_json(**read);
    }
    std::printf("%s\n", line.dump().c_str());
  }
  return 0;
}
