#include "inheritance.hpp"

#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/workspace.hpp>

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 1> k_inheriting_keys{"workspace"};

} // namespace

bool asks_for_inheritance(ReadState& state, Located at, std::string_view path)
{
  const TomlTable* table = at ? at.value->as_table() : nullptr;
  const TomlMember* member = table == nullptr ? nullptr : table->find_member("workspace");
  if (member == nullptr) {
    return false;
  }
  const bool* value = member->value->as_bool();
  if (value == nullptr) {
    return fail_type(state, {at.document, member->value.get()}, fmt::format("{}.workspace", path), "`true`");
  }
  if (!*value) {
    return state.fail("CW0111",
                      fmt::format("`{}.workspace` cannot be `false`", path),
                      *at.document,
                      member->value->position,
                      "remove the key to not inherit");
  }
  return true;
}

const TomlTable* Inheritance::workspace_table(Position asked)
{
  if (m_state.failed()) {
    return nullptr;
  }
  if (m_root == nullptr) {
    if (m_own->root.find("workspace") != nullptr) {
      auto root = std::make_shared<InheritanceRoot>();
      root->document = m_own;
      root->root_directory = m_state.root;
      m_root = std::move(root);
    } else {
      auto found = m_options.find_root ? m_options.find_root(m_state.file, m_pointer)
                                       : find_inheritance_root(m_state.fs, m_state.file, m_pointer, {});
      if (!found) {
        m_state.fail(std::move(found).error());
        return nullptr;
      }
      if (*found == nullptr) {
        m_state.fail(Error("CW0150", "no workspace was found to inherit from")
                         .at(m_own->span(asked))
                         .note(fmt::format("no `Cargo.toml` with `[workspace]` in any directory above `{}`", m_state.root.string())));
        return nullptr;
      }
      m_root = *found;
    }
  }
  const TomlValue* workspace = m_root->document->root.find("workspace");
  return workspace == nullptr ? nullptr : workspace->as_table();
}

Located Inheritance::find(std::string_view section, std::string_view key, Position asked)
{
  const TomlTable* workspace = workspace_table(asked);
  if (m_state.failed()) {
    return {};
  }
  const TomlValue* table = workspace == nullptr ? nullptr : workspace->find(section);
  const TomlTable* inner = table == nullptr ? nullptr : table->as_table();
  const TomlValue* value = inner == nullptr ? nullptr : inner->find(key);
  if (value == nullptr) {
    m_state.fail(Error("CW0111", fmt::format("`workspace.{}.{}` is not defined", section, key))
                     .at(m_own->span(asked, "inherited here"))
                     .note(fmt::format("the workspace root is `{}`", m_root->document->file.string())));
    return {};
  }
  return {m_root->document.get(), value};
}

Located Inheritance::lints(Position asked)
{
  const TomlTable* workspace = workspace_table(asked);
  if (m_state.failed()) {
    return {};
  }
  const TomlValue* value = workspace == nullptr ? nullptr : workspace->find("lints");
  if (value == nullptr) {
    m_state.fail(Error("CW0111", "`workspace.lints` is not defined")
                     .at(m_own->span(asked, "inherited here"))
                     .note(fmt::format("the workspace root is `{}`", m_root->document->file.string())));
    return {};
  }
  return {m_root->document.get(), value};
}

Located Inheritance::package_field(const Fields& package, std::string_view key)
{
  const Located own = package.find(key);
  if (!own || own.value->as_table() == nullptr) {
    return own;
  }
  if (!asks_for_inheritance(m_state, own, package.path_of(key))) {
    return own; // a table that is no request: the type check that follows says so
  }
  const std::string path = package.path_of(key);
  Fields(m_state, package.document(), *own.value->as_table(), path).warn_unknown(k_inheriting_keys);
  return find("package", key, own.value->position);
}

} // namespace cargo_wasm::manifest
