// The WebAssembly type that a function of a bitcode module gets: what a declaration in bitcode and a definition in a wasm object have in
// common and can disagree in.
#pragma once
#include <cargo_wasm/bitcode/module.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cargo_wasm::bitcode {

enum class ValueType : std::uint8_t { i32, i64, f32, f64, v128, externref, funcref };

struct Signature
{
  std::vector<ValueType> parameters;
  std::vector<ValueType> results;
  bool operator==(const Signature&) const = default;
};

/// What LLVM's code generation makes of a function's type: pointers become `i32` (`i64` on wasm64), small integers `i32`, larger ones
/// `i64`s, aggregates their members; a result of several values becomes a pointer before the parameters, `…` a pointer behind them.
///
/// nullopt where the module does not decide it: 16-bit floats, vectors without `+simd128`, functions without a prototype, calling
/// conventions other than C's and Rust's, several results under `+multivalue` before LLVM 19, targets other than wasm. Modules compiled
/// with the experimental multivalue ABI do not say so where it is read; their several results are taken for a pointer. Source:
/// llvm/lib/Target/WebAssembly/WebAssemblyISelLowering.cpp (CanLowerReturn, LowerFormalArguments), compared with the objects of rustc's own
/// libraries by tests/differential/bitcode.
[[nodiscard]] std::optional<Signature> signature_of(const Module& module, const Symbol& function);

/// "(i32, i64) -> f64", the form of wasm-ld's messages; without results "() -> void".
[[nodiscard]] std::string to_string(const Signature& signature);

} // namespace cargo_wasm::bitcode
