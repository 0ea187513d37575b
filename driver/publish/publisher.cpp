#include <cargo_wasm/publish/publisher.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/publish/quorum.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

namespace cargo_wasm::publish {

namespace {

using nlohmann::json;

void append_length(std::string& out, std::size_t length)
{
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(length >> shift & 0xffU);
  }
}

/// `u32 length, json, u32 length, crate`.
std::string body_of(std::string_view request, std::string_view crate)
{
  std::string body;
  body.reserve(request.size() + crate.size() + 8);
  append_length(body, request.size());
  body += request;
  append_length(body, crate.size());
  body += crate;
  return body;
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
  const bool is_ours = found->checksum == entry.sha256;
  target.state = is_ours ? TargetState::confirmed : TargetState::conflict;
  target.retry_at.reset();
  target.why = is_ours ? "" : fmt::format("it has the version with checksum {}", found->checksum);
  return true;
}

Result<> Publisher::look(std::vector<OutboxEntry>& entries)
{
  for (OutboxEntry& entry : entries) {
    for (Target& target : entry.targets) {
      if (const auto found = indexed(entry, target); !found) {
        // Whoever cannot be reached is told about when it is its turn.
        target.state = target.state == TargetState::packed ? TargetState::failed : target.state;
        target.why = line_of(found.error());
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
  for (OutboxEntry& entry : entries) {
    for (Target& target : entry.targets) {
      if (is_stopped()) {
        return fail(
            Error("CW1058", "the publication was stopped", Blame::environment).help("`cargo-wasm publish --resume` goes on from here"));
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
        if (!was_there && target.state == TargetState::confirmed) {
          m_seams.reporter.status("Published", fmt::format("{} v{} at `{}`", entry.name, entry.version, target.registry));
        }
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
    target.why = line_of(error);
    return Result<>{};
  };
  const std::uint64_t now = registry_trust::utc_seconds(m_seams.clock.now());
  if (target.retry_at && *target.retry_at > now) {
    target.state = TargetState::failed;
    target.why = fmt::format("it wants no request before {}", registry_trust::to_utc_text(*target.retry_at));
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
    CW_TRY(put(entry, target));
  }
  return target.state == TargetState::stored || target.state == TargetState::sent ? wait_until_visible(entry, target) : Result<>{};
}

Result<> Publisher::put(OutboxEntry& entry, Target& target)
{
  CW_TRY_ASSIGN(Known* const at, known(target));
  CW_TRY_ASSIGN(const std::string crate, m_outbox.crate_of(entry));
  const TokenQuestion question{at->registry, "publish", entry.name, entry.version, entry.sha256};
  const auto refused = [&](const Error& error) {
    target.state = TargetState::refused;
    target.why = line_of(error);
    return Result<>{};
  };
  const auto token = m_seams.token(question);
  if (!token) {
    return refused(token.error());
  }
  base::HttpRequest request;
  request.method = "PUT";
  request.url = at->facts->api + "/api/v1/crates/new";
  request.body = body_of(target.request, crate);
  request.max_body_bytes = 1U << 20U;
  request.max_redirects = 0;
  request.retries = 0;
  request.limit = std::chrono::minutes(5);
  std::string authorization = *token;
  if (at->facts->takes_signatures) {
    auto signed_token = m_seams.sign(question, *token);
    if (!signed_token) {
      return refused(signed_token.error());
    }
    authorization = signed_token->value_or(authorization);
  }
  request.headers = {"Authorization: " + authorization, "Accept: application/json", "Content-Type: application/octet-stream"};
  m_seams.reporter.status("Uploading", fmt::format("{} v{} to `{}`", entry.name, entry.version, target.registry));
  target.state = TargetState::sent;
  target.why.clear();
  CW_TRY(m_outbox.update(entry));
  const auto answer = ask(m_seams.http, std::move(request), m_seams.stopped);
  if (!answer) {
    // Where no connection came about nothing was sent. Else nobody knows: the index will.
    const bool never_sent = answer.error().id == "CW0030" || answer.error().id == "CW0037" || answer.error().id == "CW0038";
    target.state = never_sent ? TargetState::failed : TargetState::sent;
    target.why = line_of(answer.error());
    return {};
  }
  if (answer->status == 429 || answer->status == 503) {
    const auto now = m_seams.clock.now();
    const auto pause = retry_after(answer->header("retry-after").value_or(""), now);
    target.state = TargetState::failed;
    target.retry_at = registry_trust::utc_seconds(now) + static_cast<std::uint64_t>(pause.count());
    target.why = fmt::format("it wants no request before {}", registry_trust::to_utc_text(*target.retry_at));
    return {};
  }
  if (answer->status >= 500) {
    target.why = error_text(*answer).value_or("");
    return {}; // it may have taken it before it failed
  }
  if (const auto text = error_text(*answer)) {
    // "It is there already" is said in many ways: the index says what is there.
    if (const auto found = indexed(entry, target); !found || !settle(entry, target, *found)) {
      target.state = TargetState::refused;
      target.why = *text;
    }
    return {};
  }
  target.state = TargetState::stored;
  target.entry = log_entry_of(answer->body);
  for (const std::string& warning : warnings_of(answer->body)) {
    m_seams.reporter.verbose("Registry", fmt::format("`{}` says: {}", target.registry, warning));
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

std::string table_of(const std::vector<OutboxEntry>& entries)
{
  std::vector<std::vector<std::string>> rows = {{"package", "registry", "state", "log entry", ""}};
  for (const OutboxEntry& entry : entries) {
    for (const Target& target : entry.targets) {
      rows.push_back({fmt::format("{} {}", entry.name, entry.version),
                      target.registry,
                      std::string(name_of(target.state)),
                      target.entry ? std::to_string(*target.entry) : "-",
                      target.why});
    }
  }
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    out += std::string(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  return out;
}

Result<std::optional<Error>> verdict_of(const std::vector<OutboxEntry>& entries)
{
  std::optional<Error> missed;
  for (const OutboxEntry& entry : entries) {
    CW_TRY_ASSIGN(const std::size_t required, required_registries(entry.quorum, entry.targets.size()));
    std::size_t confirmed = 0;
    for (const Target& target : entry.targets) {
      confirmed += target.state == TargetState::confirmed ? 1U : 0U;
      const bool is_conflict = target.state == TargetState::conflict;
      if (is_conflict || target.state == TargetState::refused) {
        Error error(is_conflict ? "CW1043" : "CW1044",
                    is_conflict ? fmt::format("registry `{}` has another `{} {}` already", target.registry, entry.name, entry.version)
                                : fmt::format("registry `{}` does not take `{} {}`", target.registry, entry.name, entry.version),
                    Blame::integrity);
        error.notes.push_back(is_conflict ? target.why : fmt::format("it says: {}", target.why));
        if (is_conflict) {
          error.helps.emplace_back("a version that is published stays as it is: publish these changes as another version");
        } else {
          error.helps.emplace_back("`cargo-wasm publish --resume` tries again");
        }
        return std::optional(std::move(error));
      }
    }
    const Target& primary = entry.targets.front();
    if (!missed && (confirmed < required || primary.state != TargetState::confirmed)) {
      missed = Error("CW1045",
                     fmt::format("`{} {}` is in {} of {} registries, and {} {} needed",
                                 entry.name,
                                 entry.version,
                                 confirmed,
                                 entry.targets.size(),
                                 required,
                                 required == 1 ? "is" : "are"),
                     Blame::network);
      for (const Target& target : entry.targets) {
        if (target.state != TargetState::confirmed) {
          missed->notes.push_back(
              fmt::format("`{}`: {}", target.registry, target.why.empty() ? std::string(name_of(target.state)) : target.why));
        }
      }
      missed->helps.emplace_back("nothing is lost: `cargo-wasm publish --resume` goes on from here");
    }
  }
  return missed;
}

} // namespace cargo_wasm::publish
