#include <cargo_wasm/registry_server/publisher_note.hpp>

#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <vector>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::NoteSignature;
using registry_tlog::SignedNote;
using registry_tlog::VerifierKey;
using registry_trust::KeyStatement;
using registry_trust::PublishStatement;
using registry_trust::YankStatement;

tl::unexpected<Error> states_else(std::string why)
{
  return fail(Error("CW1217", "the signed statement is not what this request asks for", Blame::integrity)
                  .note(std::move(why))
                  .help("nothing was changed; sign and send it with the same version of cargo-wasm"));
}

Result<> same(std::string_view what, const std::string& stated, const std::string& asked)
{
  return stated == asked ? Result<>() : states_else(fmt::format("it states the {} `{}`; the request is about `{}`", what, stated, asked));
}

Result<> same_registry(const std::string& stated, const std::string& asked)
{
  Result<> same_one = same("registry", stated, asked);
  if (!same_one) {
    same_one.error().helps = {"nothing was changed; at a mirror's address a statement is for the registry where that is known: `cargo-wasm "
                              "registry add URL --key KEY`"};
  }
  return same_one;
}

Result<> check_time(std::uint64_t time, std::uint64_t now)
{
  const std::uint64_t apart = time < now ? now - time : time - now;
  if (apart <= k_note_window_s) {
    return {};
  }
  return fail(Error("CW1218", "the signed statement is not of now", Blame::user)
                  .note(fmt::format("it was signed at {}; the registry's clock says {}",
                                    registry_trust::to_utc_text(time),
                                    registry_trust::to_utc_text(now)))
                  .note(fmt::format("at most {} minutes may be between them", k_note_window_s / 60))
                  .help("set the clock of the machine that signs, and sign again"));
}

std::string hex_or_none(const std::optional<base::Sha256>& digest)
{
  return digest ? base::to_hex(*digest) : "-";
}

// What every kind has.
template <class S> Result<> check_common(const S& statement, const ExpectedChange& expected)
{
  CW_TRY(same_registry(statement.registry, expected.registry));
  CW_TRY(same("crate", statement.name, expected.name));
  CW_TRY(check_time(statement.time, expected.now));
  if (statement.previous && statement.previous != expected.previous) {
    return fail(Error("CW1221", fmt::format("the signed statement does not follow the newest one about `{}`", expected.name), Blame::user)
                    .note(fmt::format("it follows {}", base::to_hex(*statement.previous)))
                    .note(fmt::format("the newest is {}", expected.previous ? base::to_hex(*expected.previous) : "none"))
                    .help("somebody else has changed the crate in the meantime: look at it, and sign again"));
  }
  return {};
}

} // namespace

Result<PublisherNote> open_publisher_note(std::string_view bytes, Accounts& accounts)
{
  CW_TRY_ASSIGN(SignedNote note, registry_tlog::parse_note(bytes));
  CW_TRY_ASSIGN(registry_trust::Statement statement, registry_trust::parse_statement(note.text));
  const bool of_publisher = std::holds_alternative<PublishStatement>(statement) || std::holds_alternative<YankStatement>(statement) ||
                            std::holds_alternative<KeyStatement>(statement);
  if (!of_publisher) {
    return states_else("it is of a kind that publishers do not make");
  }
  for (const NoteSignature& signature : note.signatures) {
    CW_TRY_ASSIGN(const std::vector<PublisherKey> known, accounts.keys_like(signature.name, signature.key_id));
    for (const PublisherKey& candidate : known) {
      CW_TRY_ASSIGN(const VerifierKey key, registry_tlog::parse_verifier_key(candidate.key));
      CW_TRY(verify({.text = note.text, .signatures = {signature}}, std::span(&key, 1), "the publisher's statement"));
      PublisherNote opened{
          .statement = std::move(statement), .note = {}, .key = key, .user = candidate.user, .hash = base::sha256(note.text)};
      opened.note = {.text = note.text, .signatures = {signature}};
      return opened;
    }
  }
  Error error("CW1220", "no key of this registry's users has signed the statement", Blame::user);
  for (const NoteSignature& signature : note.signatures) {
    error.notes.push_back(fmt::format("`{}+{:08x}` has", signature.name, signature.key_id));
  }
  return fail(
      std::move(error).help("whoever runs the registry lets a key in with `cargo-wasm registry key add DIR --user NAME --key KEY`"));
}

Result<> check_publisher_of(const PublisherNote& note, const ExpectedChange& expected)
{
  const auto* const statement = std::get_if<PublishStatement>(&note.statement);
  return statement == nullptr ? states_else("it states no publication") : check_common(*statement, expected);
}

Result<> check_archive(const PublisherNote& note, const ExpectedChange& expected, const base::Sha256& archive)
{
  CW_TRY(check_publisher_of(note, expected));
  const auto& statement = std::get<PublishStatement>(note.statement);
  CW_TRY(same("version", statement.version, expected.version));
  return same("archive", base::to_hex(statement.archive), base::to_hex(archive));
}

Result<> check_component_of(const PublisherNote& note, const base::Sha256& manifest)
{
  const auto* const statement = std::get_if<PublishStatement>(&note.statement);
  return statement == nullptr ? states_else("it states no publication")
                              : same("component", hex_or_none(statement->oci_manifest), base::to_hex(manifest));
}

std::optional<base::Sha256> previous_of(const registry_trust::Statement& statement)
{
  if (const auto* const publish = std::get_if<PublishStatement>(&statement)) {
    return publish->previous;
  }
  if (const auto* const yank = std::get_if<YankStatement>(&statement)) {
    return yank->previous;
  }
  const auto* const keys = std::get_if<KeyStatement>(&statement);
  return keys == nullptr ? std::nullopt : keys->previous;
}

Result<> check_publication(const PublisherNote& note,
                           const ExpectedChange& expected,
                           const base::Sha256& archive,
                           const base::Sha256& index_line,
                           const std::optional<base::Sha256>& component)
{
  CW_TRY(check_archive(note, expected, archive));
  const auto* const statement = std::get_if<PublishStatement>(&note.statement);
  if (statement->index_line) {
    CW_TRY(same("index line", base::to_hex(*statement->index_line), base::to_hex(index_line)));
  }
  CW_TRY(same("component", hex_or_none(statement->oci_manifest), hex_or_none(component)));
  return statement->user ? states_else("it names a user, which only the registry does") : Result<>();
}

Result<> check_yank(const PublisherNote& note, const ExpectedChange& expected, bool yanked)
{
  const auto* const statement = std::get_if<YankStatement>(&note.statement);
  if (statement == nullptr || statement->yanked != yanked) {
    return states_else(yanked ? "it states no yank" : "it states no end of a yank");
  }
  CW_TRY(check_common(*statement, expected));
  CW_TRY(same("version", statement->version, expected.version));
  return statement->user ? states_else("it names a user, which only the registry does") : Result<>();
}

Result<> check_key_change(const PublisherNote& note, const ExpectedChange& expected)
{
  const auto* const statement = std::get_if<KeyStatement>(&note.statement);
  if (statement == nullptr || statement->change == registry_trust::KeyChange::claim) {
    return states_else("it states no change of keys");
  }
  return check_common(*statement, expected);
}

} // namespace cargo_wasm::registry_server
