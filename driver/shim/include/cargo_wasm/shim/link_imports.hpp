// What a linked module imports, and why: which object wants it, and the way from something that the host calls to there.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

struct LinkedImport
{
  std::string module, field;
  std::string kind;              ///< "function", "global", "table", "tag"
  std::string type;              ///< of functions: `(i32, i32) -> i32`
  bool is_declared = false;      ///< an object names the module; else it is `env` because nobody said anything
  std::string object;            ///< the first one with a live user
  std::vector<std::string> path; ///< symbols, from what keeps it all alive to the one that uses the import
  std::string root;              ///< why the first of them is alive: "entry", "exported", "kept", "constructor", "retained"
  bool operator==(const LinkedImport&) const = default;
};

/// Sorted by module and field. Cost: linear in the objects that want something undefined.
[[nodiscard]] std::vector<LinkedImport> imports_of(const LinkModel& model);

} // namespace cargo_wasm::shim
