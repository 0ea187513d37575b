// One manifest in memory: read it, and see what it became or what a person is told.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::test {

struct ReadOneManifest
{
  FakeFilesystem fs;

  /// `text` becomes /p/Cargo.toml beside `sources`, which are empty files.
  explicit ReadOneManifest(const std::string& text, const std::vector<std::string>& sources = {"src/lib.rs"})
  {
    fs.add("/p/Cargo.toml", text);
    for (const std::string& source : sources) {
      fs.add(base::Path("/p") / source);
    }
  }

  [[nodiscard]] Result<std::shared_ptr<const manifest::Manifest>> result() const
  {
    manifest::ReadOptions options;
    options.source = spec::SourceId::for_path("/p");
    return manifest::read_manifest(fs, "/p/Cargo.toml", options);
  }
  [[nodiscard]] std::shared_ptr<const manifest::Manifest> manifest() const
  {
    auto read = result();
    if (!read) {
      FAIL(base::render(read.error(), base::Severity::error, false));
    }
    return *read;
  }
  [[nodiscard]] std::string error() const
  {
    const auto read = result();
    return read ? "no error" : base::render(read.error(), base::Severity::error, false);
  }
  [[nodiscard]] std::string warnings() const
  {
    std::string all;
    const auto read = manifest();
    for (const manifest::ManifestWarning& warning : read->warnings) {
      all += base::render(warning.diagnostic, base::Severity::warning, false);
    }
    return all;
  }
};

inline const std::string k_package = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

inline std::string error_of(const std::string& rest, const std::vector<std::string>& sources = {"src/lib.rs"})
{
  return ReadOneManifest(k_package + rest, sources).error();
}
inline std::string warnings_of(const std::string& rest, const std::vector<std::string>& sources = {"src/lib.rs"})
{
  return ReadOneManifest(k_package + rest, sources).warnings();
}

} // namespace cargo_wasm::test
