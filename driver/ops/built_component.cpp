// A package as the component that is published of it.
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>

#include "compile.hpp"
#include "publish_component.hpp"

namespace cargo_wasm::ops {

registry_oci::Annotations annotations_of(const manifest::Package& package)
{
  registry_oci::Annotations made;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) {
      made.emplace(std::string("org.opencontainers.image.") + name, *value);
    }
  };
  const auto& facts = package.manifest->info;
  add("description", facts.description);
  add("licenses", facts.license);
  add("source", facts.repository);
  add("url", facts.homepage);
  if (!facts.authors.empty()) {
    add("authors", base::join(facts.authors, ", "));
  }
  return made;
}

Result<BuiltComponent> built_component(const Env& env, const GlobalOptions& options, CompileRequest build)
{
  build.profile_name = "release";
  build.component = true;
  CW_TRY_ASSIGN(const Compiled compiled, compile(env, options, build, nullptr));
  const plan::ActionGraph& graph = compiled.planned->graph;
  std::map<Path, Path> manifests; // of packages, by what they were built to
  for (const plan::ActionIndex root : graph.roots) {
    for (const auto& [output, path] : graph.actions[root].uplifted) {
      manifests.emplace(path, graph.actions[root].manifest_path);
    }
  }
  std::vector<const Artifact*> found;
  for (const Artifact& artifact : compiled.artifacts) {
    if (artifact.path.extension() == ".wasm" && manifests.contains(artifact.path)) {
      found.push_back(&artifact);
    }
  }
  if (found.size() != 1) {
    Error error("CW1167", found.empty() ? "nothing was built that can be pushed" : "which of them is to be pushed?", Blame::usage);
    error.helps.emplace_back(found.empty()
                                 ? "a package is pushed that is a program or a `cdylib` for wasm: `--target wasm32-wasip2`"
                                 : "choose the package with `-p`; of several programs push each file with `cargo-wasm component push`");
    for (const Artifact* const artifact : found) {
      error.notes.push_back(fmt::format("`{}`", base::shown_path(env.cwd, artifact->path).native()));
    }
    return fail(std::move(error));
  }
  return BuiltComponent{found.front()->path, manifests.at(found.front()->path)};
}

} // namespace cargo_wasm::ops
