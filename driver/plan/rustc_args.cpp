// rustc's command line (cargo: compiler/mod.rs build_base_args, build_deps_args, prepare_rustc). The order is cargo's throughout, so that
// `-v` output can be compared, and because some of it matters to rustc.
//
// One difference (differences-from-cargo (c)): the workspace, $CARGO_HOME and the standard library's sources are called by neutral names in
// what rustc writes, but not in its diagnostics.
#include <algorithm>

#include <fmt/format.h>

#include "action_context.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateType;
using toolchain::CompileKind;

bool ActionContext::only_needs_metadata(UnitIndex parent, UnitIndex dependency) const
{
  const Unit& above = unit(parent);
  const Unit& below = unit(dependency);
  return above.mode == CompileMode::build && below.mode == CompileMode::build && !above.requires_upstream_objects() &&
         !below.requires_upstream_objects();
}

bool ActionContext::is_primary(UnitIndex index) const
{
  return std::ranges::any_of(input.graph.roots, [&](UnitIndex root) { return unit(root).package->id() == unit(index).package->id(); });
}

std::string_view ActionContext::cap_lints(UnitIndex index) const
{
  // With -vv exec turns it into "warn" when it runs the compiler: that must not make every dependency dirty.
  return unit(index).is_local() ? std::string_view() : "allow";
}

SourceArgument source_argument(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  const base::Path& root = context.input.workspace.root;
  if (unit.package->id().source().is_path()) {
    const base::Path relative = unit.target->source.lexically_relative(root);
    if (!relative.empty() && *relative.begin() != "..") {
      return {relative.native(), root};
    }
  }
  return {unit.target->source.native(), unit.package->root()};
}

namespace {

class ArgumentWriter
{
public:
  ArgumentWriter(const ActionContext& context, UnitIndex index) : m_context(context), m_index(index), m_unit(context.unit(index)) {}

  std::vector<TemplateArg> run()
  {
    const bool test = is_any_test(m_unit.mode);
    add("--crate-name", m_unit.target->crate_name());
    add(fmt::format("--edition={}", manifest::to_string(m_unit.target->edition)));
    add(source_argument(m_context, m_index).argument);
    add("--error-format=json");
    add("--json=diagnostic-rendered-ansi,artifacts,future-incompat");
    if (!test) {
      for (const CrateType type : m_unit.crate_types) {
        add("--crate-type", manifest::to_string(type));
      }
    }
    add_emit();
    add_codegen();
    if (m_context.cap_lints(m_index) != "allow") {
      for (const std::string& flag : m_unit.package->manifest->lints.rustc_flags) {
        add(flag);
      }
    }
    add_assertions();
    if (test && m_unit.target->harness) {
      add("--test");
      if (m_unit.profile.panic != PanicStrategy::unwind) {
        add("-Z", "panic-abort-tests");
      }
    } else if (test) {
      add("--cfg", "test");
    }
    add_features();
    add_identity();
    add_dependencies();
    if (const std::string_view cap = m_context.cap_lints(m_index); !cap.empty()) {
      add("--cap-lints", cap);
    }
    add_remapping();
    for (const std::string& flag : m_unit.rustflags) {
      add(flag);
    }
    return std::move(m_args);
  }

private:
  void add(std::string_view argument) { m_args.push_back({ArgPiece{std::string(argument)}}); }
  void add(std::string_view option, std::string_view value)
  {
    add(option);
    add(value);
  }
  void add_codegen_option(std::string_view value) { add("-C", value); }

  void add_emit()
  {
    if (is_check(m_unit.mode)) {
      add("--emit=dep-info,metadata");
    } else {
      add(m_unit.requires_upstream_objects() ? "--emit=dep-info,link" : "--emit=dep-info,metadata,link");
    }
    const bool has_dylib = !is_any_test(m_unit.mode) && std::ranges::find(m_unit.crate_types, CrateType::dylib) != m_unit.crate_types.end();
    if ((m_unit.target->for_host && !m_unit.target->is_custom_build()) || (has_dylib && !m_context.is_primary(m_index))) {
      add_codegen_option("prefer-dynamic");
    }
  }

