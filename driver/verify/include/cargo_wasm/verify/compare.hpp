// Two records of what should be one build: which actions left other bytes, and which of them are where it began.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/verify/build_record.hpp>

namespace cargo_wasm::verify {

struct ActionDifference
{
  enum class Cause {
    not_deterministic, ///< the same command on the same inputs
    command,           ///< arguments or variables differ
    inputs,            ///< sources differ
    only_before,       ///< the second build has no such action
    only_now,          ///< the first build had none
  } cause = Cause::not_deterministic;
  std::size_t was = 0, is = 0; ///< positions in the two records, where the action is there
  std::string unit;
  std::string output;      ///< place name of the first output that differs; empty where the action is in one record only
  std::string part;        ///< of that output: the first section, member or file that differs, as the records tell it
  bool is_missing = false; ///< the output is there on one side only
  bool follows = false;    ///< it reads what another action left, and that differs already
  bool operator==(const ActionDifference&) const = default;
};

struct Comparison
{
  std::vector<ActionDifference> differences; ///< in the order of dependencies: before an action stands what it reads
  /// Runs of build scripts that left something else, of which nobody who read it made anything else: files of a script's own, for example.
  std::vector<ActionDifference> without_effect;
  std::size_t actions = 0, outputs = 0;    ///< that were compared
  std::vector<std::string> host_programs;  ///< units that differ and run while building only, on Machine::other
  std::vector<std::string> other_settings; ///< what is not the same at the head of the records: "rustc 1.98.1 → 1.99.1"
  bool operator==(const Comparison&) const = default;
};

/// Whether both records are of builds on one machine. Build scripts and macros are linked with its C library and by its linker: on another
/// one they are other programs, and what they made is what counts.
enum class Machine { same, other };

[[nodiscard]] Comparison compare(const BuildRecord& was, const BuildRecord& is, Machine machine);

} // namespace cargo_wasm::verify
