#include <cargo_wasm/shim/link_report.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::shim {

namespace {

using nlohmann::ordered_json;

/// Names in the format: never renamed, only added to.
constexpr std::array<std::pair<MessageKind, std::string_view>, 16> k_kinds{{
    {MessageKind::undefined_symbol, "undefined-symbol"},
    {MessageKind::signature_mismatch, "signature-mismatch"},
    {MessageKind::duplicate_symbol, "duplicate-symbol"},
    {MessageKind::import_module_mismatch, "import-module-mismatch"},
    {MessageKind::import_name_mismatch, "import-name-mismatch"},
    {MessageKind::type_mismatch, "type-mismatch"},
    {MessageKind::missing_export, "missing-export"},
    {MessageKind::missing_entry, "missing-entry"},
    {MessageKind::missing_library, "missing-library"},
    {MessageKind::unknown_argument, "unknown-argument"},
    {MessageKind::unknown_file_type, "unknown-file-type"},
    {MessageKind::memory_too_small, "memory-too-small"},
    {MessageKind::bad_memory_size, "bad-memory-size"},
    {MessageKind::feature_mismatch, "feature-mismatch"},
    {MessageKind::bad_relocation, "bad-relocation"},
    {MessageKind::other, "other"},
}};

template <class Kind, std::size_t size>
std::string_view name_of(const std::array<std::pair<Kind, std::string_view>, size>& kinds, Kind wanted)
{
  return std::ranges::find(kinds, wanted, &std::pair<Kind, std::string_view>::first)->second; // each kind has its row
}

template <class Kind, std::size_t size>
std::optional<Kind> kind_of(const std::array<std::pair<Kind, std::string_view>, size>& kinds, std::string_view wanted)
{
  const auto row = std::ranges::find(kinds, wanted, &std::pair<Kind, std::string_view>::second);
  return row == kinds.end() ? std::nullopt : std::optional(row->first);
}

ordered_json message_json(const LinkerMessage& message)
{
  ordered_json json;
  json["kind"] = name_of(k_kinds, message.kind);
  json["level"] = message.is_error ? "error" : "warning";
  json["subject"] = message.subject;
  json["file"] = message.file;
  json["what"] = message.what;
  json["sides"] = ordered_json::array();
  for (const MessageSide& side : message.sides) {
    json["sides"].push_back({{"text", side.text}, {"file", side.file}});
  }
  json["text"] = message.text;
  return json;
}

LinkerMessage read_message(const ordered_json& json)
{
  LinkerMessage message;
  message.kind = kind_of(k_kinds, json.at("kind").get<std::string>()).value_or(MessageKind::other);
  message.is_error = json.at("level") == "error";
  json.at("subject").get_to(message.subject);
  json.at("file").get_to(message.file);
  json.at("what").get_to(message.what);
  for (const ordered_json& side : json.at("sides")) {
    message.sides.push_back({side.at("text").get<std::string>(), side.at("file").get<std::string>()});
  }
  json.at("text").get_to(message.text);
  return message;
}

ordered_json conflict_json(const SignatureConflict& conflict)
{
  ordered_json json{{"symbol", conflict.symbol}, {"type", conflict.type}, {"file", conflict.file}, {"uses", ordered_json::array()}};
  for (const SignatureUse& use : conflict.uses) {
    json["uses"].push_back({{"type", use.type}, {"file", use.file}, {"caller", use.caller}, {"live", use.is_live}});
  }
  return json;
}

SignatureConflict read_conflict(const ordered_json& json)
{
  SignatureConflict conflict;
  json.at("symbol").get_to(conflict.symbol);
  json.at("type").get_to(conflict.type);
  json.at("file").get_to(conflict.file);
  for (const ordered_json& use : json.at("uses")) {
    conflict.uses.push_back({use.at("type").get<std::string>(),
                             use.at("file").get<std::string>(),
                             use.at("caller").get<std::string>(),
                             use.at("live").get<bool>()});
  }
  return conflict;
}

ordered_json site_json(const CallSite& site)
{
  return {{"symbol", site.symbol},
          {"object", site.object},
          {"function", site.function},
          {"file", site.file},
          {"line", site.line},
          {"column", site.column}};
}

CallSite read_site(const ordered_json& json)
{
  return {.symbol = json.at("symbol"),
          .object = json.at("object"),
          .function = json.at("function"),
          .file = json.at("file"),
          .line = json.at("line"),
          .column = json.at("column")};
}

constexpr std::array<std::pair<AuditFinding::Kind, std::string_view>, 8> k_audit_kinds{{
    {AuditFinding::Kind::lost_import, "lost-import"},
    {AuditFinding::Kind::lost_export, "lost-export"},
    {AuditFinding::Kind::type_stub, "type-stub"},
    {AuditFinding::Kind::lost_entry, "lost-entry"},
    {AuditFinding::Kind::memory_limits, "memory-limits"},
    {AuditFinding::Kind::null_variable, "null-variable"},
    {AuditFinding::Kind::import_types, "import-types"},
    {AuditFinding::Kind::two_libcs, "two-libcs"},
}};

ordered_json import_json(const LinkedImport& import)
{
  return {{"module", import.module},
          {"field", import.field},
          {"kind", import.kind},
          {"type", import.type},
          {"declared", import.is_declared},
          {"object", import.object},
          {"root", import.root},
          {"path", import.path}};
}

LinkedImport read_import(const ordered_json& json)
{
  LinkedImport import;
  json.at("module").get_to(import.module);
  json.at("field").get_to(import.field);
  json.at("kind").get_to(import.kind);
  json.at("type").get_to(import.type);
  json.at("declared").get_to(import.is_declared);
  json.at("object").get_to(import.object);
  json.at("root").get_to(import.root);
  json.at("path").get_to(import.path);
  return import;
}

ordered_json feature_json(const LinkedFeature& feature)
{
  return {{"name", feature.name}, {"object", feature.object}, {"foreign", feature.is_foreign}};
}

LinkedFeature read_feature(const ordered_json& json)
{
  return {.name = json.at("name"), .object = json.at("object"), .is_foreign = json.at("foreign")};
}

ordered_json dead_symbol_json(const DeadSymbol& symbol)
{
  return {{"name", symbol.name}, {"object", symbol.object}, {"user", symbol.user}};
}

DeadSymbol read_dead_symbol(const ordered_json& json)
{
  return {.name = json.at("name"), .object = json.at("object"), .user = json.at("user")};
}

ordered_json finding_json(const AuditFinding& finding)
{
  return {{"kind", name_of(k_audit_kinds, finding.kind)}, {"subject", finding.subject}, {"detail", finding.detail}};
}

/// A kind that is not known is damage: an audit is never read past.
AuditFinding read_finding(const ordered_json& json)
{
  const auto kind = kind_of(k_audit_kinds, json.at("kind").get<std::string>());
  if (!kind) {
    throw ordered_json::other_error::create(501, "unknown kind of audit finding", nullptr);
  }
  return {*kind, json.at("subject").get<std::string>(), json.at("detail").get<std::string>()};
}

template <class T, class Write> ordered_json list_json(const std::vector<T>& items, Write write)
{
  ordered_json list = ordered_json::array();
  for (const T& item : items) {
    list.push_back(write(item));
  }
  return list;
}

template <class T, class Read> void read_list(const ordered_json& list, std::vector<T>& items, Read read)
{
  for (const ordered_json& item : list) {
    items.push_back(read(item));
  }
}

ordered_json collision_json(const ImportCollision& collision)
{
  ordered_json json{{"field", collision.field}, {"native", collision.native}, {"imports", ordered_json::array()}};
  for (const DeclaredImport& import : collision.imports) {
    json["imports"].push_back({{"module", import.module}, {"source", import.source}});
  }
  return json;
}

ImportCollision read_collision(const ordered_json& json)
{
  ImportCollision collision;
  json.at("field").get_to(collision.field);
  json.at("native").get_to(collision.native);
  for (const ordered_json& import : json.at("imports")) {
    collision.imports.push_back({import.at("module").get<std::string>(), import.at("source").get<std::string>()});
  }
  return collision;
}

} // namespace

