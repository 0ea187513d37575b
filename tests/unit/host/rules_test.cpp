// Every rule of every built-in host has a module that breaks this rule and no other; all of them are made from the data, so that a rule
// that is added to a file is tested without a line here.
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/host/check.hpp>
#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/wasm/feature_use.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

#include "module_draft.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::test;

namespace {

const base::Path k_app("app.wasm");

const std::vector<host::Profile>& hosts()
{
  static const std::vector<host::Profile> all = [] {
    const TestEnv world;
    return host::all_profiles(world.fs, {"/nowhere", "/project"}).value();
  }();
  return all;
}

std::vector<Error> violations(const host::Profile& profile, const std::string& content)
{
  const auto found = host::check({profile, wasm::Source(k_app, content)});
  REQUIRE(found.has_value());
  return *found;
}

/// The codes of the violations, with blanks between them.
std::string codes(const host::Profile& profile, const std::string& content)
{
  std::string text;
  for (const Error& error : violations(profile, content)) {
    text += (text.empty() ? "" : " ") + error.id;
  }
  return text;
}

std::string without_stars(std::string glob)
{
  for (std::size_t at = glob.find('*'); at != std::string::npos; at = glob.find('*')) {
    glob.replace(at, glob.compare(at, 2, "**") == 0 ? 2 : 1, "x");
  }
  return glob;
}

/// A module that the host takes: with every export that a rule asks for.
ModuleDraft fit_module(const host::Profile& profile)
{
  ModuleDraft draft;
  std::set<std::string> names;
  for (const host::Profile* const part : host::parts_of(profile)) {
    for (const host::ExportRule& rule : part->exports) {
      if (rule.need == host::Need::at_least_one && names.insert(rule.names.front()).second) {
        draft.exports.push_back({rule.names.front(), rule.kind == wasm::ExternalKind::memory ? "memory" : rule.type.value_or("() -> ()")});
      }
    }
  }
  return draft;
}

void import_some_of(const host::ExportRule& rule, ModuleDraft& draft)
{
  if (!rule.when_imports.empty()) {
    draft.imports.push_back({rule.when_imports.front(), "sched_yield", "() -> (i32)"});
  }
}

bool provides_sched_yield(const host::Profile& profile)
{
  return std::ranges::any_of(profile.imports, [](const host::ImportRule& rule) {
    return host::provides(rule, "wasi_snapshot_preview1", "sched_yield", wasm::ExternalKind::func);
  });
}

} // namespace

TEST_CASE("host rules: a module that imports nothing and exports what is asked for runs everywhere", "[host][rules]")
{
  for (const host::Profile& profile : hosts()) {
    CAPTURE(profile.id);
    CHECK(codes(profile, fit_module(profile).build()) == (host::parts_of(profile).front()->takes_modules ? "" : "CW0871"));
  }
}

TEST_CASE("host rules: what a host does not accept at all", "[host][rules]")
{
  const std::string component = wasm_component({});
  for (const host::Profile& profile : hosts()) {
    CAPTURE(profile.id);
    CHECK(codes(profile, component) == (host::parts_of(profile).front()->takes_components ? "" : "CW0871"));
  }
}

TEST_CASE("host rules: each feature that a host lacks is told with its place, and those that it has are not", "[host][rules]")
{
  std::size_t fixtures = 0;
  for (const host::Profile& profile : hosts()) {
    const wasm::FeatureSet common = host::common_features(profile);
    for (std::size_t i = 1; i < wasm::k_features; ++i) {
      const auto feature = static_cast<wasm::Feature>(i);
      const auto content = module_using(feature);
      if (!content || !host::parts_of(profile).front()->takes_modules) {
        continue;
      }
      const auto module = wasm::Module::read(wasm::Source(k_app, *content));
      REQUIRE(module.has_value());
      std::string expected;
      const auto uses = wasm::features_used(*module);
      REQUIRE(uses.has_value());
      bool is_used = false;
      for (const wasm::FeatureUse& use : *uses) {
        is_used = is_used || use.feature == feature;
        expected += common.contains(use.feature) ? "" : fmt::format("`{}` ", wasm::name_of(use.feature));
      }
      CAPTURE(profile.id, wasm::name_of(feature));
      CHECK(is_used);
      std::string told;
      for (const Error& error : violations(profile, *content)) {
        if (error.id == "CW0874") {
          const std::size_t begin = error.message.find("uses `") + 5;
          told += error.message.substr(begin, error.message.find("`, which") + 1 - begin) + " ";
          CHECK(std::holds_alternative<base::BinarySpan>(error.where));
        } else {
          CHECK(error.id == "CW0875"); // these modules export nothing
        }
      }
      CHECK(told == expected);
      fixtures += common.contains(feature) ? 0U : 1U;
    }
  }
  CHECK(fixtures > 150);
}

