#include "credentials.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml_text.hpp>

namespace cargo_wasm::source {

namespace {

using Json = nlohmann::json;

/// nullopt: this provider has none, ask the next.
using Answer = Result<std::optional<std::string>>;

struct Request
{
  const Env& env;
  const manifest::Config& config;
  spec::SourceId registry;
  const TokenUse& use;
  [[nodiscard]] std::string index_url() const
  {
    return (registry.kind() == spec::SourceKind::sparse_registry ? "sparse+" : "") + registry.url();
  }
};

/// What a provider says to the person goes there at once: it may be asking for something.
class ProviderOutput final : public base::OutputSink
{
public:
  explicit ProviderOutput(base::Reporter& reporter) : m_reporter(reporter) {}
  void on_stdout(std::string_view chunk) override { out += chunk; }
  void on_stderr(std::string_view chunk) override { m_reporter.passthrough(chunk); }
  std::string out;

private:
  base::Reporter& m_reporter;
};

Error provider_error(const std::vector<std::string>& provider, std::string_view what)
{
  return Error("CW0409", fmt::format("credential provider `{}` failed: {}", provider.front(), what), Blame::environment)
      .help("it comes from `credential-provider` of the registry, or from `registry.global-credential-providers`, in the configuration");
}

Result<base::Command> command_for(const Request& request, const std::vector<std::string>& words)
{
  base::Command command;
  command.program = words.front();
  if (words.front().find('/') == std::string::npos) {
    const auto found = request.env.program_on_path(words.front());
    if (!found) {
      return fail(provider_error(words, "there is no such program on PATH"));
    }
    command.program = *found;
  }
  command.args.assign(words.begin() + 1, words.end());
  command.env = request.env.vars;
  command.cwd = request.env.cwd;
  return command;
}

Answer token_from_stdout(const Request& request, const std::vector<std::string>& provider)
{
  if (provider.size() < 2) {
    return fail(provider_error(provider, "it needs a command that prints a token"));
  }
  std::vector<std::string> words(provider.begin() + 1, provider.end());
  const std::string url = request.index_url();
  for (auto& word : words) {
    for (auto at = word.find("{index_url}"); at != std::string::npos; at = word.find("{index_url}", at + url.size())) {
      word.replace(at, std::string_view("{index_url}").size(), url);
    }
  }
  CW_TRY_ASSIGN(auto command, command_for(request, words));
  command.env["CARGO_REGISTRY_INDEX_URL"] = url;
  if (!request.registry.registry_name().empty()) {
    command.env["CARGO_REGISTRY_NAME_OPT"] = request.registry.registry_name();
  }
  ProviderOutput output(request.env.reporter);
  CW_TRY_ASSIGN(const auto exit, request.env.process.run(command, output));
  if (!exit.success()) {
    return fail(provider_error(provider, fmt::format("`{}` ended with {}", words.front(), to_string(exit))));
  }
  const auto lines = base::split(base::trim(output.out), '\n');
  if (lines.size() != 1 || lines.front().empty()) {
    return fail(provider_error(provider, fmt::format("`{}` must print one line, the token", words.front())));
  }
  return std::string(base::trim(lines.front()));
}

std::string text_at(const Json& object, const char* key)
{
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A file that only we can read and that is gone afterwards: what the provider reads as stdin.
class RequestFile
{
public:
  RequestFile(base::Filesystem& fs, base::Path path) : m_fs(fs), m_path(std::move(path)) {}
  ~RequestFile() { (void)m_fs.remove(m_path); }
  RequestFile(const RequestFile&) = delete;
  RequestFile& operator=(const RequestFile&) = delete;

private:
  base::Filesystem& m_fs;
  base::Path m_path;
};

/// The token of a `get`; of other requests the kind that was done.
Answer read_response(const std::vector<std::string>& provider, const std::string& output, std::string_view wanted)
{
  // Line 1 greets with the versions it speaks, line 2 answers.
  const auto lines = base::split(base::trim(output), '\n');
  const auto hello = Json::parse(lines.front(), nullptr, false);
  if (!hello.is_object() || !hello.contains("v") || !hello["v"].is_array() || hello["v"].empty()) {
    return fail(provider_error(provider, "it does not speak cargo's credential protocol"));
  }
  if (std::find(hello["v"].begin(), hello["v"].end(), Json(1)) == hello["v"].end()) {
    return fail(provider_error(provider, fmt::format("it speaks versions {} of the protocol, we speak 1", hello["v"].dump())));
  }
  const auto answer = lines.size() < 2 ? Json() : Json::parse(lines[1], nullptr, false);
  if (answer.is_object() && answer.contains("Ok")) {
    auto token = text_at(answer["Ok"], wanted == "get" ? "token" : "kind");
    if (text_at(answer["Ok"], "kind") == wanted && !token.empty()) {
      return token;
    }
  }
  if (answer.is_object() && answer.contains("Err") && answer["Err"].is_object()) {
    const auto kind = text_at(answer["Err"], "kind");
    const bool is_not_for_it = kind == "operation-not-supported" && wanted != "get";
    if (kind == "not-found" || kind == "url-not-supported" || is_not_for_it) {
      return std::nullopt;
    }
    const auto message = text_at(answer["Err"], "message");
    Error error = provider_error(provider, message.empty() ? kind : message);
    if (const auto causes = answer["Err"].find("caused-by"); causes != answer["Err"].end() && causes->is_array()) {
      for (const auto& cause : *causes) {
        if (cause.is_string()) {
          error.notes.push_back(fmt::format("because: {}", cause.get<std::string>()));
        }
      }
    }
    return fail(std::move(error));
  }
  return fail(provider_error(provider, "its answer cannot be read"));
}

/// Starts a provider with one message of the protocol; the two lines it answers with.
Result<std::string> converse(const Request& request, const std::vector<std::string>& provider, Json message)
{
  Json registry = {{"index-url", request.index_url()}};
  if (!request.registry.registry_name().empty()) {
    registry["name"] = request.registry.registry_name();
  }
  if (!request.use.headers.empty()) {
    registry["headers"] = request.use.headers;
  }
  message["v"] = 1;
  message["registry"] = registry;
  std::vector<std::string> args(provider.begin() + 1, provider.end());
  if (message.contains("args")) {
    for (const auto& more : message["args"]) {
      args.push_back(more.get<std::string>());
    }
  }
  message["args"] = args;
  const auto file = request.config.cargo_home() / fmt::format(".credential-request-{:x}", std::hash<std::string>{}(message.dump()));
  CW_TRY(request.env.fs.write_atomic(file, message.dump() + "\n"));
  const RequestFile guard(request.env.fs, file);
  CW_TRY(request.env.fs.set_mode(file, 0600));
  CW_TRY_ASSIGN(auto command, command_for(request, {provider.front(), "--cargo-plugin"}));
  command.stdin_file = file;
  ProviderOutput output(request.env.reporter);
  CW_TRY_ASSIGN(const auto exit, request.env.process.run(command, output));
  if (!exit.success()) {
    return fail(provider_error(provider, fmt::format("it ended with {}", to_string(exit))));
  }
  return std::move(output.out);
}

Answer token_from_program(const Request& request, const std::vector<std::string>& provider)
{
  Json message = {{"kind", "get"}, {"operation", request.use.operation}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) {
      message[key] = value;
    }
  };
  put("name", request.use.name);
  put("vers", request.use.version);
  put("cksum", request.use.checksum);
  CW_TRY_ASSIGN(const std::string said, converse(request, provider, std::move(message)));
  return read_response(provider, said, "get");
}

Answer ask(const Request& request, const std::vector<std::string>& provider)
{
  const std::string& name = provider.front();
  if (name == "cargo:token") {
    return request.config.registry_token(request.registry);
  }
  if (name == "cargo:token-from-stdout") {
    return token_from_stdout(request, provider);
  }
  if (name.starts_with("cargo:")) {
    return fail(provider_error(provider, "this provider is not built into cargo-wasm")
                    .help("configure `cargo:token`, `cargo:token-from-stdout` or a provider program"));
  }
  return token_from_program(request, provider);
}

} // namespace

Result<std::string> find_token(const Env& env,
                               const manifest::Config& config,
                               spec::SourceId registry,
                               const std::vector<std::string>& headers,
                               const std::optional<std::string>& login_url)
{
  TokenUse use;
  use.headers = headers;
  use.login_url = login_url;
  return find_token(env, config, registry, use);
}

Result<std::string> find_token(const Env& env, const manifest::Config& config, spec::SourceId registry, const TokenUse& use)
{
  const Request request{env, config, registry, use};
  CW_TRY_ASSIGN(auto providers, config.credential_providers(registry));
  if (providers.empty() && use.operation != "read") {
    providers = {{"cargo:token"}};
  }
  if (providers.empty()) {
    return fail(Error("CW0424",
                      fmt::format("{} requires a token, and no credential provider is configured", registry.display()),
                      Blame::environment)
                    .note("a token is read from the environment or from `credentials.toml` only when the provider `cargo:token` is named, "
                          "as under cargo")
                    .help(fmt::format("in `{}`: `[registry] global-credential-providers = [\"cargo:token\"]`",
                                      (config.cargo_home() / "config.toml").string())));
  }
  bool asked_token = false;
  std::string asked;
  for (const auto& provider : providers) {
    if (provider.empty()) {
      continue;
    }
    asked_token |= provider.front() == "cargo:token";
    asked += fmt::format("{}`{}`", asked.empty() ? "" : ", ", provider.front());
    env.reporter.verbose("Credential", fmt::format("{} get {}", base::join(provider, " "), registry.display()));
    CW_TRY_ASSIGN(auto token, ask(request, provider));
    if (token) {
      return *token;
    }
  }
  Error error("CW0401", fmt::format("no token for {}, which requires one", registry.display()), Blame::environment);
  if (use.login_url) {
    error.notes.push_back(fmt::format("the registry hands out tokens at {}", *use.login_url));
  }
  if (!asked_token) {
    error.notes.push_back(fmt::format("the credential providers have none; they are {}", asked));
    error.helps.emplace_back("give the provider a token, or name `cargo:token` in `registry.global-credential-providers`");
  } else {
    const std::string& name = registry.registry_name();
    error.helps.push_back(
        registry.is_crates_io() ? "set CARGO_REGISTRY_TOKEN, or store a token as `cargo login` does"
        : name.empty()          ? "name the registry in `[registries]` of `.cargo/config.toml`, then give it a token"
                       : fmt::format("set CARGO_REGISTRIES_{1}_TOKEN, or store a token as `cargo login --registry {0}` does, in `{2}`",
                                     name,
                                     base::envify(name),
                                     (config.cargo_home() / "credentials.toml").string()));
  }
  return fail(std::move(error));
}

namespace {

/// $CARGO_HOME/credentials.toml, the token of one registry set or taken out; nullopt: it was not there to take out. Comments go, as under
/// cargo.
Result<std::optional<std::string>>
edit_credentials(const Env& env, const Path& file, spec::SourceId registry, const std::optional<std::string>& token)
{
  CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(file));
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, text.value_or("")));
  manifest::TomlValue root;
  root.value = manifest::TomlTable();
  for (const auto& member : document->root.members) {
    std::get<manifest::TomlTable>(root.value)
        .members.push_back({member.key, {}, std::make_unique<manifest::TomlValue>(member.value->clone())});
  }
  const std::vector<std::string> path =
      registry.is_crates_io() ? std::vector<std::string>{"registry"} : std::vector<std::string>{"registries", registry.registry_name()};
  auto* table = &std::get<manifest::TomlTable>(root.value);
  for (const std::string& key : path) {
    auto found = std::find_if(table->members.begin(), table->members.end(), [&](const auto& member) { return member.key == key; });
    if (found == table->members.end() || found->value->as_table() == nullptr) {
      if (!token) {
        return std::nullopt;
      }
      auto made = std::make_unique<manifest::TomlValue>();
      made->value = manifest::TomlTable();
      table->members.push_back({key, {}, std::move(made)});
      found = table->members.end() - 1;
    }
    table = &std::get<manifest::TomlTable>(found->value->value);
  }
  const auto old = std::find_if(table->members.begin(), table->members.end(), [](const auto& member) { return member.key == "token"; });
  if (old == table->members.end() && !token) {
    return std::nullopt;
  }
  if (old != table->members.end()) {
    table->members.erase(old);
  }
  if (token) {
    auto value = std::make_unique<manifest::TomlValue>();
    value->value = *token;
    table->members.push_back({"token", {}, std::move(value)});
  }
  return manifest::to_toml_text(std::get<manifest::TomlTable>(root.value));
}

