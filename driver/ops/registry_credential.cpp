// cargo asks a program for each token (cargo book, "Credential Provider Protocol"), and sends what it answers as the `Authorization` header
// of that one request. So what we answer to a publication is the publisher's signed statement: unchanged cargo publishes signed.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "publisher_keys.hpp"

namespace cargo_wasm::ops {

namespace {

using nlohmann::json;

// Sent where no token is needed.
constexpr std::string_view k_no_token = "cargo-wasm";

std::string member_text(const json& object, const char* name)
{
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json refusal(std::string_view kind, const std::string& message = {})
{
  json error{{"kind", kind}};
  if (!message.empty()) {
    error["message"] = message;
    error["caused-by"] = json::array();
  }
  return {{"Err", error}};
}

/// One question of cargo's.
class CredentialQuestion
{
public:
  CredentialQuestion(const Env& env, const json& question, const KeyOpening& opening)
      : m_env(env), m_question(question), m_opening(opening), m_index(member_text(question.value("registry", json()), "index-url")),
        m_name(member_text(question.value("registry", json()), "name"))
  {
  }

  Result<json> answer()
  {
    const std::string kind = member_text(m_question, "kind");
    if (kind == "get") {
      return get();
    }
    CW_TRY_ASSIGN(const Path file, token_file());
    if (kind == "login") {
      const std::string token = member_text(m_question, "token");
      if (token.empty()) {
        return refusal("other", fmt::format("give the token: `cargo login --registry {} TOKEN`", m_name));
      }
      (void)m_env.fs.remove(file);
      CW_TRY(m_env.fs.create_directories(file.parent_path()));
      CW_TRY(m_env.fs.create_file(file, token + "\n", 0600, 0));
      return json{{"Ok", {{"kind", "login"}}}};
    }
    if (kind == "logout") {
      CW_TRY_ASSIGN(const bool was_there, m_env.fs.remove(file));
      return was_there ? json{{"Ok", {{"kind", "logout"}}}} : refusal("not-found");
    }
    return refusal("operation-not-supported");
  }

private:
  Result<json> get()
  {
    const std::string operation = member_text(m_question, "operation");
    CW_TRY_ASSIGN(const std::string token, this->token());
    registry_trust::Authorization authorization{.token = token, .note = {}};
    const bool is_signed = operation == "publish" || operation == "yank" || operation == "unyank";
    if (is_signed) {
      CW_TRY_ASSIGN(const auto key, publisher_key());
      if (key) {
        CW_TRY_ASSIGN(const registry_trust::Statement statement, statement_of(operation));
        registry_tlog::SignedNote note{.text = to_text(statement), .signatures = {}};
        note.signatures.push_back(sign(note.text, *key));
        authorization.note = to_text(note);
      }
    }
    std::string header = to_header(authorization);
    if (header.empty() && operation == "read") {
      // cargo asks for this before it publishes, and gives up without an answer; whoever has a key only needs no token to read.
      CW_TRY_ASSIGN(const bool signs, has_publisher_key(m_env, key_name().value_or(m_name), key_name().has_value()));
      header = signs ? k_no_token : "";
    }
    if (header.empty()) {
      return refusal("not-found");
    }
    // A signature is for this one request; cargo must not keep it.
    return json{{"Ok", {{"kind", "get"}, {"token", header}, {"cache", is_signed ? "never" : "session"}, {"operation_independent", false}}}};
  }

  [[nodiscard]] Result<registry_trust::Statement> statement_of(const std::string& operation) const
  {
    const std::uint64_t now = registry_trust::utc_seconds(m_env.clock.now());
    if (operation != "publish") {
      registry_trust::YankStatement yank;
      yank.registry = m_index;
      yank.name = member_text(m_question, "name");
      yank.version = member_text(m_question, "vers");
      yank.yanked = operation == "yank";
      yank.nonce = fresh_nonce();
      yank.time = now;
      return yank;
    }
    const std::optional<base::Sha256> archive = base::parse_sha256(member_text(m_question, "cksum"));
    if (!archive) {
      return fail(Error("CW1230", "cargo asked for a signature of what cannot be signed", Blame::environment)
                      .note("the `cksum` of its question is not a SHA-256"));
    }
    registry_trust::PublishStatement publish;
    publish.registry = m_index;
    publish.name = member_text(m_question, "name");
    publish.version = member_text(m_question, "vers");
    publish.archive = *archive;
    publish.time = now;
    return publish;
  }

  /// `["cargo-wasm", "--key", "NAME"]` of the configuration says which; else the file called as the registry, else `default`.
  [[nodiscard]] std::optional<std::string> key_name() const
  {
    const auto arguments = m_question.find("args");
    std::vector<std::string> words;
    if (arguments != m_question.end() && arguments->is_array()) {
      for (const json& word : *arguments) {
        words.push_back(word.is_string() ? word.get<std::string>() : "");
      }
    }
    return words.size() == 2 && words[0] == "--key" ? std::optional(words[1]) : std::nullopt;
  }

  [[nodiscard]] Result<std::optional<registry_tlog::SignerKey>> publisher_key() const
  {
    if (const std::optional<std::string> name = key_name()) {
      CW_TRY_ASSIGN(auto key, find_publisher_key(m_env, *name, true, m_opening));
      if (!key) {
        return fail(Error("CW1230", fmt::format("there is no signing key `{}`", *name), Blame::environment)
                        .help(fmt::format("`cargo-wasm registry keys generate --name {}` makes one", *name)));
      }
      return key;
    }
    return find_publisher_key(m_env, m_name, false, m_opening);
  }

  /// A file a registry, called by the hash of its address.
  [[nodiscard]] Result<Path> token_file() const
  {
    CW_TRY_ASSIGN(const Path home, manifest::find_cargo_home(m_env));
    return home / "cargo-wasm" / "tokens" / base::to_hex(base::sha256(m_index));
  }

  /// Where cargo itself would look, too; empty: none.
  [[nodiscard]] Result<std::string> token() const
  {
    if (const std::string* const own =
            m_name.empty() ? nullptr : m_env.var(fmt::format("CARGO_REGISTRIES_{}_TOKEN", base::envify(m_name)))) {
      return *own;
    }
    CW_TRY_ASSIGN(const Path file, token_file());
    CW_TRY_ASSIGN(const std::optional<std::string> kept, m_env.fs.read_if_exists(file));
    return kept ? std::string(base::trim(*kept)) : std::string();
  }

  const Env& m_env;
  const json& m_question;
  const KeyOpening& m_opening;
  std::string m_index, m_name;
};

} // namespace

Result<> registry_credential(const Env& env, const std::function<std::optional<std::string>()>& next_line, const KeyOpening& opening)
{
  env.reporter.result("{\"v\":[1]}\n");
  while (const std::optional<std::string> line = next_line()) {
    if (base::trim(*line).empty()) {
      continue;
    }
    const json question = json::parse(*line, nullptr, false);
    if (!question.is_object() || question.value("v", json()) != json(1)) {
      return fail(Error("CW1230", "this is no question of cargo's credential protocol, version 1", Blame::environment)
                      .help("cargo starts `cargo-wasm --cargo-plugin` by itself: `credential-provider = [\"cargo-wasm\"]`"));
    }
    const Result<json> answer = CredentialQuestion(env, question, opening).answer();
    std::string problem;
    if (!answer) {
      problem = fmt::format("{} [{}]", answer.error().message, answer.error().id);
      for (const std::vector<std::string>* const texts : {&answer.error().notes, &answer.error().helps, &answer.error().context}) {
        for (const std::string& text : *texts) {
          problem += "; " + text;
        }
      }
    }
    env.reporter.result((answer ? *answer : refusal("other", problem)).dump() + "\n");
  }
  return {};
}

} // namespace cargo_wasm::ops
