// The record of successes of one target directory: an append-only file of checked frames (docs/formats/state.md).
//
// A killed process leaves at most one torn frame at the end, which the next one cuts off. The file is read whole at start,
// and a record is decoded only when somebody asks for it. It is rewritten when most of it is out of date.
// Whoever opens it holds the target directory's lock.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/record.hpp>

namespace cargo_wasm::plan {
struct ActionGraph;
}

namespace cargo_wasm::exec {

/// Where a build of this graph keeps its lock, state or journal: one of each a profile, as cargo locks its host directory
/// `target/PROFILE`, whatever the target.
[[nodiscard]] base::Path profile_file(const plan::ActionGraph& graph, std::string_view name);

class StateLog
{
public:
  /// Opens or makes `file`. Another version, or damage, means: nothing is known. Errors: CW0631.
  /// @param writable  false for --dry-run: nothing is created or repaired
  static Result<std::unique_ptr<StateLog>> open(base::Filesystem& fs, const base::Path& file, bool writable);
  ~StateLog();

  /// The last record of this identity.
  [[nodiscard]] std::optional<Record> find(std::string_view identity) const;
  [[nodiscard]] bool contains(std::string_view identity) const;
  /// One write(2). Errors: CW0631 (full disk); the file is then as before.
  Result<> append(const Record& record);
  [[nodiscard]] std::uint64_t frames() const noexcept; ///< in the file, out-of-date ones included

private:
  StateLog();
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace cargo_wasm::exec
