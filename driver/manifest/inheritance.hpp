// `x.workspace = true`: what a member takes from `[workspace.package]`, `[workspace.dependencies]` and
// `[workspace.lints]` of its root. The root is only looked for when the first key asks for it.
#pragma once
#include "fields.hpp"

namespace cargo_wasm::manifest {

class Inheritance
{
public:
  /// `own` is the manifest itself; with `[workspace]` it is its own root. `pointer`: `package.workspace`.
  Inheritance(ReadState& state, std::shared_ptr<const TomlDocument> own, std::optional<std::string> pointer, const ReadOptions& options)
      : m_state(state), m_own(std::move(own)), m_pointer(std::move(pointer)), m_options(options)
  {
  }

  /// `workspace.SECTION.key` of the root. Absent: an error is set (CW0111), at `asked` in the member.
  Located find(std::string_view section, std::string_view key, Position asked);
  /// `workspace.lints`.
  Located lints(Position asked);
  /// Directory of the root; only after a successful `find`.
  [[nodiscard]] const base::Path& root_directory() const { return m_root->root_directory; }

  /// A field of [package] that may be `{ workspace = true }`.
  Located package_field(const Fields& package, std::string_view key);

private:
  const TomlTable* workspace_table(Position asked);

  ReadState& m_state;
  std::shared_ptr<const TomlDocument> m_own;
  std::optional<std::string> m_pointer;
  const ReadOptions& m_options;
  std::shared_ptr<const InheritanceRoot> m_root;
};

/// True for `{ workspace = … }`; `workspace = false` and other types are errors.
bool asks_for_inheritance(ReadState& state, Located at, std::string_view path);

} // namespace cargo_wasm::manifest
