#include <fmt/format.h>

#include <cargo_wasm/ops/remote_cache_verbs.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/remote/remotes.hpp>

namespace cargo_wasm::ops {

Result<> cache_keygen(const Env& env, const CacheKeygenRequest& request)
{
  constexpr std::uint32_t k_mode_of_secrets = 0600;
  CW_TRY_ASSIGN(
      const registry_tlog::SignerKey key,
      registry_tlog::make_signer_key(request.name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::generate()));
  CW_TRY_ASSIGN(const Path home, manifest::find_cargo_home(env));
  const Path file = request.file ? env.cwd / *request.file : remote::default_key_file(home);
  if (env.fs.exists(file)) {
    return fail(Error("CW1275", fmt::format("there is a key in `{}` already", file.native()), Blame::usage)
                    .note("what it has signed is believed only as long as `trust` of others names it")
                    .help("take it, or write another one to `--output FILE`"));
  }
  CW_TRY(env.fs.create_directories(file.parent_path()));
  std::string text = to_secret_text(key) + "\n";
  const Result<> kept = env.fs.create_file(file, text, k_mode_of_secrets, 0);
  registry_tlog::wipe(text.data(), text.size());
  CW_TRY(kept);
  env.reporter.status("Created", fmt::format("the signing key `{}`", file.native()));
  env.reporter.result(to_text(key.verifier) + "\n");
  return {};
}

namespace {

Error not_sent(const CachePushRequest& request, std::uint64_t count, std::uint64_t elsewhere)
{
  Error error = Error("CW1278", fmt::format("{} results could not be sent", count), Blame::network)
                    .note(fmt::format("they stay in `{}`", request.spool.native()));
  if (elsewhere > 0) {
    error.notes.push_back(fmt::format("{} of them are for remote caches to which the configuration here does not write", elsewhere));
    error.helps.emplace_back("run `cargo-wasm cache push --wait` in the project that built them, too");
  }
  if (count > elsewhere) {
    error.helps.emplace_back("run `cargo-wasm cache push --wait` again when the caches can be reached");
  }
  return error;
}

} // namespace

Result<> cache_push(const Env& env, const CachePushRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, request.config));
  CW_TRY_ASSIGN(const auto remotes, remote::open_remotes(env, *config, request.spool));
  if (remotes == nullptr) {
    env.reporter.status("Pushed", "nothing: there are no remote caches that may be asked");
    CW_TRY_ASSIGN(const std::uint64_t waiting, remote::count_spooled(env, request.spool));
    return waiting == 0 ? Result<>() : fail(not_sent(request, waiting, waiting));
  }
  CW_TRY_ASSIGN(const remote::UploadSummary done, remotes->push());
  const std::string dropped =
      done.dropped == 0 ? "" : fmt::format("; {} dropped, which nobody takes or whose files are gone", done.dropped);
  env.reporter.status("Pushed", fmt::format("{} results{}", done.sent, dropped));
  if (done.spooled > 0) {
    return fail(not_sent(request, done.spooled, done.elsewhere));
  }
  return {};
}

} // namespace cargo_wasm::ops
