#include <cargo_wasm/ops/mirror_verbs.hpp>

#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_witness/witness.hpp>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

// A request is a note and a proof.
constexpr std::uint64_t k_witness_body_bytes = 128 * 1024;
constexpr std::string_view k_logs = "/logs/";

} // namespace

Result<> registry_witness_init(const Env& env, const Path& directory, const std::string& name)
{
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_witness::Witness::create(env, directory, name));
  env.reporter.result(to_text(key) + "\n");
  env.reporter.status("Created",
                      fmt::format("witness `{}` in `{}`; the line above is its key, for the policies of logs", name, directory.native()));
  return {};
}

Result<> registry_witness(const Env& env, const RegistryWitnessRequest& request)
{
  std::vector<registry_tlog::VerifierKey> logs;
  for (const std::string& log : request.logs) {
    CW_TRY_ASSIGN(registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(log));
    logs.push_back(std::move(key));
  }
  if (logs.empty()) {
    return fail(Error("CW1255", "which logs are to be cosigned?", Blame::usage).help("`--log KEY`, the log's verifier key, once for each"));
  }
  CW_TRY_ASSIGN(registry_witness::Witness witness, registry_witness::Witness::open(env, request.directory, std::move(logs)));
  const auto answer = [&witness](const registry_server::HttpQuestion& question) {
    const bool is_path = question.target.substr(0, question.target.find('?')) == "/add-checkpoint";
    registry_witness::WitnessAnswer said{
        .status = is_path ? 405 : 404, .type = "text/plain; charset=utf-8", .body = is_path ? "POST it\n" : "not found\n"};
    if (is_path && question.method == "POST") {
      said = witness.add_checkpoint(question.body);
    } else if (question.target.starts_with(k_logs) && question.method == "GET") {
      said = witness.cosigned_checkpoint(question.target.substr(k_logs.size()));
    }
    return registry_server::HttpAnswer{
        .status = said.status, .type = std::move(said.type), .body = std::move(said.body), .etag = {}, .cache_control = "no-store"};
  };
  registry_server::ServerLimits limits;
  limits.body_bytes = k_witness_body_bytes;
  CW_TRY_ASSIGN(const auto server, registry_server::HttpServer::listen(request.listen, answer, limits));
  const std::string address = server->address();
  if (request.port_file) {
    CW_TRY(env.fs.write_atomic(*request.port_file, address.substr(address.rfind(':') + 1) + "\n"));
  }
  env.reporter.result(fmt::format("http://{}/\n", address));
  env.reporter.status("Witnessing", fmt::format("{} logs as `{}`, until Ctrl-C", request.logs.size(), witness.key().name));
  server->run(request.stop);
  return {};
}

} // namespace cargo_wasm::ops
