// `cargo-wasm registry VERB` for keys, signatures, the federation's document and revocations.
#include "dispatch_registry_trust.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cargo_wasm::cli {

namespace {

tl::unexpected<Error> usage(std::string message, std::string help)
{
  return fail(Error("CW1205", std::move(message), Blame::usage).help(std::move(help)));
}

std::string last_or(const ParsedArguments& parsed, std::string_view name, std::string otherwise = "")
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::move(otherwise) : *value;
}

Result<Path> its_directory(const Env& env, const ParsedArguments& parsed, std::string_view example)
{
  const std::vector<std::string>& words = parsed.all("DIR");
  if (words.size() != 1) {
    return usage(words.empty() ? "which directory?" : "one directory at a time", fmt::format("`{}`", example));
  }
  return absolute(env, words.front());
}

/// The terminal with what is typed hidden, while it lives.
class HiddenTyping
{
public:
  explicit HiddenTyping(int terminal) : m_terminal(terminal)
  {
    ::tcgetattr(terminal, &m_before);
    termios hidden = m_before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal, TCSAFLUSH, &hidden);
  }
  ~HiddenTyping() { ::tcsetattr(m_terminal, TCSAFLUSH, &m_before); }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

private:
  int m_terminal;
  termios m_before{};
};

// stdin and stdout may be cargo's: a person is asked where he sits.
Result<std::string> ask_passphrase(const std::string& question)
{
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) {
    return fail(Error("CW1029", "the signing key cannot be opened", Blame::user)
                    .note("it is sealed by a passphrase, and there is no terminal to ask for it")
                    .help("CARGO_WASM_KEY_PASSPHRASE says it, where nobody can be asked"));
  }
  std::string words;
  {
    const HiddenTyping hidden(terminal);
    (void)!::write(terminal, question.data(), question.size());
    for (char c = 0; ::read(terminal, &c, 1) == 1 && c != '\n';) {
      words += c;
    }
    (void)!::write(terminal, "\n", 1);
  }
  ::close(terminal);
  return words;
}

Result<Outcome> keys(const Env& env, const ParsedArguments& parsed)
{
  const std::vector<std::string>& words = parsed.all("ACTION");
  if (words.size() == 1 && words[0] == "list") {
    CW_TRY(ops::registry_keys_list(env));
    return Outcome{};
  }
  if (words.size() != 1 || words[0] != "generate") {
    return usage("what is to be done with keys?", "`cargo-wasm registry keys generate --name NAME`, or `list`");
  }
  ops::KeysGenerateRequest request{.name = last_or(parsed, "name"), .file = {}, .sealed = parsed.has("passphrase")};
  if (const auto* const file = parsed.last("file")) {
    request.file = absolute(env, *file);
  }
  CW_TRY(ops::registry_keys_generate(env, request, key_opening()));
  return Outcome{};
}

Result<Outcome> key(const Env& env, const ParsedArguments& parsed)
{
  const std::vector<std::string>& words = parsed.all("ACTION");
  if (words.size() == 2 && (words[0] == "grant" || words[0] == "ungrant")) {
    ops::RegistryGrantRequest request{.registry = last_or(parsed, "registry"),
                                      .crate = words[1],
                                      .key = last_or(parsed, "key"),
                                      .drop = words[0] != "grant",
                                      .signer = {}};
    if (const auto* const file = parsed.last("sign")) {
      request.signer = absolute(env, *file);
    }
    CW_TRY(ops::registry_key_grant(env, request, key_opening()));
    return Outcome{};
  }
  if (words.size() != 2 || (words[0] != "add" && words[0] != "list" && words[0] != "drop")) {
    return usage("what is to be done with whose keys?",
                 "`cargo-wasm registry key add DIR --user NAME --key KEY`, `list DIR`, `drop DIR --key KEY`, `grant CRATE --key KEY "
                 "--registry NAME`, `ungrant CRATE …`");
  }
  const ops::RegistryKeyRequest request{
      .directory = absolute(env, words[1]), .user = last_or(parsed, "user"), .key = last_or(parsed, "key")};
  CW_TRY(words[0] == "add"    ? ops::registry_key_add(env, request)
         : words[0] == "list" ? ops::registry_key_list(env, request)
                              : ops::registry_key_drop(env, request));
  return Outcome{};
}

