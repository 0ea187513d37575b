// Merging of profile tables; the order is told in profiles.hpp.
#include <cargo_wasm/plan/profiles.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::plan {

using manifest::BuildProfileToml;

namespace {

BuildProfile built_in(bool release)
{
  BuildProfile profile;
  if (release) {
    profile.name = "release";
    profile.root_is_release = true;
    profile.opt_level = "3";
  } else {
    profile.name = "dev";
    profile.debuginfo = {DebugInfoLevel::full, false};
    profile.debug_assertions = true;
    profile.overflow_checks = true;
    profile.incremental = true;
  }
  return profile;
}

DebugInfoLevel debug_level(std::string_view text)
{
  if (text == "line-directives-only") {
    return DebugInfoLevel::line_directives_only;
  }
  if (text == "line-tables-only") {
    return DebugInfoLevel::line_tables_only;
  }
  if (text == "1" || text == "limited") {
    return DebugInfoLevel::limited;
  }
  if (text == "2" || text == "full" || text == "true") {
    return DebugInfoLevel::full;
  }
  return DebugInfoLevel::none;
}

Lto lto_of(const std::variant<bool, std::string>& value)
{
  if (const bool* on = std::get_if<bool>(&value)) {
    return {Lto::Kind::boolean, *on, {}};
  }
  const std::string& text = std::get<std::string>(value);
  // Cargo's words for "off" (profiles.rs is_off).
  if (text == "off" || text == "n" || text == "no" || text == "none") {
    return {Lto::Kind::off, false, {}};
  }
  return {Lto::Kind::named, false, InternedString(text)};
}

Strip strip_of(const std::optional<std::variant<bool, std::string>>& value)
{
  if (!value) {
    return {Strip::Kind::none, {}, true};
  }
  if (const bool* on = std::get_if<bool>(&*value)) {
    return *on ? Strip{Strip::Kind::named, "symbols", false} : Strip{Strip::Kind::none, {}, false};
  }
  const std::string& text = std::get<std::string>(*value);
  return text == "none" ? Strip{Strip::Kind::none, {}, false} : Strip{Strip::Kind::named, InternedString(text), false};
}

void apply(BuildProfile& profile, const BuildProfileToml& table)
{
  const auto set = [](auto& to, const auto& from) {
    if (from) {
      to = *from;
    }
  };
  if (table.opt_level) {
    profile.opt_level = InternedString(*table.opt_level);
  }
  if (table.lto) {
    profile.lto = lto_of(*table.lto);
  }
  if (table.codegen_backend) {
    profile.codegen_backend = InternedString(*table.codegen_backend);
  }
  if (table.codegen_units) {
    profile.codegen_units = table.codegen_units;
  }
  if (table.debug) {
    profile.debuginfo = {debug_level(*table.debug), false};
  }
  if (table.split_debuginfo) {
    profile.split_debuginfo = InternedString(*table.split_debuginfo);
  }
  set(profile.debug_assertions, table.debug_assertions);
  set(profile.overflow_checks, table.overflow_checks);
  set(profile.rpath, table.rpath);
  set(profile.incremental, table.incremental);
  if (table.panic) {
    profile.panic = *table.panic == "abort"             ? PanicStrategy::abort
                    : *table.panic == "immediate-abort" ? PanicStrategy::immediate_abort
                                                        : PanicStrategy::unwind;
  }
  profile.strip = strip_of(table.strip);
}

/// The user's tables over the built-in ones that inherit from a root.
std::map<std::string, BuildProfileToml> with_built_in_tables(std::map<std::string, BuildProfileToml> tables)
{
  constexpr std::pair<const char*, const char*> k_built_in[] = {{"debug", "dev"}, {"bench", "release"}, {"test", "dev"}, {"doc", "dev"}};
  for (const auto& [name, parent] : k_built_in) {
    BuildProfileToml table;
    table.inherits = parent;
    const auto found = tables.find(name);
    tables.insert_or_assign(name, found == tables.end() ? table : merge(table, found->second));
  }
  return tables;
}

struct Chain
{
  std::vector<const BuildProfileToml*> tables; ///< child first, the root's own left out
  std::string root;                            ///< "dev" or "release"
};

Result<Chain> inherits_chain(const std::map<std::string, BuildProfileToml>& all, std::string name)
{
  Chain chain;
  std::vector<std::string> path;
  while (name != "dev" && name != "release") {
    const auto found = all.find(name);
    if (found == all.end()) {
      std::vector<std::string> names{"dev", "release"};
      for (const auto& [known, table] : all) {
        names.push_back(known);
      }
      Error error = path.empty() ? Error("CW0356", fmt::format("profile `{}` is not defined", name), Blame::usage)
                                 : Error("CW0359", fmt::format("profile `{}` inherits from `{}`, which is not defined", path.back(), name));
      if (const auto near = base::nearest(name, names)) {
        error.helps.push_back(fmt::format("a profile with a similar name exists: `{}`", *near));
      }
      return fail(std::move(error));
    }
    const bool again = std::ranges::find(path, name) != path.end();
    path.push_back(name);
    if (again) {
      return fail(Error("CW0358", fmt::format("profiles inherit from one another in a circle: `{}`", fmt::join(path, "` → `"))));
    }
    if (!found->second.inherits) {
      return fail(Error("CW0360", fmt::format("profile `{}` has no `inherits`", name))
                      .help("name the profile it starts from: `inherits = \"release\"`"));
    }
    chain.tables.push_back(&found->second);
    name = *found->second.inherits;
  }
  chain.root = std::move(name);
  return chain;
}

} // namespace

