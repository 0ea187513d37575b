// Which crate targets a request selects (cargo: ops/cargo_compile/unit_generator.rs, compile_filter.rs).
#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cargo_wasm/base/text.hpp>

#include "patterns.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

using manifest::CrateTarget;
using manifest::FeatureValue;
using manifest::TargetKind;
using toolchain::CompileKind;

namespace {

using Predicate = std::function<bool(const CrateTarget&)>;

bool is_bin(const CrateTarget& t)
{
  return t.kind == TargetKind::bin;
}
bool is_example(const CrateTarget& t)
{
  return t.kind == TargetKind::example;
}
bool is_test(const CrateTarget& t)
{
  return t.kind == TargetKind::test;
}
bool is_bench(const CrateTarget& t)
{
  return t.kind == TargetKind::bench;
}

struct Proposal
{
  PackagePtr package;
  const CrateTarget* target;
  bool requires_features; ///< named by the user: missing features are an error instead of a reason to skip
  CompileMode mode;
};

class RootSelector
{
public:
  RootSelector(const Env& env, const UnitContext& context, const std::vector<PackagePtr>& packages)
      : m_env(env), m_context(context), m_packages(packages), m_selection(context.request.targets)
  {
  }

  Result<std::vector<UnitIndex>> run()
  {
    CW_TRY(propose());
    CW_TRY(make_units());
    if (m_units.empty() && is_specific()) {
      m_env.reporter.warning(Error("CW0373", "the target selection matches nothing, so there is nothing to build", Blame::usage));
    }
    std::vector<UnitIndex> units(m_units.begin(), m_units.end());
    std::ranges::sort(units, [&](UnitIndex a, UnitIndex b) { return compare_units(m_context.units[a], m_context.units[b]) < 0; });
    return units;
  }

private:
  [[nodiscard]] bool is_specific() const
  {
    const TargetSelection& s = m_selection;
    return s.lib || s.all_bins || s.all_examples || s.all_tests || s.all_benches || s.all_targets || !s.bins.empty() ||
           !s.examples.empty() || !s.tests.empty() || !s.benches.empty();
  }

  [[nodiscard]] CompileMode default_mode() const
  {
    switch (m_context.request.intent) {
    case UserIntent::build:
      return CompileMode::build;
    case UserIntent::check:
      return m_context.request.check_as_test ? CompileMode::check_test : CompileMode::check;
    case UserIntent::test:
    case UserIntent::bench:
      return CompileMode::test;
    case UserIntent::doc:
      return CompileMode::doc;
    }
    return CompileMode::build;
  }

  Result<> propose()
  {
    const CompileMode mode = default_mode();
    if (!is_specific()) {
      for (const PackagePtr& package : m_packages) {
        for (const CrateTarget& target : package->manifest->targets) {
          if (is_default(*package, target)) {
            m_proposals.push_back({package, &target, false, mode});
          }
        }
      }
      return {};
    }

    const TargetSelection& s = m_selection;
    if (s.lib || s.all_targets) {
      const std::size_t before = m_proposals.size();
      add([](const CrateTarget& t) { return t.is_lib(); }, false, mode);
      if (m_proposals.size() == before && !s.all_targets) {
        return fail(
            Error("CW0363", fmt::format("no library in the selected packages `{}`", fmt::join(package_names(), "`, `")), Blame::usage));
      }
    }
    CompileMode test_mode = mode;
    if (m_context.request.intent == UserIntent::build) {
      test_mode = CompileMode::test;
    } else if (m_context.request.intent == UserIntent::check) {
      test_mode = CompileMode::check_test;
    }
    const bool all_tests = s.all_tests || s.all_targets;
    const bool all_benches = s.all_benches || s.all_targets;
    CW_TRY(add_rule(s.all_bins || s.all_targets, s.bins, "binary", is_bin, mode));
    CW_TRY(add_rule(s.all_examples || s.all_targets, s.examples, "example", is_example, mode));
    CW_TRY(add_rule(
        all_tests, s.tests, "test", all_tests ? Predicate([](const CrateTarget& t) { return t.tested; }) : Predicate(is_test), test_mode));
    CW_TRY(add_rule(all_benches,
                    s.benches,
                    "bench",
                    all_benches ? Predicate([](const CrateTarget& t) { return t.benched; }) : Predicate(is_bench),
                    test_mode));
    return {};
  }

