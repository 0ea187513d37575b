#include <cargo_wasm/link/import_lock.hpp>

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>

#include "locked_imports.hpp"

namespace cargo_wasm::link {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

constexpr std::int64_t k_lock_version = 1;
constexpr std::string_view k_lock_head =
    "# What the modules of this project import, and which crate declares it. Written by `cargo-wasm imports --write-lock`;\n"
    "# `--locked-imports` makes a build fail when an import appears, disappears or changes its type.\n";

auto order_of(const LinkedArtifact& key)
{
  return std::tie(key.package, key.name, key.kind, key.target, key.features);
}

class LockReader
{
public:
  explicit LockReader(const manifest::TomlDocument& document) : m_document(document) {}

  Result<ImportLock> read()
  {
    const TomlValue* const version = m_document.root.find("version");
    if (version == nullptr || version->as_integer() == nullptr || *version->as_integer() != k_lock_version) {
      return problem(fmt::format("`version` must be {}", k_lock_version),
                     version == nullptr ? manifest::Position{1, 1, 1} : version->position);
    }
    ImportLock lock;
    const TomlValue* const artifacts = m_document.root.find("artifact");
    const auto* const list = artifacts == nullptr ? nullptr : artifacts->as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      CW_TRY_ASSIGN(LockedArtifact artifact, read_artifact((*list)[i]));
      lock.artifacts.push_back(std::move(artifact));
    }
    std::ranges::sort(lock.artifacts, [](const LockedArtifact& a, const LockedArtifact& b) { return order_of(a.key) < order_of(b.key); });
    return lock;
  }

private:
  [[nodiscard]] tl::unexpected<Error> problem(std::string message, manifest::Position position) const
  {
    return fail(Error("CW0924", std::move(message))
                    .at(m_document.span(position))
                    .help("`cargo-wasm imports --write-lock` writes the file anew when it was removed"));
  }

  Result<const TomlTable*> table_of(const TomlValue& value) const
  {
    const TomlTable* const table = value.as_table();
    if (table == nullptr) {
      return problem(fmt::format("a table is expected here, not {}", value.type_name()), value.position);
    }
    return table;
  }

  Result<std::string> text(const TomlTable& table, manifest::Position position, std::string_view key, bool is_needed) const
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr && !is_needed) {
      return std::string();
    }
    if (value == nullptr || value->as_string() == nullptr) {
      return problem(fmt::format("`{}` must be a string", key), value == nullptr ? position : value->position);
    }
    return *value->as_string();
  }

  Result<const manifest::TomlArray*> array(const TomlTable& table, manifest::Position position, std::string_view key) const
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr || value->as_array() == nullptr) {
      return problem(fmt::format("`{}` must be an array", key), value == nullptr ? position : value->position);
    }
    return value->as_array();
  }

  Result<LockedArtifact> read_artifact(const TomlValue& value) const
  {
    CW_TRY_ASSIGN(const TomlTable* table, table_of(value));
    LockedArtifact artifact;
    CW_TRY_ASSIGN(artifact.key.package, text(*table, value.position, "package", true));
    CW_TRY_ASSIGN(artifact.key.name, text(*table, value.position, "name", true));
    CW_TRY_ASSIGN(artifact.key.kind, text(*table, value.position, "kind", true));
    CW_TRY_ASSIGN(artifact.key.target, text(*table, value.position, "target", true));
    CW_TRY_ASSIGN(const auto* features, array(*table, value.position, "features"));
    for (const TomlValue& feature : *features) {
      if (feature.as_string() == nullptr) {
        return problem("`features` must hold strings only", feature.position);
      }
      artifact.key.features.push_back(*feature.as_string());
    }
    CW_TRY_ASSIGN(const auto* imports, array(*table, value.position, "imports"));
    for (const TomlValue& import : *imports) {
      CW_TRY_ASSIGN(const TomlTable* row, table_of(import));
      LockedImport locked;
      CW_TRY_ASSIGN(locked.module, text(*row, import.position, "module", true));
      CW_TRY_ASSIGN(locked.field, text(*row, import.position, "field", false));
      CW_TRY_ASSIGN(locked.type, text(*row, import.position, "type", true));
      CW_TRY_ASSIGN(locked.crate, text(*row, import.position, "crate", false));
      artifact.imports.push_back(std::move(locked));
    }
    return artifact;
  }

  const manifest::TomlDocument& m_document;
};

/// A TOML basic string.
std::string toml_string(std::string_view text)
{
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string row_text(const LockedImport& import)
{
  std::string text = fmt::format("  {{ module = {}, ", toml_string(import.module));
  if (!import.field.empty()) {
    text += fmt::format("field = {}, ", toml_string(import.field));
  }
  text += fmt::format("type = {}", toml_string(import.type));
  if (!import.crate.empty()) {
    text += fmt::format(", crate = {}", toml_string(import.crate));
  }
  return text + " },\n";
}

} // namespace

const LockedArtifact* ImportLock::find(const LinkedArtifact& artifact) const
{
  const LinkedArtifact key = key_of(artifact);
  const auto found = std::ranges::find(artifacts, key, &LockedArtifact::key);
  return found == artifacts.end() ? nullptr : &*found;
}

Result<ImportLock> parse_import_lock(const base::Path& file, std::string text)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, std::move(text)));
  return LockReader(*document).read();
}

std::string to_text(const ImportLock& lock)
{
  std::string text(k_lock_head);
  text += fmt::format("version = {}\n", k_lock_version);
  for (const LockedArtifact& artifact : lock.artifacts) {
    std::vector<std::string> features;
    for (const std::string& feature : artifact.key.features) {
      features.push_back(toml_string(feature));
    }
    text += fmt::format("\n[[artifact]]\npackage = {}\nname = {}\nkind = {}\ntarget = {}\nfeatures = [{}]\nimports = [",
                        toml_string(artifact.key.package),
                        toml_string(artifact.key.name),
                        toml_string(artifact.key.kind),
                        toml_string(artifact.key.target),
                        base::join(features, ", "));
    text += artifact.imports.empty() ? "" : "\n";
    for (const LockedImport& import : artifact.imports) {
      text += row_text(import);
    }
    text += "]\n";
  }
  return text;
}

void update_import_lock(ImportLock& lock, const Ledger& ledger)
{
  const LockedArtifact* const before = lock.find(ledger.artifact);
  LockedArtifact now{key_of(ledger.artifact), {}};
  for (const PresentImport& present : present_imports(ledger)) {
    LockedImport import = present.import;
    import.module = module_range(import.module);
    for (const LockedImport& old : before == nullptr ? std::vector<LockedImport>() : before->imports) {
      if (old.field == import.field && is_in_range(old.module, present.import.module)) {
        import.module = old.module;
        break;
      }
    }
    now.imports.push_back(std::move(import));
  }
  std::ranges::sort(now.imports);
  now.imports.erase(std::unique(now.imports.begin(), now.imports.end()), now.imports.end());
  std::erase_if(lock.artifacts, [&](const LockedArtifact& artifact) { return artifact.key == now.key; });
  lock.artifacts.push_back(std::move(now));
  std::ranges::sort(lock.artifacts, [](const LockedArtifact& a, const LockedArtifact& b) { return order_of(a.key) < order_of(b.key); });
}

} // namespace cargo_wasm::link
