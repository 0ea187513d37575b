#include <cargo_wasm/link/link_remarks.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/rust/demangle.hpp>
#include <cargo_wasm/toolchain/wasm_linker.hpp>

#include "crate_of_object.hpp"
#include "report_of.hpp"

namespace cargo_wasm::link {

namespace {

using exec::Remark;

std::string owner(const exec::InspectedAction& link, const std::string& object)
{
  return describe(link.graph, origin_of(link.graph, link.action, object));
}

/// What the user's flags say of the wasm features, in their order: the last word on a feature holds.
struct AskedFeatures
{
  bool is_mvp = false; ///< `-C target-cpu=mvp`: none but those that are asked for
  std::set<std::string, std::less<>> on, off;

  explicit AskedFeatures(const std::vector<std::string>& rustc_arguments)
  {
    for (const std::string& option : toolchain::codegen_options(rustc_arguments)) {
      const std::size_t equals = std::min(option.find('='), option.size());
      const std::string_view name = std::string_view(option).substr(0, equals);
      const std::string_view value = std::string_view(option).substr(std::min(equals + 1, option.size()));
      if (name == "target-cpu") {
        is_mvp = value == "mvp";
      } else if (name == "target-feature") {
        for (const std::string_view feature : base::split(value, ',')) {
          add(feature);
        }
      }
    }
  }

  [[nodiscard]] bool leave_out(std::string_view feature) const
  {
    constexpr std::string_view k_everywhere = "mutable-globals"; // of every engine since 2018, and std is compiled with it for every target
    return off.contains(feature) || (is_mvp && feature != k_everywhere && !on.contains(feature));
  }

private:
  void add(std::string_view feature)
  {
    if (feature.size() < 2) {
      return;
    }
    auto& to = feature.front() == '+' ? on : off;
    auto& from = feature.front() == '+' ? off : on;
    from.erase(std::string(feature.substr(1)));
    to.emplace(feature.substr(1));
  }
};

using Features = std::vector<const shim::LinkedFeature*>;

/// "feature `simd128`", "features `atomics`, `simd128`".
std::string listed(const Features& features)
{
  std::string names;
  for (const shim::LinkedFeature* const feature : features) {
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", feature->name);
  }
  return fmt::format("feature{} {}", features.size() == 1 ? "" : "s", names);
}

std::string refusal(const Features& features)
{
  return fmt::format("a host that lacks {} refuses the whole module", features.size() == 1 ? "it" : "one of them");
}

Remark foreign_features(const exec::InspectedAction& link, const Features& features)
{
  return {base::Severity::warning,
          Error("CW0836", fmt::format("one part of the program needs the wasm {}, and no Rust code does", listed(features)))
              .note(fmt::format("compiled for {}: {}", features.size() == 1 ? "it" : "them", owner(link, features.front()->object)))
              .note(refusal(features))
              .help(fmt::format("compile that part without: clang's option is `-mno-{}`", features.front()->name))
              .help(fmt::format("or let all of the program have it: `-C target-feature=+{}`", features.front()->name))};
}

Remark unwanted_features(const exec::InspectedAction& link, const Features& features)
{
  Error warning("CW0837",
                fmt::format("the program needs the wasm {}, which `-C target-cpu` or `-C target-feature` leaves out", listed(features)));
  for (const shim::LinkedFeature* const feature : features) {
    if (feature->is_foreign) {
      warning.notes.push_back(fmt::format("compiled for `{}`: {}", feature->name, owner(link, feature->object)));
    }
  }
  warning.notes.push_back(refusal(features));
  warning.helps.emplace_back(
      "such options do not reach what is compiled already, as std is; target `wasm32v1-none` has a core without later features");
  return {base::Severity::warning, std::move(warning)};
}

Remark dead_symbol(const exec::InspectedAction& link, const shim::DeadSymbol& symbol)
{
  const std::string user = symbol.user.empty() ? std::string() : fmt::format(", in `{}`", rust::demangle(symbol.user));
  return {base::Severity::note,
          Error({}, fmt::format("nobody defines `{}`, but nothing that the program comes to uses it", rust::demangle(symbol.name)))
              .note(fmt::format("wanted by {}{}", owner(link, symbol.object), user))};
}

Remark dead_call(const exec::InspectedAction& link, const shim::SignatureConflict& conflict, const shim::SignatureUse& use)
{
  const std::string caller = use.caller.empty() ? std::string() : fmt::format(", in `{}`", rust::demangle(use.caller));
  return {
      base::Severity::note,
      Error({},
            fmt::format(
                "`{}` is called as `{}`, but it is `{}`; the program does not come to that call", conflict.symbol, use.type, conflict.type))
          .note(fmt::format("called from {}{}", owner(link, use.file), caller))};
}

bool is_of_toolchain(const exec::InspectedAction& link, const shim::DeadSymbol& symbol)
{
  return origin_of(link.graph, link.action, symbol.object).kind == ObjectOrigin::Kind::toolchain;
}

} // namespace

std::vector<Remark> remarks_on_link(const exec::InspectedAction& link, DeadCode dead)
{
  std::vector<Remark> remarks;
  const auto report = report_of(link);
  if (!report || !*report) {
    return remarks;
  }
  const AskedFeatures asked(link.command_of(link.action).args);
  Features unwanted;
  std::map<std::string_view, Features> foreign; // by object
  for (const shim::LinkedFeature& feature : (*report)->features) {
    if (asked.leave_out(feature.name)) {
      unwanted.push_back(&feature);
    } else if (feature.is_foreign) {
      foreign[feature.object].push_back(&feature);
    }
  }
  if (!unwanted.empty()) {
    remarks.push_back(unwanted_features(link, unwanted));
  }
  for (const auto& [object, features] : foreign) {
    remarks.push_back(foreign_features(link, features));
  }
  if (dead == DeadCode::untold) {
    return remarks;
  }
  for (const shim::DeadSymbol& symbol : (*report)->dead_symbols) {
    if (!is_of_toolchain(link, symbol)) {
      remarks.push_back(dead_symbol(link, symbol));
    }
  }
  for (const shim::SignatureConflict& conflict : (*report)->signature_conflicts) {
    for (const shim::SignatureUse& use : conflict.uses) {
      if (!use.is_live) {
        remarks.push_back(dead_call(link, conflict, use));
      }
    }
  }
  return remarks;
}

} // namespace cargo_wasm::link
