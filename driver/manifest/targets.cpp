#include "targets.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "target_table.hpp"

namespace cargo_wasm::manifest {

namespace {

/// Directories in which cargo keeps its own files beside binaries.
constexpr std::array<std::string_view, 4> k_taken_binary_names{"build", "deps", "examples", "incremental"};

constexpr std::array<std::pair<std::string_view, CrateType>, 7> k_crate_types{{{"bin", CrateType::bin},
                                                                               {"lib", CrateType::lib},
                                                                               {"rlib", CrateType::rlib},
                                                                               {"dylib", CrateType::dylib},
                                                                               {"cdylib", CrateType::cdylib},
                                                                               {"staticlib", CrateType::staticlib},
                                                                               {"proc-macro", CrateType::proc_macro}}};

class TargetReader
{
public:
  TargetReader(TargetContext& context, const Fields& manifest, const Fields& package)
      : m_context(context), m_state(context.state), m_manifest(manifest), m_package(package)
  {
  }

  std::vector<CrateTarget> run()
  {
    library();
    const bool has_lib = !m_targets.empty();
    for (const TargetKind kind : {TargetKind::bin, TargetKind::example, TargetKind::test, TargetKind::bench}) {
      if (!m_state.failed()) {
        others(traits_of(kind), has_lib);
      }
    }
    build_script();
    if (m_state.failed()) {
      return {};
    }
    if (std::all_of(m_targets.begin(), m_targets.end(), [](const CrateTarget& target) { return target.is_custom_build(); })) {
      m_state.fail(Error("CW0117", fmt::format("package `{}` has no targets", m_context.package_name))
                       .at(m_package.document().span(place_of_name()))
                       .help("add `src/lib.rs`, `src/main.rs`, a `[lib]` or a `[[bin]]` section"));
    }
    warn_shared_files();
    return std::move(m_targets);
  }

private:
  [[nodiscard]] Position place_of_name() const
  {
    const TomlMember* name = m_package.raw().find_member("name");
    return name == nullptr ? Position{} : name->value->position;
  }

  void library()
  {
    const TargetKindTraits& traits = traits_of(TargetKind::lib);
    const std::optional<bool> autodiscover = m_package.boolean("autolib");
    const Located at = m_manifest.find("lib");
    const TomlTable* table = m_manifest.table("lib");
    if (m_state.failed()) {
      return;
    }
    TargetSpec lib;
    if (table != nullptr) {
      lib = read_target_spec(m_context, *at.document, *table, at.value->position, traits);
    } else if (autodiscover == false) {
      return;
    }
    const bool needs_search = autodiscover != false || !lib.name || !lib.path;
    const bool implied = needs_search && (table == nullptr || !lib.path) && m_state.fs.exists(m_state.root / "src/lib.rs");
    if (table == nullptr && !implied) {
      return;
    }
    if (!lib.name) {
      lib.name = std::string(m_context.package_name);
      std::replace(lib.name->begin(), lib.name->end(), '-', '_');
    }
    if (base::trim(*lib.name).empty()) {
      m_state.fail("CW0104", "the name of the library is empty", *lib.document, lib.place);
      return;
    }
    if (lib.name->find('-') != std::string::npos) {
      m_state.fail(Error("CW0104", fmt::format("library name `{}` contains a hyphen", *lib.name))
                       .at(lib.document->span(lib.place))
                       .help("library names are Rust identifiers: write `_`"));
      return;
    }
    if (!lib.path && implied) {
      lib.path = "src/lib.rs";
    } else if (!lib.path) {
      std::string old_place = fmt::format("src/{}.rs", *lib.name);
      if (m_context.edition != Edition::e2015 || !m_state.fs.exists(m_state.root / old_place)) {
        m_state.fail(Error("CW0110", fmt::format("no file for library `{}`", *lib.name))
                         .at(lib.document->span(lib.place))
                         .note("`src/lib.rs` does not exist")
                         .help("name the file with `path` in `[lib]`"));
        return;
      }
      m_state.warn("CW0131",
                   fmt::format("`{}` is taken for library `{}` only in edition 2015", old_place, *lib.name),
                   *lib.document,
                   lib.place,
                   "rename it to `src/lib.rs`, or write `path` in `[lib]`");
      lib.path = std::move(old_place);
    }
    CrateTarget target;
    target.kind = TargetKind::lib;
    target.tested = target.benched = target.doctested = target.documented = true;
    target.crate_types = library_types(lib);
    push(lib, std::move(target), traits);
  }