  void add_codegen()
  {
    const BuildProfile& profile = m_unit.profile;
    if (profile.opt_level != "0") {
      add_codegen_option(fmt::format("opt-level={}", profile.opt_level));
    }
    if (profile.panic == PanicStrategy::abort) {
      add_codegen_option("panic=abort");
    } else if (profile.panic == PanicStrategy::immediate_abort) {
      add_codegen_option("panic=immediate-abort");
      add("-Z", "unstable-options");
    }
    add_lto();
    if (profile.codegen_backend) {
      add("-Z", fmt::format("codegen-backend={}", *profile.codegen_backend));
    }
    if (profile.codegen_units) {
      add_codegen_option(fmt::format("codegen-units={}", *profile.codegen_units));
    }
    if (profile.debuginfo.is_on()) {
      add_codegen_option(fmt::format("debuginfo={}", to_string(profile.debuginfo.level)));
      if (profile.split_debuginfo && m_context.input.platforms.info(m_unit.kind).supports_split_debuginfo(*profile.split_debuginfo)) {
        add_codegen_option(fmt::format("split-debuginfo={}", *profile.split_debuginfo));
      }
    }
  }

  void add_lto()
  {
    switch (m_unit.lto.kind) {
    case UnitLto::Kind::run:
      return add_codegen_option(m_unit.lto.name ? fmt::format("lto={}", *m_unit.lto.name) : "lto");
    case UnitLto::Kind::only_bitcode:
      return add_codegen_option("linker-plugin-lto");
    case UnitLto::Kind::only_object:
      return add_codegen_option("embed-bitcode=no");
    case UnitLto::Kind::object_and_bitcode:
      return;
    case UnitLto::Kind::off:
      add_codegen_option("lto=off");
      add_codegen_option("embed-bitcode=no");
    }
  }

  /// Overflow checks follow debug assertions in rustc, so they are named only where they differ.
  void add_assertions()
  {
    const bool asserts = m_unit.profile.debug_assertions;
    if (m_unit.profile.opt_level != "0") {
      if (asserts) {
        add_codegen_option("debug-assertions=on");
      }
    } else if (!asserts) {
      add_codegen_option("debug-assertions=off");
    }
    if (m_unit.profile.overflow_checks != asserts) {
      add_codegen_option(m_unit.profile.overflow_checks ? "overflow-checks=on" : "overflow-checks=off");
    }
  }

  void add_features()
  {
    for (const InternedString feature : m_unit.features) {
      add("--cfg", fmt::format("feature=\"{}\"", feature));
    }
    std::string declared;
    for (const auto& [feature, values] : m_unit.package->manifest->summary->features) {
      declared += fmt::format("{}\"{}\"", declared.empty() ? "" : ", ", feature);
    }
    add("--check-cfg", "cfg(docsrs,test)");
    add("--check-cfg", fmt::format("cfg(feature, values({}))", declared));
  }

  void add_identity()
  {
    const UnitFiles& files = m_context.files;
    add_codegen_option(fmt::format("metadata={}", files.metadata(m_index)));
    if (files.has_extra_filename(m_index)) {
      add_codegen_option(fmt::format("extra-filename=-{}", files.unit_hash(m_index)));
    }
    if (m_unit.profile.rpath) {
      add_codegen_option("rpath");
    }
    add("--out-dir", files.output_directory(m_index).native());
    if (m_unit.kind.triple) {
      add("--target", m_unit.kind.triple->view());
    }
    if (const auto linker = m_context.linkers.find(m_unit.kind); linker != m_context.linkers.end()) {
      add_codegen_option("linker=" + linker->second);
    }
    if (m_unit.profile.incremental) {
      add_codegen_option("incremental=" + files.incremental_directory(m_unit.kind).native());
    }
    const bool strips_later = m_context.post_links[m_index].has_steps; // what is stripped, wasm-opt cannot read any more
    if (m_unit.profile.strip.kind == Strip::Kind::named && !strips_later) {
      add_codegen_option(fmt::format("strip={}", m_unit.profile.strip.name));
    }
    if (m_unit.is_std) {
      add("-Z", "force-unstable-if-unmarked"); // what is in std is not for everybody to use
    }
  }

  /// Only crates of std hide dependencies from those who use them.
  [[nodiscard]] bool is_private(const UnitDependency& dependency) const
  {
    return !dependency.is_public && m_unit.target->is_lib() && m_unit.package->manifest->has_public_dependencies;
  }

  [[nodiscard]] bool has_extern_options(const UnitDependency& dependency) const
  {
    return is_private(dependency) || dependency.no_prelude || dependency.no_unused;
  }

  [[nodiscard]] std::string extern_options(const UnitDependency& dependency) const
  {
    std::string options;
    const auto add_if = [&](bool wanted, const char* option) {
      if (wanted) {
        options += (options.empty() ? "" : ",") + std::string(option);
      }
    };
    add_if(is_private(dependency), "priv");
    add_if(dependency.no_prelude, "noprelude");
    add_if(dependency.no_unused, "nounused");
    return options.empty() ? options : options + ":";
  }

