#include <cargo_wasm/registry_server/federation_toml.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

namespace cargo_wasm::registry_server {
namespace {

using manifest::TomlMember;
using manifest::TomlTable;
using manifest::TomlValue;
using registry_trust::Federation;
using registry_trust::KeyRole;
using registry_trust::Mirror;

constexpr std::uint64_t k_federation_lifetime_s = 365 * 86400;

/// Reads members of tables and keeps the first that is not as it should be.
class FileReader
{
public:
  explicit FileReader(const manifest::TomlDocument& document) : m_document(document) {}

  const Result<>& outcome() const { return m_outcome; }

  void refuse(manifest::Position position, std::string why)
  {
    if (m_outcome) {
      m_outcome = fail(Error("CW1224", "this cannot be the file of a federation", Blame::user)
                           .at(m_document.span(position, std::move(why)))
                           .help("docs/formats/federation.md says what can stand in it"));
    }
  }
  void only(const TomlTable& table, std::span<const std::string_view> known)
  {
    for (const TomlMember& member : table.members) {
      if (std::ranges::find(known, member.key) == known.end()) {
        refuse(member.key_position, fmt::format("there is no such key here; known are {}", fmt::join(known, ", ")));
      }
    }
  }
  void text(const TomlTable& table, std::string_view key, std::string& out)
  {
    if (const TomlValue* const value = table.find(key)) {
      demand(*value, value->as_string() != nullptr, "a text");
      out = value->as_string() != nullptr ? *value->as_string() : "";
    }
  }
  template <class Number> void number(const TomlTable& table, std::string_view key, Number& out, std::int64_t least)
  {
    if (const TomlValue* const value = table.find(key)) {
      const std::int64_t* const read = value->as_integer();
      const bool fits = read != nullptr && *read >= least && *read <= std::numeric_limits<std::uint32_t>::max();
      demand(*value, fits, fmt::format("a number from {}", least));
      out = fits ? static_cast<Number>(*read) : out;
    }
  }
  void texts(const TomlTable& table, std::string_view key, std::vector<std::string>& out)
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr) {
      return;
    }
    demand(*value, value->as_array() != nullptr, "a list of texts");
    out.clear();
    for (const TomlValue& item : value->as_array() != nullptr ? *value->as_array() : none()) {
      demand(item, item.as_string() != nullptr, "a text");
      out.push_back(item.as_string() != nullptr ? *item.as_string() : "");
    }
  }
  // The table, or nullptr where there is none.
  const TomlTable* table(const TomlTable& parent, std::string_view key)
  {
    const TomlValue* const value = parent.find(key);
    if (value != nullptr) {
      demand(*value, value->as_table() != nullptr, "a table");
    }
    return value == nullptr ? nullptr : value->as_table();
  }
  // The tables of a list, or nothing where there is none.
  std::optional<std::vector<const TomlTable*>> tables(const TomlTable& parent, std::string_view key)
  {
    const TomlValue* const value = parent.find(key);
    if (value == nullptr) {
      return std::nullopt;
    }
    demand(*value, value->as_array() != nullptr, "a list of tables");
    std::vector<const TomlTable*> found;
    for (const TomlValue& item : value->as_array() != nullptr ? *value->as_array() : none()) {
      demand(item, item.as_table() != nullptr, "a table");
      if (item.as_table() != nullptr) {
        found.push_back(item.as_table());
      }
    }
    return found;
  }
  void demand(const TomlValue& value, bool held, std::string_view what)
  {
    if (!held) {
      refuse(value.position, fmt::format("here stands {}", what));
    }
  }

private:
  static const manifest::TomlArray& none()
  {
    static const manifest::TomlArray k_none;
    return k_none;
  }

  const manifest::TomlDocument& m_document;
  Result<> m_outcome;
};

