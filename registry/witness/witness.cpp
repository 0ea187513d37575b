#include <cargo_wasm/registry_witness/witness.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_witness/add_checkpoint.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace cargo_wasm::registry_witness {
namespace {

using registry_tlog::Checkpoint;
using registry_tlog::SignedNote;
using registry_tlog::SignerKey;
using registry_tlog::VerifierKey;

constexpr std::uint32_t k_key_mode = 0600;
constexpr std::string_view k_size_type = "text/x.tlog.size";

WitnessAnswer refusal(int status, std::string why)
{
  return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(why) + "\n"};
}

WitnessAnswer other_size(std::uint64_t size)
{
  return {.status = 409, .type = std::string(k_size_type), .body = fmt::format("{}\n", size)};
}

tl::unexpected<Error> no_witness(std::string message, Blame blame, std::string help)
{
  return fail(Error("CW1262", std::move(message), blame).help(std::move(help)));
}

} // namespace

struct Witness::State
{
  Env env;
  base::Path directory;
  SignerKey key;
  std::vector<VerifierKey> logs;
  std::unique_ptr<base::FileLock> lock;

  [[nodiscard]] base::Path file_of(const std::string& origin) const { return directory / "logs" / base::to_hex(base::sha256(origin)); }

  [[nodiscard]] Result<Checkpoint> seen(const std::string& origin) const
  {
    CW_TRY_ASSIGN(const std::optional<std::string> note, env.fs.read_if_exists(file_of(origin)));
    if (!note) {
      return Checkpoint{.origin = origin, .size = 0, .root = registry_tlog::empty_root(), .extensions = {}};
    }
    CW_TRY_ASSIGN(const SignedNote parsed, registry_tlog::parse_note(*note));
    return registry_tlog::parse_checkpoint(parsed.text);
  }
};

Witness::Witness(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Witness::~Witness() = default;
Witness::Witness(Witness&&) noexcept = default;
Witness& Witness::operator=(Witness&&) noexcept = default;

Result<VerifierKey> Witness::create(const Env& env, const base::Path& directory, const std::string& name)
{
  if (env.fs.exists(directory / "key")) {
    return no_witness(fmt::format("there is a witness in `{}` already", directory.native()),
                      Blame::usage,
                      "take another directory: logs know a witness by its key");
  }
  CW_TRY_ASSIGN(
      const SignerKey key,
      registry_tlog::make_signer_key(name, registry_tlog::SignatureType::cosignature, registry_tlog::Ed25519PrivateKey::generate()));
  CW_TRY(env.fs.create_directories(directory / "logs"));
  std::string text = to_secret_text(key) + "\n";
  const Result<> written = env.fs.create_file(directory / "key", text, k_key_mode, 0);
  registry_tlog::wipe(text.data(), text.size());
  CW_TRY(written);
  CW_TRY(registry_tlog::bring_onto_disk(directory));
  return key.verifier;
}

Result<Witness> Witness::open(const Env& env, const base::Path& directory, std::vector<VerifierKey> logs)
{
  CW_TRY_ASSIGN(std::optional<std::string> text, env.fs.read_if_exists(directory / "key"));
  if (!text) {
    return no_witness(fmt::format("there is no witness in `{}`", directory.native()),
                      Blame::user,
                      "`cargo-wasm registry witness init DIR --name NAME` makes one");
  }
  Result<SignerKey> key = registry_tlog::parse_signer_key(base::trim(*text));
  registry_tlog::wipe(text->data(), text->size());
  if (!key) {
    return fail(std::move(key.error()));
  }
  CW_TRY_ASSIGN(std::unique_ptr<base::FileLock> lock, env.fs.try_lock(directory / "lock", base::LockMode::exclusive));
  if (!lock) {
    return no_witness(fmt::format("another process has the witness in `{}`", directory.native()),
                      Blame::environment,
                      "two with one key could cosign two histories");
  }
  return Witness(std::unique_ptr<State>(
      new State{.env = env, .directory = directory, .key = std::move(*key), .logs = std::move(logs), .lock = std::move(lock)}));
}

const VerifierKey& Witness::key() const
{
  return m_state->key.verifier;
}

WitnessAnswer Witness::add_checkpoint(std::string_view body)
{
  const Result<AddCheckpoint> request = parse_add_checkpoint(body);
  if (!request) {
    return refusal(400, request.error().notes.at(0));
  }
  const Result<SignedNote> note = registry_tlog::parse_note(request->note);
  const Result<Checkpoint> next = note ? registry_tlog::parse_checkpoint(note->text) : Result<Checkpoint>(fail(note.error()));
  if (!next) {
    return refusal(400, "what stands behind the proof is not a checkpoint");
  }
  std::vector<VerifierKey> keys;
  std::ranges::copy_if(m_state->logs, std::back_inserter(keys), [&](const VerifierKey& key) { return key.name == next->origin; });
  if (keys.empty()) {
    return refusal(404, "this witness does not know the log");
  }
  if (!registry_tlog::verify(*note, keys, "the checkpoint")) {
    return refusal(403, "the log has not signed this checkpoint");
  }
  if (request->old_size > next->size) {
    return refusal(400, "the old size is larger than the checkpoint's");
  }
  const Result<Checkpoint> seen = m_state->seen(next->origin);
  if (!seen) {
    m_state->env.reporter.warning(seen.error());
    return refusal(500, "the witness failed");
  }
  if (seen->size != request->old_size) {
    return other_size(seen->size);
  }
  if (seen->size == next->size && seen->root != next->root) {
    return other_size(seen->size);
  }
  const bool holds = seen->size == 0 || seen->size == next->size
                         ? request->proof.empty()
                         : registry_tlog::proves_consistency(request->proof, seen->size, seen->root, next->size, next->root);
  if (!holds) {
    return refusal(422, "the proof does not show that the log has only grown");
  }
  // What was cosigned must never be forgotten: it is on the disk before anybody sees the signature.
  Result<> kept = m_state->env.fs.write_atomic(m_state->file_of(next->origin), request->note);
  if (kept) {
    kept = registry_tlog::bring_onto_disk(m_state->directory);
  }
  if (!kept) {
    m_state->env.reporter.warning(kept.error());
    return refusal(500, "the witness failed");
  }
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(m_state->env.clock.now().time_since_epoch()).count();
  return {.status = 200,
          .type = "text/plain; charset=utf-8",
          .body = to_text(cosign(note->text, m_state->key, static_cast<std::uint64_t>(now)))};
}

WitnessAnswer Witness::cosigned_checkpoint(std::string_view hash) const
{
  if (!base::parse_sha256(hash)) {
    return refusal(404, "a log is asked for by the SHA-256 of its origin");
  }
  Result<std::optional<std::string>> note = m_state->env.fs.read_if_exists(m_state->directory / "logs" / hash);
  if (!note) {
    m_state->env.reporter.warning(note.error());
    return refusal(500, "the witness failed");
  }
  return *note ? WitnessAnswer{.body = std::move(**note)} : refusal(404, "this witness has cosigned nothing of that log");
}

} // namespace cargo_wasm::registry_witness
