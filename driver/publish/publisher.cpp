#include <cargo_wasm/publish/publisher.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

namespace cargo_wasm::publish {

namespace {

using nlohmann::json;

constexpr std::uint64_t k_longest_answer_bytes = 1U << 20U;
constexpr std::chrono::minutes k_longest_upload{5};

/// `u32 length, json, u32 length, crate`.
std::string body_of(std::string_view request, std::string_view crate)
{
  std::string body;
  body.reserve(request.size() + crate.size() + 8);
  append_part(body, request);
  append_part(body, crate);
  return body;
}

/// The publication, and which component stands beside the version.
std::string with_component(const std::string& request, const std::string& manifest)
{
  json publication = json::parse(request, nullptr, false);
  publication["cargo-wasm"] = {{"component", "sha256:" + manifest}};
  return publication.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_settled(TargetState state)
{
  return state == TargetState::confirmed || state == TargetState::conflict;
}

/// One line of an error, for a table and a file.
std::string line_of(const Error& error)
{
  std::string line = error.message;
  for (const std::string& note : error.notes) {
    line += "; " + note;
  }
  return line + fmt::format(" [{}]", error.id);
}

/// Why nothing came of it.
void note_trouble(Target& target, const Error& error)
{
  target.why = line_of(error);
  target.lacks_token = error.id == "CW0401" || error.id == "CW0409" || error.id == "CW0424";
}

std::vector<std::string> warnings_of(const std::string& body)
{
  std::vector<std::string> out;
  const json answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("warnings") || !answer["warnings"].is_object()) {
    return out;
  }
  const json& warnings = answer["warnings"];
  const auto add = [&](const char* key, std::string_view before) {
    if (warnings.contains(key) && warnings[key].is_array()) {
      for (const json& one : warnings[key]) {
        if (one.is_string()) {
          out.push_back(std::string(before) + one.get<std::string>());
        }
      }
    }
  };
  add("invalid_categories", "it knows no category ");
  add("invalid_badges", "it knows no badge ");
  add("other", "");
  return out;
}

/// `"cargo-wasm": {"entry": N}`, or the sentence of a server that only tells people.
std::optional<std::uint64_t> log_entry_of(const std::string& body)
{
  const json answer = json::parse(body, nullptr, false);
  if (answer.is_object() && answer.contains("cargo-wasm") && answer["cargo-wasm"].is_object()) {
    const json& own = answer["cargo-wasm"];
    if (own.contains("entry") && own["entry"].is_number_unsigned()) {
      return own["entry"].get<std::uint64_t>();
    }
  }
  for (const std::string& text : warnings_of(body)) {
    constexpr std::string_view k_before = " is entry ", k_after = " of the registry's log";
    const auto at = text.find(k_before);
    if (at != std::string::npos && text.ends_with(k_after)) {
      std::uint64_t entry = 0;
      const std::string digits = text.substr(at + k_before.size(), text.size() - at - k_before.size() - k_after.size());
      const bool is_number =
          !digits.empty() && digits.size() < 19 && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
      if (is_number) {
        for (const char c : digits) {
          entry = entry * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return entry;
      }
    }
  }
  return std::nullopt;
}

Error stopped_by_somebody()
{
  return Error("CW1058", "the publication was stopped", Blame::environment).help("`cargo-wasm publish --resume` goes on from here");
}

/// `{"published": [{"name", "entry", …}]}`.
std::optional<std::uint64_t> log_entry_in_set(const std::string& body, const std::string& name)
{
  const json answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("published") || !answer["published"].is_array()) {
    return std::nullopt;
  }
  for (const json& one : answer["published"]) {
    const bool is_meant = one.is_object() && one.value("name", json()) == name;
    if (is_meant && one.value("entry", json()).is_number_unsigned()) {
      return one["entry"].get<std::uint64_t>();
    }
  }
  return std::nullopt;
}

Error set_is_too_long(const std::string& registry, std::size_t packages, std::uint64_t bytes, std::uint64_t longest)
{
  return Error("CW1233", fmt::format("{} packages are too much for one set at registry `{}`", packages, registry))
      .note(fmt::format("they are {} together, and it takes at most {}", base::human_bytes(bytes), base::human_bytes(longest)))
      .note("they are sent one after another, and become visible so");
}

} // namespace

Result<Publisher::Known*> Publisher::known(const Target& target)
{
  Known& known = m_known.try_emplace(target.index, Known{{target.registry, target.index, target.canonical}, {}, {}}).first->second;
  if (!known.facts) {
    CW_TRY_ASSIGN(RegistryFacts facts, read_facts(m_seams.http, known.registry, ""));
    if (facts.auth_required) {
      CW_TRY_ASSIGN(known.read_token, m_seams.token({known.registry, "read", {}, {}, {}}));
      CW_TRY_ASSIGN(facts, read_facts(m_seams.http, known.registry, *known.read_token));
    }
    known.facts = std::move(facts);
  }
  return &known;
}

Result<std::optional<IndexedVersion>> Publisher::indexed(const OutboxEntry& entry, const Target& target)
{
  CW_TRY_ASSIGN(Known* const at, known(target));
  return find_version(m_seams.http, at->registry, entry.name, entry.version, at->read_token.value_or(""));
}

bool Publisher::settle(const OutboxEntry& entry, Target& target, const std::optional<IndexedVersion>& found) const
{
  if (!found) {
    return false;
  }
  const bool is_same_crate = found->checksum == entry.sha256;
  const bool is_ours = is_same_crate && (entry.component.empty() || entry.component == found->component);
  target.state = is_ours ? TargetState::confirmed : TargetState::conflict;
  target.retry_at.reset();
  target.why = is_ours ? ""
               : is_same_crate
                   ? fmt::format("it has the version with{}", found->component.empty() ? "out a component" : " another component")
                   : fmt::format("it has the version with checksum {}", found->checksum);
  return true;
}

Result<> Publisher::look(std::vector<OutboxEntry>& entries)
{
  for (OutboxEntry& entry : entries) {
    for (Target& target : entry.targets) {
      if (const auto found = indexed(entry, target); !found) {
        // Whoever cannot be reached is told about when it is its turn.
        target.state = target.state == TargetState::packed ? TargetState::failed : target.state;
        note_trouble(target, found.error());
      } else if (!settle(entry, target, *found) && target.state != TargetState::sent && target.state != TargetState::stored) {
        target.state = TargetState::packed;
      }
    }
  }
  for (const OutboxEntry& entry : entries) {
    for (const Target& target : entry.targets) {
      if (target.state == TargetState::conflict) {
        return fail(Error("CW1043",
                          fmt::format("registry `{}` has another `{} {}` already", target.registry, entry.name, entry.version),
                          Blame::integrity)
                        .note(target.why)
                        .note(fmt::format("the checksum of this one is {}", entry.sha256))
                        .help("a version that is published stays as it is: publish these changes as another version"));
      }
    }
  }
  return {};
}

std::optional<std::string>
Publisher::missing_before(const std::vector<OutboxEntry>& all, const OutboxEntry& entry, const Target& target) const
{
  for (const OutboxEntry& other : all) {
    if (std::ranges::find(entry.after, other.name) == entry.after.end()) {
      continue;
    }
    for (const Target& there : other.targets) {
      if (there.index == target.index && there.state != TargetState::confirmed) {
        return other.name;
      }
    }
  }
  return std::nullopt;
}

Result<> Publisher::send(std::vector<OutboxEntry>& entries)
{
  m_in_sets.clear();
  if (!entries.empty()) {
    const std::size_t most = std::ranges::max(entries, {}, [](const OutboxEntry& entry) { return entry.targets.size(); }).targets.size();
    std::set<std::string> seen;
    for (std::size_t position = 0; position < most; ++position) {
      for (const OutboxEntry& entry : entries) {
        if (position < entry.targets.size() && seen.insert(entry.targets[position].index).second) {
          CW_TRY(send_set(entries, entry.targets[position].index));
        }
      }
    }
  }
  return send_in_order(entries);
}

/// Where one of them may not be asked yet, or cannot be, the others of the set wait as well.
Result<> Publisher::send_set(std::vector<OutboxEntry>& entries, const std::string& index)
{
  std::vector<Part> parts;
  for (OutboxEntry& entry : entries) {
    for (Target& target : entry.targets) {
      const bool is_first = &target == &entry.targets.front();
      const bool may_go = is_first || entry.targets.front().state == TargetState::confirmed;
      if (target.index == index && !target.follows && !is_settled(target.state) && may_go) {
        parts.push_back({&entry, &target});
      }
    }
  }
  const auto at = parts.size() < 2 ? Result<Known*>(nullptr) : known(*parts.front().target);
  if (!at) { // it may take sets: nothing of one is sent by itself
    for (const Part& part : parts) {
      m_in_sets.insert(part.target);
      const bool is_sent = part.target->state == TargetState::sent || part.target->state == TargetState::stored;
      part.target->state = is_sent ? part.target->state : TargetState::failed;
      note_trouble(*part.target, at.error());
      CW_TRY(m_outbox.update(*part.entry));
    }
    return {};
  }
  if (*at == nullptr || (*at)->facts->set_bytes == 0) {
    return {};
  }
  if (is_stopped()) {
    return fail(stopped_by_somebody());
  }
  std::vector<Part> missing;
  std::string why;
  for (const Part& part : parts) {
    m_in_sets.insert(part.target);
    const auto found = indexed(*part.entry, *part.target);
    if (!found || must_wait(*part.target)) {
      why = found ? part.target->why : line_of(found.error());
    } else if (settle(*part.entry, *part.target, *found)) {
      tell(part, false);
    } else if (part.target->state != TargetState::stored) {
      missing.push_back(part);
    }
  }
  const bool is_lost = std::ranges::any_of(parts, [](const Part& part) { return part.target->state == TargetState::conflict; });
  if (is_lost || !why.empty()) {
    for (const Part& part : missing) {
      part.target->state = part.target->state == TargetState::sent ? TargetState::sent : TargetState::failed;
      part.target->why = is_lost ? "another package of the set has a conflict, and they go together or not at all" : why;
    }
    missing.clear();
  }
  if (!missing.empty()) {
    CW_TRY(put(missing));
  }
  for (const Part& part : parts) {
    if (!m_in_sets.contains(part.target)) {
      continue; // too long for a set: they go one after another
    }
    if (part.target->state == TargetState::stored || part.target->state == TargetState::sent) {
      CW_TRY(wait_until_visible(*part.entry, *part.target));
      tell(part, false);
    }
    CW_TRY(m_outbox.update(*part.entry));
  }
  return {};
}

void Publisher::tell(const Part& part, bool was_there) const
{
  if (!was_there && part.target->state == TargetState::confirmed) {
    m_seams.reporter.status("Published", fmt::format("{} v{} at `{}`", part.entry->name, part.entry->version, part.target->registry));
  }
}

Result<> Publisher::send_in_order(std::vector<OutboxEntry>& entries)
{
  for (OutboxEntry& entry : entries) {
    for (Target& target : entry.targets) {
      if (m_in_sets.contains(&target)) {
        continue;
      }
      if (is_stopped()) {
        return fail(stopped_by_somebody());
      }
      if (&target != &entry.targets.front() && entry.targets.front().state != TargetState::confirmed) {
        if (!is_settled(target.state)) {
          target.why = fmt::format("`{}` goes first", entry.targets.front().registry);
        }
      } else if (const auto missing = missing_before(entries, entry, target)) {
        target.why = fmt::format("`{}` goes first", *missing);
      } else {
        const bool was_there = target.state == TargetState::confirmed;
        CW_TRY(bring(entry, target));
        tell({&entry, &target}, was_there);
      }
      CW_TRY(m_outbox.update(entry));
    }
  }
  return {};
}

Result<> Publisher::bring(OutboxEntry& entry, Target& target)
{
  if (is_settled(target.state)) {
    return {};
  }
  const auto failed = [&](const Error& error) {
    target.state = target.state == TargetState::sent || target.state == TargetState::stored ? target.state : TargetState::failed;
    note_trouble(target, error);
    return Result<>{};
  };
  if (must_wait(target)) {
    return {};
  }
  const auto found = indexed(entry, target);
  if (!found) {
    return failed(found.error());
  }
  if (settle(entry, target, *found)) {
    return {};
  }
  if (target.state != TargetState::stored && target.follows) {
    target.state = TargetState::stored; // by the first one, whose log it follows
  } else if (target.state != TargetState::stored) {
    CW_TRY(put({{&entry, &target}}));
  }
  return target.state == TargetState::stored || target.state == TargetState::sent ? wait_until_visible(entry, target) : Result<>{};
}

bool Publisher::must_wait(Target& target) const
{
  const bool waits = target.retry_at && *target.retry_at > registry_trust::utc_seconds(m_seams.clock.now());
  if (waits) {
    target.state = TargetState::failed;
    target.why = fmt::format("it wants no request before {}", registry_trust::to_utc_text(*target.retry_at));
  }
  return waits;
}

struct Publisher::Parcel
{
  std::string path, body, authorization;
};

Result<bool> Publisher::send_component(const Part& part, const Known& at, const std::string& authorization)
{
  const auto& [entry, target] = part;
  const auto put_down = [&](TargetState state, std::string why) {
    target->state = state;
    target->why = std::move(why);
    return false;
  };
  if (!at.facts->takes_components) {
    return put_down(TargetState::refused, "it keeps no components beside crates: publish this one to a registry of OCI [CW1234]");
  }
  base::HttpRequest request;
  request.method = "PUT";
  request.url = fmt::format("{}/api/v1/cargo-wasm/components/{}", at.facts->api, entry->name);
  CW_TRY_ASSIGN(request.body, m_outbox.component_of(*entry));
  request.max_body_bytes = k_longest_answer_bytes;
  request.max_redirects = 0;
  request.limit = k_longest_upload;
  request.headers = {"Authorization: " + authorization, "Accept: application/json", "Content-Type: application/octet-stream"};
  const auto answer = ask(m_seams.http, std::move(request), m_seams.stopped);
  if (!answer) {
    return put_down(TargetState::failed, line_of(answer.error()));
  }
  if (const auto text = error_text(*answer)) {
    const bool may_pass = answer->status == 429 || answer->status >= 500;
    return put_down(may_pass ? TargetState::failed : TargetState::refused, *text);
  }
  return true;
}

Result<std::optional<Publisher::Parcel>> Publisher::parcel_of(const std::vector<Part>& parts, const Known& at)
{
  const bool is_set = parts.size() > 1;
  Parcel parcel{is_set ? "/api/v1/cargo-wasm/publish-set" : "/api/v1/crates/new", {}, {}};
  const auto refused = [&](const Error& error) {
    for (const Part& part : parts) {
      part.target->state = TargetState::refused;
      part.target->why = line_of(error);
    }
    return std::nullopt;
  };
  for (const auto& [entry, target] : parts) {
    CW_TRY_ASSIGN(const std::string crate, m_outbox.crate_of(*entry));
    const TokenQuestion question{at.registry, "publish", entry->name, entry->version, entry->sha256, entry->component};
    const auto token = m_seams.token(question);
    if (!token) {
      return refused(token.error());
    }
    std::string authorization = *token;
    if (at.facts->takes_signatures) {
      auto signed_token = m_seams.sign(question, *token);
      if (!signed_token) {
        return refused(signed_token.error());
      }
      authorization = signed_token->value_or(authorization);
    }
    if (!entry->component.empty()) {
      CW_TRY_ASSIGN(const bool is_there, send_component({entry, target}, at, authorization));
      if (!is_there) {
        return std::nullopt;
      }
    }
    if (!is_set) {
      parcel.authorization = std::move(authorization);
    } else {
      const auto parsed = registry_trust::parse_authorization(authorization);
      if (!parsed) {
        return refused(parsed.error());
      }
      const std::string note = parsed->note.value_or("");
      append_part(parcel.body, note);
      parcel.authorization = parsed->token.empty() ? parcel.authorization : parsed->token;
    }
    parcel.body += body_of(entry->component.empty() ? target->request : with_component(target->request, entry->component), crate);
  }
  return parcel;
}

Result<> Publisher::put(const std::vector<Part>& parts)
{
  const std::string registry = parts.front().target->registry;
  CW_TRY_ASSIGN(Known* const at, known(*parts.front().target));
  CW_TRY_ASSIGN(std::optional<Parcel> parcel, parcel_of(parts, *at));
  if (!parcel) {
    return {};
  }
  if (parts.size() > 1 && parcel->body.size() > at->facts->set_bytes) {
    m_seams.reporter.warning(set_is_too_long(registry, parts.size(), parcel->body.size(), at->facts->set_bytes));
    for (const Part& part : parts) {
      m_in_sets.erase(part.target);
    }
    return {};
  }
  base::HttpRequest request;
  request.method = "PUT";
  request.url = at->facts->api + parcel->path;
  request.body = std::move(parcel->body);
  request.max_body_bytes = k_longest_answer_bytes;
  request.max_redirects = 0;
  request.retries = 0;
  request.limit = k_longest_upload;
  if (!parcel->authorization.empty()) {
    request.headers = {"Authorization: " + parcel->authorization};
  }
  request.headers.insert(request.headers.end(), {"Accept: application/json", "Content-Type: application/octet-stream"});
  std::vector<std::string> names;
  for (const Part& part : parts) {
    names.push_back(fmt::format("{} v{}", part.entry->name, part.entry->version));
  }
  m_seams.reporter.status("Uploading",
                          fmt::format("{} to `{}`{}", base::join(names, ", "), registry, parts.size() > 1 ? ", as one set" : ""));
  for (const Part& part : parts) {
    part.target->state = TargetState::sent;
    part.target->why.clear();
    CW_TRY(m_outbox.update(*part.entry));
  }
  const auto all = [&](TargetState state, const std::string& why) {
    for (const Part& part : parts) {
      part.target->state = state;
      part.target->why = why;
    }
    return Result<>{};
  };
  const auto answer = ask(m_seams.http, std::move(request), m_seams.stopped);
  if (!answer) {
    // Where no connection came about nothing was sent. Else nobody knows: the index will.
    const bool never_sent = answer.error().id == "CW0030" || answer.error().id == "CW0037" || answer.error().id == "CW0038";
    return all(never_sent ? TargetState::failed : TargetState::sent, line_of(answer.error()));
  }
  if (answer->status == 429 || answer->status == 503) {
    const auto now = m_seams.clock.now();
    const auto pause = retry_after(answer->header("retry-after").value_or(""), now);
    for (const Part& part : parts) {
      part.target->retry_at = registry_trust::utc_seconds(now) + static_cast<std::uint64_t>(pause.count());
      (void)must_wait(*part.target);
    }
    return {};
  }
  if (answer->status >= 500) {
    return all(TargetState::sent, error_text(*answer).value_or("")); // it may have taken it before it failed
  }
  if (const auto text = error_text(*answer)) {
    // "It is there already" is said in many ways: the index says what is there.
    for (const auto& [entry, target] : parts) {
      if (const auto found = indexed(*entry, *target); !found || !settle(*entry, *target, *found)) {
        target->state = TargetState::refused;
        target->why = *text;
      }
    }
    return {};
  }
  for (const auto& [entry, target] : parts) {
    target->state = TargetState::stored;
    target->entry = parts.size() > 1 ? log_entry_in_set(answer->body, entry->name) : log_entry_of(answer->body);
  }
  for (const std::string& warning : warnings_of(answer->body)) {
    m_seams.reporter.verbose("Registry", fmt::format("`{}` says: {}", registry, warning));
  }
  return {};
}

Result<> Publisher::wait_until_visible(OutboxEntry& entry, Target& target)
{
  constexpr std::chrono::milliseconds k_first_pause{100}, k_longest_pause{1000};
  CW_TRY(m_outbox.update(entry));
  if (is_stopped()) {
    return {}; // what became of the request is asked the next time
  }
  const auto end = m_seams.clock.monotonic() + m_seams.visible_within;
  auto pause = k_first_pause;
  // Without an answer to our request there is less to wait for.
  const bool was_taken = target.state == TargetState::stored;
  for (int round = 0;; ++round) {
    const auto found = indexed(entry, target);
    if (found && settle(entry, target, *found)) {
      return {};
    }
    constexpr int k_rounds_without_answer = 3;
    if (is_stopped() || m_seams.clock.monotonic() >= end || (!was_taken && round + 1 >= k_rounds_without_answer)) {
      const std::string seen = found ? "its index does not show the version yet" : line_of(found.error());
      target.why = was_taken || target.why.empty() ? seen : target.why + "; " + seen;
      if (!was_taken && found) {
        target.state = TargetState::failed; // asked, and it is not there
      }
      return {};
    }
    m_seams.sleep(pause);
    pause = std::min(pause * 2, k_longest_pause);
  }
}

} // namespace cargo_wasm::publish