void read_role(FileReader& reader, const TomlTable& root, std::string_view name, KeyRole& role)
{
  const TomlTable* const table = reader.table(root, name);
  if (table == nullptr) {
    return;
  }
  reader.only(*table, std::array<std::string_view, 2>{"threshold", "keys"});
  if (const TomlValue* const keys = table->find("keys")) {
    std::vector<std::string> texts;
    reader.texts(*table, "keys", texts);
    role.keys.clear();
    for (const std::string& text : texts) {
      const Result<registry_tlog::VerifierKey> key = registry_tlog::parse_verifier_key(text);
      if (!key || std::ranges::find(role.keys, *key) != role.keys.end()) {
        reader.refuse(keys->position, key ? fmt::format("`{}` is there twice", text) : key.error().message);
        return;
      }
      role.keys.push_back(*key);
    }
  }
  reader.number(*table, "threshold", role.threshold, 1);
  if (role.threshold > role.keys.size()) {
    const TomlValue* const place = table->find("threshold") != nullptr ? table->find("threshold") : table->find("keys");
    if (place != nullptr) {
      reader.refuse(place->position, fmt::format("`{}` has {} keys", name, role.keys.size()));
    }
  }
}

void read_mirrors(FileReader& reader, const TomlTable& root, Federation& federation)
{
  const auto tables = reader.tables(root, "mirrors");
  if (!tables) {
    return;
  }
  federation.mirrors.clear();
  for (const TomlTable* const table : *tables) {
    reader.only(*table, std::array<std::string_view, 7>{"id", "region", "base", "roles", "priority", "max_lag_s", "oci"});
    Mirror mirror;
    reader.text(*table, "id", mirror.id);
    reader.text(*table, "region", mirror.region);
    reader.text(*table, "base", mirror.base);
    reader.number(*table, "priority", mirror.priority, 0);
    reader.number(*table, "max_lag_s", mirror.max_lag_s, 1);
    reader.text(*table, "oci", mirror.oci);
    std::vector<std::string> roles;
    reader.texts(*table, "roles", roles);
    mirror.publishes = std::ranges::find(roles, "publish") != roles.end();
    const bool is_word = !mirror.id.empty() && mirror.id.find_first_of(" \t\n") == std::string::npos;
    const bool is_twice = std::ranges::find(federation.mirrors, mirror.id, &Mirror::id) != federation.mirrors.end();
    if (!is_word || is_twice || !mirror.base.starts_with("http") || !mirror.base.ends_with('/')) {
      const manifest::Position place = table->members.empty() ? root.find("mirrors")->position : table->members.front().key_position;
      reader.refuse(place, "a mirror has an `id` of its own, and a `base` as `https://eu1.example/`");
    }
    federation.mirrors.push_back(std::move(mirror));
  }
}

void read_witnesses(FileReader& reader, const TomlTable& root, Federation& federation)
{
  const TomlTable* const table = reader.table(root, "witnesses");
  if (table == nullptr) {
    return;
  }
  reader.only(*table, std::array<std::string_view, 2>{"quorum", "witness"});
  std::uint64_t quorum = 0;
  reader.number(*table, "quorum", quorum, 0);
  // The first line names the log; what witnesses there are follows anew.
  std::string policy = federation.policy.substr(0, federation.policy.find('\n') + 1);
  std::string members;
  std::size_t count = 0;
  for (const TomlTable* const witness : reader.tables(*table, "witness").value_or(std::vector<const TomlTable*>())) {
    reader.only(*witness, std::array<std::string_view, 3>{"name", "key", "url"});
    std::string name, key, url;
    reader.text(*witness, "name", name);
    reader.text(*witness, "key", key);
    reader.text(*witness, "url", url);
    policy += fmt::format("witness {} {}{}{}\n", name, key, url.empty() ? "" : " ", url);
    members += " " + name;
    ++count;
  }
  if (quorum > count) {
    reader.refuse(table->find("quorum")->position, fmt::format("there are {} witnesses", count));
  }
  policy += quorum == 0 ? std::string("quorum none\n") : fmt::format("group enough {}{}\nquorum enough\n", quorum, members);
  const Result<registry_tlog::LogPolicy> read = registry_tlog::parse_log_policy(policy);
  if (!read) {
    reader.refuse(table->members.empty() ? manifest::Position() : table->members.front().key_position,
                  read.error().notes.empty() ? read.error().message : read.error().notes.front());
  }
  federation.policy = policy;
}

} // namespace

