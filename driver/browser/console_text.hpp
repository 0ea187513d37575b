// What `console.log(…)` of a page prints, from the arguments as the DevTools protocol describes them.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace cargo_wasm::browser {

/// The line of a `Runtime.consoleAPICalled` event, with its newline: arguments joined by blanks, `%s`, `%d`, `%i`, `%f`, `%o`, `%O` filled
/// in,
/// `%c` with its style left out, as Console Standard §2.2 has them.
[[nodiscard]] std::string console_line(const nlohmann::json& event);

/// Whether it belongs to standard error: `error`, `warn`, `assert`, `trace`.
[[nodiscard]] bool is_for_stderr(const nlohmann::json& event);

} // namespace cargo_wasm::browser
