// What a mirror remembers of its command line.
#pragma once
#include <string>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

struct MirrorSettings
{
  std::string from;          ///< the registry that is followed
  std::string url;           ///< where the mirror itself is served
  bool on_first_use = false; ///< nobody said which federation it is: `--trust-first`
};

[[nodiscard]] Path mirror_settings_file(const Path& directory);
/// Empty members for what is not there.
[[nodiscard]] Result<MirrorSettings> read_mirror_settings(const base::Filesystem& fs, const Path& directory);

} // namespace cargo_wasm::ops
