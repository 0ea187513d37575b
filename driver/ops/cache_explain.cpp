// `cache explain` and `cache diff`: the parts of a unit's key, and which of them make two keys differ.
#include <algorithm>
#include <map>
#include <set>

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

/// A unit's key to be compared: parts by kind and name, and the arguments in their order.
struct ComparedKey
{
  std::map<std::pair<std::string, std::string>, std::string> parts;
  std::vector<std::string> arguments;

  void add(const std::string& kind, const std::string& name, const std::string& value)
  {
    parts[{kind, name}] = value;
    if (kind == "argument") {
      arguments.push_back(name);
    }
  }
};

/// Of each unit, from `cache explain --json` or from a checkout.
Result<std::map<std::string, ComparedKey>>
keys_at(const Env& env, const GlobalOptions& options, const CacheDiffRequest& request, const Path& place)
{
  std::map<std::string, ComparedKey> units;
  if (!env.fs.is_file(place)) {
    Env there = env;
    there.cwd = place;
    CW_TRY_ASSIGN(const auto keys, keys_of(there, options, request.compile, request.unit));
    for (const UnitKey& unit : keys) {
      for (const exec::KeyPart& part : unit.key.parts) {
        units[unit.unit].add(part.kind, part.name, part.value);
      }
    }
    return units;
  }
  CW_TRY_ASSIGN(const std::string text, env.fs.read(place));
  const KeyJson told = KeyJson::parse(text, nullptr, false);
  const auto text_at = [](const KeyJson& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  for (const KeyJson& unit : told.is_array() ? told : KeyJson::array()) {
    const std::string name = text_at(unit, "unit");
    const auto parts = unit.is_object() ? unit.find("parts") : unit.end();
    if (name.empty() || parts == unit.end() || !parts->is_array()) {
      continue;
    }
    for (const KeyJson& part : *parts) {
      units[name].add(text_at(part, "kind"), text_at(part, "name"), text_at(part, "value"));
    }
  }
  if (units.empty()) {
    const std::string shown = base::shown_path(env.cwd, place).string();
    return fail(Error("CW1246", fmt::format("`{}` is neither a checkout nor what `cache explain --json` prints", shown), Blame::usage)
                    .help("name a directory, or a file that `cargo-wasm cache explain UNIT --json` was redirected to"));
  }
  return units;
}

std::string only_in(const std::string& kind, const std::string& name, const std::string& value, std::string_view where)
{
  return value.empty() ? fmt::format("  {} {}: only in the {}\n", kind, name, where)
                       : fmt::format("  {} {}: only in the {}, {}\n", kind, name, where, value);
}

/// A line for each part that differs. What a result looked at besides is compared where there are two results.
std::string differences_of(ComparedKey one, ComparedKey other)
{
  const auto was_looked_at = [](const auto& part) { return part.first.first.starts_with("looked at"); };
  if (std::ranges::none_of(one.parts, was_looked_at) || std::ranges::none_of(other.parts, was_looked_at)) {
    std::erase_if(one.parts, was_looked_at);
    std::erase_if(other.parts, was_looked_at);
  }
  std::string text;
  for (const auto& [part, value] : one.parts) {
    const auto there = other.parts.find(part);
    if (there == other.parts.end()) {
      text += only_in(part.first, part.second, value, "first");
    } else if (there->second != value) {
      text += fmt::format("  {} {}: {} in the first, {} in the second\n", part.first, part.second, value, there->second);
    }
  }
  for (const auto& [part, value] : other.parts) {
    if (!one.parts.contains(part)) {
      text += only_in(part.first, part.second, value, "second");
    }
  }
  if (!text.empty()) {
    return text;
  }
  return one.arguments == other.arguments ? "  the same key\n" : "  the same arguments in another order\n";
}

/// "wasm32-wasip1/release/liba-liba-build-1cf916e48f6bb3cb/record" without the hash.
std::string without_hash(const std::string& unit)
{
  constexpr std::size_t k_digits = 16;
  for (std::size_t at = unit.find('-'); at != std::string::npos; at = unit.find('-', at + 1)) {
    const std::size_t end = unit.find_first_not_of("0123456789abcdef", at + 1);
    if (std::min(end, unit.size()) - at - 1 == k_digits) {
      return unit.substr(0, at) + unit.substr(at + 1 + k_digits);
    }
  }
  return unit;
}

/// The unit of the same name; else, since flags and features are part of names by a hash, the only one that differs in the hash alone.
std::map<std::string, ComparedKey>::const_iterator
counterpart(const std::string& unit, const std::map<std::string, ComparedKey>& units, const std::map<std::string, ComparedKey>& others)
{
  if (const auto same = others.find(unit); same != others.end()) {
    return same;
  }
  const std::string name = without_hash(unit);
  const auto fits = [&](const auto& entry) { return without_hash(entry.first) == name; };
  const bool is_only_one = std::ranges::count_if(units, fits) == 1 && std::ranges::count_if(others, fits) == 1;
  return is_only_one ? std::ranges::find_if(others, fits) : others.end();
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
      text += part.value.empty() ? fmt::format("    {}\n", part.name) : fmt::format("    {}  {}\n", part.name, part.value);
    }
  }
  env.reporter.result(text);
  return {};
}

Result<> cache_diff(const Env& env, const GlobalOptions& options, const CacheDiffRequest& request)
{
  CW_TRY_ASSIGN(const auto one, keys_at(env, options, request, request.one));
  CW_TRY_ASSIGN(const auto other, keys_at(env, options, request, request.other));
  std::string text;
  std::set<std::string> seen;
  for (const auto& [unit, key] : one) {
    const auto found = counterpart(unit, one, other);
    if (found == other.end()) {
      text += fmt::format("{}\n  only in the first\n", unit);
      continue;
    }
    seen.insert(found->first);
    text += found->first == unit ? unit + "\n" : fmt::format("{}, {} in the second\n", unit, found->first);
    text += differences_of(key, found->second);
  }
  for (const auto& [unit, key] : other) {
    text += seen.contains(unit) ? "" : fmt::format("{}\n  only in the second\n", unit);
  }
  env.reporter.result(text);
  return {};
}

} // namespace cargo_wasm::ops
