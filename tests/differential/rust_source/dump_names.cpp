#include "dump_names.hpp"

#include <array>

using namespace cargo_wasm::rust;

namespace {

constexpr std::array<std::string_view, 29> k_names{"end",
                                                   "white_space",
                                                   "byte_order_mark",
                                                   "shebang",
                                                   "frontmatter",
                                                   "line_comment",
                                                   "block_comment",
                                                   "identifier",
                                                   "raw_identifier",
                                                   "forced_keyword",
                                                   "reserved_prefix",
                                                   "invalid_identifier",
                                                   "lifetime",
                                                   "raw_lifetime",
                                                   "reserved_lifetime_prefix",
                                                   "guarded_prefix",
                                                   "integer",
                                                   "floating",
                                                   "character",
                                                   "byte",
                                                   "string",
                                                   "byte_string",
                                                   "c_string",
                                                   "raw_string",
                                                   "raw_byte_string",
                                                   "raw_c_string",
                                                   "punctuation",
                                                   "unknown",
                                                   ""};

} // namespace

std::string_view name_of(TokenKind kind)
{
  return k_names[static_cast<std::size_t>(kind)];
}
