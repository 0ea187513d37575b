// Hashes and paths of units.
#include "unit_files.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateType;
using toolchain::CompileKind;
using toolchain::OutputFile;

namespace {

/// Rises when the meaning of the hash changes, so that old files are not taken for new ones.
constexpr std::uint64_t k_identity_version = 1;

bool has_type(const Unit& unit, CrateType type)
{
  return std::ranges::find(unit.crate_types, type) != unit.crate_types.end();
}

/// The package as it is known independent of where the checkout lies.
void add_package(base::StableHasher& hasher, spec::PackageId id, const base::Path& workspace_root)
{
  hasher.add(id.name().view()).add(to_string(id.version()));
  if (id.source().is_path()) {
    hasher.add("path").add(id.source().path().lexically_relative(workspace_root).generic_string());
  } else {
    hasher.add(id.source().without_precise().to_lock_string(true));
  }
}

void add_profile(base::StableHasher& hasher, const BuildProfile& p)
{
  hasher.add(p.opt_level.view()).add(static_cast<std::uint64_t>(p.lto.kind) * 2 + (p.lto.value ? 1U : 0U)).add(p.lto.name.view());
  hasher.add(p.codegen_backend ? p.codegen_backend->view() : "").add(p.codegen_units.value_or(0)).add(to_string(p.debuginfo.level));
  hasher.add(p.split_debuginfo ? p.split_debuginfo->view() : "");
  hasher.add((p.debug_assertions ? 1U : 0U) | (p.overflow_checks ? 2U : 0U) | (p.rpath ? 4U : 0U) | (p.incremental ? 8U : 0U));
  hasher.add(static_cast<std::uint64_t>(p.panic)).add(p.strip.name.view());
}

/// Stable compilers by everything they say; others by channel, so that a new nightly replaces the files of the last one.
void add_compiler(base::StableHasher& hasher, const toolchain::RustcInfo& rustc, bool for_host)
{
  if (rustc.version.pre.empty()) {
    for (const std::string_view line : base::split(rustc.verbose_version, '\n')) {
      if (for_host || !line.starts_with("host: ")) {
        hasher.add(line);
      }
    }
    return;
  }
  hasher.add(base::split(rustc.version.pre, '.').front());
  if (for_host) {
    hasher.add(rustc.host);
  }
}

} // namespace

UnitFiles::UnitFiles(const Input& input) : m_input(input), m_is_root(input.graph.units.size(), false), m_hashes(input.graph.units.size())
{
  for (const UnitIndex root : input.graph.roots) {
    m_is_root[root] = true;
  }
  for (UnitIndex unit = 0; unit < input.graph.units.size(); ++unit) {
    compute(unit);
  }
}

void UnitFiles::compute(UnitIndex index)
{
  if (!m_hashes[index].files.empty()) {
    return;
  }
  const Unit& unit = m_input.graph.units[index];
  std::vector<std::string> metadata_below;
  std::vector<std::string> files_below;
  for (const UnitDependency& dependency : unit.dependencies) {
    compute(dependency.unit);
    metadata_below.push_back(m_hashes[dependency.unit].metadata);
    files_below.push_back(m_hashes[dependency.unit].files);
  }
  std::ranges::sort(metadata_below);
  std::ranges::sort(files_below);

  const auto add_identity = [&](base::StableHasher& hasher) {
    hasher.add(k_identity_version);
    add_package(hasher, unit.package->id(), unit.is_std ? m_input.platforms.rustc.sysroot : m_input.workspace.root);
    hasher.add(unit.features.size());
    for (const InternedString feature : unit.features) {
      hasher.add(feature.view());
    }
    add_profile(hasher, unit.profile);
    hasher.add(static_cast<std::uint64_t>(unit.mode))
        .add(static_cast<std::uint64_t>(unit.lto.kind))
        .add(unit.lto.name ? unit.lto.name->view() : "");
    hasher.add(unit.kind.triple ? unit.kind.triple->view() : "host");
    hasher.add(unit.target->name).add(static_cast<std::uint64_t>(unit.target->kind));
    for (const CrateType type : unit.crate_types) {
      hasher.add(manifest::to_string(type));
    }
    add_compiler(hasher, m_input.platforms.rustc, unit.kind.is_host());
    if (m_input.platforms.rustc.workspace_wrapper && m_input.workspace.is_member(unit.package->id())) {
      hasher.add(m_input.platforms.rustc.workspace_wrapper->native()); // keeps the files of clippy-driver apart
    }
    hasher.add(unit.is_std ? 1U : 0U);
  };
  base::StableHasher metadata;
  add_identity(metadata);
  for (const std::string& below : metadata_below) {
    metadata.add(below);
  }
  base::StableHasher files;
  add_identity(files);
  for (const std::string& below : files_below) {
    files.add(below);
  }
  for (const std::string& flag : unit.rustflags) {
    files.add(flag);
  }
  m_hashes[index] = {metadata.finish_hex(), files.finish_hex()};
}

