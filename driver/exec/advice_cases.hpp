// The advisers, one file each. A new one is declared here and listed in failure_advice.cpp.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/exec/failure_advice.hpp>

namespace cargo_wasm::exec {

std::optional<FailureAdvice> advise_c_code(const Failure& failure);      ///< cc, cmake, bindgen: no C compiler or sysroot for wasm
std::optional<FailureAdvice> advise_missing_std(const Failure& failure); ///< std::os::unix, home_dir, sockets: not on this target
std::optional<FailureAdvice> advise_threads(const Failure& failure);     ///< atomics, rayon, threads
std::optional<FailureAdvice> advise_getrandom(const Failure& failure);   ///< wasm32-unknown-unknown has no source of randomness

/// "`app v1.0.0` → `oxipng v10.2.1` → `libdeflate-sys v1.2.3`", directories left out; empty when the crate is the user's own.
[[nodiscard]] std::string needed_through(const Failure& failure);
/// "libdeflate-sys v1.2.3", without source.
[[nodiscard]] std::string short_name(std::string_view package_display);

} // namespace cargo_wasm::exec
