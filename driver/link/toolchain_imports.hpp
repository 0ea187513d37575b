// What the libraries that come with a toolchain import: std's objects and wasi-libc's name the module, whether the program was linked with
// link-time optimization or not.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

class ToolchainImports
{
public:
  explicit ToolchainImports(const exec::InspectedAction& link) : m_link(link) {}

  /// Cost: the first call asks rustc for its libraries' directory and walks their import sections; then a look-up.
  [[nodiscard]] bool declares(const std::string& module, const std::string& field);

private:
  void read();
  void read_directory(const base::Path& directory);
  void read_archive(const base::Path& file);

  const exec::InspectedAction& m_link;
  std::optional<std::set<std::pair<std::string, std::string>>> m_imports;
};

} // namespace cargo_wasm::link
