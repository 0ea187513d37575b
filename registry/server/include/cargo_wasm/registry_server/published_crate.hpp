// A crate as it is published: the body of cargo's request, and the index line that follows from the archive. The line is made from the
// archive's own Cargo.toml, because only the archive is what clients verify; what the request says beside it must not differ.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

namespace cargo_wasm::registry_server {

/// The parts of a body `u32 json u32 crate` (little-endian lengths), as views into it (cargo book, registry web API, "Publish").
struct PublishBody
{
  std::string_view json;
  std::string_view archive;
};
/// Errors: CW1210.
[[nodiscard]] Result<PublishBody> split_publish_body(std::string_view body);

/// One of the publications that a body brings together: `u32 note u32 json u32 crate`, one behind the other.
struct SetPart
{
  std::string note; ///< of its publisher; empty: none
  PublishBody body;
};
/// At least one. Errors: CW1231.
[[nodiscard]] Result<std::vector<SetPart>> split_publish_set(std::string_view body);

/// Why a registry cannot have a crate of this name; nullopt: it can.
[[nodiscard]] std::optional<std::string> why_not_a_name(std::string_view name);

/// The index line of an archive in the registry with this canonical address ("sparse+https://…/"); `yanked` is false, `pubtime` unset.
/// `body` is the whole request. Errors: CW1210, CW1211 the archive's Cargo.toml and the request differ, CW1212 a name or version that a
/// registry cannot have, those of reading the archive and its Cargo.toml.
[[nodiscard]] Result<registry_protocol::IndexEntry> index_entry_of(const PublishBody& body, std::string_view canonical);

} // namespace cargo_wasm::registry_server
