// Whether an artifact runs on a host: every reason why it does not, with the import or the instruction, its function, and what would help.
//
// What counts is what the file really has: its sections, and the features that its instructions need, whatever `target_features` says.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/host/profile.hpp>
#include <cargo_wasm/wasm/failure.hpp>

namespace cargo_wasm::host {

struct CheckRequest
{
  const Profile& profile;
  wasm::Source artifact;                 ///< a module or a component
  std::vector<std::string> allowed = {}; ///< functions of `env` that the project says its host provides
  std::string shown_name = {};           ///< what messages call the artifact; empty: its file's name
  /// The module before its names were taken out; used when its code is that of the artifact. Empty: none.
  wasm::Source names = {};
};

/// One error a violation; none: it runs. An import that no rule covers is told once for each module of which nothing is provided.
///
///   CW0871 the host takes no modules, or no components    CW0874 a feature that it lacks
///   CW0872 an import that it does not provide             CW0875 an export that it needs
///   CW0873 an import of another type                      CW0876 a limit           CW0877 memory shared by threads
///
/// Errors: as reading, CW0612 to CW0616. Cost: one pass over the module; another over its code when something is wrong.
[[nodiscard]] Result<std::vector<Error>> check(const CheckRequest& request);

} // namespace cargo_wasm::host
