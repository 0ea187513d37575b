// A witness (C2SP tlog-witness): it cosigns a log's checkpoints, each only when the log has grown from the one that it cosigned before. Who
// asks for enough witnesses cannot be shown a history of his own.
//
//   DIR/key            the key for cosignatures, for its owner alone
//   DIR/logs/HASH      of each log the newest checkpoint that was cosigned, by the SHA-256 of its origin
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_witness {

/// What goes back over HTTP.
struct WitnessAnswer
{
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  bool operator==(const WitnessAnswer&) const = default;
};

class Witness
{
public:
  /// Makes a directory with a new key; what verifies its cosignatures. Errors: CW1262 there is one already; CW1001, CW0003.
  static Result<registry_tlog::VerifierKey> create(const Env& env, const base::Path& directory, const std::string& name);
  /// `logs`: the keys of those that are cosigned. Errors: CW1262 there is none, or another process has it; CW1002.
  [[nodiscard]] static Result<Witness> open(const Env& env, const base::Path& directory, std::vector<registry_tlog::VerifierKey> logs);
  ~Witness();
  Witness(Witness&&) noexcept;
  Witness& operator=(Witness&&) noexcept;

  [[nodiscard]] const registry_tlog::VerifierKey& key() const;
  /// Answers one request; not for several threads at once. The new checkpoint is on the disk before this returns. 200 with the cosignature;
  /// 400 no such request; 403 the log has not signed; 404 an unknown log; 409 another size was seen (which is the body), or another root of
  /// this size; 422 the proof does not hold; 500 the disk failed.
  [[nodiscard]] WitnessAnswer add_checkpoint(std::string_view body);
  /// Answers `GET /logs/HASH`, by the SHA-256 of a log's origin: the newest checkpoint that was cosigned, as the log has signed it, for
  /// whoever compares it with what he is shown; 404 when there is none.
  [[nodiscard]] WitnessAnswer cosigned_checkpoint(std::string_view hash) const;

private:
  struct State;
  explicit Witness(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_witness
