// `[patch]` of the configuration: read layer by layer with the reader of manifests, because a relative path counts from the
// file that holds it.
#include <algorithm>

#include "config_state.hpp"
#include "dependency_reader.hpp"

namespace cargo_wasm::manifest {
namespace {

/// Puts the patches of a layer over those below it: for one name in one source the higher layer wins.
void lay_over(std::vector<PatchEntry>& patches, std::vector<PatchEntry> layer)
{
  for (PatchEntry& entry : layer) {
    const auto known =
        std::find_if(patches.begin(), patches.end(), [&](const PatchEntry& other) { return other.source_key == entry.source_key; });
    if (known == patches.end()) {
      patches.push_back(std::move(entry));
      continue;
    }
    for (auto& dependency : entry.dependencies) {
      const auto same = std::find_if(known->dependencies.begin(), known->dependencies.end(), [&](const auto& other) {
        return other->name_in_toml == dependency->name_in_toml;
      });
      if (same == known->dependencies.end()) {
        known->dependencies.push_back(std::move(dependency));
      } else {
        *same = std::move(dependency);
      }
    }
  }
}

} // namespace

Result<std::vector<PatchEntry>> Config::patches() const
{
  std::vector<PatchEntry> patches;
  for (const ConfigLayer& layer : m_state->layers) {
    const TomlTable& root = layer.document->root;
    if (root.find("patch") == nullptr) {
      continue;
    }
    ReadState state{m_state->fs, layer.document->file, layer.definition.root(m_state->cwd), false, std::nullopt, {}};
    ReadOptions options;
    options.source = spec::SourceId::for_path(state.root);
    options.registries = this;
    DependencyContext context{state, options};
    auto read = read_patches(context, Fields(state, *layer.document, root, ""));
    if (state.error) {
      return fail(std::move(*state.error));
    }
    lay_over(patches, std::move(read));
  }
  std::sort(patches.begin(), patches.end(), [](const PatchEntry& a, const PatchEntry& b) { return a.source_key < b.source_key; });
  return patches;
}

} // namespace cargo_wasm::manifest
