// `cargo-wasm add --component`: a line in Cargo.toml, which otherwise stays as it is written.
#include <cargo_wasm/ops/component_verbs.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/component_settings.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/ops/project.hpp>

#include "component_fetch.hpp"
#include "component_registry.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_table = "[package.metadata.wasm.component.dependencies]";

struct AddedLine
{
  std::string name, line;
};

/// The manifest with one line in the table of dependencies, instead of the one that it has of that name. The table is made at the end.
std::string with_line(std::string_view manifest, const AddedLine& added)
{
  const std::vector<std::string_view> lines = base::split(manifest, '\n');
  const auto header = std::ranges::find_if(lines, [](std::string_view line) { return base::trim(line) == k_table; });
  std::string made;
  if (header == lines.end()) {
    made = manifest;
    made += made.ends_with('\n') || made.empty() ? "" : "\n";
    return fmt::format("{}\n{}\n{}\n", made, k_table, added.line);
  }
  const auto end = std::find_if(header + 1, lines.end(), [](std::string_view line) { return base::trim(line).starts_with('['); });
  auto last = end; // behind the table's last line that says something
  while (last != header + 1 && base::trim(*(last - 1)).empty()) {
    --last;
  }
  const std::string quoted = fmt::format("\"{}\"", added.name);
  const auto same = std::find_if(header + 1, last, [&](std::string_view line) { return base::trim(line).starts_with(quoted); });
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (line == last && same == last) {
      made += added.line + "\n";
    }
    made += line == same && same != last ? added.line : std::string(*line);
    made += line + 1 == lines.end() ? "" : "\n";
  }
  return last == lines.end() && same == last ? fmt::format("{}\n{}\n", made, added.line) : made;
}

Error no_place(const Path& file, const AddedLine& added, std::string note)
{
  return Error("CW1168", fmt::format("`{}` cannot be added to `{}`", added.name, file.native()))
      .note(std::move(note))
      .help(fmt::format("write it by hand:\n{}\n{}", k_table, added.line));
}

/// That what was written is what was meant, before anything is.
Result<> check_added(const Path& file, const std::string& text, const AddedLine& added)
{
  const auto document = manifest::parse_toml(file, text);
  if (!document) {
    return fail(no_place(file, added, "`component` is written there in another way, as `component = true`"));
  }
  const manifest::TomlTable* table = &(*document)->root;
  for (const char* const key : {"package", "metadata", "wasm", "component", "dependencies"}) {
    const manifest::TomlValue* const value = table == nullptr ? nullptr : table->find(key);
    table = value == nullptr ? nullptr : value->as_table();
  }
  const bool is_there = table != nullptr && table->find(added.name) != nullptr;
  return is_there ? Result<>() : fail(no_place(file, added, "the table is written there in another way"));
}

Result<AddedLine> line_for(ComponentRegistry& registry,
                           const std::string& spec,
                           const std::optional<std::string>& said,
                           const std::optional<std::string>& default_registry)
{
  const auto at = spec.find('@');
  CW_TRY_ASSIGN(const registry_oci::PackageName package, registry_oci::parse_package_name(spec.substr(0, at)));
  std::string requirement;
  if (at != std::string::npos) {
    requirement = spec.substr(at + 1);
    CW_TRY(spec::parse_version_req(requirement));
  } else {
    CW_TRY_ASSIGN(const PackageSource source, registry.source_of(package, said ? said : default_registry));
    CW_TRY(registry.check_strictness(source, package, false));
    CW_TRY_ASSIGN(const auto versions, registry.versions(source, package));
    const auto newest = std::find_if(
        versions.rbegin(), versions.rend(), [](const OfferedVersion& offered) { return offered.version.pre.empty() && !offered.yanked; });
    if (newest == versions.rend()) {
      return fail(Error("CW1162", fmt::format("`{}` has no version but pre-releases", to_string(package)))
                      .help(fmt::format("name the one you want: `cargo-wasm add --component {}@VERSION`", to_string(package))));
    }
    spec::Version version = newest->version;
    version.build.clear();
    requirement = spec::to_string(version);
  }
  const std::string name = to_string(package);
  return AddedLine{name,
                   said ? fmt::format("\"{}\" = {{ version = \"{}\", registry = \"{}\" }}", name, requirement, *said)
                        : fmt::format("\"{}\" = \"{}\"", name, requirement)};
}

} // namespace

Result<> add_component(const Env& env, const GlobalOptions& options, const AddComponentRequest& request)
{
  CW_TRY_ASSIGN(const Project project, open_project(env, options));
  const manifest::PackagePtr package = project.workspace.current_package();
  if (package == nullptr) {
    return fail(Error("CW1168", "which package is it to be added to?", Blame::usage)
                    .help("run it in the directory of one, or give `--manifest-path`"));
  }
  const Path file = package->root() / "Cargo.toml";
  CW_TRY_ASSIGN(const auto settings, manifest::read_component_settings(env.fs, *package->manifest, *project.workspace.root_manifest));
  CW_TRY_ASSIGN(const std::string before, env.fs.read(file));
  ComponentRegistry registry(env, *project.config);
  std::string after = before;
  std::vector<AddedLine> added;
  for (const std::string& spec : request.packages) {
    CW_TRY_ASSIGN(AddedLine line, line_for(registry, spec, request.registry, settings.registry));
    after = with_line(after, line);
    CW_TRY(check_added(file, after, line));
    added.push_back(std::move(line));
  }
  CW_TRY(env.fs.write_atomic(file, after));
  const auto fetched = [&]() -> Result<FetchedComponents> {
    CW_TRY_ASSIGN(const Project changed, open_project(env, options));
    return fetch_component_dependencies(env, *changed.config, changed.workspace);
  }();
  if (!fetched) {
    CW_TRY(env.fs.write_atomic(file, before));
    return fail(fetched.error());
  }
  for (const AddedLine& line : added) {
    const FetchedComponent& component = fetched->at(line.name);
    env.reporter.status(
        "Adding",
        fmt::format("{} v{} to {}", line.name, spec::to_string(component.locked.version), base::shown_path(env.cwd, file).native()));
  }
  return {};
}

} // namespace cargo_wasm::ops
