// Which files a crate type turns into on a platform (cargo: compiler/build_context/target_info.rs). wasm has few; the
// rest is here because build scripts and proc macros are made for the host, whatever it is.
#include <algorithm>

#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {
namespace {

using manifest::CrateType;

bool is_dynamic(CrateType type)
{
  return type == CrateType::dylib || type == CrateType::cdylib || type == CrateType::proc_macro;
}

bool is_linkable(CrateType type)
{
  return type == CrateType::lib || type == CrateType::rlib || type == CrateType::dylib || type == CrateType::proc_macro;
}

void add_import_libraries(std::vector<OutputFile>& files, std::string_view triple, CrateType type, const FilePattern& pattern)
{
  if (pattern.suffix != ".dll") {
    return;
  }
  const auto add = [&](std::string prefix, std::string suffix) {
    files.push_back({OutputFile::Flavor::auxiliary, type, {std::move(prefix), std::move(suffix)}, true});
  };
  if (triple.ends_with("-windows-msvc")) {
    add(pattern.prefix, ".dll.lib");
    add(pattern.prefix, ".dll.exp");
  } else if (triple.ends_with("windows-gnu") || triple.ends_with("windows-gnullvm") || triple.ends_with("cygwin")) {
    add("lib", ".dll.a");
  }
}

void add_debug_file(std::vector<OutputFile>& files, std::string_view triple, CrateType type, const FilePattern& pattern)
{
  const bool is_bin = type == CrateType::bin;
  if (triple.find("-apple-") != std::string_view::npos) {
    files.push_back({OutputFile::Flavor::debug_info, type, {pattern.prefix, is_bin ? ".dSYM" : ".dylib.dSYM"}, false});
  } else if (triple.ends_with("-msvc") || triple.ends_with("-uefi")) {
    files.push_back({OutputFile::Flavor::debug_info, type, {pattern.prefix, ".pdb"}, true});
  } else {
    files.push_back({OutputFile::Flavor::debug_info, type, {pattern.prefix, pattern.suffix + ".dwp"}, !is_bin});
  }
}

} // namespace

const FilePattern* TargetInfo::pattern(CrateType type) const
{
  const auto found = file_patterns.find(type == CrateType::lib ? CrateType::rlib : type);
  return found == file_patterns.end() ? nullptr : &found->second;
}

bool TargetInfo::supports_split_debuginfo(std::string_view kind) const
{
  return std::find(split_debuginfo.begin(), split_debuginfo.end(), kind) != split_debuginfo.end();
}

std::vector<std::string> TargetInfo::cfg_values(std::string_view key) const
{
  std::vector<std::string> values;
  for (const spec::Cfg& cfg : cfgs) {
    if (cfg.key == key && cfg.value) {
      values.push_back(*cfg.value);
    }
  }
  return values;
}

std::vector<OutputFile> output_files(const TargetInfo& info, CrateType type)
{
  std::vector<OutputFile> files;
  const FilePattern* pattern = info.pattern(type);
  if (pattern == nullptr) {
    return files;
  }
  const CrateType kind = type == CrateType::lib ? CrateType::rlib : type;
  files.push_back({is_linkable(kind) ? OutputFile::Flavor::linkable : OutputFile::Flavor::normal, kind, *pattern, kind != CrateType::bin});
  if (is_dynamic(kind)) {
    add_import_libraries(files, info.triple, kind, *pattern);
  }
  if (info.triple.starts_with("wasm32-") && kind == CrateType::bin && pattern->suffix == ".js") {
    // The .js names its .wasm with underscores, so that copy keeps them.
    files.push_back({OutputFile::Flavor::auxiliary, kind, {pattern->prefix, ".wasm"}, true});
    files.push_back({OutputFile::Flavor::debug_info, kind, {pattern->prefix, ".wasm.map"}, true});
  }
  if (kind == CrateType::bin || is_dynamic(kind)) {
    add_debug_file(files, info.triple, kind, *pattern);
  }
  return files;
}

} // namespace cargo_wasm::toolchain
