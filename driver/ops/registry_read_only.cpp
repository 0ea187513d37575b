#include <cargo_wasm/registry_server/usage_log.hpp>
#include <cargo_wasm/ops/mirror_verbs.hpp>
#include <cargo_wasm/ops/registry_verbs.hpp>

#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_server/reader_gate.hpp>

#include "mirror_serving.hpp"
#include "registry_tls.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::ops {

Result<Path> find_public_directory(const base::ReadOnlyFilesystem& fs, const Path& directory)
{
  for (const Path& place : {directory / "public", directory}) {
    if (fs.is_file(place / "checkpoint")) {
      return place;
    }
  }
  return fail(Error("CW1256", fmt::format("there is no registry in `{}`", directory.native()), Blame::user)
                  .note("neither it nor its `public` has a `checkpoint`")
                  .help("`cargo-wasm registry sync DIR --from URL` makes a mirror, `cargo-wasm registry init DIR` a registry"));
}

Result<> registry_serve_read_only(const Env& env, const RegistryServeRequest& request)
{
  // A mirror that was made of lock files has no log.
  const bool is_plain = env.fs.is_file(request.directory / "private" / "lock-mirror.json");
  CW_TRY_ASSIGN(const Path directory,
                is_plain ? Result<Path>(request.directory / "public") : find_public_directory(env.fs, request.directory));
  CW_TRY_ASSIGN(const std::string config_text, env.fs.read(directory / "config.json"));
  CW_TRY_ASSIGN(const registry_protocol::RegistryConfig config, registry_protocol::parse_registry_config(config_text));
  const nlohmann::json refusal{
      {"errors",
       nlohmann::json::array(
           {{{"detail",
              fmt::format("this is a mirror, which can only be read [CW1258]; the registry is {}", config.api.value_or("elsewhere"))}}})}};
  const std::string text = refusal.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const Path whole = directory.filename() == "public" ? directory.parent_path() : directory;
  return serve_mirror(
      env,
      request,
      whole,
      directory,
      [&text](const registry_server::HttpQuestion& question) {
        const bool is_api = question.target.starts_with("/api/");
        return registry_server::HttpAnswer{.status = is_api ? 405 : 404,
                                           .type = is_api ? "application/json" : "text/plain; charset=utf-8",
                                           .body = is_api ? text : "not found\n",
                                           .etag = {},
                                           .cache_control = "no-store"};
      },
      fmt::format("`{}` to be read", directory.native()));
}

Result<> serve_mirror(const Env& env,
                      const RegistryServeRequest& request,
                      const Path& directory,
                      const Path& public_directory,
                      registry_server::HttpServer::Answerer answerer,
                      const std::string& what)
{
  CW_TRY_ASSIGN(const auto certificate, open_tls(env, request));
  CW_TRY_ASSIGN(const auto server, registry_server::HttpServer::listen(request.listen, std::move(answerer)));
  CW_TRY_ASSIGN(const auto gate, registry_server::ReaderGate::open(env, directory, public_directory));
  server->guard_by(*gate);
  if (certificate) {
    server->speak_tls(*certificate);
  }
  registry_server::StaticFiles files(env.fs, public_directory, {.is_private = gate->is_private()});
  server->serve_files(files);
  std::unique_ptr<registry_server::UsageLog> usage; // a mirror has no key to seal it by, and a copy of public files no place for it
  if (request.notes_uses && env.fs.is_directory(directory / "private")) {
    if (auto opened = registry_server::UsageLog::open(env, directory)) {
      usage = std::move(*opened);
      server->note_uses(*usage);
    } else {
      env.reporter.warning(opened.error()); // a mirror serves also from a disk that takes nothing, and by several processes
    }
  }
  const std::string address = server->address();
  if (request.port_file) {
    CW_TRY(env.fs.write_atomic(*request.port_file, address.substr(address.rfind(':') + 1) + "\n"));
  }
  env.reporter.result(fmt::format("{}://{}/\n", certificate ? "https" : "http", address));
  env.reporter.status("Serving", what + ", until Ctrl-C");
  server->run(request.stop);
  return {};
}

} // namespace cargo_wasm::ops
