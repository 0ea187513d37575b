// The way back from the names that `--remap-path-prefix` put in place of real paths: for people, editors and `fix`, who open what a
// diagnostic names. Only names of files are touched, never the text of sources.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

class RealPaths
{
public:
  RealPaths(const plan::ActionGraph& graph, plan::ActionIndex action);

  /// A line of rustc's JSON with real paths in `file_name` and behind the arrows of `rendered`; empty: nothing to map.
  [[nodiscard]] std::string mapped_back(std::string_view line) const;
  /// One name of a file.
  [[nodiscard]] std::string real_path(std::string_view name) const;

private:
  [[nodiscard]] std::string with_real_arrows(std::string_view rendered) const;

  std::vector<std::pair<std::string, std::string>> m_prefixes; ///< remapped → real; the longest first
};

} // namespace cargo_wasm::exec
