#include "workspace_table.hpp"

#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/manifest_keys.hpp>

#include "dependency_reader.hpp"
#include "lints.hpp"
#include "package_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 8> k_workspace_keys{
    "members", "exclude", "default-members", "resolver", "metadata", "package", "dependencies", "lints"};

void check_dependencies(ReadState& state, const Fields& workspace)
{
  const TomlTable* dependencies = workspace.table("dependencies");
  if (dependencies == nullptr) {
    return;
  }
  for (const TomlMember* member : dependencies->sorted()) {
    const TomlTable* table = member->value->as_table();
    if (table == nullptr) {
      continue;
    }
    const std::string path = fmt::format("workspace.dependencies.{}", member->key);
    const Fields fields(state, workspace.document(), *table, path);
    for (const std::string_view key : {"optional", "public"}) {
      if (fields.boolean(key) == true) {
        state.fail(Error("CW0163", fmt::format("`{}` cannot be {}", path, key))
                       .at(workspace.document().span(table->find_member(key)->key_position))
                       .help(fmt::format("write `{} = true` in the member that inherits it", key)));
        return;
      }
    }
    fields.warn_unknown(dependency_keys(false));
  }
}

} // namespace

std::optional<WorkspaceTable> read_workspace_table(ReadState& state, const Fields& manifest)
{
  const TomlTable* table = manifest.table("workspace");
  if (table == nullptr) {
    return std::nullopt;
  }
  const Fields workspace(state, manifest.document(), *table, "workspace");
  WorkspaceTable result;
  result.members = workspace.strings("members").value_or(std::vector<std::string>{});
  result.has_members = workspace.has("members");
  result.exclude = workspace.strings("exclude").value_or(std::vector<std::string>{});
  result.default_members = workspace.strings("default-members");
  if (check_resolver(state, workspace.find("resolver"))) {
    result.resolver = workspace.copy("resolver");
  }
  check_workspace_lints(state, workspace.find("lints"));
  check_dependencies(state, workspace);
  if (const TomlTable* package = workspace.table("package")) {
    Fields(state, manifest.document(), *package, "workspace.package").warn_unknown(k_workspace_package_keys);
    check_badges(state, {&manifest.document(), package->find("badges")}, "workspace.package.badges");
  }
  workspace.warn_unknown(k_workspace_keys);
  if (state.failed()) {
    return std::nullopt;
  }
  return result;
}

} // namespace cargo_wasm::manifest
