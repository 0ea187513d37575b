// What mirrors, witnesses and servers read from strangers: requests for cosignatures, evidence of forks, paths and conditions of HTTP
// requests for files, and the table of mirrors that is kept between commands. The first byte says which.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <cargo_wasm/registry_client/mirror_health.hpp>
#include <cargo_wasm/registry_mirror/fork_evidence.hpp>
#include <cargo_wasm/registry_server/static_files.hpp>
#include <cargo_wasm/registry_witness/add_checkpoint.hpp>

#include <support/fake_filesystem.hpp>

#include "readers.hpp"

namespace {

using namespace cargo_wasm;
using fuzz::demand;

void read_cosigning(std::string_view body)
{
  if (const auto request = registry_witness::parse_add_checkpoint(body)) {
    demand(request->proof.size() <= registry_witness::k_max_proof_lines);
    demand(registry_witness::parse_add_checkpoint(to_text(*request)).value() == *request);
  }
}

void read_evidence(std::string_view text)
{
  // Any key: what it has not signed must not show a fork.
  static const auto policy =
      registry_tlog::parse_log_policy("log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n");
  if (const auto evidence = registry_mirror::parse_fork_evidence(text)) {
    demand(registry_mirror::parse_fork_evidence(to_text(*evidence)).value() == *evidence);
    if (policy) {
      demand(!verify(*evidence, *policy).has_value());
    }
  }
}

std::string_view line(std::string_view& text)
{
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return first;
}

// "TARGET\nIF-NONE-MATCH\nRANGE\nIF-RANGE", of a GET or HEAD.
void read_request(std::string_view text)
{
  static const std::string k_public = "what everybody may read", k_secret = "a key";
  test::FakeFilesystem fs;
  fs.add("/registry/public/crates/a.crate", k_public);
  fs.add("/registry/public/.hidden", k_secret);
  fs.add("/registry/private/keys/log", k_secret);
  registry_server::StaticFiles files(fs, "/registry/public");
  registry_server::FileQuestion question;
  question.method = text.size() % 2 == 0 ? "GET" : "HEAD";
  question.target = line(text);
  question.if_none_match = line(text);
  question.range = line(text);
  question.if_range = line(text);
  const registry_server::FileAnswer answer = files.answer(question);
  demand(answer.head != nullptr && answer.head->starts_with("HTTP/1.1 "));
  demand(answer.head->find(k_secret) == std::string::npos && answer.body().find(k_secret) == std::string_view::npos);
  if (answer.status == 200 || answer.status == 206) {
    // "{}" is the answer at v2/, by which clients of OCI know a registry.
    demand(answer.body() == "{}" || k_public.find(answer.body()) != std::string::npos);
  }
}

void read_health(std::string_view json)
{
  const registry_client::HealthTable table = registry_client::parse_health(json);
  demand(registry_client::parse_health(to_json(table)).size() == table.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  return fuzz::read_by_mark(data, size, {{'w', read_cosigning}, {'e', read_evidence}, {'j', read_health}}, read_request);
}
