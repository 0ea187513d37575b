#include <cargo_wasm/link/hosts.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>

#include "host_files.hpp"

namespace cargo_wasm::link {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

class HostReader
{
public:
  HostReader(const manifest::TomlDocument& document, std::string_view id) : m_document(document) { m_host.id = id; }

  Result<Host> read()
  {
    CW_TRY(check_keys(m_document.root, {"name", "evidence", "import"}));
    const TomlValue* const name = m_document.root.find("name");
    if (name == nullptr || name->as_string() == nullptr) {
      return problem("a host needs a `name`, which is a string", name == nullptr ? manifest::Position{1, 1, 1} : name->position);
    }
    m_host.name = *name->as_string();
    CW_TRY(texts(m_document.root, "evidence", m_host.evidence));
    const TomlValue* const imports = m_document.root.find("import");
    const auto* const list = imports == nullptr ? nullptr : imports->as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      CW_TRY(read_import((*list)[i]));
    }
    if (m_host.imports.empty()) {
      return problem("a host needs at least one `[[import]]`", imports == nullptr ? manifest::Position{1, 1, 1} : imports->position);
    }
    return std::move(m_host);
  }

private:
  [[nodiscard]] tl::unexpected<Error> problem(std::string message, manifest::Position position) const
  {
    return fail(Error("CW0925", std::move(message)).at(m_document.span(position)));
  }

  Result<> check_keys(const TomlTable& table, std::initializer_list<std::string_view> known) const
  {
    for (const manifest::TomlMember& member : table.members) {
      if (std::ranges::find(known, member.key) == known.end()) {
        return problem(fmt::format("a host has no key `{}`", member.key), member.key_position);
      }
    }
    return {};
  }

  Result<> texts(const TomlTable& table, std::string_view key, std::vector<std::string>& out) const
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr) {
      return {};
    }
    const auto* const array = value->as_array();
    if (array == nullptr) {
      return problem(fmt::format("`{}` must be an array of strings, not {}", key, value->type_name()), value->position);
    }
    for (const TomlValue& element : *array) {
      if (element.as_string() == nullptr) {
        return problem(fmt::format("`{}` must hold strings only, not {}", key, element.type_name()), element.position);
      }
      out.push_back(*element.as_string());
    }
    return {};
  }

  Result<> read_import(const TomlValue& value)
  {
    const TomlTable* const table = value.as_table();
    if (table == nullptr) {
      return problem(fmt::format("`import` must be a table, not {}", value.type_name()), value.position);
    }
    CW_TRY(check_keys(*table, {"modules", "versions", "fields"}));
    ProvidedImports provided;
    CW_TRY(texts(*table, "modules", provided.modules));
    CW_TRY(texts(*table, "fields", provided.fields));
    if (provided.modules.empty()) {
      return problem("an `[[import]]` needs `modules`", value.position);
    }
    if (const TomlValue* const versions = table->find("versions")) {
      if (versions->as_string() == nullptr) {
        return problem(fmt::format("`versions` must be a string, not {}", versions->type_name()), versions->position);
      }
      auto parsed = spec::parse_version_req(*versions->as_string());
      if (!parsed) {
        return problem(parsed.error().message, versions->position);
      }
      provided.versions = std::move(*parsed);
    }
    m_host.imports.push_back(std::move(provided));
    return {};
  }

  const manifest::TomlDocument& m_document;
  Host m_host;
};

bool provides(const ProvidedImports& provided, const InterfaceName& interface, const LedgerEntry& entry)
{
  const auto matches = [](const std::vector<std::string>& patterns, std::string_view text) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) { return base::glob_matches(pattern, text); });
  };
  const bool fits_version = !provided.versions || !interface.version || provided.versions->matches(*interface.version);
  return fits_version && matches(provided.modules, interface.name) && (provided.fields.empty() || matches(provided.fields, entry.field));
}

} // namespace

InterfaceName split_interface(std::string_view module)
{
  const std::size_t at = module.rfind('@');
  if (at == std::string_view::npos) {
    return {module, std::nullopt};
  }
  auto version = spec::parse_version(module.substr(at + 1));
  return version ? InterfaceName{module.substr(0, at), std::move(*version)} : InterfaceName{module, std::nullopt};
}

Result<Host> parse_host(const base::Path& file, std::string_view id, std::string text)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, std::move(text)));
  return HostReader(*document, id).read();
}

Result<std::vector<Host>> load_hosts(const base::ReadOnlyFilesystem& fs, const base::Path& user_directory)
{
  std::map<std::string, Host> hosts;
  for (const HostFile& file : host_files()) {
    CW_TRY_ASSIGN(Host host, parse_host(fmt::format("hosts/{}.toml", file.id), file.id, std::string(file.text)));
    hosts.insert_or_assign(std::string(file.id), std::move(host));
  }
  if (fs.is_directory(user_directory)) {
    CW_TRY_ASSIGN(const auto entries, fs.list(user_directory));
    for (const auto& entry : entries) {
      const base::Path path = user_directory / entry.name;
      if (path.extension() == ".toml") {
        CW_TRY_ASSIGN(std::string text, fs.read(path));
        CW_TRY_ASSIGN(Host host, parse_host(path, path.stem().string(), std::move(text)));
        hosts.insert_or_assign(path.stem().string(), std::move(host));
      }
    }
  }
  std::vector<Host> result;
  for (auto& [id, host] : hosts) {
    result.push_back(std::move(host));
  }
  return result;
}

std::vector<std::string> hosts_of(const std::vector<Host>& hosts, const LedgerEntry& entry)
{
  if (entry.is_allowed) {
    return {"the host of this project"};
  }
  std::vector<std::string> names;
  const InterfaceName interface = split_interface(entry.module);
  for (const Host& host : hosts) {
    if (std::ranges::any_of(host.imports, [&](const ProvidedImports& provided) { return provides(provided, interface, entry); })) {
      names.push_back(host.name);
    }
  }
  return names;
}

} // namespace cargo_wasm::link
