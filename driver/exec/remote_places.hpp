// Paths between this machine and a worker's input root, whose place is not known before the action runs there.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/exec/place_names.hpp>

namespace cargo_wasm::exec {

/// The script that starts a command in an input root with the given places; its first line on stdout is where that root is. nullopt:
/// the command names something outside the places, or cannot be written as a script.
/// @param variables  those that the program gets; others of the worker's are whatever they are
[[nodiscard]] std::optional<std::string> script_for(const base::Command& command, const base::EnvMap& variables, const PlaceNames& places);

/// Whether `script_for` could write an argument.
[[nodiscard]] bool stays_in_places(std::string_view argument, const PlaceNames& places);

/// What a worker said of its places, read here.
class WorkerPlaces
{
public:
  /// `root`: what the script printed.
  WorkerPlaces(std::string root, const PlaceNames& places);
  /// Its places in a text replaced by those of this machine.
  [[nodiscard]] std::string real(std::string_view text) const;
  /// As `real`, of a dep-info file, in which blanks are escaped.
  [[nodiscard]] std::string real_dep_info(std::string_view text) const;
  /// Whether bytes name one of its places.
  [[nodiscard]] bool is_named_in(std::string_view bytes) const;

private:
  std::vector<std::pair<std::string, std::string>> m_places; ///< there → here
};

} // namespace cargo_wasm::exec