Result<BuildProfiles>
BuildProfiles::make(const std::map<std::string, BuildProfileToml>& tables, std::string_view requested, std::optional<bool> incremental)
{
  BuildProfiles result;
  result.m_requested = InternedString(requested);
  result.m_incremental = incremental;
  result.m_original = tables;
  const std::map<std::string, BuildProfileToml> all = with_built_in_tables(tables);
  for (const auto& [name, table] : all) {
    if (table.dir_name) {
      result.m_directories[name] = *table.dir_name;
    }
    if ((name == "dev" || name == "release") && table.inherits) {
      return fail(Error("CW0357", fmt::format("profile `{}` cannot inherit from another one", name))
                      .help("remove `inherits`: dev and release are the roots"));
    }
  }

  for (const auto& [name, table] : all) { // a broken profile is an error even when another one is asked for
    CW_TRY(inherits_chain(all, name));
  }
  CW_TRY_ASSIGN(const Chain chain, inherits_chain(all, result.m_requested.str()));
  result.m_root_is_release = chain.root == "release";
  if (const auto root = all.find(chain.root); root != all.end()) {
    result.m_table = root->second;
  }
  for (auto step = chain.tables.rbegin(); step != chain.tables.rend(); ++step) {
    result.m_table = result.m_table ? merge(std::move(*result.m_table), **step) : **step;
  }
  if (result.m_table) {
    for (const auto& [text, table] : result.m_table->package) {
      if (text != "*") {
        CW_TRY_ASSIGN(spec::PackageIdSpec spec, spec::parse_package_id_spec(text));
        result.m_overrides.push_back({std::move(spec), text, table});
      }
    }
  }
  return result;
}

BuildProfile BuildProfiles::merged(const ProfileQuery* query) const
{
  BuildProfile profile = built_in(m_root_is_release);
  if (m_table) {
    apply(profile, *m_table);
  }
  const bool for_host = query != nullptr && query->for_host;
  if (for_host) {
    profile.opt_level = "0";
    profile.codegen_units.reset();
    profile.debuginfo.deferred = true;
  }
  if (!m_table) {
    return profile;
  }
  if (for_host && m_table->build_override) {
    apply(profile, *m_table->build_override);
  }
  if (query == nullptr || !query->is_member) {
    if (const auto all = m_table->package.find("*"); query != nullptr && all != m_table->package.end()) {
      apply(profile, all->second);
    }
  }
  if (query != nullptr) {
    const auto match = std::ranges::find_if(m_overrides, [&](const Override& o) { return o.spec.matches(query->package); });
    if (match != m_overrides.end()) {
      apply(profile, match->table);
    }
  }
  return profile;
}

