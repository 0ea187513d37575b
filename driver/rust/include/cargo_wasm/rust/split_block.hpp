// The edit that declares imports: `#[link(wasm_import_module = "env")]` on those items of an extern block that need it, and on no other.
//
//   extern "C" {                    extern "C" {
//       fn from_the_host();   →         fn from_c();
//       fn from_c();                }
//   }
//                                   #[link(wasm_import_module = "env")]
//                                   extern "C" {
//                                       fn from_the_host();
//                                   }
//
// Where every function and static of the block needs it, the attribute goes onto the block as it is. What is moved keeps its bytes:
// attributes, doc comments, and comments that stand right above it or behind it on its line. The new block has the old one's ABI, `unsafe`
// and attributes except `link`: a native library stays with the old block. All other bytes stay, but for a blank line that would be left
// over.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/rust/lexer.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

struct BlockEdit
{
  std::uint32_t block_begin = 0;  ///< ForeignBlock::span.begin in the text as it is; the block may stand in a macro's arguments
  std::vector<std::string> items; ///< names of functions and statics, not link names
};

/// The text with all edits made.
/// Errors: CW0665 no extern block begins there, CW0666 the block has no such item, CW0667 an attribute macro or a `cfg_attr` with more than
/// `link` stands on the block, so that its text does not say what a copy of it would mean, CW0668 the text is such that other items would
/// be declared otherwise.
/// Cost: linear in the text for each edit.
[[nodiscard]] Result<std::string> declare_imports(std::string_view text,
                                                  std::vector<BlockEdit> edits,
                                                  std::string_view import_module = "env",
                                                  Edition edition = Edition::e2021);

/// The change as a patch that `patch -p1` and `git apply` take; empty where both texts are equal. `path` is relative, with `/`.
/// Shape:  three lines of context. Beyond 1,000 changed lines everything between the first and the last change is replaced as a whole.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, std::string_view path);

} // namespace cargo_wasm::rust
