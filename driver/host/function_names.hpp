// What functions of a module are called, for messages.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::host {

class FunctionNames
{
public:
  /// From the name section of `module`; where it has none, from that of `with_names` if both have the same code; else from exports.
  FunctionNames(const wasm::Module& module, const wasm::Source& with_names);

  /// "`app::run` of crate `app` (function 12)", "function 12, whose name was stripped".
  [[nodiscard]] std::string shown(std::uint32_t function) const;

private:
  std::map<std::uint32_t, std::string> m_names;
};

/// The first function that calls each of these imported functions. Cost: one pass over the code.
[[nodiscard]] std::map<std::uint32_t, std::uint32_t> first_callers(const wasm::Module& module, const std::vector<std::uint32_t>& functions);

} // namespace cargo_wasm::host