BuildProfile BuildProfiles::profile_for(const ProfileQuery& query) const
{
  BuildProfile profile = merged(&query);
  if (query.always_unwind) {
    profile.panic = PanicStrategy::unwind;
  }
  if (profile.debuginfo.is_on() && !profile.split_debuginfo && query.triple.find("-apple-") != std::string_view::npos) {
    profile.split_debuginfo = "unpacked";
  }
  if (m_incremental) {
    profile.incremental = *m_incremental;
  }
  profile.incremental = profile.incremental && query.is_local;
  profile.name = m_requested;
  return profile;
}

BuildProfile BuildProfiles::base_profile() const
{
  return merged(nullptr);
}

InternedString BuildProfiles::directory_name() const
{
  if (const auto found = m_directories.find(m_requested.str()); found != m_directories.end()) {
    return InternedString(found->second);
  }
  if (m_requested == "dev" || m_requested == "test") {
    return "debug";
  }
  return m_requested == "bench" ? InternedString("release") : m_requested;
}

Result<std::vector<Error>> BuildProfiles::check_package_overrides(const resolve::Resolve& resolve,
                                                                  const std::map<std::string, BuildProfileToml>& manifest_tables) const
{
  std::set<std::string> used;
  for (const auto& [id, package] : resolve.packages) {
    std::vector<std::string> matches;
    for (const Override& entry : m_overrides) {
      if (entry.spec.matches(id)) {
        matches.push_back(entry.text);
      }
    }
    if (matches.size() > 1) {
      return fail(
          Error("CW0361",
                fmt::format(
                    "several package overrides of profile `{}` match `{}`: `{}`", m_requested, id.display(), fmt::join(matches, "`, `")))
              .help("keep one of them, or merge their settings"));
    }
    used.insert(matches.begin(), matches.end());
  }

  std::vector<Error> warnings;
  const auto own = manifest_tables.find(m_requested.str());
  if (own == manifest_tables.end()) {
    return warnings;
  }
  for (const auto& [text, table] : own->second.package) {
    if (text == "*" || used.contains(text)) {
      continue;
    }
    CW_TRY_ASSIGN(const spec::PackageIdSpec spec, spec::parse_package_id_spec(text));
    Error warning("CW0362", fmt::format("package override `{}` of profile `{}` matches no package", text, m_requested));
    std::vector<std::string> same_name;
    std::vector<std::string> names;
    for (const auto& [id, package] : resolve.packages) {
      names.push_back(id.name().str());
      if (spec.name && id.name().view() == *spec.name) {
        same_name.push_back(id.display());
      }
    }
    if (!same_name.empty()) {
      warning.notes.push_back(fmt::format("its version or URL differs from: {}", fmt::join(same_name, ", ")));
    } else if (const auto near = base::nearest(spec.name.value_or(text), names)) {
      warning.helps.push_back(fmt::format("a package with a similar name exists: `{}`", *near));
    }
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

Result<std::optional<bool>> incremental_override(const EnvMap& vars, const manifest::Config& config)
{
  if (const auto set = vars.find("CARGO_INCREMENTAL"); set != vars.end()) {
    return std::optional<bool>(set->second == "1");
  }
  CW_TRY_ASSIGN(const auto configured, config.get_bool("build.incremental"));
  if (configured) {
    return std::optional<bool>(configured->value);
  }
  // TF_BUILD is Azure Pipelines, which does not set CI (cargo-util is_ci).
  if (vars.contains("CI") || vars.contains("TF_BUILD")) {
    return std::optional<bool>(false);
  }
  return std::optional<bool>();
}

} // namespace cargo_wasm::plan