TEST_CASE("host rules: a function of another type than the host has", "[host][rules]")
{
  std::size_t fixtures = 0;
  const auto check_one = [&](const host::Profile& profile, const std::string& module, const std::string& field, const std::string& type) {
    CAPTURE(profile.id, module, field);
    ModuleDraft draft = fit_module(profile);
    draft.imports.push_back({module, field, type});
    CHECK(codes(profile, draft.build()).empty());
    draft.imports.back().type = type == "() -> ()" ? "(i32) -> ()" : "() -> ()";
    draft.exports.push_back({"memory", "memory"});
    if (std::ranges::count(draft.exports, std::string("memory"), &ModuleDraft::Export::name) > 1) {
      draft.exports.pop_back();
    }
    CHECK(codes(profile, draft.build()) == "CW0873");
    ++fixtures;
  };
  for (const host::Profile& profile : hosts()) {
    for (const host::ImportRule& rule : profile.imports) {
      for (const auto& [field, type] : rule.functions) {
        check_one(profile, rule.modules.front(), field, type);
      }
      for (const std::string& field : rule.fields) {
        if (const std::string* const type = host::interface_type(rule.modules.front(), field)) {
          check_one(profile, rule.modules.front(), field, *type);
        }
      }
    }
  }
  CHECK(fixtures > 300);
}

TEST_CASE("host rules: an import that nobody provides, of every module that a host knows or excludes", "[host][rules]")
{
  std::size_t fixtures = 0;
  for (const host::Profile& profile : hosts()) {
    if (!host::parts_of(profile).front()->takes_modules) {
      continue;
    }
    const auto refuses = [&](const std::string& module, const std::string& field) {
      CAPTURE(profile.id, module, field);
      ModuleDraft draft = fit_module(profile);
      draft.imports.push_back({module, field});
      CHECK(codes(profile, draft.build()).starts_with("CW0872"));
      ++fixtures;
    };
    for (const host::Profile* const part : host::parts_of(profile)) {
      for (const host::OwnImportRule& rule : part->own_imports) {
        for (const std::string& glob : rule.except) {
          refuses(without_stars(glob), "teleport");
        }
      }
      for (const host::ImportRule& rule : part->imports) {
        if (part->own_imports.empty() && !(rule.fields.empty() && rule.functions.empty())) {
          refuses(without_stars(rule.modules.front()), "teleport");
        }
      }
      if (part->own_imports.empty()) {
        refuses("nobody", "teleport");
      }
    }
  }
  CHECK(fixtures > 50);
}

TEST_CASE("host rules: a memory instead of a function", "[host][rules]")
{
  for (const host::Profile& profile : hosts()) {
    if (!profile.own_imports.empty() || !host::parts_of(profile).front()->takes_modules || !profile.every.empty()) {
      continue; // they may import memories: their project provides them
    }
    for (const host::ImportRule& rule : profile.imports) {
      const bool takes_memories = std::ranges::find(rule.kinds, wasm::ExternalKind::memory) != rule.kinds.end();
      const std::string field = rule.functions.empty() ? (rule.fields.empty() ? "x" : rule.fields.front()) : rule.functions.begin()->first;
      ModuleDraft draft = fit_module(profile);
      draft.imports.push_back({without_stars(rule.modules.front()), field, "memory"});
      draft.exports.push_back({"memory", "memory"});
      CAPTURE(profile.id, rule.modules.front(), field);
      CHECK((codes(profile, draft.build()).find("CW0872") == std::string::npos) == takes_memories);
    }
  }
}

