// A change that its publisher has signed: what the note of a request says, who signed it, and whether it says what the request does.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_server {

/// How far a signed change's time may be from the registry's clock. A note counts once: it is remembered for as long as it could come
/// again.
inline constexpr std::uint64_t k_note_window_s = 300;

struct PublisherNote
{
  registry_trust::Statement statement;
  registry_tlog::SignedNote note; ///< with the signature of `key` alone
  registry_tlog::VerifierKey key;
  std::string user;  ///< whose key it is
  base::Sha256 hash; ///< of its text
};

/// Who makes a change: a user, whom a token or his key let in, and what he signed.
struct Author
{
  Author(std::string user_) : user(std::move(user_)) {}
  Author(const char* user_) : user(user_) {}
  Author(PublisherNote signed_change) : user(signed_change.user), note(std::move(signed_change)) {}

  std::string user;
  std::optional<PublisherNote> note; ///< nullopt: the registry signs, and names the user
};

/// A note that a key of one of the registry's users has signed. Errors: CW1217 it is no statement that a publisher makes; CW1220 no such
/// key; CW1004 a signature that does not hold; CW1202.
[[nodiscard]] Result<PublisherNote> open_publisher_note(std::string_view bytes, Accounts& accounts);

/// What a signed change must say to be the one that was asked for.
struct ExpectedChange
{
  std::string registry; ///< canonical
  std::string name, version;
  std::optional<base::Sha256> previous; ///< the crate's newest statement
  std::uint64_t now = 0;
};
/// Errors: CW1217 it states something else; CW1218 its time is not ours; CW1221 it follows another statement than the newest.
[[nodiscard]] Result<> check_publication(const PublisherNote& note,
                                         const ExpectedChange& expected,
                                         const base::Sha256& archive,
                                         const base::Sha256& index_line,
                                         const std::optional<base::Sha256>& component);
/// As `check_publication`, as far as can be said before the archive is opened.
[[nodiscard]] Result<> check_archive(const PublisherNote& note, const ExpectedChange& expected, const base::Sha256& archive);
/// It states a publication of the crate, whatever its version.
[[nodiscard]] Result<> check_publisher_of(const PublisherNote& note, const ExpectedChange& expected);
/// It states a publication with this component beside it, by the digest of its manifest.
[[nodiscard]] Result<> check_component_of(const PublisherNote& note, const base::Sha256& manifest);
[[nodiscard]] Result<> check_yank(const PublisherNote& note, const ExpectedChange& expected, bool yanked);
[[nodiscard]] Result<> check_key_change(const PublisherNote& note, const ExpectedChange& expected);

/// The statement that one of a publisher follows, as it says itself.
[[nodiscard]] std::optional<base::Sha256> previous_of(const registry_trust::Statement& statement);

} // namespace cargo_wasm::registry_server
