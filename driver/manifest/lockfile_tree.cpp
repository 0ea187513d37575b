// Any Cargo.lock that is TOML, with places for errors.
#include <fmt/format.h>

#include "lockfile_readers.hpp"

namespace cargo_wasm::manifest {
namespace {

class TreeReader
{
public:
  explicit TreeReader(const TomlDocument& document) : m_document(document) {}

  Result<RawLock> read()
  {
    RawLock raw;
    const TomlTable& root = m_document.root;
    if (const TomlValue* version = root.find("version")) {
      const auto* number = version->as_integer();
      if (number == nullptr || *number < 0 || *number > UINT32_MAX) {
        return fail(expected("version", "a number", *version));
      }
      raw.written_version = static_cast<std::uint32_t>(*number);
    }
    if (const TomlValue* package = root.find("root")) {
      CW_TRY_ASSIGN(auto entry, read_package(*package, "root"));
      raw.lock.packages.push_back(std::move(entry));
    }
    CW_TRY(read_list(root.find("package"), "package", raw.lock.packages));
    if (const TomlValue* patch = root.find("patch")) {
      const TomlTable* table = patch->as_table();
      if (table == nullptr) {
        return fail(expected("patch", "a table", *patch));
      }
      CW_TRY(read_list(table->find("unused"), "patch.unused", raw.lock.unused_patches));
    }
    if (const TomlValue* metadata = root.find("metadata")) {
      const TomlTable* table = metadata->as_table();
      if (table == nullptr) {
        return fail(expected("metadata", "a table", *metadata));
      }
      for (const TomlMember* member : table->sorted()) {
        const std::string* text = member->value->as_string();
        if (text == nullptr) {
          return fail(expected("metadata." + member->key, "a string", *member->value));
        }
        raw.lock.metadata.emplace_back(member->key, *text);
      }
    }
    return raw;
  }

private:
  Error expected(std::string_view key, std::string_view wanted, const TomlValue& found) const
  {
    return Error("CW0230", fmt::format("`{}` in the lock file must be {}, but it is {}", key, wanted, found.type_name()))
        .at(m_document.span(found.position))
        .help("run `cargo-wasm generate-lockfile` to write it anew, or restore it from version control");
  }

  Result<> read_list(const TomlValue* list, std::string_view key, std::vector<LockedPackage>& into) const
  {
    if (list == nullptr) {
      return {};
    }
    const TomlArray* entries = list->as_array();
    if (entries == nullptr) {
      return fail(expected(key, "a list of tables", *list));
    }
    for (const TomlValue& entry : *entries) {
      CW_TRY_ASSIGN(auto package, read_package(entry, key));
      into.push_back(std::move(package));
    }
    return {};
  }

  Result<LockedPackage> read_package(const TomlValue& value, std::string_view key) const
  {
    const TomlTable* table = value.as_table();
    if (table == nullptr) {
      return fail(expected(key, "a table", value));
    }
    LockedPackage package;
    package.position = value.position;
    for (const std::string_view field : {"name", "version"}) {
      const TomlValue* found = table->find(field);
      if (found == nullptr) {
        return fail(
            Error("CW0230", fmt::format("an entry of `{}` in the lock file has no `{}`", key, field)).at(m_document.span(value.position)));
      }
      CW_TRY_ASSIGN(auto text, read_text(*found, fmt::format("{}.{}", key, field)));
      if (field == "name") {
        package.position = found->position;
        package.name = std::move(text);
      } else {
        package.version = std::move(text);
      }
    }
    if (const TomlValue* source = table->find("source")) {
      CW_TRY_ASSIGN(package.source, read_text(*source, "source"));
      if (!is_lock_source(*package.source)) {
        return fail(Error("CW0234", fmt::format("`{}` is not a source that a lock file can name", *package.source))
                        .at(m_document.span(source->position, "expected `registry+URL`, `sparse+URL`, `git+URL` or `path+URL`")));
      }
    }
    if (const TomlValue* checksum = table->find("checksum")) {
      CW_TRY_ASSIGN(package.checksum, read_text(*checksum, "checksum"));
    }
    if (const TomlValue* replace = table->find("replace")) {
      CW_TRY_ASSIGN(package.replace, read_dependency(*replace));
    }
    if (const TomlValue* list = table->find("dependencies")) {
      const TomlArray* entries = list->as_array();
      if (entries == nullptr) {
        return fail(expected("dependencies", "a list of strings", *list));
      }
      for (const TomlValue& entry : *entries) {
        CW_TRY_ASSIGN(auto dependency, read_dependency(entry));
        package.dependencies.push_back(std::move(dependency));
      }
    }
    return package;
  }

  Result<std::string> read_text(const TomlValue& value, std::string_view key) const
  {
    const std::string* text = value.as_string();
    if (text == nullptr) {
      return fail(expected(key, "a string", value));
    }
    return *text;
  }

  Result<LockedDependency> read_dependency(const TomlValue& value) const
  {
    CW_TRY_ASSIGN(const auto text, read_text(value, "dependencies"));
    if (auto dependency = parse_locked_dependency(text)) {
      return std::move(*dependency);
    }
    return fail(Error("CW0232", fmt::format("`{}` does not name a locked package", text))
                    .at(m_document.span(value.position, "expected `NAME`, `NAME VERSION` or `NAME VERSION (SOURCE)`")));
  }

  const TomlDocument& m_document;
};

} // namespace

Result<RawLock> read_lock_tree(const TomlDocument& document)
{
  return TreeReader(document).read();
}

} // namespace cargo_wasm::manifest
