#include <cargo_wasm/registry_server/api.hpp>

#include "page_answers.hpp"
#include "rate_limiter.hpp"
#include "refusal.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_oci/names.hpp>
#include <cargo_wasm/registry_server/component.hpp>
#include <cargo_wasm/registry_server/published_crate.hpp>
#include <cargo_wasm/registry_trust/crate_authority.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace cargo_wasm::registry_server {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view k_api = "/api/v1/crates";

HttpAnswer json_answer(int status, const ordered_json& body)
{
  return {.status = status,
          .type = "application/json",
          .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace),
          .etag = {},
          .cache_control = "no-store"};
}

int status_of(const Error& error)
{
  if (error.id == "CW1216" || error.id == "CW1217" || error.id == "CW1218" || error.id == "CW1220" || error.id == "CW1222" ||
      error.id == "CW1223" || error.id == "CW1227") {
    return 403;
  }
  if (error.id == "CW1215") {
    return 404;
  }
  if (error.id == "CW1213" || error.id == "CW1214" || error.id == "CW1219" || error.id == "CW1221" || error.id == "CW1064" ||
      error.id == "CW1068" || error.id == "CW1235") {
    return 409;
  }
  if (error.id == "CW1238") {
    return 503;
  }
  if (error.id == "CW1059") {
    return 504; // whoever asks again finds it finished, or is told the same
  }
  return error.blame == Blame::environment || error.blame == Blame::bug || error.id == "CW1060" ? 500 : 400;
}

/// `"cargo-wasm": {"component": "sha256:…"}` of a publication.
Result<std::optional<base::Sha256>> component_of(const nlohmann::json& request)
{
  const auto own = request.find("cargo-wasm");
  if (own == request.end() || !own->is_object() || !own->contains("component")) {
    return std::optional<base::Sha256>();
  }
  const nlohmann::json& text = (*own)["component"];
  const auto parsed = text.is_string() ? registry_oci::parse_digest(text.get<std::string>()) : std::nullopt;
  if (!parsed) {
    return fail(Error("CW1210", "this is not the body of a publication", Blame::user).note("its `component` is no `sha256:…`"));
  }
  return std::optional(*parsed);
}

std::string percent_decoded(std::string_view text)
{
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [](char c) {
      return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name)
{
  const std::vector<std::string_view> pairs = base::split(query, '&');
  for (const std::string_view pair : pairs) {
    if (pair.substr(0, pair.find('=')) == name && pair.find('=') != std::string_view::npos) {
      return percent_decoded(pair.substr(pair.find('=') + 1));
    }
  }
  return std::nullopt;
}

} // namespace

Api::Api(const Env& env, Registry& registry, ApiLimits limits)
    : m_env(env), m_registry(registry), m_pages(std::make_shared<PageAnswers>(env, registry))
{
  constexpr double k_seconds_an_hour = 3600;
  if (limits.publications_per_hour != 0) {
    const double per_hour = limits.publications_per_hour;
    m_publications = std::make_shared<RateLimiter>(Rate{.burst = per_hour, .per_second = per_hour / k_seconds_an_hour});
  }
}

HttpAnswer Api::answer(const HttpQuestion& question)
{
  const std::string_view path = question.target.substr(0, question.target.find('?'));
  if (path == k_api_set && question.method == "PUT") {
    return publish_set(question);
  }
  if (path.starts_with(k_api_components) && question.method == "PUT") {
    return stage_component(question, path.substr(k_api_components.size()));
  }
  if (path == k_api_keys && question.method == "PUT") {
    return change_keys(question);
  }
  const std::string_view query = path.size() < question.target.size() ? question.target.substr(path.size() + 1) : "";
  if (PageAnswers::is_page(path)) {
    return m_pages->answer(question, path, query_value(query, "q"));
  }
  if (!path.starts_with(k_api)) {
    return error_answer(404, fmt::format("this registry has nothing at `{}`", path));
  }
  if (path == k_api_publish && question.method == "PUT") {
    return publish(question);
  }
  std::string_view rest = path.substr(k_api.size());
  if (rest.empty() && question.method == "GET") {
    return search(query);
  }
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 1));
  const std::vector<std::string_view> parts = base::split(rest, '/');
  if (parts.size() == 3 && parts[2] == "yank" && question.method == "DELETE") {
    return yank(question, parts[0], percent_decoded(parts[1]), true);
  }
  if (parts.size() == 3 && parts[2] == "unyank" && question.method == "PUT") {
    return yank(question, parts[0], percent_decoded(parts[1]), false);
  }
  if (parts.size() == 2 && parts[1] == "owners") {
    return owners(question, parts[0]);
  }
  return error_answer(404, fmt::format("this registry has nothing at `{}`", path));
}

