// What functions of a module are called, for messages.
#pragma once
#include <map>
#include <string>

#include <cargo_wasm/wasm/module.hpp>

namespace cargo_wasm::host {

class FunctionNames
{
public:
  /// From the name section of `module`; where it has none, from that of `with_names` if both have the same code; else from exports.
  FunctionNames(const wasm::Module& module, const wasm::Source& with_names);

  /// "`app::run` of crate `app` (function 12)", "function 12, which has no name".
  [[nodiscard]] std::string shown(std::uint32_t function) const;
  /// The first caller of a function, and where that is C code, what calls it, up to the first function of a crate: "`__wasi_fd_write`
  /// (function 98), for `std::io::…` of crate `std` (function 7)". Empty: nobody calls it. Cost: a pass over the code for each step.
  [[nodiscard]] std::string shown_caller(const wasm::Module& module, std::uint32_t function) const;

private:
  [[nodiscard]] bool is_of_crate(std::uint32_t function) const;
  std::map<std::uint32_t, std::string> m_names;
};

} // namespace cargo_wasm::host
