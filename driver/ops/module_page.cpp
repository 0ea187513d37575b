// Modules in pages: which Chromium or Node is used, and how long a server stays.
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include <cargo_wasm/browser/chromium.hpp>
#include <cargo_wasm/browser/page_server.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::ops {

namespace {

Result<Path> chromium_here(const Env& env, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const auto configured, config->get_path("wasm.tools.chromium"));
  return browser::find_chromium(env, configured ? std::optional(configured->value) : std::nullopt);
}

Result<Path> node_here(const Env& env)
{
  if (auto node = env.program_on_path("node")) {
    return std::move(*node);
  }
  return fail(Error("CW0981", "there is no Node to run the suite in", Blame::environment)
                  .help("`apt-get install nodejs` brings it; `--host browser` runs the suite in a page"));
}

} // namespace

Result<int> module_browse(const Env& env, const GlobalOptions& options, browser::BrowseRequest request)
{
  CW_TRY_ASSIGN(request.chromium, chromium_here(env, options));
  return browser::browse(env, request);
}

Result<int> module_bindgen_test(const Env& env, const GlobalOptions& options, const browser::SuiteRequest& request)
{
  CW_TRY_ASSIGN(const std::string host, browser::suite_host(env, request));
  Path program;
  if (host == "node") {
    CW_TRY_ASSIGN(program, node_here(env));
  } else {
    CW_TRY_ASSIGN(program, chromium_here(env, options));
  }
  return browser::run_suite(env, request, program);
}

Result<> module_serve(const Env& env, const ModuleServeRequest& request)
{
  if (!env.fs.is_directory(request.directory)) {
    return fail(Error("CW0980", fmt::format("there is no directory `{}` to serve", request.directory.native())));
  }
  browser::Site site;
  site.mount(request.directory);
  CW_TRY_ASSIGN(const auto server, browser::PageServer::start(std::move(site), env.fs, request.port));
  env.reporter.result(fmt::format("{}/\n", server->origin()));
  env.reporter.status("Serving", fmt::format("`{}` to this machine, until Ctrl-C", request.directory.native()));
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any told;
  told.wait(lock, request.stop, [] { return false; });
  return {};
}

} // namespace cargo_wasm::ops
