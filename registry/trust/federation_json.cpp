#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace cargo_wasm::registry_trust {
namespace {

using nlohmann::json;

// Reads members of objects and keeps the first that is not as it should be.
class MemberReader
{
public:
  explicit MemberReader(const json& object, std::string path = "") : m_object(object), m_path(std::move(path)) {}

  std::string text(const char* name, std::optional<std::string> otherwise = std::nullopt)
  {
    const json* const value = member(name, otherwise.has_value());
    return value == nullptr ? otherwise.value_or("") : demand(name, value->is_string(), "a text") ? value->get<std::string>() : "";
  }
  std::uint64_t number(const char* name, std::optional<std::uint64_t> otherwise, std::uint64_t least, std::uint64_t most)
  {
    const json* const value = member(name, otherwise.has_value());
    if (value == nullptr) {
      return otherwise.value_or(0);
    }
    const bool fits = value->is_number_unsigned() && value->get<std::uint64_t>() >= least && value->get<std::uint64_t>() <= most;
    return demand(name, fits, fmt::format("a number from {} to {}", least, most)) ? value->get<std::uint64_t>() : 0;
  }
  std::uint64_t time(const char* name)
  {
    const std::optional<std::uint64_t> seconds = parse_utc_time(text(name));
    demand(name, seconds.has_value(), "a time such as 2027-01-01T00:00:00Z");
    return seconds.value_or(0);
  }
  std::vector<std::string> texts(const char* name, bool optional)
  {
    std::vector<std::string> all;
    const json* const value = member(name, optional);
    const bool fits = value != nullptr && value->is_array() && std::ranges::all_of(*value, [](const json& v) { return v.is_string(); });
    if (value != nullptr && demand(name, fits, "a list of texts")) {
      all = value->get<std::vector<std::string>>();
    }
    return all;
  }
  // An empty object where there is none.
  const json& object(const char* name, bool optional)
  {
    static const json k_none = json::object();
    const json* const value = member(name, optional);
    return value != nullptr && demand(name, value->is_object(), "an object") ? *value : k_none;
  }
  const json& list(const char* name)
  {
    static const json k_none = json::array();
    const json* const value = member(name, false);
    return value != nullptr && demand(name, value->is_array(), "a list") ? *value : k_none;
  }
  bool demand(std::string_view name, bool held, std::string_view what)
  {
    if (!held && why.empty()) {
      why = fmt::format("`{}{}` has to be {}", m_path, name, what);
    }
    return held;
  }

  std::string why; ///< empty: all was right

private:
  const json* member(const char* name, bool optional)
  {
    const auto found = m_object.find(name);
    if (found == m_object.end() && !optional) {
      demand(name, false, "there");
    }
    return found == m_object.end() ? nullptr : &*found;
  }

  const json& m_object;
  std::string m_path;
};

tl::unexpected<Error> refuse(std::string why)
{
  return fail(Error("CW1023", "this is not the document of a federation", Blame::integrity).note(std::move(why)));
}

using Keys = std::map<std::string, VerifierKey, std::less<>>;

Result<Keys> read_keys(const json& object)
{
  Keys keys;
  for (const auto& [id, text] : object.items()) {
    if (!text.is_string()) {
      return refuse(fmt::format("`keys.{}` has to be a text", id));
    }
    CW_TRY_ASSIGN(VerifierKey key, registry_tlog::parse_verifier_key(text.get<std::string>()));
    if (key.type != registry_tlog::SignatureType::ed25519) {
      return refuse(fmt::format("`keys.{}` is a key for cosignatures", id));
    }
    keys.emplace(id, std::move(key));
  }
  return keys;
}

Result<KeyRole> read_role(const json& object, const std::string& name, const Keys& keys)
{
  MemberReader reader(object, name + ".");
  KeyRole role;
  const std::vector<std::string> ids = reader.texts("keys", false);
  role.threshold = reader.number("threshold", std::nullopt, 1, std::max<std::size_t>(ids.size(), 1));
  std::set<std::string> seen;
  for (const std::string& id : ids) {
    const auto key = keys.find(id);
    if (reader.demand("keys", key != keys.end() && seen.insert(to_text(key->second)).second, "names of different keys of `keys`")) {
      role.keys.push_back(key->second);
    }
  }
  return reader.why.empty() ? Result<KeyRole>(std::move(role)) : refuse(reader.why);
}

Result<Mirror> read_mirror(const json& object, std::size_t index)
{
  if (!object.is_object()) {
    return refuse(fmt::format("`mirrors[{}]` has to be an object", index));
  }
  MemberReader reader(object, fmt::format("mirrors[{}].", index));
  Mirror mirror;
  mirror.id = reader.text("id");
  mirror.region = reader.text("region", "");
  mirror.base = reader.text("base");
  mirror.priority = static_cast<std::uint32_t>(reader.number("priority", mirror.priority, 0, UINT32_MAX));
  mirror.max_lag_s = reader.number("max_lag_s", mirror.max_lag_s, 1, UINT32_MAX);
  mirror.oci = reader.text("oci", "");
  const std::vector<std::string> roles = reader.texts("roles", true);
  mirror.publishes = std::ranges::find(roles, "publish") != roles.end();
  reader.demand("base", mirror.base.starts_with("http") && mirror.base.ends_with('/'), "an address with a slash at its end");
  reader.demand("id", !mirror.id.empty(), "a name");
  return reader.why.empty() ? Result<Mirror>(std::move(mirror)) : refuse(reader.why);
}

nlohmann::ordered_json role_json(const KeyRole& role, const std::map<std::string, std::string>& ids)
{
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  for (const VerifierKey& key : role.keys) {
    keys.push_back(ids.at(to_text(key)));
  }
  return {{"threshold", role.threshold}, {"keys", keys}};
}

// Whether an object of the text has a member twice, of which readers see different ones.
bool has_duplicates(std::string_view text)
{
  std::vector<std::set<std::string>> open;
  bool twice = false;
  const auto look = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) {
      open.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open.pop_back();
    } else if (event == json::parse_event_t::key) {
      twice |= !open.back().insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  const json parsed = json::parse(text, look, false);
  return twice || parsed.is_discarded();
}

} // namespace

