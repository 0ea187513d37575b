// A sparse registry inside the process: one line of a test publishes a package, archive, checksum and all.
//
//   TestRegistry registry(env.http);
//   registry.publish("b", "1.2.0").publish("a", "1.0.0", {{"b", "^1"}});
//
// It answers through FakeHttp, so a test may put any fault in the place of any of its files with `FakeHttp::serve`.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <support/fake_http.hpp>

namespace cargo_wasm::test {

class TestRegistry
{
public:
  struct Dependency
  {
    std::string name, requirement;
  };
  using Files = std::map<std::string, std::string>;

  /// `url` ends with `/`. `http` must outlive the registry.
  explicit TestRegistry(FakeHttp& http, std::string url = "https://registry.example/");

  /// A package with an empty library, or with these files beside its manifest.
  TestRegistry& publish(const std::string& name,
                        const std::string& version,
                        const std::vector<Dependency>& dependencies = {},
                        const Files& files = {{"src/lib.rs", ""}});
  /// Whatever bytes as the archive of a package without dependencies: the checksum is right.
  TestRegistry& publish_archive(const std::string& name, const std::string& version, std::string archive);
  TestRegistry& yank(const std::string& name, const std::string& version);

  /// "sparse+https://registry.example/", for `index` in `[registries]`.
  [[nodiscard]] std::string index() const { return "sparse+" + m_url; }
  [[nodiscard]] std::string index_url(std::string_view name) const;
  [[nodiscard]] std::string archive_url(std::string_view name, std::string_view version) const;
  [[nodiscard]] std::string config_url() const { return m_url + "config.json"; }

private:
  void add(const std::string& name, const std::string& version, const std::vector<Dependency>& dependencies, std::string archive);

  FakeHttp& m_http;
  std::string m_url;
  std::map<std::string, std::string> m_index; ///< index files by URL
};

} // namespace cargo_wasm::test
