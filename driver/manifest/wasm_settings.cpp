#include <cargo_wasm/manifest/wasm_settings.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fields.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_module = "env";

bool mentions_wasm_imports(const std::shared_ptr<const nlohmann::json>& metadata)
{
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm")) {
    return false;
  }
  const nlohmann::json& wasm = metadata->at("wasm");
  return !wasm.is_object() || wasm.contains("imports");
}

/// `env::host_log` → `host_log`.
void read_allowed(ReadState& state, const Fields& imports, std::vector<std::string>& allowed)
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
    state.fail(std::move(error));
    return;
  }
}

Result<>
read_table(const base::ReadOnlyFilesystem& fs, const Manifest& manifest, std::string_view section, std::vector<std::string>& allowed)
{
  CW_TRY_ASSIGN(std::string text, fs.read(manifest.file));
  CW_TRY_ASSIGN(const auto document, parse_toml(manifest.file, std::move(text)));
  ReadState state{fs, manifest.file, manifest.root(), false, std::nullopt, {}};
  const TomlTable* table = &document->root;
  std::string path;
  for (const std::string_view key : {section, std::string_view("metadata"), std::string_view("wasm"), std::string_view("imports")}) {
    const Fields fields(state, *document, *table, path);
    std::string below = fields.path_of(key);
    table = fields.table(key);
    if (table == nullptr) {
      break;
    }
    path = std::move(below);
  }
  if (table != nullptr) {
    read_allowed(state, Fields(state, *document, *table, path), allowed);
  }
  if (state.error) {
    return fail(std::move(*state.error));
  }
  return {};
}

} // namespace

Result<WasmSettings> read_wasm_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  WasmSettings settings;
  if (mentions_wasm_imports(package.metadata)) {
    CW_TRY(read_table(fs, package, "package", settings.allowed_imports));
  }
  if (mentions_wasm_imports(workspace_root.workspace_metadata)) {
    CW_TRY(read_table(fs, workspace_root, "workspace", settings.allowed_imports));
  }
  std::ranges::sort(settings.allowed_imports);
  settings.allowed_imports.erase(std::unique(settings.allowed_imports.begin(), settings.allowed_imports.end()),
                                 settings.allowed_imports.end());
  return settings;
}

} // namespace cargo_wasm::manifest
