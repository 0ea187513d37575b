#include <support/tar_builder.hpp>
#include <support/test_registry.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {

TestRegistry::TestRegistry(FakeHttp& http, std::string url) : m_http(http), m_url(std::move(url))
{
  m_http.serve(config_url(), fmt::format(R"({{"dl":"{}dl","api":null}})", m_url));
}

std::string TestRegistry::index_url(std::string_view name) const
{
  const std::string lower = base::to_lower(name);
  switch (lower.size()) {
  case 1:
  case 2:
    return fmt::format("{}{}/{}", m_url, lower.size(), lower);
  case 3:
    return fmt::format("{}3/{}/{}", m_url, lower.substr(0, 1), lower);
  default:
    return fmt::format("{}{}/{}/{}", m_url, lower.substr(0, 2), lower.substr(2, 2), lower);
  }
}

std::string TestRegistry::archive_url(std::string_view name, std::string_view version) const
{
  return fmt::format("{}dl/{}/{}/download", m_url, name, version);
}

TestRegistry&
TestRegistry::publish(const std::string& name, const std::string& version, const std::vector<Dependency>& dependencies, const Files& files)
{
  std::string manifest = fmt::format("[package]\nname = \"{}\"\nversion = \"{}\"\nedition = \"2021\"\n\n[dependencies]\n", name, version);
  for (const auto& dependency : dependencies) {
    manifest += fmt::format("{} = \"{}\"\n", dependency.name, dependency.requirement);
  }
  TarBuilder tar;
  tar.file(fmt::format("{}-{}/Cargo.toml", name, version), manifest);
  for (const auto& [path, text] : files) {
    tar.file(fmt::format("{}-{}/{}", name, version, path), text);
  }
  add(name, version, dependencies, tar.gzip());
  return *this;
}

TestRegistry& TestRegistry::publish_archive(const std::string& name, const std::string& version, std::string archive)
{
  add(name, version, {}, std::move(archive));
  return *this;
}

TestRegistry& TestRegistry::yank(const std::string& name, const std::string& version)
{
  std::string& file = m_index[index_url(name)];
  const std::size_t line = file.find(fmt::format(R"("vers":"{}")", version));
  file.replace(file.find("false}\n", line), 5, "true"); // the line's last member
  m_http.serve(index_url(name), file);
  return *this;
}

void TestRegistry::add(const std::string& name,
                       const std::string& version,
                       const std::vector<Dependency>& dependencies,
                       std::string archive)
{
  std::vector<std::string> entries;
  for (const auto& [dependency, requirement] : dependencies) {
    entries.push_back(
        fmt::format(R"({{"name":"{}","req":"{}","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}})",
                    dependency,
                    requirement));
  }
  std::string& file = m_index[index_url(name)];
  file += fmt::format(R"({{"name":"{}","vers":"{}","deps":[{}],"cksum":"{}","features":{{}},"yanked":false}})",
                      name,
                      version,
                      base::join(entries, ","),
                      base::to_hex(base::sha256(archive)));
  file += '\n';
  m_http.serve(index_url(name), file);
  m_http.serve(archive_url(name, version), std::move(archive));
}

} // namespace cargo_wasm::test
