// Files of a log that hold more than was asked for: a full tile or bundle in place of a partial one.
#pragma once
#include <string>
#include <string_view>

namespace cargo_wasm::registry_client {

/// The first `width` entries of a full bundle; what is no bundle stays, for its reader to refuse.
[[nodiscard]] std::string cut_bundle(std::string full, unsigned width);
/// What the file at `path` would hold, from that at `full_path`, which is the same or its full form.
[[nodiscard]] std::string log_file_cut(std::string_view path, std::string_view full_path, std::string bytes);

} // namespace cargo_wasm::registry_client
