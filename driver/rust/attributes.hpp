// Attributes as tokens.
#pragma once
#include "token_tree.hpp"

#include <cargo_wasm/rust/foreign_items.hpp>

#include <vector>

namespace cargo_wasm::rust {

/// Where attributes stand: [range) is `#[…] #[…]` or `#![…] …`; other tokens in it are passed over.
/// `cfg_attr` is followed by what it contains; `unsafe(…)` is taken off. Bounded: nested `cfg_attr` is followed 32 levels deep.
[[nodiscard]] std::vector<Attribute> read_attributes(const TokenTree& tokens, TokenRange range);

/// The inner attributes at the start of [range).
[[nodiscard]] TokenRange inner_attributes(const TokenTree& tokens, TokenRange range);

/// What `cfg` attributes ask for, one predicate each.
[[nodiscard]] std::vector<std::string> cfg_predicates(const std::vector<Attribute>& attributes);

[[nodiscard]] const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view path);

} // namespace cargo_wasm::rust
