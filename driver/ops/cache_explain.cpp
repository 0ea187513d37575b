// `cache explain` and `cache diff`: the parts of a unit's key, and which of them make two keys differ.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/explain_key.hpp>
#include <cargo_wasm/ops/cache_verbs.hpp>

#include "plan_build.hpp"
#include "result_store.hpp"

namespace cargo_wasm::ops {
namespace {

using KeyJson = nlohmann::ordered_json;

struct UnitKey
{
  std::string unit; ///< "serde v1.0.0 (lib), wasm32-wasip1"
  exec::ExplainedKey key;
};

bool is_meant(const plan::ActionLabel& label, std::string_view unit)
{
  return unit == label.package_name || unit == label.crate_name || unit == label.progress_name ||
         unit == label.package_name + "@" + label.package_version;
}

Result<std::vector<UnitKey>> keys_of(const Env& env, const GlobalOptions& options, const CompileRequest& request, const std::string& unit)
{
  CW_TRY_ASSIGN(const auto store, cache::Store::open(env.fs, env.clock, store_directory(env)));
  CW_TRY_ASSIGN(const auto planned, plan_build(env, options, request, nullptr));
  if (!planned) {
    return std::vector<UnitKey>{};
  }
  const exec::CacheUse use = cache_use(env, *store, request.driver_program);
  CW_TRY_ASSIGN(auto explained,
                exec::explain_keys(env, planned->graph, use, [&](const plan::ActionTemplate& tmpl) { return is_meant(tmpl.label, unit); }));
  std::vector<UnitKey> keys;
  for (exec::ExplainedKey& key : explained) {
    const plan::ActionTemplate& tmpl = planned->graph.actions[key.action];
    keys.push_back({tmpl.identity, std::move(key)});
  }
  if (keys.empty()) {
    return fail(Error("CW1245", fmt::format("nothing in this build is called `{}`", unit), Blame::usage)
                    .help("a package (`serde`, `serde@1.0.228`), a crate, or what the progress bar shows: `serde(build)`"));
  }
  return keys;
}

std::string state_text(const exec::ExplainedKey& key)
{
  const std::string because = key.private_because.empty() ? "" : ": " + key.private_because;
  switch (key.state) {
  case exec::KeyState::absent:
    return key.private_because.empty() ? "the store has no result" : "the store has no result; one would stay with this checkout" + because;
  case exec::KeyState::for_checkout:
    return "the store has a result, for this checkout alone" + because;
  case exec::KeyState::for_user:
    return "the store has a result, for this user alone" + because;
  case exec::KeyState::for_anyone:
    return "the store has a result that every checkout takes";
  }
  return {};
}

std::string_view state_name(exec::KeyState state)
{
  constexpr std::array<std::string_view, 4> k_names = {"absent", "checkout", "user", "anyone"};
  return k_names.at(static_cast<std::size_t>(state));
}

KeyJson json_of(const UnitKey& unit)
{
  KeyJson parts = KeyJson::array();
  for (const exec::KeyPart& part : unit.key.parts) {
    parts.push_back({{"kind", part.kind}, {"name", part.name}, {"value", part.value}});
  }
  return {{"unit", unit.unit},
          {"first", base::to_hex(unit.key.first.hash)},
          {"second", unit.key.second ? KeyJson(base::to_hex(unit.key.second->hash)) : KeyJson()},
          {"result", state_name(unit.key.state)},
          {"private-because", unit.key.private_because},
          {"parts", std::move(parts)}};
}

/// Parts by kind and name.
using Parts = std::map<std::pair<std::string, std::string>, std::string>;

/// Of each unit, from `cache explain --json` or from a checkout.
Result<std::map<std::string, Parts>>
parts_at(const Env& env, const GlobalOptions& options, const CacheDiffRequest& request, const Path& place)
{
  std::map<std::string, Parts> units;
  if (env.fs.is_file(place)) {
    CW_TRY_ASSIGN(const std::string text, env.fs.read(place));
    const KeyJson told = KeyJson::parse(text, nullptr, false);
    for (const KeyJson& unit : told.is_array() ? told : KeyJson::array()) {
      Parts& parts = units[unit.value("unit", "")];
      for (const KeyJson& part : unit.value("parts", KeyJson::array())) {
        parts[{part.value("kind", ""), part.value("name", "")}] = part.value("value", "");
      }
    }
    if (units.empty()) {
      return fail(
          Error("CW1246", fmt::format("`{}` is neither a checkout nor what `cache explain --json` prints", place.string()), Blame::usage));
    }
    return units;
  }
  Env there = env;
  there.cwd = place;
  CW_TRY_ASSIGN(const auto keys, keys_of(there, options, request.compile, request.unit));
  for (const UnitKey& unit : keys) {
    for (const exec::KeyPart& part : unit.key.parts) {
      units[unit.unit][{part.kind, part.name}] = part.value;
    }
  }
  return units;
}

} // namespace

Result<> cache_explain(const Env& env, const GlobalOptions& options, const CacheExplainRequest& request)
{
  CW_TRY_ASSIGN(const auto keys, keys_of(env, options, request.compile, request.unit));
  if (request.json) {
    KeyJson told = KeyJson::array();
    for (const UnitKey& unit : keys) {
      told.push_back(json_of(unit));
    }
    env.reporter.result(told.dump(2, ' ', false, KeyJson::error_handler_t::replace) + "\n");
    return {};
  }
  std::string text;
  for (const UnitKey& unit : keys) {
    text += fmt::format("{}\n  {}\n  first  {}\n", unit.unit, state_text(unit.key), base::to_hex(unit.key.first.hash));
    if (unit.key.second) {
      text += fmt::format("  second {}\n", base::to_hex(unit.key.second->hash));
    }
    std::string_view kind;
    for (const exec::KeyPart& part : unit.key.parts) {
      if (part.kind != kind) {
        text += fmt::format("  {}\n", part.kind);
        kind = part.kind;
      }
      text += part.kind == "argument" ? fmt::format("    {}\n", part.value) : fmt::format("    {}  {}\n", part.name, part.value);
    }
  }
  env.reporter.result(text);
  return {};
}

Result<> cache_diff(const Env& env, const GlobalOptions& options, const CacheDiffRequest& request)
{
  CW_TRY_ASSIGN(const auto one, parts_at(env, options, request, request.one));
  CW_TRY_ASSIGN(const auto other, parts_at(env, options, request, request.other));
  std::string text;
  for (const auto& [unit, parts] : one) {
    const auto found = other.find(unit);
    if (found == other.end()) {
      text += fmt::format("{}\n  only in the first\n", unit);
      continue;
    }
    std::string differences;
    for (const auto& [name, value] : parts) {
      const auto there = found->second.find(name);
      if (there == found->second.end()) {
        differences += fmt::format("  {} {}: {} in the first, nothing in the second\n", name.first, name.second, value);
      } else if (there->second != value) {
        differences += fmt::format("  {} {}: {} in the first, {} in the second\n", name.first, name.second, value, there->second);
      }
    }
    for (const auto& [name, value] : found->second) {
      if (!parts.contains(name)) {
        differences += fmt::format("  {} {}: nothing in the first, {} in the second\n", name.first, name.second, value);
      }
    }
    text += fmt::format("{}\n{}", unit, differences.empty() ? "  the same key\n" : differences);
  }
  for (const auto& [unit, parts] : other) {
    text += one.contains(unit) ? "" : fmt::format("{}\n  only in the second\n", unit);
  }
  env.reporter.result(text);
  return {};
}

} // namespace cargo_wasm::ops
