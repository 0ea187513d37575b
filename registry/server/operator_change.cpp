#include <cargo_wasm/registry_server/operator_change.hpp>

#include "database.hpp"

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <span>
#include <thread>

namespace cargo_wasm::registry_server {
namespace {

constexpr std::chrono::milliseconds k_between_looks(50);

Result<Recorded>
leave_for_server(const Env& env, const base::Path& directory, const OperatorChange& change, std::chrono::milliseconds patience)
{
  CW_TRY_ASSIGN(Database database, Database::open(directory / "private" / "state.sqlite"));
  CW_TRY_ASSIGN(const std::vector<Row> made,
                database.run("INSERT INTO submitted(kind, payload) VALUES(?, ?) RETURNING id",
                             {static_cast<std::int64_t>(change.kind), change.payload}));
  const std::int64_t id = std::get<std::int64_t>(made.at(0)[0]);
  for (const auto end = env.clock.monotonic() + patience; env.clock.monotonic() < end; std::this_thread::sleep_for(k_between_looks)) {
    CW_TRY_ASSIGN(const std::vector<Row> rows, database.run("SELECT answer FROM submitted WHERE id = ? AND answer IS NOT NULL", {id}));
    if (!rows.empty()) {
      CW_TRY(database.run("DELETE FROM submitted WHERE id = ?", {id}));
      return parse_answer(std::get<std::string>(rows[0][0]));
    }
  }
  CW_TRY_ASSIGN(const std::vector<Row> answered, database.run("DELETE FROM submitted WHERE id = ? RETURNING answer", {id}));
  if (!answered.empty() && std::holds_alternative<std::string>(answered[0][0])) {
    return parse_answer(std::get<std::string>(answered[0][0]));
  }
  return fail(
      Error("CW1228", fmt::format("whoever has the registry in `{}` did not make the change", directory.native()), Blame::environment)
          .note(fmt::format("it was left to that process for {} seconds, and is withdrawn", patience.count() / 1000))
          .help("a server of an older version has to be ended first; any other process that has the registry, too"));
}

} // namespace

std::string payload_of(const std::vector<std::string>& notes)
{
  return nlohmann::json(notes).dump();
}

Result<Recorded> apply(Registry& registry, const OperatorChange& change)
{
  switch (change.kind) {
  case OperatorChangeKind::federation:
    return registry.update_federation(change.payload);
  case OperatorChangeKind::revocation:
    return registry.change_revocations(change.payload);
  case OperatorChangeKind::imported: {
    std::vector<std::string_view> lines = base::split(change.payload, '\n');
    const std::string upstream(lines.front());
    std::vector<registry_protocol::IndexEntry> entries;
    for (const std::string_view line : std::span(lines).subspan(1)) {
      if (!line.empty()) {
        CW_TRY_ASSIGN(registry_protocol::IndexEntry entry, registry_protocol::parse_index_entry(line));
        entries.push_back(std::move(entry));
      }
    }
    return registry.import_versions(upstream, entries);
  }
  case OperatorChangeKind::revocations: {
    const nlohmann::json notes = nlohmann::json::parse(change.payload, nullptr, false);
    std::vector<std::string> texts;
    for (const nlohmann::json& note : notes.is_array() ? notes : nlohmann::json::array()) {
      texts.push_back(note.is_string() ? note.get<std::string>() : "");
    }
    return registry.change_revocations(texts);
  }
  case OperatorChangeKind::sealed: {
    const std::vector<std::string_view> words = base::split(change.payload, ' ');
    const std::optional<base::Sha256> head = words.size() == 2 ? base::parse_sha256(words[1]) : std::nullopt;
    std::uint64_t records = 0;
    if (!head || std::from_chars(words[0].data(), words[0].data() + words[0].size(), records).ec != std::errc()) {
      return fail(Error("CW1228", "a change that was left for the registry cannot be read", Blame::environment));
    }
    return registry.seal_usage(*head, records);
  }
  case OperatorChangeKind::heartbeat:
    break;
  }
  return registry.heartbeat();
}

Result<Recorded> submit(const Env& env,
                        const base::Path& directory,
                        const OperatorChange& change,
                        std::chrono::milliseconds patience,
                        const WitnessAsking& asking)
{
  if (env.fs.is_file(directory / "private" / "registry.json")) {
    CW_TRY_ASSIGN(std::unique_ptr<base::FileLock> lock, env.fs.try_lock(directory / "private" / "lock", base::LockMode::exclusive));
    if (!lock) {
      return leave_for_server(env, directory, change, patience);
    }
  }
  CW_TRY_ASSIGN(Registry registry, Registry::open(env, directory, "", asking));
  return apply(registry, change);
}

std::string answer_text(const Result<Recorded>& outcome)
{
  if (outcome) {
    return nlohmann::json{{"entry", outcome->entry}, {"size", outcome->log_size}, {"was_there", outcome->was_there}}.dump();
  }
  const Error& error = outcome.error();
  const nlohmann::json problem{{"id", error.id},
                               {"message", error.message},
                               {"blame", static_cast<int>(error.blame)},
                               {"notes", error.notes},
                               {"helps", error.helps},
                               {"context", error.context}};
  return nlohmann::json{{"error", problem}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Recorded> parse_answer(std::string_view text)
{
  const nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
  if (!answer.is_object()) {
    return fail(Error("CW1228", "the answer of the process that has the registry cannot be read", Blame::environment));
  }
  if (!answer.contains("error")) {
    return Recorded{.entry = answer.value("entry", std::uint64_t{0}),
                    .log_size = answer.value("size", std::uint64_t{0}),
                    .was_there = answer.value("was_there", false)};
  }
  const nlohmann::json& problem = answer["error"];
  Error error(problem.value("id", ""), problem.value("message", ""), static_cast<Blame>(problem.value("blame", 0)));
  error.notes = problem.value("notes", std::vector<std::string>());
  error.helps = problem.value("helps", std::vector<std::string>());
  error.context = problem.value("context", std::vector<std::string>());
  return fail(std::move(error));
}

} // namespace cargo_wasm::registry_server