  [[nodiscard]] bool is_default(const manifest::Package& package, const CrateTarget& target) const
  {
    switch (m_context.request.intent) {
    case UserIntent::build:
    case UserIntent::check:
      return target.is_bin() || target.is_lib();
    case UserIntent::test:
      return target.tested || is_example(target);
    case UserIntent::bench:
      return target.benched;
    case UserIntent::doc: {
      const CrateTarget* lib = package.manifest->library();
      return target.documented && (!target.is_bin() || lib == nullptr || lib->crate_name() != target.crate_name());
    }
    }
    return false;
  }

  void add(const Predicate& predicate, bool requires_features, CompileMode mode)
  {
    for (const PackagePtr& package : m_packages) {
      for (const CrateTarget& target : package->manifest->targets) {
        if (predicate(target)) {
          m_proposals.push_back({package, &target, requires_features, mode});
        }
      }
    }
  }

  Result<> add_rule(bool all, const std::vector<std::string>& names, std::string_view what, const Predicate& of_kind, CompileMode mode)
  {
    if (all) {
      add(of_kind, false, mode);
      return {};
    }
    for (const std::string& name : names) {
      const Predicate named = [&](const CrateTarget& t) {
        return of_kind(t) && (is_pattern(name) ? base::glob_matches(name, t.name) : t.name == name);
      };
      const std::size_t before = m_proposals.size();
      add(named, true, mode);
      if (m_proposals.size() == before) {
        return fail(no_such_target(name, what, of_kind));
      }
    }
    return {};
  }

  [[nodiscard]] Error no_such_target(const std::string& name, std::string_view what, const Predicate& of_kind) const
  {
    std::vector<std::string> names;
    for (const PackagePtr& package : m_packages) {
      for (const CrateTarget& target : package->manifest->targets) {
        if (of_kind(target)) {
          names.push_back(target.name);
        }
      }
    }
    Error error("CW0364", fmt::format("no {} target `{}` in `{}`", what, name, fmt::join(package_names(), "`, `")), Blame::usage);
    if (const auto near = base::nearest(name, names)) {
      error.helps.push_back(fmt::format("a target with a similar name exists: `{}`", *near));
    } else if (!names.empty()) {
      error.notes.push_back(fmt::format("there are: `{}`", fmt::join(names, "`, `")));
    }
    for (const PackagePtr& member : m_context.input.workspace.members) {
      const auto& targets = member->manifest->targets;
      const bool has_it = std::ranges::any_of(targets, [&](const CrateTarget& t) { return of_kind(t) && t.name == name; });
      if (has_it) {
        error.helps.push_back(fmt::format("package `{}` has it; select it with `--package {}`", member->id().name(), member->id().name()));
      }
    }
    return error;
  }

  [[nodiscard]] std::vector<std::string> package_names() const
  {
    std::vector<std::string> names;
    for (const PackagePtr& package : m_packages) {
      names.push_back(package->id().name().str());
    }
    return names;
  }

  Result<> make_units()
  {
    for (const Proposal& proposal : m_proposals) {
      const CrateTarget& target = *proposal.target;
      std::vector<std::string> missing;
      if (target.needs_features()) {
        CW_TRY(check_required_features(proposal));
        auto& available = m_available[proposal.package->id()];
        if (!available) {
          available = m_context.available_features(
              proposal.package->id(), m_context.has_dev_units, m_context.request.kinds_of(proposal.package->id()));
        }
        std::ranges::copy_if(
            *target.required_features, std::back_inserter(missing), [&](const std::string& f) { return !available->contains(f); });
      }
      if (target.is_lib() || missing.empty()) {
        make_units_of(proposal);
      } else if (proposal.requires_features) {
        return fail(Error("CW0365",
                          fmt::format("target `{}` of `{}` needs features that are off: `{}`",
                                      target.name,
                                      proposal.package->id().name(),
                                      fmt::join(missing, "`, `")),
                          Blame::usage)
                        .help(fmt::format("switch them on: `--features \"{}\"`", fmt::join(*target.required_features, " "))));
      }
    }
    return {};
  }

