// Names for places, so that a checkout that moved keeps its keys and records: the workspace root, the target
// directory, $CARGO_HOME and the toolchain stand by name, everything else by absolute path.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

class PlaceNames
{
public:
  /// Roots that are empty or "/" are left out.
  PlaceNames(const base::Path& workspace_root, const base::Path& target_directory, const base::Path& cargo_home);

  /// One more place: `name` stands for `root`.
  void add(const base::Path& root, std::string name);
  /// "workspace/src/lib.rs", "target/.cargo-wasm/…", "cargo/registry/…", "root/usr/include/x.h"; `path` is absolute.
  [[nodiscard]] std::string name_of(std::string_view path) const;
  /// The inverse of `name_of`, for the roots of this process.
  [[nodiscard]] std::string path_of(std::string_view name) const;
  /// Text with every root in it replaced by its name ("/cw:target/…"): arguments and variables in keys.
  [[nodiscard]] std::string neutral(std::string_view text) const;

  /// The inverse of `neutral`.
  [[nodiscard]] std::string real(std::string_view text) const;

private:
  std::vector<std::pair<std::string, std::string>> m_roots; ///< root → name; the longest root first
};

/// Of a build: workspace root, target directory, $CARGO_HOME, and the toolchain where the graph's actions use one.
[[nodiscard]] PlaceNames places_of(const plan::ActionGraph& graph);

} // namespace cargo_wasm::exec