std::string to_json(const LinkReport& report)
{
  ordered_json json;
  json["version"] = LinkReport::k_version;
  json["linker"] = report.linker;
  json["arguments"] = report.arguments;
  json["removed"] = report.removed;
  json["added"] = report.added;
  json["user-allows-undefined"] = report.user_allows_undefined;
  json["allowed"] = report.allowed;
  json["settings"] = report.settings;
  json["exit-status"] = report.exit.status;
  json["signal"] = report.exit.signal;
  json["messages"] = list_json(report.messages, message_json);
  json["signature-conflicts"] = list_json(report.signature_conflicts, conflict_json);
  json["call-sites"] = list_json(report.call_sites, site_json);
  json["import-collisions"] = list_json(report.import_collisions, collision_json);
  json["imports"] = list_json(report.imports, import_json);
  json["features"] = list_json(report.features, feature_json);
  json["dead-symbols"] = list_json(report.dead_symbols, dead_symbol_json);
  json["audit"] = list_json(report.audit, finding_json);
  // File names need not be UTF-8; what is not is replaced, never thrown at.
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<LinkReport> parse_link_report(std::string_view text)
{
  const ordered_json json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("version") || json.at("version") != LinkReport::k_version) {
    return fail(Error("CW0802", "the report of a link is damaged or of another version", Blame::environment)
                    .help("build again; a changed source file or `cargo-wasm clean` makes it link anew"));
  }
  try {
    LinkReport report;
    json.at("linker").get_to(report.linker);
    json.at("arguments").get_to(report.arguments);
    json.at("removed").get_to(report.removed);
    json.at("added").get_to(report.added);
    json.at("user-allows-undefined").get_to(report.user_allows_undefined);
    json.at("allowed").get_to(report.allowed);
    json.at("settings").get_to(report.settings);
    json.at("exit-status").get_to(report.exit.status);
    json.at("signal").get_to(report.exit.signal);
    read_list(json.at("messages"), report.messages, read_message);
    read_list(json.at("signature-conflicts"), report.signature_conflicts, read_conflict);
    read_list(json.at("call-sites"), report.call_sites, read_site);
    read_list(json.at("import-collisions"), report.import_collisions, read_collision);
    read_list(json.at("imports"), report.imports, read_import);
    read_list(json.value("features", ordered_json::array()), report.features, read_feature);
    read_list(json.value("dead-symbols", ordered_json::array()), report.dead_symbols, read_dead_symbol);
    read_list(json.at("audit"), report.audit, read_finding);
    return report;
  } catch (const ordered_json::exception& damage) {
    return fail(Error("CW0802", "the report of a link is damaged or of another version", Blame::environment)
                    .note(damage.what())
                    .help("build again; a changed source file or `cargo-wasm clean` makes it link anew"));
  }
}

} // namespace cargo_wasm::shim
