// Features: which of those that the host lacks the module really uses, and where.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/feature_use.hpp>

#include "checks.hpp"
#include "function_names.hpp"

namespace cargo_wasm::host {

namespace {

using wasm::Feature;

constexpr std::uint32_t k_shown_uses = 4; ///< one for the place, three more by name

/// Features that come with an option of the compiler, and what takes them out again.
struct FeatureHelp
{
  Feature feature;
  std::string_view help;
};
constexpr std::array<FeatureHelp, 9> k_feature_helps{{
    {Feature::sign_ext, "wasm-opt replaces it: `--signext-lowering`, or `lower = [\"sign-ext\"]` in the host's file"},
    {Feature::bulk_memory_opt,
     "wasm-opt replaces it: `--llvm-memory-copy-fill-lowering`, or `lower = [\"bulk-memory-opt\"]` in the host's file"},
    {Feature::nontrapping_fptoint,
     "wasm-opt replaces it: `--llvm-nontrapping-fptoint-lowering`, or `lower = [\"nontrapping-fptoint\"]` in the host's file"},
    {Feature::call_indirect_overlong, "wasm-opt writes it the short way, whatever its level: `wasm-opt = \"s\"` in the profile"},
    {Feature::exception_handling, "it is how panics unwind: `panic = \"abort\"` in the profile does without"},
    {Feature::legacy_exceptions, "it is how panics unwind: `panic = \"abort\"` in the profile does without"},
    {Feature::exnref, "it is how panics unwind: `panic = \"abort\"` in the profile does without"},
    {Feature::multivalue, "build std anew without it: `-Z build-std` and `-C target-feature=-multivalue`"},
    {Feature::reference_types, "build std anew without it: `-Z build-std` and `-C target-feature=-reference-types`"},
}};

bool is_part_of_mvp_target(Feature feature)
{
  constexpr std::array<Feature, 7> k_absent{Feature::sign_ext,
                                            Feature::bulk_memory_opt,
                                            Feature::bulk_memory,
                                            Feature::nontrapping_fptoint,
                                            Feature::multivalue,
                                            Feature::reference_types,
                                            Feature::call_indirect_overlong};
  return std::ranges::find(k_absent, feature) != k_absent.end();
}

class FeatureCheck
{
public:
  FeatureCheck(const CheckRequest& request, const wasm::Module& module, Violations& violations)
      : m_request(request), m_module(module), m_violations(violations)
  {
  }

  Result<> run()
  {
    const wasm::FeatureSet lacking = wasm::FeatureSet::all().without(common_features(m_request.profile));
    if (lacking.empty()) {
      return {};
    }
    CW_TRY_ASSIGN(const auto uses, wasm::features_used(m_module, lacking, k_shown_uses));
    if (uses.empty()) {
      return {};
    }
    m_names.emplace(m_module, m_request.names);
    for (auto use = uses.begin(); use != uses.end();) {
      const auto end = std::find_if(use, uses.end(), [&](const wasm::FeatureUse& other) { return other.feature != use->feature; });
      m_violations.push_back(violation({use, end}));
      use = end;
    }
    return {};
  }

private:
  [[nodiscard]] std::string shown_place(const wasm::FeatureUse& use) const
  {
    return use.function ? fmt::format("`{}` in {}", use.what, m_names->shown(*use.function)) : std::string(use.what);
  }

  Error violation(std::span<const wasm::FeatureUse> uses) const
  {
    const wasm::FeatureUse& first = uses.front();
    const std::string_view name = wasm::name_of(first.feature);
    Error error("CW0874", fmt::format("{} uses `{}`, which {} lacks", shown_artifact(m_request), name, shown_host(m_request)));
    error.where = place(m_request, first.offset, shown_place(first));
    for (std::size_t i = 1; i < uses.size() && i < k_shown_uses - 1; ++i) {
      error.notes.push_back("also " + shown_place(uses[i]));
    }
    if (uses.size() == k_shown_uses) {
      error.notes.emplace_back("and elsewhere");
    }
    add_support(first.feature, error);
    add_helps(first.feature, error);
    return error;
  }

  void add_support(Feature feature, Error& error) const
  {
    for (const Profile* const host : parts_of(m_request.profile)) {
      if (features_of(*host).contains(feature)) {
        continue;
      }
      const auto support = host->features->find(feature);
      const bool is_known = support != host->features->end();
      if (is_known && support->second.is_on && support->second.since) {
        error.notes.push_back(
            fmt::format("{} has it from version {} on, and {} is meant", host->name, support->second.since->text, host->version->text));
      } else if (is_known && !support->second.note.empty()) {
        error.notes.push_back(fmt::format("{}: {}", host->name, support->second.note));
      } else if (host != &m_request.profile) {
        error.notes.push_back(fmt::format("{} does not have it", shown_name(*host)));
      }
    }
  }

  static void add_helps(Feature feature, Error& error)
  {
    const auto* const help = std::ranges::find(k_feature_helps, feature, &FeatureHelp::feature);
    if (help != k_feature_helps.end()) {
      error.helps.emplace_back(help->help);
    } else if (!is_part_of_mvp_target(feature)) {
      error.helps.push_back(
          fmt::format("leave it out of `-C target-feature=+{}` and of what C code is compiled with", wasm::name_of(feature)));
    }
    if (is_part_of_mvp_target(feature)) {
      error.helps.emplace_back("a crate without std can be built for `wasm32v1-none`, which uses none of the later features");
    }
  }

  const CheckRequest& m_request;
  const wasm::Module& m_module;
  Violations& m_violations;
  std::optional<FunctionNames> m_names;
};

} // namespace

Result<> check_features(const CheckRequest& request, const wasm::Module& module, Violations& violations)
{
  return FeatureCheck(request, module, violations).run();
}

} // namespace cargo_wasm::host
