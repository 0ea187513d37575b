// From a foreign item of the expanded crate to the place where its author wrote it.
//
// rustc's expanded text says what is declared, and nothing of where. The files (source_map.hpp) say what is written, but an item may come
// out of a macro. An item is looked for in this order, and the answer says by what it was found; nothing is guessed in silence:
//
//   written           an extern block of the module, outside of macros
//   macro_arguments   an extern block among a macro's arguments: `cfg_if! { … extern "C" { … } }`
//   annotated_item    what an attribute macro made into it: `#[wasm_bindgen] extern "C" { fn alert(…); }`; the function around the import,
//   or
//                     the import itself, bears its name
//   macro_token       a macro call of the module whose arguments have the name as a token
//   macro_definition  a macro call of the module, where the crate's definition of the macro has the name
//   resembling_item   what an attribute macro or a derive stands on, its name being part of the import's: `__wbg_counter_new`
//   macro_type        a macro call whose arguments name the type in whose `impl` the import stands
//   macro_text        a macro call whose arguments contain the name in a string
//   neighbours        the only macro between the nearest items that both texts have
//   nothing           none of these: the module's file
#pragma once
#include <cargo_wasm/rust/foreign_items.hpp>
#include <cargo_wasm/rust/source_map.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

enum class Evidence : std::uint8_t {
  written,
  macro_arguments,
  annotated_item,
  macro_token,
  macro_definition,
  resembling_item,
  macro_type,
  macro_text,
  neighbours,
  nothing,
};

/// "written", "macro-arguments" …: as above, with hyphens.
[[nodiscard]] std::string_view to_string(Evidence evidence);

struct Location
{
  Evidence evidence = Evidence::nothing;
  /// Of `written`, `macro_arguments`, `annotated_item`, `resembling_item`: the name as written. Of the others the macro's name where it is
  /// called. Of `nothing`: where the module begins.
  base::TextSpan where;
  std::size_t file = 0;      ///< index in SourceMap::files of the same place
  Span span;                 ///< in that file
  std::string macro;         ///< `wit_bindgen::generate!`, `#[wasm_bindgen]`, `#[derive(X)]`; empty for `written` and `nothing`
  std::optional<Span> block; ///< the extern block in that file, where the item stands in one: what split_block takes
  std::optional<base::TextSpan> definition; ///< of `macro_definition`: the name in the macro's body
  std::vector<base::TextSpan> alternatives; ///< other places for which the same speaks; `where` is the first of all then
};

/// For people: "declared at src/a.rs:3:8", "declared by macro `m!`, called at src/a.rs:9:1", and how sure that is where it is not.
[[nodiscard]] std::string describe(const Location& location);

/// One crate: its expanded text beside its files. Both must outlive it.
class Locator
{
public:
  /// Looks for every item of the expanded text. `cfg` is sorted.
  /// Cost: linear in both texts; for what macros made, in the number of the module's macro calls for each item.
  Locator(const SourceMap& sources, std::string_view expanded, Edition edition, const std::vector<spec::Cfg>& cfg);
  ~Locator();
  Locator(Locator&&) noexcept;
  Locator& operator=(Locator&&) noexcept;
  Locator(const Locator&) = delete;
  Locator& operator=(const Locator&) = delete;

  [[nodiscard]] const ForeignItems& declared() const; ///< of the expanded text

  /// `item` is one of those in declared(). Cost: a look-up.
  [[nodiscard]] const Location& locate(const ForeignItem& item) const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// Line and column of bytes in a text, with the line itself; the span is cut at the end of its first line.
[[nodiscard]] base::TextSpan to_text_span(const base::Path& file, std::string_view text, Span span);

} // namespace cargo_wasm::rust
