#include <cargo_wasm/base/env.hpp>

#include <unistd.h>

namespace cargo_wasm::base {

EnvMap read_environment()
{
  EnvMap vars;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && equals != 0) {
      vars.emplace(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
    }
  }
  return vars;
}

} // namespace cargo_wasm::base
