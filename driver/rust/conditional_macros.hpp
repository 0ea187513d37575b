// Macros whose meaning is known: they choose among items, or name a file.
#pragma once
#include "cfg_state.hpp"
#include "items.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cargo_wasm::rust {

struct Branch
{
  TokenRange body;
  Holds taken = Holds::yes;
};

/// The branches of `cfg_if! { if #[cfg(…)] { … } else … }` or `cfg_select! { predicate => { … } _ => { … } }` that may be compiled;
/// nullopt for another macro, or where the arguments have another form.
[[nodiscard]] std::optional<std::vector<Branch>>
conditional_branches(const ItemList& list, const Item& call, const std::vector<spec::Cfg>& facts);

/// The text that the arguments of `include!` stand for: a literal, `concat!(…)`, `env!("NAME")`.
[[nodiscard]] std::optional<std::string>
constant_text(const TokenTree& tokens, TokenRange range, const std::map<std::string, std::string>& environment);

} // namespace cargo_wasm::rust