  std::vector<CrateType> parse_types(const TargetSpec& spec, const std::vector<std::string>& names)
  {
    std::vector<CrateType> types;
    for (const std::string& name : names) {
      const auto found = std::find_if(k_crate_types.begin(), k_crate_types.end(), [&](const auto& row) { return row.first == name; });
      if (found == k_crate_types.end()) {
        Error error = Error("CW0109", fmt::format("`{}` is not a crate type", name)).at(spec.document->span(spec.place));
        error.helps.push_back("crate types are `lib`, `rlib`, `dylib`, `cdylib`, `staticlib`, `bin` and `proc-macro`");
        m_state.fail(std::move(error));
        return {};
      }
      types.push_back(found->second);
    }
    return types;
  }

  std::vector<CrateType> library_types(const TargetSpec& lib)
  {
    if (!lib.crate_types) {
      return {lib.proc_macro == true ? CrateType::proc_macro : CrateType::lib};
    }
    std::vector<CrateType> types = parse_types(lib, *lib.crate_types);
    const auto has = [&](CrateType type) { return std::find(types.begin(), types.end(), type) != types.end(); };
    if (has(CrateType::dylib) && has(CrateType::cdylib)) {
      m_state.fail("CW0109", fmt::format("library `{}` cannot be both `dylib` and `cdylib`", *lib.name), *lib.document, lib.place);
    } else if (has(CrateType::proc_macro)) {
      m_state.warn("CW0131",
                   fmt::format("library `{}` sets the crate type `proc-macro`", *lib.name),
                   *lib.document,
                   lib.place,
                   "write `proc-macro = true` instead");
      if (types.size() > 1) {
        m_state.fail("CW0109",
                     fmt::format("library `{}` cannot have the crate type `proc-macro` beside others", *lib.name),
                     *lib.document,
                     lib.place);
      }
    }
    return types;
  }

  void others(const TargetKindTraits& traits, bool has_lib)
  {
    const std::optional<bool> autodiscover = m_package.boolean(traits.switch_key);
    const std::vector<TargetSpec> specs = collect_targets(m_context, m_manifest, autodiscover, traits, has_lib);
    std::unordered_set<std::string_view> names;
    for (const TargetSpec& spec : specs) {
      if (m_state.failed()) {
        return;
      }
      if (!names.insert(*spec.name).second) {
        const TargetSpec& written = spec.document != nullptr ? spec : specs.front();
        m_state.fail(
            Error("CW0116", fmt::format("two {} targets are named `{}`", traits.noun, *spec.name))
                .at(written.document == nullptr ? m_package.document().span(place_of_name()) : written.document->span(written.place)));
        return;
      }
      CrateTarget target;
      target.kind = traits.kind;
      target.crate_types = {CrateType::bin};
      switch (traits.kind) {
      case TargetKind::bin:
        check_binary(spec);
        target.tested = target.benched = target.documented = true;
        break;
      case TargetKind::example:
        if (spec.crate_types && !spec.crate_types->empty()) {
          target.crate_types = parse_types(spec, *spec.crate_types);
          if (std::all_of(target.crate_types.begin(), target.crate_types.end(), [](CrateType type) { return type == CrateType::bin; })) {
            target.crate_types = {CrateType::bin};
          }
        }
        break;
      case TargetKind::test:
        target.tested = true;
        break;
      case TargetKind::bench:
        target.benched = true;
        break;
      case TargetKind::lib:
      case TargetKind::custom_build:
        break;
      }
      target.required_features = spec.required_features;
      push(spec, std::move(target), traits);
    }
  }

