#include "component_lock.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::int64_t k_version = 1;
constexpr std::string_view k_scheme = "oci://";

class ComponentLockReader
{
public:
  explicit ComponentLockReader(const manifest::TomlDocument& document) : m_document(document) {}

  Result<std::vector<LockedComponent>> read()
  {
    const manifest::TomlValue* const version = m_document.root.find("version");
    if (version == nullptr || version->as_integer() == nullptr || *version->as_integer() != k_version) {
      return wrong(version, fmt::format("its `version` is not {}", k_version));
    }
    const manifest::TomlValue* const list = m_document.root.find("package");
    std::vector<LockedComponent> all;
    if (list == nullptr) {
      return all;
    }
    if (list->as_array() == nullptr) {
      return wrong(list, "`package` is no list");
    }
    for (const manifest::TomlValue& entry : *list->as_array()) {
      CW_TRY_ASSIGN(LockedComponent read, read_entry(entry));
      if (!all.empty() && !(all.back().package < read.package)) {
        return wrong(&entry, fmt::format("`{}` is there twice, or not in the order of names", to_string(read.package)));
      }
      all.push_back(std::move(read));
    }
    return all;
  }

private:
  tl::unexpected<Error> wrong(const manifest::TomlValue* at, std::string why) const
  {
    Error error("CW1163", fmt::format("`{}` cannot be read", m_document.file.filename().native()));
    if (at != nullptr) {
      error.where = m_document.span(at->position);
    }
    error.notes.push_back(std::move(why));
    error.helps.emplace_back("take it from version control again, or delete it: `cargo-wasm component fetch` makes it anew");
    return fail(std::move(error));
  }

  Result<LockedComponent> read_entry(const manifest::TomlValue& entry)
  {
    constexpr std::array<std::string_view, 5> k_keys{"name", "version", "source", "manifest", "content"};
    std::array<std::string, 5> texts;
    const manifest::TomlTable* const table = entry.as_table();
    for (std::size_t i = 0; i < k_keys.size(); ++i) {
      const manifest::TomlValue* const value = table == nullptr ? nullptr : table->find(k_keys[i]);
      if (value == nullptr || value->as_string() == nullptr) {
        return wrong(&entry, fmt::format("a package has no text `{}`", k_keys[i]));
      }
      texts[i] = *value->as_string();
    }
    LockedComponent read;
    auto name = registry_oci::parse_package_name(texts[0]);
    auto version = spec::parse_version(texts[1]);
    const auto slash = texts[2].find('/', k_scheme.size());
    const auto manifest = registry_oci::parse_digest(texts[3]);
    const auto content = registry_oci::parse_digest(texts[4]);
    if (!name || !version || !manifest || !content || !texts[2].starts_with(k_scheme) || slash == std::string::npos) {
      return wrong(&entry, fmt::format("what it says of `{}` is not of the right form", texts[0]));
    }
    read.package = std::move(*name);
    read.version = std::move(*version);
    read.source = {texts[2].substr(k_scheme.size(), slash - k_scheme.size()), texts[2].substr(slash + 1)};
    read.manifest = *manifest;
    read.content = *content;
    return read;
  }

  const manifest::TomlDocument& m_document;
};

} // namespace

Result<std::vector<LockedComponent>> parse_component_lock(const Path& file, std::string text)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, std::move(text)));
  return ComponentLockReader(*document).read();
}

std::string component_lock_text(std::vector<LockedComponent> components)
{
  std::sort(components.begin(), components.end(), [](const auto& a, const auto& b) { return a.package < b.package; });
  std::string text = fmt::format("# This file is written by cargo-wasm. It is not meant to be edited by hand.\nversion = {}\n", k_version);
  for (const LockedComponent& locked : components) {
    text += fmt::format("\n[[package]]\nname = \"{}\"\nversion = \"{}\"\nsource = \"{}{}\"\nmanifest = \"{}\"\ncontent = \"{}\"\n",
                        to_string(locked.package),
                        spec::to_string(locked.version),
                        k_scheme,
                        to_string(locked.source),
                        registry_oci::digest_text(locked.manifest),
                        registry_oci::digest_text(locked.content));
  }
  return text;
}

} // namespace cargo_wasm::ops