Federation first_federation(const RegistrySettings& settings,
                            const registry_tlog::VerifierKey& root,
                            const registry_tlog::VerifierKey& log,
                            std::uint64_t now)
{
  Federation federation;
  federation.name = settings.name;
  federation.expires = now + k_federation_lifetime_s;
  federation.canonical = "sparse+" + settings.base_url;
  federation.root = {.threshold = 1, .keys = {root}};
  federation.revokers = federation.root;
  federation.policy = fmt::format("log {}\nquorum none\n", to_text(log));
  Mirror primary;
  primary.id = "primary";
  primary.base = settings.base_url;
  primary.publishes = true;
  federation.mirrors = {std::move(primary)};
  federation.unsigned_allowed = true;
  return federation;
}

Result<Federation> with_federation_toml(const Federation& current, const base::Path& file, const std::string& text, std::uint64_t now)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, text));
  const TomlTable& root = document->root;
  FileReader reader(*document);
  reader.only(root,
              std::array<std::string_view, 9>{
                  "name", "expires", "unsigned", "root", "revokers", "namespaces", "freshness", "witnesses", "mirrors"});
  Federation federation = current;
  std::string name = current.name;
  reader.text(root, "name", name);
  if (name != current.name) {
    reader.refuse(root.find("name")->position, fmt::format("the federation is called `{}`, for ever", current.name));
  }
  federation.expires = now + k_federation_lifetime_s;
  if (const TomlValue* const expires = root.find("expires")) {
    const auto* const date = std::get_if<manifest::TomlDateTime>(&expires->value);
    const std::optional<std::uint64_t> seconds = registry_trust::parse_utc_time(date != nullptr                   ? date->text
                                                                                : expires->as_string() != nullptr ? *expires->as_string()
                                                                                                                  : "");
    reader.demand(*expires, seconds.value_or(0) > now, "a time to come, such as 2027-01-01T00:00:00Z");
    federation.expires = seconds.value_or(0);
  }
  if (const TomlValue* const rule = root.find("unsigned")) {
    const std::string word = rule->as_string() != nullptr ? *rule->as_string() : "";
    reader.demand(*rule, word == "allow" || word == "deny", "`allow` or `deny`");
    federation.unsigned_allowed = word == "allow";
  }
  read_role(reader, root, "root", federation.root);
  // Whoever never said who may revoke means the root's keys.
  if (current.revokers == current.root) {
    federation.revokers = federation.root;
  }
  read_role(reader, root, "revokers", federation.revokers);
  if (const TomlTable* const names = reader.table(root, "namespaces")) {
    reader.only(*names, std::array<std::string_view, 2>{"exclusive", "foreign"});
    reader.texts(*names, "exclusive", federation.exclusive);
    reader.texts(*names, "foreign", federation.foreign);
  }
  if (const TomlTable* const freshness = reader.table(root, "freshness")) {
    reader.only(*freshness, std::array<std::string_view, 2>{"warn_s", "fail_s"});
    reader.number(*freshness, "warn_s", federation.warn_after_s, 1);
    reader.number(*freshness, "fail_s", federation.fail_after_s, 1);
  }
  read_mirrors(reader, root, federation);
  read_witnesses(reader, root, federation);
  CW_TRY(reader.outcome());
  return federation;
}

Result<std::string> policy_with_log(const std::string& policy, const registry_tlog::VerifierKey& log)
{
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy read, registry_tlog::parse_log_policy(policy));
  std::string changed = policy;
  const std::string before = to_text(read.logs.at(0).key);
  changed.replace(changed.find(before), before.size(), to_text(log));
  return changed;
}

} // namespace cargo_wasm::registry_server