bool UnitFiles::has_extra_filename(UnitIndex index) const
{
  const Unit& unit = m_input.graph.units[index];
  if (is_any_test(unit.mode) || is_check(unit.mode) || !unit.package->id().source().is_path()) {
    return true;
  }
  const std::string_view triple = m_input.platforms.triple(unit.kind);
  if (has_type(unit, CrateType::dylib)) {
    return false;
  }
  if (has_type(unit, CrateType::cdylib)) {
    // A wasm module is linked to by nobody: with the hash, builds with other features do not overwrite one another.
    return !m_input.strict_cargo && triple.starts_with("wasm32-") && triple != "wasm32-unknown-emscripten";
  }
  const bool is_executable = unit.target->is_bin() || (unit.target->kind == manifest::TargetKind::example && unit.target->is_executable());
  return !(is_executable && (triple == "wasm32-unknown-emscripten" || triple.find("msvc") != std::string_view::npos));
}

base::Path UnitFiles::state_directory() const
{
  return m_input.workspace.target_directory / ".cargo-wasm";
}

base::Path UnitFiles::kind_directory(const CompileKind& kind) const
{
  return state_directory() / (kind.triple ? kind.triple->str() : std::string("host")) / m_input.graph.profile_directory.str();
}

base::Path UnitFiles::final_directory(const CompileKind& kind) const
{
  const base::Path& target = m_input.workspace.target_directory;
  return (kind.triple ? target / kind.triple->str() : target) / m_input.graph.profile_directory.str();
}

base::Path UnitFiles::output_directory(UnitIndex index) const
{
  const Unit& unit = m_input.graph.units[index];
  if (unit.target->is_custom_build()) {
    return kind_directory(CompileKind::host()) / "build" / fmt::format("{}-{}", unit.package->id().name(), unit_hash(index));
  }
  if (unit.target->kind == manifest::TargetKind::example) {
    return kind_directory(unit.kind) / "examples";
  }
  return deps_directory(unit.kind);
}

base::Path UnitFiles::dep_info(UnitIndex index) const
{
  const std::string crate = m_input.graph.units[index].target->crate_name();
  return output_directory(index) / (has_extra_filename(index) ? fmt::format("{}-{}.d", crate, unit_hash(index)) : crate + ".d");
}

base::Path UnitFiles::script_run_directory(UnitIndex index) const
{
  const Unit& unit = m_input.graph.units[index];
  return kind_directory(unit.kind) / "build" / fmt::format("{}-{}", unit.package->id().name(), unit_hash(index));
}

base::Path UnitFiles::program_path(const manifest::CrateTarget& bin, const CompileKind& kind) const
{
  const toolchain::FilePattern* pattern = m_input.platforms.info(kind).pattern(CrateType::bin);
  return final_directory(kind) / (pattern == nullptr ? bin.name : pattern->prefix + bin.name + pattern->suffix);
}

std::optional<base::Path> UnitFiles::uplifted(UnitIndex index, const OutputFile& file) const
{
  const Unit& unit = m_input.graph.units[index];
  if (unit.mode != CompileMode::build || file.flavor == OutputFile::Flavor::rmeta || unit.target->is_custom_build()) {
    return std::nullopt;
  }
  if (!unit.target->is_bin() && file.crate_type != CrateType::dylib && !m_is_root[index]) {
    return std::nullopt;
  }
  const std::string name =
      file.pattern.prefix + (file.replace_hyphens ? unit.target->crate_name() : unit.target->name) + file.pattern.suffix;
  const base::Path directory = final_directory(unit.kind);
  return unit.target->kind == manifest::TargetKind::example ? directory / "examples" / name : directory / name;
}

Result<std::vector<UnitOutput>> UnitFiles::outputs(UnitIndex index) const
{
  const Unit& unit = m_input.graph.units[index];
  const toolchain::TargetInfo& info = m_input.platforms.info(unit.kind);
  const OutputFile rmeta{OutputFile::Flavor::rmeta, std::nullopt, {"lib", ".rmeta"}, true};
  std::vector<OutputFile> files;
  if (is_check(unit.mode)) {
    files.push_back(rmeta);
  } else {
    const std::vector<CrateType> types = unit.mode == CompileMode::test ? std::vector{CrateType::bin} : unit.crate_types;
    std::vector<std::string_view> unsupported;
    for (const CrateType type : types) {
      std::vector<OutputFile> made = toolchain::output_files(info, type);
      if (made.empty()) {
        unsupported.push_back(manifest::to_string(type));
      }
      files.insert(files.end(), made.begin(), made.end());
    }
    if (files.empty()) {
      return fail(Error("CW0380",
                        fmt::format("target `{}` cannot produce {} for `{}`",
                                    m_input.platforms.triple(unit.kind),
                                    fmt::join(unsupported, ", "),
                                    unit.package->id().display()))
                      .help("build for another target, or change `crate-type`"));
    }
    if (unit.mode == CompileMode::build && !unit.requires_upstream_objects()) {
      files.push_back(rmeta);
    }
  }

  const base::Path directory = output_directory(index);
  const std::string crate = unit.target->crate_name();
  const std::string stem = has_extra_filename(index) ? fmt::format("{}-{}", crate, unit_hash(index)) : crate;
  std::vector<UnitOutput> outputs;
  for (const OutputFile& file : files) {
    outputs.push_back({directory / (file.pattern.prefix + stem + file.pattern.suffix), uplifted(index, file), file.flavor});
  }
  return outputs;
}

} // namespace cargo_wasm::plan