Result<Outcome> owner(const Env& env, const ParsedArguments& parsed)
{
  const std::vector<std::string>& words = parsed.all("ACTION");
  if (words.size() != 2 || (words[0] != "add" && words[0] != "list" && words[0] != "remove")) {
    return usage("what is to be done with whose owners?",
                 "`cargo-wasm registry owner add DIR --crate NAME --user NAME`, `remove DIR …`, `list DIR --crate NAME`");
  }
  const ops::RegistryOwnerRequest request{
      .directory = absolute(env, words[1]), .crate = last_or(parsed, "crate"), .user = last_or(parsed, "user")};
  CW_TRY(words[0] == "add"    ? ops::registry_owner_add(env, request)
         : words[0] == "list" ? ops::registry_owner_list(env, request)
                              : ops::registry_owner_remove(env, request));
  return Outcome{};
}

Result<Outcome> credential(const Env& env, const ParsedArguments&)
{
  const auto next_line = [] {
    std::string line;
    return std::getline(std::cin, line) ? std::optional(std::move(line)) : std::nullopt;
  };
  CW_TRY(ops::registry_credential(env, next_line, key_opening()));
  return Outcome{};
}

Result<Outcome> federation(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(Path directory, its_directory(env, parsed, "cargo-wasm registry federation DIR --file federation.toml"));
  ops::RegistryFederationRequest request{.directory = std::move(directory), .file = {}, .signers = paths_of(env, parsed, "sign")};
  if (const auto* const file = parsed.last("file")) {
    request.file = absolute(env, *file);
  }
  CW_TRY(ops::registry_federation(env, request, key_opening()));
  return Outcome{};
}

Result<Outcome> rotate(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(Path directory, its_directory(env, parsed, "cargo-wasm registry rotate DIR --role root"));
  CW_TRY(ops::registry_rotate(env,
                              {.directory = std::move(directory),
                               .role = last_or(parsed, "role"),
                               .signers = paths_of(env, parsed, "sign"),
                               .retire = parsed.has("retire")},
                              key_opening()));
  return Outcome{};
}

Result<Outcome> revoke(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(Path directory, its_directory(env, parsed, "cargo-wasm registry revoke DIR --crate NAME@VERSION --reason malware"));
  ops::RegistryRevokeRequest request{.directory = std::move(directory),
                                     .crate = last_or(parsed, "crate"),
                                     .archive = last_or(parsed, "archive"),
                                     .key = last_or(parsed, "key"),
                                     .owner = last_or(parsed, "owner"),
                                     .reason = last_or(parsed, "reason"),
                                     .effect = last_or(parsed, "effect", "block"),
                                     .advisory = {},
                                     .since = {},
                                     .signers = paths_of(env, parsed, "sign"),
                                     .back = parsed.verb == "registry unrevoke"};
  if (const auto* const advisory = parsed.last("advisory")) {
    request.advisory = *advisory;
  }
  if (const auto* const text = parsed.last("since")) {
    std::uint64_t entry = 0;
    const auto [rest, wrong] = std::from_chars(text->data(), text->data() + text->size(), entry);
    if (wrong != std::errc() || rest != text->data() + text->size()) {
      return usage(fmt::format("`{}` is no entry of the log", *text), "`--since 1234`");
    }
    request.since = entry;
  }
  CW_TRY(ops::registry_revoke(env, request, key_opening()));
  return Outcome{};
}

Result<Outcome> heartbeat(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(const Path directory, its_directory(env, parsed, "cargo-wasm registry heartbeat DIR"));
  CW_TRY(ops::registry_heartbeat(env, directory));
  return Outcome{};
}

struct TrustVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed);
};

constexpr std::array k_trust_verbs = {
    TrustVerb{"registry keys", keys},
    TrustVerb{"registry key", key},
    TrustVerb{"registry owner", owner},
    TrustVerb{"registry credential", credential},
    TrustVerb{"registry federation", federation},
    TrustVerb{"registry rotate", rotate},
    TrustVerb{"registry revoke", revoke},
    TrustVerb{"registry unrevoke", revoke},
    TrustVerb{"registry heartbeat", heartbeat},
};

} // namespace

ops::KeyOpening key_opening()
{
  return {.prompt = ask_passphrase};
}

std::vector<Path> paths_of(const Env& env, const ParsedArguments& parsed, std::string_view name)
{
  std::vector<Path> paths;
  for (const std::string& text : parsed.all(name)) {
    paths.push_back(absolute(env, text));
  }
  return paths;
}

std::optional<Result<Outcome>> dispatch_registry_trust(const Env& env, const ParsedArguments& parsed)
{
  const auto verb = std::ranges::find(k_trust_verbs, parsed.verb, &TrustVerb::name);
  return verb == k_trust_verbs.end() ? std::nullopt : std::optional(verb->run(env, parsed));
}

} // namespace cargo_wasm::cli