Result<Author>
Api::admitted(const registry_trust::Authorization& authorization, Scope scope, std::string_view asked, const NoteCheck& check)
{
  // Who may do what is kept by the crate's name as it is; addresses may have it in other letters.
  CW_TRY_ASSIGN(const std::optional<std::string> spelling, m_registry.accounts().spelling_of(asked));
  const std::string crate = spelling.value_or(std::string(asked));
  const std::uint64_t now = registry_trust::utc_seconds(m_env.clock.now());
  const auto refuse = [](std::string message, std::string why) {
    return fail(Error("CW1216", std::move(message), Blame::user).note(std::move(why)));
  };
  std::optional<PublisherNote> note;
  if (authorization.note) {
    CW_TRY_ASSIGN(note, open_publisher_note(*authorization.note, m_registry.accounts()));
  }
  std::string user = note ? note->user : "";
  // Notes are public once they are in the log: one admits only to what it states.
  if (!note || !check || !authorization.token.empty()) {
    CW_TRY_ASSIGN(const std::optional<TokenGrant> grant, m_registry.accounts().find(authorization.token, now));
    if (std::optional<Error> refusal = token_refusal(authorization, grant)) {
      return fail(std::move(*refusal));
    }
    if (!grant->allows(scope, crate)) {
      return refuse(fmt::format("the token does not allow `{}` for `{}`", name_of(scope), crate),
                    fmt::format("it is one of `{}`, for crates `{}`", grant->user, grant->crates));
    }
    if (note && note->user != grant->user) {
      return refuse("the token and the signature are of different users",
                    fmt::format("the token is one of `{}`, the key one of `{}`", grant->user, note->user));
    }
    user = grant->user;
  }
  if (note && check) {
    CW_TRY(check(*note));
  }
  CW_TRY_ASSIGN(const std::vector<std::string> owners, m_registry.accounts().owners(crate));
  if (scope != Scope::read && !owners.empty() && std::ranges::find(owners, user) == owners.end()) {
    CW_TRY_ASSIGN(const std::optional<FirstEntry> first, scope == Scope::publish ? m_registry.first_entry(crate) : std::nullopt);
    if (first) {
      return fail(Error("CW1064", fmt::format("`{}` is not an owner of `{}`", user, crate), Blame::user)
                      .note(fmt::format("entry {} of the log was the first about it, leaf {}", first->entry, base::to_hex(first->leaf)))
                      .note(fmt::format("owners: {}", base::join(owners, ", "))));
    }
    return refuse(fmt::format("`{}` is not an owner of `{}`", user, crate), fmt::format("owners: {}", base::join(owners, ", ")));
  }
  return note ? Author(std::move(*note)) : Author(std::move(user));
}

ExpectedChange Api::expected(const PublisherNote& note, std::string name, std::string version) const
{
  return {.registry = m_registry.canonical(),
          .name = std::move(name),
          .version = std::move(version),
          .previous = previous_of(note.statement), // whether it is the newest is looked at when the change is made
          .now = registry_trust::utc_seconds(m_env.clock.now())};
}

Result<> Api::paced(const std::string& name,
                    const std::string& version,
                    std::string_view archive,
                    const Author& author,
                    const registry_trust::Authorization& authorization)
{
  if (!m_publications) {
    return {};
  }
  // Whoever sends again what has arrived is not held up: nothing of it was lost, and he may not know.
  std::string index;
  if (could_be_a_crate(name)) {
    CW_TRY_ASSIGN(index, m_registry.index_file(base::to_lower(name)));
  }
  for (const std::string_view line : base::split(index, '\n')) {
    const auto head = registry_protocol::parse_index_head(line);
    const auto entry = head && head->version == version ? registry_protocol::parse_index_entry(line) : fail(Error());
    if (entry && entry->checksum == base::to_hex(base::sha256(archive))) {
      return {};
    }
  }
  return take_turn(author, authorization);
}

Result<> Api::take_turn(const Author& author, const registry_trust::Authorization& authorization)
{
  if (!m_publications) {
    return {};
  }
  // By what has let him in: other lines of a note's signatures can say anything.
  const std::string who = authorization.token.empty() && author.note ? "key " + to_text(author.note->key)
                                                                     : "token " + base::to_hex(base::sha256(authorization.token));
  const auto now = m_env.clock.monotonic();
  m_wait_s = m_publications->wait_s(who, now);
  if (m_wait_s != 0) {
    return fail(Error("CW1084", "too many publications have come with this token or key", Blame::user)
                    .note(fmt::format("the next one is taken in {} s", m_wait_s))
                    .help("nothing of this one was kept: send it again then"));
  }
  m_publications->take(who, now);
  return {};
}