Result<Federation> parse_federation(std::string_view text)
{
  if (text.size() > k_max_federation_bytes) {
    return refuse(fmt::format("it has {} bytes, at most {} are allowed", text.size(), k_max_federation_bytes));
  }
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object() || has_duplicates(text)) {
    return refuse(document.is_object() ? "a member is there twice" : "it is not a JSON object");
  }
  MemberReader reader(document);
  Federation federation;
  reader.number("v", std::nullopt, 1, 1);
  federation.name = reader.text("name");
  federation.version = reader.number("version", std::nullopt, 1, UINT32_MAX);
  federation.expires = reader.time("expires");
  federation.canonical = reader.text("canonical");
  federation.policy = reader.text("policy");
  federation.unsigned_allowed = reader.text("unsigned", "deny") == "allow";
  const json& namespaces = reader.object("namespaces", true);
  MemberReader names(namespaces, "namespaces.");
  federation.exclusive = names.texts("exclusive", true);
  federation.foreign = names.texts("foreign", true);
  const json& freshness = reader.object("freshness", true);
  MemberReader ages(freshness, "freshness.");
  federation.warn_after_s = ages.number("warn_s", federation.warn_after_s, 1, UINT32_MAX);
  federation.fail_after_s = ages.number("fail_s", federation.fail_after_s, 1, UINT32_MAX);
  reader.demand("canonical",
                federation.canonical.starts_with("sparse+http") && federation.canonical.ends_with('/'),
                "an address `sparse+…` with a slash at its end");
  const json& keys_object = reader.object("keys", false);
  const json& root_object = reader.object("root", false);
  const json& revokers_object = reader.object("revokers", true);
  const json& mirrors = reader.list("mirrors");
  for (const MemberReader* part : {&reader, &names, &ages}) {
    if (!part->why.empty()) {
      return refuse(part->why);
    }
  }
  CW_TRY_ASSIGN(const Keys keys, read_keys(keys_object));
  CW_TRY_ASSIGN(federation.root, read_role(root_object, "root", keys));
  if (revokers_object.empty()) {
    federation.revokers = federation.root;
  } else {
    CW_TRY_ASSIGN(federation.revokers, read_role(revokers_object, "revokers", keys));
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < mirrors.size(); ++i) {
    CW_TRY_ASSIGN(Mirror mirror, read_mirror(mirrors[i], i));
    if (!ids.insert(mirror.id).second) {
      return refuse(fmt::format("there are two mirrors `{}`", mirror.id));
    }
    federation.mirrors.push_back(std::move(mirror));
  }
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
  if (policy.logs.size() != 1) {
    return refuse(fmt::format("`policy` has {} logs; a federation has one", policy.logs.size()));
  }
  return federation;
}

std::string to_json(const Federation& federation)
{
  std::map<std::string, std::string> ids; // by the key's text
  nlohmann::ordered_json keys = nlohmann::ordered_json::object();
  for (const KeyRole* role : {&federation.root, &federation.revokers}) {
    for (const VerifierKey& key : role->keys) {
      if (const auto [place, fresh] = ids.try_emplace(to_text(key), fmt::format("k{}", ids.size() + 1)); fresh) {
        keys[place->second] = place->first;
      }
    }
  }
  nlohmann::ordered_json mirrors = nlohmann::ordered_json::array();
  for (const Mirror& mirror : federation.mirrors) {
    nlohmann::ordered_json roles = nlohmann::ordered_json::array({"read"});
    if (mirror.publishes) {
      roles.push_back("publish");
    }
    mirrors.push_back({{"id", mirror.id},
                       {"region", mirror.region},
                       {"base", mirror.base},
                       {"roles", roles},
                       {"priority", mirror.priority},
                       {"max_lag_s", mirror.max_lag_s},
                       {"oci", mirror.oci}});
  }
  nlohmann::ordered_json namespaces{{"exclusive", federation.exclusive}};
  if (!federation.foreign.empty()) {
    namespaces["foreign"] = federation.foreign;
  }
  const nlohmann::ordered_json document{{"v", 1},
                                        {"name", federation.name},
                                        {"version", federation.version},
                                        {"expires", to_utc_text(federation.expires)},
                                        {"canonical", federation.canonical},
                                        {"keys", keys},
                                        {"root", role_json(federation.root, ids)},
                                        {"revokers", role_json(federation.revokers, ids)},
                                        {"policy", federation.policy},
                                        {"mirrors", mirrors},
                                        {"namespaces", namespaces},
                                        {"unsigned", federation.unsigned_allowed ? "allow" : "deny"},
                                        {"freshness", {{"warn_s", federation.warn_after_s}, {"fail_s", federation.fail_after_s}}}};
  return document.dump(1) + "\n";
}

} // namespace cargo_wasm::registry_trust
