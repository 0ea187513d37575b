// Prints each manifest named on the command line as `cargo read-manifest` does, one JSON line each; what cannot be read is
// a line with `error`. `--time` prints only how long one manifest takes, on average of the best of several rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <cargo_wasm/manifest/package_json.hpp>

using namespace cargo_wasm;

namespace {

manifest::ReadOptions options_for(const base::Path& file, bool as_registry)
{
  manifest::ReadOptions options;
  options.source = as_registry ? spec::SourceId::crates_io() : spec::SourceId::for_path(file.parent_path());
  return options;
}

} // namespace

int main(int argc, char** argv)
{
  const bool timed = argc > 1 && std::strcmp(argv[1], "--time") == 0;
  const auto fs = base::make_filesystem();
  const std::vector<base::Path> files(argv + (timed ? 2 : 1), argv + argc);
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
