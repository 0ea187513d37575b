// Manifests come with every crate. Any bytes must end in a value or an error; a TOML error must have a place that exists, because
// the caret is drawn from it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <cargo_wasm/manifest/manifest.hpp>

namespace {

using cargo_wasm::Result;
using namespace cargo_wasm::base;

/// A directory with one manifest and the usual sources, so that targets are found and the rest is read too.
class OneManifest final : public ReadOnlyFilesystem
{
public:
  explicit OneManifest(std::string text) : m_text(std::move(text)) {}

  Result<std::optional<FileStat>> stat(const Path& path) const override
  {
    const std::string& name = path.native();
    if (!name.ends_with("/Cargo.toml") && !name.ends_with(".rs")) {
      return std::optional<FileStat>{};
    }
    FileStat found;
    found.type = FileType::regular;
    return std::optional(found);
  }
  Result<std::optional<FileStat>> lstat(const Path& path) const override { return stat(path); }
  Result<std::string> read(const Path&) const override { return m_text; }
  Result<std::optional<std::string>> read_if_exists(const Path&) const override { return std::optional(m_text); }
  Result<std::vector<DirectoryEntry>> list(const Path&) const override
  {
    return std::vector<DirectoryEntry>{{"a.rs", FileType::regular}, {"b", FileType::directory}};
  }
  Result<Path> canonicalize(const Path& path) const override { return path; }

private:
  std::string m_text;
};

void check_place(const cargo_wasm::Error& error, const std::string& text)
{
  const auto* span = std::get_if<TextSpan>(&error.where);
  const auto lines = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  if (span != nullptr && span->line > lines) {
    std::abort();
  }
  static_cast<void>(render(error, Severity::error, false));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  namespace manifest = cargo_wasm::manifest;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const OneManifest fs(text);
  manifest::ReadOptions options;
  options.source = cargo_wasm::spec::SourceId::for_path("/p");
  const auto read = manifest::read_manifest(fs, "/p/Cargo.toml", options);
  if (!read) {
    check_place(read.error(), text);
    return 0;
  }
  if (!(*read)->is_virtual && (*read)->targets.empty()) {
    std::abort(); // a package without targets is an error
  }
  for (const manifest::ManifestWarning& warning : (*read)->warnings) {
    check_place(warning.diagnostic, text);
  }
  return 0;
}
