#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_trust/key_file.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "publisher_keys.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr std::uint32_t k_owner_alone = 0600, k_owner_directory = 0700;
constexpr std::string_view k_default_key = "default";

tl::unexpected<Error> misused(std::string message, std::string help)
{
  return fail(Error("CW1205", std::move(message), Blame::usage).help(std::move(help)));
}

Result<std::optional<Path>> publisher_key_file(const Env& env, std::string_view name, bool only)
{
  CW_TRY_ASSIGN(const Path directory, publisher_key_directory(env));
  for (const std::string_view candidate : {name, only ? std::string_view() : k_default_key}) {
    if (!candidate.empty() && candidate.find('/') == std::string_view::npos && env.fs.is_file(directory / candidate)) {
      return std::optional(directory / candidate);
    }
  }
  return std::optional<Path>();
}

} // namespace

std::string fresh_nonce()
{
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

Result<Path> publisher_key_directory(const Env& env)
{
  CW_TRY_ASSIGN(const Path home, manifest::find_cargo_home(env));
  return home / "cargo-wasm" / "keys";
}

Result<std::string> passphrase_of(const Env& env, const std::string& question, const KeyOpening& opening)
{
  if (const std::string* const words = env.var("CARGO_WASM_KEY_PASSPHRASE")) {
    return *words;
  }
  return opening.prompt(question);
}

Result<registry_tlog::SignerKey> read_key_file(const Env& env, const Path& file, const KeyOpening& opening)
{
  CW_TRY_ASSIGN(std::string text, env.fs.read(file));
  auto key =
      registry_trust::open_key_text(text, [&] { return passphrase_of(env, fmt::format("passphrase of `{}`: ", file.native()), opening); });
  registry_tlog::wipe(text.data(), text.size());
  if (!key) {
    return fail(std::move(key.error()).during(fmt::format("opening the key in `{}`", file.native())));
  }
  return key;
}

Result<std::optional<registry_tlog::SignerKey>>
find_publisher_key(const Env& env, const std::string& name, bool only, const KeyOpening& opening)
{
  if (const std::string* const text = env.var("CARGO_WASM_PUBLISH_KEY")) {
    auto key = registry_trust::open_key_text(
        *text, [&] { return passphrase_of(env, "passphrase of the key in CARGO_WASM_PUBLISH_KEY: ", opening); });
    if (!key) {
      return fail(std::move(key.error()).during("opening the key in CARGO_WASM_PUBLISH_KEY"));
    }
    return std::optional(std::move(*key));
  }
  CW_TRY_ASSIGN(const std::optional<Path> file, publisher_key_file(env, name, only));
  if (!file) {
    return std::optional<registry_tlog::SignerKey>();
  }
  CW_TRY_ASSIGN(registry_tlog::SignerKey key, read_key_file(env, *file, opening));
  return std::optional(std::move(key));
}

Result<bool> has_publisher_key(const Env& env, const std::string& name, bool only)
{
  CW_TRY_ASSIGN(const std::optional<Path> file, publisher_key_file(env, name, only));
  return file || env.var("CARGO_WASM_PUBLISH_KEY") != nullptr;
}

Result<> registry_keys_generate(const Env& env, const KeysGenerateRequest& request, const KeyOpening& opening)
{
  if (request.name.empty()) {
    return misused("what shall the key be called?", "`cargo-wasm registry keys generate --name alice`: it stands in every signature");
  }
  CW_TRY_ASSIGN(
      const registry_tlog::SignerKey key,
      registry_tlog::make_signer_key(request.name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::generate()));
  CW_TRY_ASSIGN(const Path directory, publisher_key_directory(env));
  std::string file_name = request.name;
  std::ranges::replace(file_name, '/', '-');
  const Path file = request.file.value_or(directory / file_name);
  std::string text = to_secret_text(key) + "\n";
  if (request.sealed) {
    CW_TRY_ASSIGN(std::string words, passphrase_of(env, fmt::format("a passphrase for `{}`: ", file.native()), opening));
    if (words.empty()) {
      return misused("a passphrase cannot be empty", "leave `--passphrase` out for a key that whoever reads its file can use");
    }
    registry_tlog::wipe(text.data(), text.size());
    text = registry_trust::sealed_key_text(key, words);
    registry_tlog::wipe(words.data(), words.size());
  }
  CW_TRY(env.fs.create_directories(file.parent_path()));
  if (!request.file) {
    CW_TRY(env.fs.set_mode(file.parent_path(), k_owner_directory));
  }
  const Result<> kept = env.fs.create_file(file, text, k_owner_alone, 0);
  registry_tlog::wipe(text.data(), text.size());
  CW_TRY(kept);
  env.reporter.status("Created", fmt::format("the signing key `{}`", file.native()));
  env.reporter.result(to_text(key.verifier) + "\n");
  return {};
}

Result<> registry_keys_list(const Env& env)
{
  CW_TRY_ASSIGN(const Path directory, publisher_key_directory(env));
  if (!env.fs.is_directory(directory)) {
    return {};
  }
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> files, env.fs.list(directory));
  for (const base::DirectoryEntry& entry : files) {
    CW_TRY_ASSIGN(const std::string text, env.fs.read(directory / entry.name));
    // A sealed key's own line says whose it is; nothing has to be opened for that.
    const std::vector<std::string_view> lines = base::split(text, '\n');
    constexpr std::string_view k_key_line = "key ";
    if (lines.size() > 1 && lines[1].starts_with(k_key_line)) {
      env.reporter.result(fmt::format("{} {} (sealed)\n", entry.name, lines[1].substr(k_key_line.size())));
    } else if (const auto key = registry_tlog::parse_signer_key(base::trim(text))) {
      env.reporter.result(fmt::format("{} {}\n", entry.name, to_text(key->verifier)));
    }
  }
  return {};
}

Result<> registry_key_add(const Env& env, const RegistryKeyRequest& request)
{
  if (request.user.empty() || request.user.find_first_of(" \t\n") != std::string::npos) {
    return misused("whose key?", "`cargo-wasm registry key add DIR --user alice --key KEY`");
  }
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(request.key));
  if (key.type != registry_tlog::SignatureType::ed25519) {
    return misused("this is a key for cosignatures", "publishers sign with a key of `cargo-wasm registry keys generate`");
  }
  CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY(accounts.accounts().add_key(request.user, to_text(key), registry_trust::utc_seconds(env.clock.now())));
  env.reporter.status("Added", fmt::format("`{}` signs as `{}`", to_text(key), request.user));
  return {};
}

Result<> registry_key_list(const Env& env, const RegistryKeyRequest& request)
{
  CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY_ASSIGN(const std::vector<registry_server::PublisherKey> keys, accounts.accounts().keys(request.user));
  for (const registry_server::PublisherKey& key : keys) {
    env.reporter.result(fmt::format("{} {}\n", key.user, key.key));
  }
  return {};
}

Result<> registry_key_drop(const Env& env, const RegistryKeyRequest& request)
{
  CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY_ASSIGN(const bool was_there, accounts.accounts().drop_key(request.key));
  if (!was_there) {
    return misused(fmt::format("`{}` is bound to nobody", request.key), "`cargo-wasm registry key list DIR` says which keys are");
  }
  env.reporter.status("Dropped", fmt::format("`{}` signs no more", request.key));
  return {};
}

} // namespace cargo_wasm::ops
