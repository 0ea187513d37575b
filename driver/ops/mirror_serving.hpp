// What serving a mirror has in common, whether it takes publications or not.
#pragma once
#include <string>

#include <cargo_wasm/ops/registry_verbs.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>

namespace cargo_wasm::ops {

/// Serves `public_directory` to those who may read, by TLS where that was asked for, and by `answerer` what is no file, until it is
/// stopped. `directory`: with the mirror's `private`. `what`: for the line that says so. Errors: CW1204, CW1080, CW1083, CW1205.
Result<> serve_mirror(const Env& env,
                      const RegistryServeRequest& request,
                      const Path& directory,
                      const Path& public_directory,
                      registry_server::HttpServer::Answerer answerer,
                      const std::string& what);

} // namespace cargo_wasm::ops
