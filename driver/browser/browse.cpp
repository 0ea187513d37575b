#include <cargo_wasm/browser/browse.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "module_needs.hpp"
#include "page_run.hpp"

namespace cargo_wasm::browser {

namespace {

constexpr std::string_view k_module_suffix = "_bg.wasm";

/// A file's name as it can stand in an address.
std::string address_of(const base::Path& file)
{
  std::string name = file.filename().native();
  std::ranges::replace_if(
      name,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_');
      },
      '_');
  return "/" + name;
}

nlohmann::json config_of(const base::Env& env, const BrowseRequest& request, const ModuleNeeds& needs)
{
  nlohmann::json arguments = {request.module.filename().native()};
  for (const std::string& argument : request.arguments) {
    arguments.push_back(argument);
  }
  nlohmann::json config = {{"args", arguments}, {"env", env.vars}, {"module", address_of(request.module)}, {"scripts", k_scripts_path}};
  config["stays"] = request.stays;
  if (needs.memory) {
    nlohmann::json& memory = config["memory"];
    memory = {{"module", needs.memory->module}, {"name", needs.memory->name}, {"initial", needs.memory->initial}};
    memory["shared"] = needs.memory->shared;
    if (needs.memory->maximum) {
      memory["maximum"] = *needs.memory->maximum;
    }
  }
  return config;
}

} // namespace

Result<base::Path> bindings_script(const base::ReadOnlyFilesystem& fs, const base::Path& bindings, std::string_view target)
{
  CW_TRY_ASSIGN(const auto entries, fs.list(bindings));
  const auto module =
      std::ranges::find_if(entries, [](const base::DirectoryEntry& entry) { return entry.name.ends_with(k_module_suffix); });
  if (module == entries.end()) {
    return fail(Error("CW0979", fmt::format("`{}` has no bindings", bindings.native()))
                    .note("there is no `*_bg.wasm`")
                    .help(fmt::format("`cargo-wasm module bindgen --bindgen {}` makes them", target)));
  }
  base::Path script = bindings / (module->name.substr(0, module->name.size() - k_module_suffix.size()) + ".js");
  CW_TRY_ASSIGN(const std::string text, fs.read(script));
  const bool is_for_pages = text.find("as default }") != std::string::npos || text.find("export default") != std::string::npos;
  const bool is_for_node = text.find("exports.") != std::string::npos;
  if (target == "web" ? !is_for_pages : !is_for_node || is_for_pages) {
    return fail(Error("CW0979", fmt::format("the bindings `{}` are not for {}", script.native(), target == "web" ? "pages" : "Node"))
                    .help(fmt::format("make them with `cargo-wasm module bindgen --bindgen {}`", target)));
  }
  return script;
}

Result<int> browse(const base::Env& env, const BrowseRequest& request)
{
  CW_TRY_ASSIGN(const ModuleNeeds needs, module_needs(env.fs, request.module));
  PageRun run;
  run.chromium = request.chromium;
  run.shown_name = request.module.filename().native();
  run.config = config_of(env, request, needs);
  run.longest = request.longest;
  run.memory_bytes = request.memory_bytes;
  run.stop = request.stop;
  if (request.bindings && !request.page && !request.open) {
    CW_TRY_ASSIGN(const base::Path script, bindings_script(env.fs, *request.bindings, "web"));
    run.config["bindings"] = "/" + script.filename().native();
  }
  run.site.add_file(address_of(request.module), request.module);
  if (request.bindings) {
    run.site.mount(*request.bindings);
  }
  if (request.page) {
    CW_TRY(env.fs.read(*request.page));
    run.site.mount(request.page->parent_path());
    run.path = address_of(*request.page);
    run.site.add_file(run.path, *request.page);
  } else if (request.open) {
    run.site.mount(request.module.parent_path());
    run.path = (request.open->starts_with('/') ? "" : "/") + *request.open;
  } else {
    add_own_pages(run.site);
  }
  return run_page(env, std::move(run));
}

} // namespace cargo_wasm::browser