  void add_dependencies()
  {
    const UnitFiles& files = m_context.files;
    add("-L", "dependency=" + files.deps_directory(m_unit.kind).native());
    if (!m_unit.kind.is_host()) {
      add("-L", "dependency=" + files.deps_directory(CompileKind::host()).native()); // proc macros that are re-exported
    }
    bool is_unstable = false;
    for (const UnitDependency& dependency : m_unit.dependencies) {
      const Unit& other = m_context.unit(dependency.unit);
      if (!other.target->is_linkable() || other.mode == CompileMode::doc || other.mode == CompileMode::run_custom_build) {
        continue;
      }
      const bool metadata = is_check(other.mode) || m_context.only_needs_metadata(m_index, dependency.unit);
      const auto wanted = metadata ? toolchain::OutputFile::Flavor::rmeta : toolchain::OutputFile::Flavor::linkable;
      for (const UnitOutput& output : m_context.outputs[dependency.unit]) {
        if (output.flavor == wanted) {
          add("--extern", fmt::format("{}{}={}", extern_options(dependency), dependency.extern_name, output.path.native()));
          is_unstable = is_unstable || has_extern_options(dependency);
        }
      }
    }
    if (m_unit.target->proc_macro) {
      add("--extern", "proc_macro");
    }
    if (is_unstable) {
      add("-Z", "unstable-options");
    }
  }

  /// The last prefix that matches wins, so the more specific ones come last; the user's own flags come later still.
  ///
  /// Units that a store may share have no real path left anywhere, metadata included; what the compiler says of them is mapped back
  /// (exec/real_paths.hpp). Units of one checkout keep theirs, so that errors in dependents can quote their sources.
  void add_remapping()
  {
    const toolchain::RustcInfo& rustc = m_context.input.platforms.rustc;
    const bool stays_here = m_unit.profile.incremental;
    if (m_context.request.strict_cargo || (stays_here && !toolchain::supports_remap_path_scope(rustc.version))) {
      return;
    }
    const base::Path& root = m_context.input.workspace.root;
    const base::Path& target = m_context.input.workspace.target_directory;
    if (stays_here) {
      add("--remap-path-scope=object");
    }
    add(fmt::format("--remap-path-prefix={}={}", root.native(), k_remapped_workspace));
    add(fmt::format("--remap-path-prefix={}={}", target.native(), k_remapped_target));
    add(fmt::format("--remap-path-prefix={}={}", m_context.input.config.cargo_home().native(), k_remapped_cargo_home));
    if (!rustc.commit_hash.empty()) {
      add(fmt::format("--remap-path-prefix={}=/rustc/{}", (rustc.sysroot / "lib/rustlib/src/rust").native(), rustc.commit_hash));
    }
  }

  const ActionContext& m_context;
  UnitIndex m_index;
  const Unit& m_unit;
  std::vector<TemplateArg> m_args;
};

/// The directives `rustc-link-arg*` that apply to this unit.
std::vector<std::string> link_arg_kinds(const Unit& unit, bool own)
{
  const manifest::CrateTarget& target = *unit.target;
  const bool is_cdylib =
      !is_any_test(unit.mode) && target.is_lib() && std::ranges::find(target.crate_types, CrateType::cdylib) != target.crate_types.end();
  std::vector<std::string> kinds;
  if (own) {
    kinds.emplace_back("all");
  }
  if (is_cdylib) {
    kinds.emplace_back("cdylib"); // also from dependencies: cargo never took that back (cargo#9562)
  }
  if (!own) {
    return kinds;
  }
  if (target.is_bin()) {
    kinds.emplace_back("bins");
    kinds.push_back("bin=" + target.name);
  } else if (target.kind == manifest::TargetKind::test) {
    kinds.emplace_back("tests");
  } else if (target.kind == manifest::TargetKind::bench) {
    kinds.emplace_back("benches");
  } else if (target.kind == manifest::TargetKind::example && target.is_executable()) {
    kinds.emplace_back("examples");
  }
  return kinds;
}

} // namespace

std::vector<TemplateArg> rustc_arguments(const ActionContext& context, UnitIndex unit)
{
  return ArgumentWriter(context, unit).run();
}

std::vector<ScriptArgs> script_arguments(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  std::vector<ScriptArgs> result;
  for (const UnitIndex script : context.scripts[index].to_link) {
    const bool own = context.unit(script).package->id() == unit.package->id();
    const bool has_lib = unit.package->manifest->library() != nullptr;
    result.push_back({.script = script,
                      .own_package = context.scripts[index].own == script,
                      .pass_l = own && (unit.target->is_lib() || !has_lib),
                      .search_paths = true,
                      .link_arg_kinds = link_arg_kinds(unit, own)});
  }
  return result;
}

} // namespace cargo_wasm::plan
