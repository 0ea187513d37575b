// The wasm type that a foreign function's import has, from its Rust declaration.
//
// Rules: the C ABI of wasm32 (tool-conventions, BasicCABI.md), checked against what rustc emits by
// tests/differential/rust_source/signatures:
//
//   i8 … i32, u8 … u32, bool, char, isize, usize      i32
//   thin pointers, references, fn pointers, Option of one, NonZero…   i32 (i64)
//   i64, u64 → i64     f32     f64     ()  and  ! → nothing
//   i128, u128           two i64; as a result behind a pointer, which comes first among the parameters
//   &str, &[T], &dyn T   one pointer to the pair; as a result the same
//   …, C's variadic      one more i32
//
// A name is followed through `use` and `type` of the crate's expanded text; `repr(transparent)` structs and enums with an integer `repr`
// are seen through. Anything else is unknown, and then there is no answer: a comparison must not find fault with what was not understood.
#pragma once
#include <cargo_wasm/rust/foreign_items.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

enum class ValueType : std::uint8_t { i32, i64, f32, f64 };

struct WasmSignature
{
  std::vector<ValueType> parameters;
  std::vector<ValueType> results; ///< none or one
  bool operator==(const WasmSignature&) const = default;
};
[[nodiscard]] std::string to_string(const WasmSignature& signature); ///< "(i32, i64) -> f32"; "() -> ()" without results

/// `split`: wasm32-unknown-unknown before rustc 1.89, where pairs and i128 were passed otherwise; they are unknown then.
enum class CAbi : std::uint8_t { standard, split };

/// The type names of one crate.
class TypeNames
{
public:
  /// `text`: the crate's expanded text, or a part of it. Copied as far as needed. Cost: linear.
  explicit TypeNames(std::string_view text, Edition edition = Edition::e2021);
  ~TypeNames();
  TypeNames(TypeNames&&) noexcept;
  TypeNames& operator=(TypeNames&&) noexcept;
  TypeNames(const TypeNames&) = delete;
  TypeNames& operator=(const TypeNames&) = delete;

  /// nullopt: not a function, another ABI than C's, or a type in it is unknown. Bounded: a name is followed 32 steps.
  [[nodiscard]] std::optional<WasmSignature> signature(const ForeignBlock& block, const ForeignItem& item, CAbi abi = CAbi::standard) const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::rust
