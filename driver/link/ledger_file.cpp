// What is kept of a ledger: docs/formats/import-ledger.md.
#include <cargo_wasm/link/ledger.hpp>

#include "ledger_json.hpp"

namespace cargo_wasm::link {

using nlohmann::ordered_json;

namespace {

constexpr int k_version = 2;

ordered_json text_or_null(const std::string& text)
{
  return text.empty() ? ordered_json() : ordered_json(text);
}

std::string text_of(const ordered_json& value)
{
  return value.is_null() ? std::string() : value.get<std::string>();
}

LedgerEntry entry_of(const ordered_json& json)
{
  LedgerEntry entry;
  entry.module = json.at("module").get<std::string>();
  entry.field = json.at("field").get<std::string>();
  entry.kind = json.at("kind").get<std::string>();
  entry.type = json.at("type").get<std::string>();
  entry.package = text_of(json.at("crate"));
  entry.version = text_of(json.at("version"));
  entry.also = json.at("also-declared-by").get<std::vector<std::string>>();
  entry.origin = json.at("wanted-by").get<std::string>();
  if (const ordered_json& where = json.at("declared-at"); !where.is_null()) {
    entry.where = LedgerPlace{where.at("package").get<std::string>(),
                              where.at("file").get<std::string>(),
                              where.at("line").get<std::uint32_t>(),
                              where.at("column").get<std::uint32_t>()};
  }
  entry.how = text_of(json.at("found-by"));
  entry.is_allowed = json.at("allowed").get<bool>();
  entry.root = json.at("root").get<std::string>();
  entry.path = json.at("path").get<std::vector<std::string>>();
  return entry;
}

} // namespace

ordered_json artifact_json(const Ledger& ledger)
{
  const LinkedArtifact& artifact = ledger.artifact;
  return {{"package", artifact.package},
          {"version", artifact.version},
          {"artifact", artifact.name},
          {"kind", artifact.kind},
          {"target", artifact.target},
          {"features", artifact.features},
          {"component", ledger.is_component},
          {"interfaces", ledger.interfaces}};
}

ordered_json entry_json(const LedgerEntry& entry)
{
  ordered_json where;
  if (entry.where) {
    where = {{"package", entry.where->package}, {"file", entry.where->file}, {"line", entry.where->line}, {"column", entry.where->column}};
  }
  return {{"module", entry.module},
          {"field", entry.field},
          {"kind", entry.kind},
          {"type", entry.type},
          {"crate", text_or_null(entry.package)},
          {"version", text_or_null(entry.version)},
          {"also-declared-by", entry.also},
          {"wanted-by", entry.origin},
          {"declared-at", std::move(where)},
          {"found-by", text_or_null(entry.how)},
          {"allowed", entry.is_allowed},
          {"root", entry.root},
          {"path", entry.path}};
}

std::string dump(const ordered_json& document)
{
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string ledger_file_text(const Ledger& ledger)
{
  ordered_json document{{"version", k_version}, {"of", artifact_json(ledger)}};
  ordered_json imports = ordered_json::array();
  for (const LedgerEntry& entry : ledger.imports) {
    imports.push_back(entry_json(entry));
  }
  document["imports"] = std::move(imports);
  return dump(document);
}

std::optional<Ledger> parse_ledger_file(std::string_view text)
{
  try {
    const ordered_json document = ordered_json::parse(text);
    if (document.at("version") != k_version) {
      return std::nullopt;
    }
    Ledger ledger;
    const ordered_json& of = document.at("of");
    ledger.artifact = {of.at("package").get<std::string>(),
                       of.at("version").get<std::string>(),
                       of.at("artifact").get<std::string>(),
                       of.at("kind").get<std::string>(),
                       of.at("target").get<std::string>(),
                       of.at("features").get<std::vector<std::string>>()};
    ledger.is_component = of.at("component").get<bool>();
    ledger.interfaces = of.at("interfaces").get<std::vector<std::string>>();
    for (const ordered_json& import : document.at("imports")) {
      ledger.imports.push_back(entry_of(import));
    }
    return ledger;
  } catch (const ordered_json::exception&) {
    return std::nullopt;
  }
}

} // namespace cargo_wasm::link