HttpAnswer Api::refusal(const Error& error)
{
  if (error.id == "CW1084") {
    HttpAnswer answer = error_answer(429, detail_of(error));
    answer.headers.emplace_back("Retry-After", fmt::format("{}", m_wait_s));
    return answer;
  }
  const int status = status_of(error);
  if (status == 500) {
    m_env.reporter.warning(error);
    return error_answer(500, fmt::format("the registry failed [{}]; whoever runs it finds more in its output", error.id));
  }
  return error_answer(status, detail_of(error));
}

Result<Publication> Api::publication(const PublishBody& body, const registry_trust::Authorization& authorization)
{
  // Whoever may not publish this name does not have his archive unpacked.
  const nlohmann::json request = nlohmann::json::parse(body.json, nullptr, false);
  const auto member = [&](const char* name) {
    return request.is_object() && request.contains(name) && request[name].is_string() ? request[name].get<std::string>() : std::string();
  };
  const std::string name = member("name");
  const auto states_this = [&](const PublisherNote& note) {
    return check_archive(note, expected(note, name, member("vers")), base::sha256(body.archive));
  };
  CW_TRY_ASSIGN(Author author, admitted(authorization, Scope::publish, name, states_this));
  CW_TRY(paced(name, member("vers"), body.archive, author, authorization));
  CW_TRY_ASSIGN(registry_protocol::IndexEntry entry, index_entry_of(body, m_registry.canonical()));
  CW_TRY_ASSIGN(const std::optional<base::Sha256> component, component_of(request));
  return Publication{.entry = std::move(entry), .archive = body.archive, .author = std::move(author), .component = component};
}

HttpAnswer Api::publish(const HttpQuestion& question)
{
  const auto done = [&]() -> Result<ordered_json> {
    CW_TRY_ASSIGN(const PublishBody body, split_publish_body(question.body));
    CW_TRY_ASSIGN(const registry_trust::Authorization authorization, registry_trust::parse_authorization(question.authorization));
    CW_TRY_ASSIGN(const Publication asked, publication(body, authorization));
    CW_TRY_ASSIGN(const std::vector<Recorded> all, m_registry.publish_set({asked}));
    const Recorded& recorded = all.front();
    const std::string logged =
        recorded.was_there ? fmt::format("{} {} was here already, with the same bytes", asked.entry.name, asked.entry.version)
                           : fmt::format("{} {} is entry {} of the registry's log", asked.entry.name, asked.entry.version, recorded.entry);
    return ordered_json{{"warnings",
                         {{"invalid_categories", ordered_json::array()},
                          {"invalid_badges", ordered_json::array()},
                          {"other", ordered_json::array({logged})}}},
                        {"cargo-wasm", {{"entry", recorded.entry}, {"size", recorded.log_size}}}};
  }();
  return done ? json_answer(200, *done) : refusal(done.error());
}

HttpAnswer Api::stage_component(const HttpQuestion& question, std::string_view crate)
{
  const auto done = [&]() -> Result<ordered_json> {
    CW_TRY_ASSIGN(const registry_trust::Authorization authorization, registry_trust::parse_authorization(question.authorization));
    const auto states_this = [&](const PublisherNote& note) -> Result<> {
      CW_TRY(check_publisher_of(note, expected(note, std::string(crate), {})));
      CW_TRY_ASSIGN(const registry_oci::ComponentParts parts, split_component(question.body));
      CW_TRY(check_component_of(note, base::sha256(parts.manifest)));
      return m_registry.demand_unused(note);
    };
    CW_TRY_ASSIGN(const Author author, admitted(authorization, Scope::publish, crate, states_this));
    CW_TRY(take_turn(author, authorization));
    CW_TRY_ASSIGN(const base::Sha256 manifest, m_registry.stage_component(question.body));
    return ordered_json{{"manifest", registry_oci::digest_text(manifest)}};
  }();
  return done ? json_answer(200, *done) : refusal(done.error());
}

HttpAnswer Api::publish_set(const HttpQuestion& question)
{
  const auto done = [&]() -> Result<ordered_json> {
    CW_TRY_ASSIGN(const std::vector<SetPart> parts, split_publish_set(question.body));
    std::vector<Publication> publications;
    for (const SetPart& part : parts) {
      registry_trust::Authorization authorization{.token = std::string(question.authorization), .note = {}};
      if (!part.note.empty()) {
        authorization.note = part.note;
      }
      CW_TRY_ASSIGN(Publication asked, publication(part.body, authorization));
      publications.push_back(std::move(asked));
    }
    CW_TRY_ASSIGN(const std::vector<Recorded> recorded, m_registry.publish_set(publications));
    ordered_json published = ordered_json::array();
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      published.push_back({{"name", publications[i].entry.name},
                           {"version", publications[i].entry.version},
                           {"entry", recorded[i].entry},
                           {"was_there", recorded[i].was_there}});
    }
    return ordered_json{{"published", published}, {"cargo-wasm", {{"size", recorded.front().log_size}}}};
  }();
  return done ? json_answer(200, *done) : refusal(done.error());
}

