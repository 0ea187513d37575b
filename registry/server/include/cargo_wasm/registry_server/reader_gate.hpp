// Who is let in. A registry whose `config.json` says `auth-required` is private: whoever reads anything of it needs a token that allows
// `read`, but for the federation's documents, which are how a client learns what to believe and hold nothing but keys, addresses and
// patterns of names, and the page that says where tokens come from. The file is looked at again while the server runs.
//
//   no token, or one that is none     401, with cargo's challenge; for pages of people also that of browsers (the token is the password)
//   a token that does not allow it    403
//   too many wrong ones               429: an address that comes with wrong tokens again and again is no longer looked up
//
// What changes something is judged by the API itself, behind its body. Whose token is none, or has expired, need not send that body: where
// changes are guarded, the head of his request is refused, with 403 and the API's words.
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_server/api.hpp>

namespace cargo_wasm::registry_server {

struct Visit
{
  std::string_view peer = {}; ///< the other side's address, without its port
  std::string_view method = {}, target = {};
  std::string_view authorization = {};
};

struct GateLimits
{
  double wrong_tokens = 30; ///< that an address may come with at once
  double wrong_tokens_per_s = 0.5;
};

class ReaderGate
{
public:
  /// `directory` is the registry's or mirror's, with its `private`; a copy of public files alone has none. `env` outlives it.
  /// Errors: CW1080 it is private, and there is no place with tokens; CW0411.
  [[nodiscard]] static Result<std::unique_ptr<ReaderGate>>
  open(const Env& env, const base::Path& directory, const base::Path& public_directory, GateLimits limits = {});
  ~ReaderGate();
  ReaderGate(const ReaderGate&) = delete;
  ReaderGate& operator=(const ReaderGate&) = delete;

  /// For a registry that is written to. A mirror's accounts do not have the tokens that its registry takes for changes. Before any `judge`.
  void guard_changes();
  /// The refusal; nullopt: he may. Safe to call from several threads. Cost: nothing for files of a registry that is not private; a lookup
  /// in memory for a token that was seen within two seconds.
  [[nodiscard]] std::optional<HttpAnswer> judge(const Visit& visit);
  [[nodiscard]] bool is_private() const;

private:
  struct State;
  explicit ReaderGate(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

/// Makes a registry private, or open to everybody. Errors: CW1201 not a registry; CW0411; those of writing.
Result<> set_private(const Env& env, const base::Path& directory, bool is_private);

} // namespace cargo_wasm::registry_server
