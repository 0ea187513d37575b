#include <algorithm>

#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {
namespace {

Result<> add_tree(const base::ReadOnlyFilesystem& fs, const Path& directory, std::vector<Path>& files)
{
  if (!fs.is_directory(directory)) {
    return {};
  }
  CW_TRY_ASSIGN(const auto entries, fs.list(directory));
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.type == base::FileType::directory) {
      CW_TRY(add_tree(fs, directory / entry.name, files));
    } else {
      files.push_back(directory / entry.name);
    }
  }
  return {};
}

/// A distribution's sysroot is /usr: only what belongs to the compiler counts there.
bool is_compiler_library(std::string_view name)
{
  return name.find(".so") != std::string_view::npos &&
         (name.starts_with("librustc") || name.starts_with("libLLVM") || name.starts_with("libstd-") || name.starts_with("libtest-"));
}

} // namespace

Result<std::vector<Path>> toolchain_files(const base::ReadOnlyFilesystem& fs, const RustcInfo& info, std::span<const std::string> triples)
{
  std::vector<Path> files;
  const Path in_sysroot = info.sysroot / "bin" / "rustc";
  files.push_back(fs.is_file(in_sysroot) ? in_sysroot : info.program);
  const Path libraries = info.sysroot / "lib";
  if (fs.is_directory(libraries)) {
    CW_TRY_ASSIGN(const auto entries, fs.list(libraries));
    for (const base::DirectoryEntry& entry : entries) {
      if (entry.type != base::FileType::directory && is_compiler_library(entry.name)) {
        files.push_back(libraries / entry.name);
      }
    }
  }
  for (const char* const part : {"bin", "codegen-backends", "lib"}) {
    CW_TRY(add_tree(fs, libraries / "rustlib" / info.host / part, files));
  }
  for (const std::string& triple : triples) {
    if (triple != info.host) {
      CW_TRY(add_tree(fs, libraries / "rustlib" / triple / "lib", files));
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

} // namespace cargo_wasm::toolchain
