// Where the functions that a link complains about are called: file and line, as far as the objects have debug information.
#pragma once
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/shim/link_scan.hpp>

namespace cargo_wasm::shim {

struct CallSite
{
  std::string symbol;   ///< what is called, as it is linked
  std::string object;   ///< as linkers name it
  std::string function; ///< that calls, as it is linked; may be empty
  std::string file;     ///< as the compiler wrote it, relative to where it ran unless absolute
  std::uint32_t line = 0;
  std::uint32_t column = 0; ///< 0: unknown
  auto operator<=>(const CallSite&) const = default;
};

/// The live calls of undefined functions with these names, in the order of names, files and lines, at most `most` for each name, each line
/// once.
/// Cost: the line tables and relocations of the objects that call them.
[[nodiscard]] std::vector<CallSite> find_call_sites(const LinkScan& scan, const std::set<std::string>& symbols, std::size_t most);

} // namespace cargo_wasm::shim
