// The step that runs wasm-opt on a linked module.
//
// What Binaryen needs to know is in the module: which features it uses. What it would silently get wrong is decided before: line tables
// that this build of it does not carry along become a source map, which every build carries along, or are taken out. What comes out is
// compared with what went in; an optimizer that loses an export is found here and not by the host.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/postlink/wasm_opt.hpp>

namespace cargo_wasm::postlink {

inline constexpr std::chrono::minutes k_wasm_opt_time_limit{10};

struct OptimizeRequest
{
  base::Path input, output; ///< `output` is replaced by rename
  WasmOpt tool;
  std::string level;                                        ///< "0" to "4", "s", "z"; "auto": the best of several
  std::string measure = "size";                             ///< what the best is: "size", or smallest as "gzip" or "brotli"
  std::vector<std::string> lowered = {};                    ///< features to replace by older instructions, where they are used
  std::vector<std::string> extra;                           ///< further options, behind ours
  bool keeps_debug_info = true;                             ///< false: DWARF is taken out before
  std::optional<base::Path> source_map = {};                ///< where a map goes when the tool does not carry DWARF along
  std::string source_map_url = {};                          ///< what the module calls it
  std::chrono::milliseconds longest{k_wasm_opt_time_limit}; ///< of one run; then level 1 is tried
  std::stop_token stop = {};
};

struct OptimizeOutcome
{
  std::string level;           ///< that the output was made with; empty: the output is the input
  std::string once_because;    ///< why another run may make something else (time decided); empty: it makes the same
  std::vector<Error> warnings; ///< CW0852 a feature that the tool does not know, CW0854 it took too long, CW0856 debug information was
                               ///< taken out, CW0878 a feature that it cannot replace
};

/// Errors: CW0612 to CW0615 no module, CW0857 a component; CW0853 the tool failed, CW0855 what it wrote is no module, or lost an export.
/// Cost: the tool's.
[[nodiscard]] Result<OptimizeOutcome> optimize(const base::Env& env, const OptimizeRequest& request);

} // namespace cargo_wasm::postlink
