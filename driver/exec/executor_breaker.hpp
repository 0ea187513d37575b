// When an executor is left out because of what its compilers say. A unit that does not compile there and does here says nothing about the
// server when it needs what was not sent. Several in a row that need nothing of the kind do: a full disk, a limit of the worker.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <cargo_wasm/exec/record.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

/// For several threads at a time.
class ExecutorBreaker
{
public:
  static constexpr std::size_t k_most_in_a_row = 3;

  /// A unit that did not compile there.
  struct Failure
  {
    std::string unit;                ///< as messages name it
    std::string said;                ///< the compiler's first error there; empty: none
    std::set<std::string> files;     ///< place names of what it was given
    std::set<std::string> variables; ///< names of those that were set for it
  };

  void failed_there(plan::ActionIndex action, Failure failure);
  void compiled_there();
  /// It does not compile here either: wrong code, no matter where.
  void failed_here(plan::ActionIndex action);
  /// It compiles here. Why the server is to be left out from now on, when that is reason enough; told once.
  [[nodiscard]] std::optional<Error> compiled_here(plan::ActionIndex action, const Record& record);
  /// As many as suffice have failed there in a row, and what they need is not known yet: nothing more is sent until it is.
  [[nodiscard]] bool is_in_doubt() const;

private:
  mutable std::mutex m_mutex;
  std::map<plan::ActionIndex, Failure> m_waiting; ///< that failed there, and were not yet compiled here
  std::size_t m_in_a_row = 0;                     ///< that compile here and need nothing more, since one has compiled there
};

} // namespace cargo_wasm::exec