  void check_binary(const TargetSpec& spec)
  {
    if (std::find(k_taken_binary_names.begin(), k_taken_binary_names.end(), *spec.name) != k_taken_binary_names.end()) {
      Error error("CW0104", fmt::format("a binary cannot be named `{}`: a directory of that name stands beside it", *spec.name));
      if (spec.document != nullptr) {
        error.where = spec.document->span(spec.place);
      }
      m_state.fail(std::move(error));
      return;
    }
    if (spec.filename) {
      m_state.fail(
          "CW0106", fmt::format("`filename` of binary `{}` is unstable and needs a nightly cargo", *spec.name), *spec.document, spec.place);
      return;
    }
    const bool has_types = spec.crate_types && !spec.crate_types->empty();
    if ((has_types || spec.proc_macro == true) && m_state.wants_warnings) {
      const std::string_view key = spec.proc_macro == true ? "proc-macro" : "crate-type";
      m_state.warnings.push_back(
          {Error("CW0109", fmt::format("binary `{}` cannot have `{}`", *spec.name, key)).at(spec.document->span(spec.place)), false, true});
    }
  }

  void push(const TargetSpec& spec, CrateTarget target, const TargetKindTraits& traits)
  {
    target.name = *spec.name;
    target.source = m_state.root / normalize_path(*spec.path);
    target.edition = m_context.edition;
    target.filename = spec.filename;
    target.tested = spec.test.value_or(target.tested);
    target.documented = spec.doc.value_or(target.documented);
    target.doctested = spec.doctest.value_or(target.doctested);
    target.benched = spec.bench.value_or(target.benched);
    target.harness = spec.harness.value_or(true);
    target.proc_macro = spec.proc_macro.value_or(false);
    target.for_host = target.proc_macro;
    if (spec.edition) {
      if (spec.edition.value->as_string() == nullptr) {
        return;
      }
      m_state.warn("CW0131",
                   fmt::format("`edition` of {} `{}` is deprecated", traits.noun, target.name),
                   *spec.document,
                   spec.edition.value->position,
                   "one edition holds for the whole package");
      target.edition = parse_edition(m_state, spec.edition).value_or(m_context.edition);
    }
    m_targets.push_back(std::move(target));
  }

  void build_script()
  {
    const Located build = m_package.find("build");
    std::string path = "build.rs";
    if (m_state.failed()) {
      return;
    }
    if (!build) {
      if (!m_state.fs.is_file(m_state.root / path)) {
        return;
      }
    } else if (const std::string* text = build.value->as_string()) {
      path = normalize_path(*text).string();
      if (path.empty() || path == "/" || path.ends_with("..")) {
        m_state.fail("CW0105", fmt::format("`{}` does not name a build script", *text), *build.document, build.value->position);
        return;
      }
    } else if (const bool* wanted = build.value->as_bool()) {
      if (!*wanted) {
        return;
      }
    } else if (build.value->as_array() != nullptr) {
      m_state.fail("CW0106", "several build scripts are unstable and need a nightly cargo", *build.document, build.value->position);
      return;
    } else {
      fail_type(m_state, build, "package.build", "a string or `false`");
      return;
    }
    CrateTarget target;
    target.kind = TargetKind::custom_build;
    target.crate_types = {CrateType::bin};
    target.source = m_state.root / path;
    target.name = fmt::format("build-script-{}", target.source.stem().string());
    target.edition = m_context.edition;
    target.for_host = true;
    m_targets.push_back(std::move(target));
  }

  void warn_shared_files()
  {
    if (!m_state.wants_warnings) {
      return;
    }
    std::unordered_map<std::string, const CrateTarget*> by_file;
    for (const CrateTarget& target : m_targets) {
      const auto [first, is_new] = by_file.try_emplace(target.source.native(), &target);
      if (!is_new) {
        const auto describe = [](const CrateTarget& one) { return fmt::format("{} `{}`", traits_of(one.kind).noun, one.name); };
        m_state.warn(Error("CW0136",
                           fmt::format("`{}` is the source of two targets: {} and {}",
                                       target.source.lexically_relative(m_state.root).string(),
                                       describe(*first->second),
                                       describe(target))));
      }
    }
  }

  TargetContext& m_context;
  ReadState& m_state;
  const Fields& m_manifest;
  const Fields& m_package;
  std::vector<CrateTarget> m_targets;
};

} // namespace

std::vector<CrateTarget> read_targets(TargetContext& context, const Fields& manifest, const Fields& package)
{
  return TargetReader(context, manifest, package).run();
}

} // namespace cargo_wasm::manifest
