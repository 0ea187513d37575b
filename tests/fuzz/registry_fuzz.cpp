// What a registry's clients and its server read from others: statements, shards of the name map, signed documents, bodies of publications,
// lists of revocations, headers, files of operators.
// The first byte says which; any bytes behind it must end in a value or an error, and what is read must be written as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <cargo_wasm/registry_server/component.hpp>
#include <cargo_wasm/registry_server/federation_toml.hpp>
#include <cargo_wasm/registry_server/published_crate.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

#include "readers.hpp"

namespace {

using cargo_wasm::fuzz::demand;

namespace trust = cargo_wasm::registry_trust;
namespace server = cargo_wasm::registry_server;

void read_statement(std::string_view text)
{
  if (const auto statement = trust::parse_statement(text)) {
    demand(to_text(*statement) == text);
  }
}

void read_shard(std::string_view text)
{
  const std::string_view name = text.substr(0, text.find(' '));
  const std::size_t shard = trust::shard_of(name);
  if (const auto records = trust::parse_shard(text, shard)) {
    trust::NameMap map;
    for (const auto& [known, record] : *records) {
      map.set(known, record);
    }
    demand(map.shard_text(shard) == text);
  }
}

void read_document(std::string_view text)
{
  if (const auto envelope = trust::parse_dsse(text)) {
    demand(trust::parse_dsse(to_json(*envelope)).value() == *envelope);
  }
  (void)trust::open_federation(text);
  if (const auto federation = trust::parse_federation(text)) {
    demand(trust::parse_federation(to_json(*federation)).value() == *federation);
  }
}

void read_publication(std::string_view body)
{
  if (const auto parts = server::split_publish_body(body)) {
    demand(parts->json.size() + parts->archive.size() + 8 == body.size());
    if (const auto entry = server::index_entry_of(*parts, "sparse+https://registry.example/")) {
      const std::string line = cargo_wasm::registry_protocol::to_json_line(*entry);
      demand(cargo_wasm::registry_protocol::parse_index_entry(line).has_value());
    }
  }
}

void read_revocations(std::string_view text)
{
  if (const auto list = trust::parse_revocations(text)) {
    demand(trust::to_text(*list) == text);
  }
}

void read_set(std::string_view body)
{
  if (const auto parts = server::split_publish_set(body)) {
    demand(!parts->empty());
  }
}

void read_header(std::string_view value)
{
  if (const auto authorization = trust::parse_authorization(value)) {
    demand(trust::parse_authorization(to_header(*authorization)).has_value());
  }
}

void read_component(std::string_view body)
{
  if (const auto parts = server::split_component(body)) {
    demand(parts->manifest.size() + parts->config.size() + parts->layer.size() + 12 == body.size());
  }
}

void read_operators_file(std::string_view text)
{
  trust::Federation current;
  current.name = "acme";
  (void)server::with_federation_toml(current, "federation.toml", std::string(text), 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  return cargo_wasm::fuzz::read_by_mark(data,
                                        size,
                                        {{'s', read_statement},
                                         {'m', read_shard},
                                         {'d', read_document},
                                         {'r', read_revocations},
                                         {'p', read_set},
                                         {'c', read_component},
                                         {'a', read_header},
                                         {'f', read_operators_file}},
                                        read_publication);
}