HttpAnswer Api::change_keys(const HttpQuestion& question)
{
  const auto done = [&]() -> Result<ordered_json> {
    CW_TRY_ASSIGN(const registry_trust::Authorization authorization, registry_trust::parse_authorization(question.authorization));
    if (!authorization.note) {
      return fail(Error("CW1217", "the signed statement is not what this request asks for", Blame::integrity)
                      .note("a change of a crate's keys is a statement that a key of the crate has signed; none was sent"));
    }
    CW_TRY_ASSIGN(const PublisherNote note, open_publisher_note(*authorization.note, m_registry.accounts()));
    // A key of the crate is not enough: its user has to be an owner still.
    const std::string crate = *registry_trust::crate_of(note.statement);
    const auto states_this = [&](const PublisherNote& opened) { return check_key_change(opened, expected(opened, crate, {})); };
    CW_TRY(admitted(authorization, Scope::owner, crate, states_this));
    CW_TRY_ASSIGN(const Recorded recorded, m_registry.change_keys(note));
    return ordered_json{{"ok", true}, {"cargo-wasm", {{"entry", recorded.entry}, {"size", recorded.log_size}}}};
  }();
  return done ? json_answer(200, *done) : refusal(done.error());
}

HttpAnswer Api::yank(const HttpQuestion& question, std::string_view crate, std::string_view version, bool yanked)
{
  const auto done = [&]() -> Result<> {
    CW_TRY_ASSIGN(const registry_trust::Authorization authorization, registry_trust::parse_authorization(question.authorization));
    CW_TRY_ASSIGN(const std::optional<std::string> spelling, m_registry.accounts().spelling_of(crate));
    const auto states_this = [&](const PublisherNote& note) {
      return check_yank(note, expected(note, spelling.value_or(std::string(crate)), std::string(version)), yanked);
    };
    CW_TRY_ASSIGN(const Author author, admitted(authorization, Scope::yank, crate, states_this));
    CW_TRY(m_registry.set_yanked(crate, version, yanked, author));
    return {};
  }();
  return done ? json_answer(200, {{"ok", true}}) : refusal(done.error());
}

HttpAnswer Api::owners(const HttpQuestion& question, std::string_view asked)
{
  const auto done = [&]() -> Result<ordered_json> {
    CW_TRY_ASSIGN(const std::optional<std::string> spelling, m_registry.accounts().spelling_of(asked));
    const std::string crate = spelling.value_or(std::string(asked));
    if (question.method == "GET") {
      CW_TRY_ASSIGN(const std::vector<std::string> owners, m_registry.accounts().owners(crate));
      ordered_json users = ordered_json::array();
      for (std::size_t i = 0; i < owners.size(); ++i) {
        users.push_back({{"id", i + 1}, {"login", owners[i]}, {"name", nullptr}});
      }
      return ordered_json{{"users", users}};
    }
    CW_TRY_ASSIGN(const registry_trust::Authorization authorization, registry_trust::parse_authorization(question.authorization));
    CW_TRY(admitted(authorization, Scope::owner, crate, nullptr));
    CW_TRY_ASSIGN(const std::vector<std::string> now, m_registry.accounts().owners(crate));
    if (!spelling || now.empty()) {
      // Nobody owns a name that is not taken, nor what the registry has brought in itself.
      return fail(Error("CW1215", fmt::format("there is no crate `{}` that somebody owns", crate), Blame::user));
    }
    const nlohmann::json request = nlohmann::json::parse(question.body, nullptr, false);
    if (!request.is_object() || !request.contains("users") || !request["users"].is_array()) {
      return fail(Error("CW1210", "this is not a change of owners", Blame::user).note("it has no list `users`"));
    }
    std::vector<std::string> users;
    for (const nlohmann::json& user : request["users"]) {
      if (user.is_string()) {
        users.push_back(user.get<std::string>());
      }
    }
    CW_TRY(m_registry.accounts().change_owners(crate, users, question.method == "PUT"));
    return ordered_json{{"ok", true},
                        {"msg", fmt::format("owners of {}: {}", crate, base::join(m_registry.accounts().owners(crate).value(), ", "))}};
  }();
  return done ? json_answer(200, *done) : refusal(done.error());
}

HttpAnswer Api::search(std::string_view query)
{
  const std::string wanted = base::to_lower(query_value(query, "q").value_or(""));
  ordered_json crates = ordered_json::array();
  const Result<std::vector<CrateListing>> found = m_registry.search(wanted);
  if (!found) {
    return refusal(found.error());
  }
  for (const CrateListing& crate : *found) {
    crates.push_back({{"name", crate.name}, {"max_version", crate.newest}, {"description", crate.description}});
  }
  return json_answer(200, {{"crates", crates}, {"meta", {{"total", crates.size()}}}});
}

} // namespace cargo_wasm::registry_server