  /// A typing error in `required-features` would otherwise hide a target for ever.
  Result<> check_required_features(const Proposal& proposal)
  {
    const manifest::Summary& summary = *proposal.package->manifest->summary;
    for (const std::string& text : *proposal.target->required_features) {
      const FeatureValue value = manifest::parse_feature_value(InternedString(text));
      const std::string where =
          fmt::format("`required-features` of target `{}` in `{}`", proposal.target->name, proposal.package->id().name());
      if (value.kind == FeatureValue::Kind::dependency || value.weak) {
        return fail(
            Error("CW0367", fmt::format("`{}` is not allowed in {}", text, where)).help("write a feature, or `dependency/feature`"));
      }
      std::string problem;
      if (value.kind == FeatureValue::Kind::feature) {
        problem = summary.features.contains(value.feature) ? "" : fmt::format("there is no feature `{}`", value.feature);
      } else {
        problem = check_dependency_feature(summary, value);
      }
      if (!problem.empty() && m_warned.insert(where + text).second) {
        m_env.reporter.warning(Error("CW0366", fmt::format("{} names `{}`, but {}", where, text, problem)));
      }
    }
    return {};
  }

  [[nodiscard]] std::string check_dependency_feature(const manifest::Summary& summary, const FeatureValue& value) const
  {
    const resolve::Resolve& resolve = m_context.input.full_resolve;
    const resolve::ResolvedPackage* package = resolve.find(summary.id);
    if (package == nullptr) {
      return {};
    }
    for (const resolve::ResolveEdge& edge : package->edges) {
      if (std::ranges::none_of(edge.dependencies, [&](const auto& d) { return d->name_in_toml == value.dependency; })) {
        continue;
      }
      const resolve::ResolvedPackage* to = resolve.find(edge.to);
      const bool known =
          to == nullptr || to->summary == nullptr || to->summary->features.contains(value.feature) ||
          std::ranges::any_of(to->summary->dependencies, [&](const auto& d) { return d->optional && d->name_in_toml == value.feature; });
      return known ? "" : fmt::format("`{}` has no feature `{}`", edge.to.display(), value.feature);
    }
    return fmt::format("there is no dependency `{}`", value.dependency);
  }

  void make_units_of(const Proposal& proposal)
  {
    const CrateTarget& target = *proposal.target;
    CompileMode mode = proposal.mode;
    if (mode == CompileMode::test && is_example(target) && !is_specific() && !target.tested) {
      mode = CompileMode::build; // examples are built to see that they compile
    }
    for (const CompileKind& requested : m_context.request.kinds_of(proposal.package->id())) {
      const CompileKind kind = requested.is_host() ? m_context.explicit_host : requested;
      // Host side or not makes no difference here but for panics: roots get the plain profile.
      const UnitPurpose purpose{false, false, is_any_test(proposal.mode) || target.for_host};
      BuildProfile profile = m_context.profile(proposal.package, purpose, kind);
      const FeaturesFor side = target.proc_macro ? FeaturesFor::host : FeaturesFor::normal_or_dev;
      m_units.insert(m_context.make_unit(proposal.package, target, std::move(profile), kind_for_target(kind, target), mode, side));
    }
  }

  const Env& m_env;
  const UnitContext& m_context;
  const std::vector<PackagePtr>& m_packages;
  const TargetSelection& m_selection;
  std::vector<Proposal> m_proposals;
  std::set<UnitIndex> m_units;
  std::map<spec::PackageId, std::optional<std::set<std::string>>> m_available;
  std::set<std::string> m_warned;
};

} // namespace

Result<std::vector<UnitIndex>> make_root_units(const Env& env, const UnitContext& context, const std::vector<PackagePtr>& packages)
{
  return RootSelector(env, context, packages).run();
}

} // namespace cargo_wasm::plan
