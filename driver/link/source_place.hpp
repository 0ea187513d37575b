// Places in source files as a person at the current directory would name them.
#pragma once
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/plan/template.hpp>
#include <cargo_wasm/rust/locate.hpp>

namespace cargo_wasm::link {

/// "app v0.1.0", without the directory of a package of one's own
[[nodiscard]] std::string shown_package(const plan::ActionLabel& label);
/// "src/lib.rs:2:8"
[[nodiscard]] std::string shown_place(const Env& env, const base::TextSpan& span);
/// The declaration with a caret below it, and what made it if that was a macro.
[[nodiscard]] base::TextSpan declaration_caret(const Env& env, const rust::Location& location);
/// Any place with a caret below it.
[[nodiscard]] base::TextSpan caret(const Env& env, base::TextSpan span, std::string label);

} // namespace cargo_wasm::link