/// What `cargo:token` does; false: there was nothing to forget.
Result<bool> keep_in_file(const Request& request, const std::optional<std::string>& token)
{
  if (!request.registry.is_crates_io() && request.registry.registry_name().empty()) {
    return fail(Error("CW1047", "a token is stored by its registry's name, and this one has none", Blame::usage)
                    .help("name it in `[registries]` of `.cargo/config.toml`"));
  }
  const Path file = request.config.cargo_home() / "credentials.toml";
  CW_TRY_ASSIGN(const auto text, edit_credentials(request.env, file, request.registry, token));
  if (!text) {
    return false;
  }
  // Nobody else may read it, also not while it is written.
  const Path unfinished = request.config.cargo_home() / ".credentials.toml.new";
  CW_TRY(request.env.fs.write_atomic(unfinished, ""));
  CW_TRY(request.env.fs.remove(unfinished));
  CW_TRY(request.env.fs.create_file(unfinished, *text, 0600, 0));
  CW_TRY(request.env.fs.rename(unfinished, file));
  return true;
}

Result<std::string>
change_token(const Request& request, const std::string& kind, const std::optional<std::string>& token, const std::vector<std::string>& args)
{
  CW_TRY_ASSIGN(auto providers, request.config.credential_providers(request.registry));
  if (providers.empty()) {
    providers = {{"cargo:token"}};
  }
  for (const auto& provider : providers) {
    if (provider.empty() || provider.front() == "cargo:token-from-stdout") {
      continue;
    }
    if (provider.front() == "cargo:token") {
      CW_TRY_ASSIGN(const bool is_done, keep_in_file(request, token));
      if (is_done) {
        return provider.front();
      }
      continue;
    }
    if (provider.front().starts_with("cargo:")) {
      return fail(
          provider_error(provider, "this provider is not built into cargo-wasm").help("configure `cargo:token` or a provider program"));
    }
    Json message = {{"kind", kind}, {"args", args}};
    if (token) {
      message["token"] = *token;
    }
    CW_TRY_ASSIGN(const std::string said, converse(request, provider, std::move(message)));
    CW_TRY_ASSIGN(const auto done, read_response(provider, said, kind));
    if (done) {
      return provider.front();
    }
  }
  return fail(Error("CW1047",
                    kind == "login" ? fmt::format("no credential provider keeps a token for {}", request.registry.display())
                                    : fmt::format("no token for {} is stored", request.registry.display()),
                    Blame::environment)
                  .note("the providers are those of `registry.global-credential-providers`, or `credential-provider` of the registry"));
}

} // namespace

Result<std::string> store_token(const Env& env,
                                const manifest::Config& config,
                                spec::SourceId registry,
                                const std::optional<std::string>& token,
                                const std::vector<std::string>& args)
{
  const TokenUse use;
  return change_token({env, config, registry, use}, "login", token, args);
}

Result<std::string>
forget_token(const Env& env, const manifest::Config& config, spec::SourceId registry, const std::vector<std::string>& args)
{
  const TokenUse use;
  return change_token({env, config, registry, use}, "logout", std::nullopt, args);
}

Result<bool> wants_token_for_login(const manifest::Config& config, spec::SourceId registry)
{
  CW_TRY_ASSIGN(const auto providers, config.credential_providers(registry));
  return providers.empty() || providers.front().empty() || providers.front().front() == "cargo:token";
}

} // namespace cargo_wasm::source
