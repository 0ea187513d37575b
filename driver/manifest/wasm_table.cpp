#include "wasm_table.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace cargo_wasm::manifest {

namespace {

bool may_have(const std::shared_ptr<const nlohmann::json>& metadata, std::string_view key)
{
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm")) {
    return false;
  }
  const nlohmann::json& wasm = metadata->at("wasm");
  return !wasm.is_object() || key.empty() || wasm.contains(key);
}

} // namespace

Result<> read_wasm_table(const base::ReadOnlyFilesystem& fs,
                         const Manifest& manifest,
                         const std::shared_ptr<const nlohmann::json>& metadata,
                         std::string_view section,
                         std::string_view key,
                         const std::function<void(const Fields&)>& read)
{
  if (!may_have(metadata, key)) {
    return {};
  }
  CW_TRY_ASSIGN(std::string text, fs.read(manifest.file));
  CW_TRY_ASSIGN(const auto document, parse_toml(manifest.file, std::move(text)));
  ReadState state{fs, manifest.file, manifest.root(), false, std::nullopt, {}};
  const TomlTable* table = &document->root;
  std::string path;
  for (const std::string_view part : std::array<std::string_view, 4>{section, "metadata", "wasm", key}) {
    if (part.empty()) {
      break;
    }
    const Fields fields(state, *document, *table, path);
    std::string below = fields.path_of(part);
    table = fields.table(part);
    if (table == nullptr) {
      break;
    }
    path = std::move(below);
  }
  if (table != nullptr) {
    read(Fields(state, *document, *table, path));
  }
  if (state.error) {
    return fail(std::move(*state.error));
  }
  return {};
}

} // namespace cargo_wasm::manifest
