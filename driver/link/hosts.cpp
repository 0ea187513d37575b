#include <cargo_wasm/link/hosts.hpp>

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/data_file.hpp>

#include "host_files.hpp"

namespace cargo_wasm::link {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

constexpr std::array<std::string_view, 3> k_host_keys{"name", "evidence", "import"};
constexpr std::array<std::string_view, 3> k_import_keys{"modules", "versions", "fields"};

class HostReader
{
public:
  HostReader(const manifest::TomlDocument& document, std::string_view id) : m_file(document, "CW0925", "a host") { m_host.id = id; }

  Result<Host> read()
  {
    const TomlTable& root = m_file.root();
    CW_TRY(m_file.check_keys(root, k_host_keys));
    const TomlValue* const name = root.find("name");
    if (name == nullptr || name->as_string() == nullptr) {
      return m_file.problem("a host needs a `name`, which is a string", name == nullptr ? manifest::Position{1, 1, 1} : name->position);
    }
    m_host.name = *name->as_string();
    CW_TRY_ASSIGN(m_host.evidence, m_file.texts(root, "evidence"));
    const TomlValue* const imports = root.find("import");
    const auto* const list = imports == nullptr ? nullptr : imports->as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      CW_TRY(read_import((*list)[i]));
    }
    if (m_host.imports.empty()) {
      return m_file.problem("a host needs at least one `[[import]]`", imports == nullptr ? manifest::Position{1, 1, 1} : imports->position);
    }
    return std::move(m_host);
  }

private:
  Result<> read_import(const TomlValue& value)
  {
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(value, "import"));
    CW_TRY(m_file.check_keys(*table, k_import_keys));
    ProvidedImports provided;
    CW_TRY_ASSIGN(provided.modules, m_file.texts(*table, "modules"));
    CW_TRY_ASSIGN(provided.fields, m_file.texts(*table, "fields"));
    if (provided.modules.empty()) {
      return m_file.problem("an `[[import]]` needs `modules`", value.position);
    }
    if (const TomlValue* const versions = table->find("versions")) {
      CW_TRY_ASSIGN(const std::string text, m_file.text(*table, "versions"));
      CW_TRY_ASSIGN(provided.versions, m_file.requirement(text, versions->position));
    }
    m_host.imports.push_back(std::move(provided));
    return {};
  }

  manifest::DataFile m_file;
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
