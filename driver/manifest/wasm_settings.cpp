#include <cargo_wasm/manifest/wasm_settings.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_module = "env";

/// `env::host_log` → `host_log`.
void read_allowed(const Fields& imports, std::vector<std::string>& allowed)
{
  const auto entries = imports.strings("allow");
  for (std::size_t i = 0; entries && i < entries->size(); ++i) {
    const std::string& entry = (*entries)[i];
    const std::size_t colons = entry.find("::");
    const std::string_view module = std::string_view(entry).substr(0, colons);
    const std::string_view name = colons == std::string::npos ? std::string_view() : std::string_view(entry).substr(colons + 2);
    if (module == k_module && !name.empty() && name.find_first_of(" \t\r\n") == std::string_view::npos) {
      allowed.emplace_back(name);
      continue;
    }
    const Position position = (*imports.find("allow").value->as_array())[i].position;
    Error error("CW0166", fmt::format("`{}` cannot be allowed as an import", entry));
    error.where = imports.document().span(position, colons == std::string::npos ? "no module" : "");
    if (colons == std::string::npos || module == k_module) {
      error.notes.emplace_back("an entry is `env::` and the function's name");
      error.helps.push_back(fmt::format("write `\"env::{}\"`", colons == std::string::npos ? entry : "host_log"));
    } else {
      error.notes.push_back("what names no module is imported from `env`, and only such functions are listed here");
      error.helps.push_back(
          fmt::format(R"(say it where `{}` is declared: `#[link(wasm_import_module = "{}")]` on its `extern` block)", name, module));
    }
    imports.state().fail(std::move(error));
    return;
  }
}

} // namespace

Result<WasmSettings> read_wasm_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  WasmSettings settings;
  const auto read = [&](const Fields& imports) { read_allowed(imports, settings.allowed_imports); };
  CW_TRY(read_wasm_table(fs, package, package.metadata, "package", "imports", read));
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.workspace_metadata, "workspace", "imports", read));
  std::ranges::sort(settings.allowed_imports);
  settings.allowed_imports.erase(std::unique(settings.allowed_imports.begin(), settings.allowed_imports.end()),
                                 settings.allowed_imports.end());
  return settings;
}

} // namespace cargo_wasm::manifest
