// GNU make's jobserver: a pipe with one byte per job slot beyond the first, shared with rustc (which takes slots for
// code generation) and with build scripts (whose make takes them for C code).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::exec {

class Jobserver
{
public:
  /// Uses the one in MAKEFLAGS or CARGO_MAKEFLAGS when its descriptors are open; makes a pipe with `jobs - 1` slots otherwise.
  /// Errors: CW0632.
  static Result<std::unique_ptr<Jobserver>> make(std::uint32_t jobs, const base::EnvMap& vars);
  /// Gives back every slot still held and joins the helper thread.
  ~Jobserver();
  Jobserver(const Jobserver&) = delete;
  Jobserver& operator=(const Jobserver&) = delete;

  [[nodiscard]] bool is_inherited() const noexcept;
  /// For children: descriptors to keep open, and the value of CARGO_MAKEFLAGS.
  [[nodiscard]] const std::vector<int>& descriptors() const noexcept;
  [[nodiscard]] const std::string& makeflags() const noexcept;

  /// Asks for slots; the callback is called from a helper thread for each that arrives. Requests add up.
  void request(std::uint32_t count = 1);
  /// Requests that no token has answered yet are taken back.
  void cancel_requests();
  /// Gives one slot back.
  void release();
  /// The callback must not call back into this object. After `on_token(nullptr)` returns it is not running any more.
  void on_token(std::function<void()> callback);

private:
  Jobserver();
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace cargo_wasm::exec
