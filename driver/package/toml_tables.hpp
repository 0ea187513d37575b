// Tables of a manifest that are put together anew, and the sections that cargo writes with keys of its own order.
#pragma once
#include <span>
#include <string_view>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::package {

using manifest::TomlArray;
using manifest::TomlTable;
using manifest::TomlValue;

template <class T> [[nodiscard]] TomlValue value_of(T content)
{
  TomlValue value;
  value.value = std::move(content);
  return value;
}

void put(TomlTable& table, std::string_view key, TomlValue value);
/// Nothing for null.
void put_copy(TomlTable& table, std::string_view key, const TomlValue* value);
/// The members that `keys` names, in their order.
[[nodiscard]] TomlTable picked(const TomlTable& from, std::span<const std::string_view> keys);
/// The table under a key; null where there is none.
[[nodiscard]] const TomlTable* table_at(const TomlTable* table, std::string_view key);

/// `[lints]`, every configured lint with its priority.
[[nodiscard]] TomlTable normalized_lints(const TomlTable& lints);
/// One of `[profile]`: levels as numbers.
[[nodiscard]] TomlTable normalized_profile(const TomlTable& from);

/// Dependencies as they are written, keys in cargo's order.
[[nodiscard]] TomlTable written_dependencies(const TomlTable& from);
/// `[workspace]` and `[patch]`, in the same way.
[[nodiscard]] TomlTable written_workspace(const TomlTable& from);
[[nodiscard]] TomlTable written_patches(const TomlTable& from);

} // namespace cargo_wasm::package
