// `pack`: an npm package of a module and its JavaScript. What the manifest says of the crate stands in package.json; which file is the
// package's entry depends on the host that the bindings are made for.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/manifest/bindgen_settings.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/postlink/bindgen.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* k_bundler = "bundler";
constexpr const char* k_made_by = "cargo-wasm"; ///< in "generator": a directory with it may be replaced

struct Packed
{
  Path bindings;
  std::string name; ///< of its files
  PackagePtr package;
};

Error nothing_to_pack(std::size_t found)
{
  if (found == 0) {
    return Error("CW0887", "there is no module with JavaScript bindings to pack")
        .note("what is packed is a `cdylib` or a program for `wasm32-unknown-unknown` that uses the crate `wasm-bindgen`")
        .help("for the library of a package that has none: `crate-type = [\"cdylib\"]` in `[lib]`");
  }
  return Error("CW0887", fmt::format("{} modules have JavaScript bindings, and a package has one", found), Blame::usage)
      .help("choose with `-p`, `--lib` or `--bin`");
}

Result<Packed> find_packed(const Compiled& compiled, const Project& project)
{
  const plan::ActionGraph& graph = compiled.planned->graph;
  std::vector<Packed> all;
  for (const plan::ActionIndex root : graph.roots) {
    const plan::ActionTemplate& last = graph.actions[root];
    const auto directory = std::ranges::find(last.outputs, true, &plan::TemplateOutput::is_directory);
    if (last.kind != plan::ActionKind::tool || directory == last.outputs.end()) {
      continue;
    }
    const auto& members = project.workspace.members;
    const auto member =
        std::ranges::find_if(members, [&](const PackagePtr& package) { return package->root() / "Cargo.toml" == last.manifest_path; });
    if (member != members.end()) {
      all.push_back({directory->path, directory->path.filename().native(), *member});
    }
  }
  if (all.size() != 1) {
    return fail(nothing_to_pack(all.size()));
  }
  return std::move(all.front());
}

/// Relative paths of all files, sorted.
Result<> list_files(const Env& env, const Path& directory, const std::string& prefix, std::vector<std::string>& files)
{
  CW_TRY_ASSIGN(const auto entries, env.fs.list(directory));
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.type == base::FileType::directory) {
      CW_TRY(list_files(env, directory / entry.name, prefix + entry.name + "/", files));
    } else {
      files.push_back(prefix + entry.name);
    }
  }
  return {};
}

void add_entry_points(Json& json, const std::string& name, const std::string& target)
{
  const std::string script = name + ".js";
  const bool is_module = target != "nodejs" && target != "no-modules";
  if (is_module) {
    json["type"] = "module";
  }
  json[target == "no-modules" ? "browser" : "main"] = script;
  if (target == k_bundler) {
    json["sideEffects"] = Json::array({"./" + script, "./snippets/*"});
  } else if (is_module) {
    json["sideEffects"] = Json::array({"./snippets/*"});
  }
}

Result<Json> package_json(const Env& env, const Packed& packed, const std::string& target, const std::optional<std::string>& scope)
{
  const manifest::PackageInfo& about = packed.package->manifest->info;
  std::vector<std::string> files;
  CW_TRY(list_files(env, packed.bindings, "", files));
  Json json;
  const std::string name(packed.package->id().name());
  json["name"] = scope ? fmt::format("@{}/{}", *scope, name) : name;
  json["version"] = spec::to_string(packed.package->id().version());
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) {
      json[key] = *value;
    }
  };
  add("description", about.description);
  add("license", about.license);
  if (about.repository) {
    json["repository"] = {{"type", "git"}, {"url", *about.repository}};
  }
  add("homepage", about.homepage);
  if (!about.authors.empty()) {
    json["contributors"] = about.authors;
  }
  if (!about.keywords.empty()) {
    json["keywords"] = about.keywords;
  }
  add_entry_points(json, packed.name, target);
  if (const std::string types = packed.name + ".d.ts"; std::ranges::find(files, types) != files.end()) {
    json["types"] = types;
  }
  std::erase(files, "package.json");
  json["files"] = files;
  json["generator"] = k_made_by;
  // What the sources want from npm, wasm-bindgen writes into a package.json of its own.
  CW_TRY_ASSIGN(const auto wanted, env.fs.read_if_exists(packed.bindings / "package.json"));
  const Json theirs = wanted ? Json::parse(*wanted, nullptr, false) : Json();
  if (theirs.is_object() && theirs.contains("dependencies")) {
    json["dependencies"] = theirs["dependencies"];
  }
  return json;
}

/// package.json, and what npm takes along whatever is listed: README and licences.
Result<std::map<std::string, std::string>> files_beside(const Env& env, const PackagePtr& package, const Json& json)
{
  std::map<std::string, std::string> more{{"package.json", json.dump(2) + "\n"}, {".gitignore", "*\n"}};
  CW_TRY_ASSIGN(const auto entries, env.fs.list(package->root()));
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.type == base::FileType::regular && (entry.name == "README.md" || entry.name.starts_with("LICENSE"))) {
      CW_TRY_ASSIGN(more[entry.name], env.fs.read(package->root() / entry.name));
    }
  }
  return more;
}

/// Only what `pack` made may be replaced.
Result<> check_place(const Env& env, const Path& directory)
{
  if (!env.fs.exists(directory)) {
    return {};
  }
  CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(directory / "package.json"));
  const Json json = text ? Json::parse(*text, nullptr, false) : Json();
  if (json.is_object() && json.value("generator", "") == k_made_by) {
    return {};
  }
  return fail(
      Error("CW0888", fmt::format("`{}` is not a package that `pack` made", base::shown_path(env.cwd, directory).string()), Blame::usage)
          .note("it would be replaced, with everything in it")
          .help("remove it, or name another directory with `-o`"));
}

} // namespace

Result<> pack(const Env& env, const GlobalOptions& options, const PackRequest& request)
{
  CompileRequest compile_request = request.compile;
  compile_request.else_bindgen = k_bundler;
  compile_request.noop.reset();
  compile_request.stored.reset();
  CW_TRY_ASSIGN(const Compiled compiled, compile(env, options, compile_request, nullptr));
  if (!compiled.outcome) {
    return {};
  }
  CW_TRY_ASSIGN(const Project project, open_project(env, options));
  CW_TRY_ASSIGN(const Packed packed, find_packed(compiled, project));
  const Path directory = request.directory.value_or(packed.package->root() / "pkg");
  CW_TRY(check_place(env, directory));
  CW_TRY_ASSIGN(const auto settings, manifest::read_bindgen_settings(env.fs, *packed.package->manifest, *project.workspace.root_manifest));
  const std::string target = request.compile.bindgen.value_or(settings.target.value_or(k_bundler));
  CW_TRY_ASSIGN(const Json json, package_json(env, packed, target, request.scope));
  CW_TRY_ASSIGN(const auto more, files_beside(env, packed.package, json));
  CW_TRY(postlink::pack_bindings(env, packed.bindings, more, directory));
  env.reporter.status("Packed",
                      fmt::format("{} {} for {}: {}",
                                  json["name"].get<std::string>(),
                                  json["version"].get<std::string>(),
                                  target,
                                  base::shown_path(env.cwd, directory).string()));
  return {};
}

} // namespace cargo_wasm::ops
