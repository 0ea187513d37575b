// What to try when a crate does not compile for wasm: at most five lines after the tool's own words.
// A new case is one function in its own file and one line in `failure_advisers`.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

struct FailureAdvice
{
  std::vector<std::string> notes; ///< which crate, which missing capability
  std::vector<std::string> helps; ///< what to try
};

/// What a failed action said. `text` is plain: no escapes, diagnostics as rendered, of a script stdout and stderr.
struct Failure
{
  const plan::ActionGraph& graph;
  plan::ActionIndex action;
  std::string_view text;
  std::string_view triple;                  ///< what the failed unit was compiled for; of a script: the value of TARGET
  std::vector<std::string> dependency_path; ///< "app v1.0.0" … "libdeflate-sys v1.2.3": how the user's package reaches it
};

using FailureAdviser = std::optional<FailureAdvice> (*)(const Failure&);
[[nodiscard]] std::span<const FailureAdviser> failure_advisers();
/// The first adviser's answer, cut to five lines; nothing for host triples.
[[nodiscard]] std::optional<FailureAdvice> advise(const Failure& failure);

} // namespace cargo_wasm::exec