TEST_CASE("host rules: exports that are missing, doubled, of another kind or type", "[host][rules]")
{
  std::size_t fixtures = 0;
  for (const host::Profile& profile : hosts()) {
    for (const host::Profile* const part : host::parts_of(profile)) {
      for (std::size_t i = 0; i < part->exports.size(); ++i) {
        const host::ExportRule& rule = part->exports[i];
        if (!rule.when_imports.empty() && !provides_sched_yield(*part)) {
          continue;
        }
        CAPTURE(profile.id, rule.names);
        ModuleDraft draft = fit_module(profile);
        import_some_of(rule, draft);
        CHECK(codes(profile, draft.build()).empty());
        const auto is_of_rule = [&](const ModuleDraft::Export& entry) {
          return std::ranges::find(rule.names, entry.name) != rule.names.end();
        };
        std::erase_if(draft.exports, is_of_rule);
        const bool is_memory = rule.kind == wasm::ExternalKind::memory;
        ModuleDraft broken = draft;
        if (rule.need == host::Need::at_most_one) {
          broken.exports.push_back({rule.names[0], rule.type.value_or("() -> ()")});
          broken.exports.push_back({rule.names[1], rule.type.value_or("() -> ()")});
        }
        CHECK(codes(profile, broken.build()) == "CW0875");
        broken = draft;
        broken.exports.push_back({rule.names[0], is_memory ? "() -> ()" : "memory"});
        CHECK(codes(profile, broken.build()) == "CW0875");
        if (rule.type) {
          broken = draft;
          broken.exports.push_back({rule.names[0], "(i32 i32) -> (i32)"});
          CHECK(codes(profile, broken.build()) == "CW0875");
        }
        ++fixtures;
      }
    }
  }
  CHECK(fixtures > 10);
}

TEST_CASE("host rules: limits, and memory that threads share", "[host][rules]")
{
  for (const host::Profile& profile : hosts()) {
    if (!host::parts_of(profile).front()->takes_modules) {
      continue;
    }
    CAPTURE(profile.id);
    const auto fits = [&](auto change, std::uint64_t most) {
      ModuleDraft draft = fit_module(profile);
      change(draft, most);
      CHECK(codes(profile, draft.build()).empty());
      draft = fit_module(profile);
      change(draft, most + 1);
      CHECK(codes(profile, draft.build()) == "CW0876");
    };
    if (const auto most = host::limit_of(profile, host::LimitKind::memory_pages)) {
      fits([](ModuleDraft& draft, std::uint64_t value) { draft.memory_pages = static_cast<std::uint32_t>(value); }, *most);
    }
    if (const auto most = host::limit_of(profile, host::LimitKind::table_elements)) {
      fits([](ModuleDraft& draft, std::uint64_t value) { draft.table_elements = static_cast<std::uint32_t>(value); }, *most);
    }
    if (const auto most = host::limit_of(profile, host::LimitKind::module_bytes)) {
      const std::size_t others = fit_module(profile).build().size() + 64;
      ModuleDraft draft = fit_module(profile);
      draft.more_bytes = *most - others;
      CHECK(codes(profile, draft.build()).empty());
      draft.more_bytes = *most;
      CHECK(codes(profile, draft.build()) == "CW0876");
    }
    ModuleDraft shared = fit_module(profile);
    shared.is_memory_shared = true;
    const bool has_atomics = host::common_features(profile).contains(wasm::Feature::atomics);
    const auto has_shared = [](const host::Profile* part) { return part->has_shared_memory; };
    const auto parts = host::parts_of(profile);
    CHECK(codes(profile, shared.build()) == (!has_atomics ? "CW0874" : std::ranges::all_of(parts, has_shared) ? "" : "CW0877"));
  }
}
