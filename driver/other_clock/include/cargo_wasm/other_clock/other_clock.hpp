// Another wall clock for the programs of a build: a shared library to preload, which is a part of this program.
//
// Rust's compiler allocates with jemalloc, which asks for the time while it holds its own locks. A library that looks for the real
// functions at that moment allocates, and waits for itself: libfaketime does (docs/adr/0027-reproducible-builds.md). So the functions here
// ask the kernel, and need nothing to be set up.
#pragma once
#include <chrono>
#include <string_view>

#include <cargo_wasm/other_clock/ahead.hpp>

namespace cargo_wasm::other_clock {

/// How far ahead it is. Whatever the day: year, month, day of the month, day of the week, hour, minute and second are others. Ahead, so
/// that no file is younger than now.
inline constexpr std::chrono::seconds k_ahead(k_seconds_ahead);

/// The bytes of the library, for `LD_PRELOAD`. It runs with any C library of this processor. Clocks that count from the start of the
/// machine, and times of files, are as they were; programs without a dynamic linker, and those that ask the kernel themselves (Go), see the
/// usual time.
[[nodiscard]] std::string_view library();

} // namespace cargo_wasm::other_clock
