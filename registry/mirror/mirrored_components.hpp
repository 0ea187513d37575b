// Components beside crates' versions (registry_oci/static_layout.hpp), which index lines name by digest.
#pragma once
#include <string>

#include "mirrored_names.hpp"

namespace cargo_wasm::registry_mirror {

/// Fetches the components that staged index files have and that are not there: manifests, configs, layers, each what its digest says.
/// `federation`: its name, the space of their packages. Errors: CW1253, CW1254, CW1236, CW1237.
Result<> fetch_components(const Env& env,
                          const MirrorPlace& place,
                          registry_client::StaticFiles& primary,
                          const IndexChanges& changes,
                          std::string_view federation,
                          SyncReport& report);

/// Their tags, once the index files are in place. `url`: the mirror's own address; empty: nothing says to `wkg` where components are.
Result<>
tag_components(const Env& env, const MirrorPlace& place, const IndexChanges& changes, std::string_view federation, std::string_view url);

} // namespace cargo_wasm::registry_mirror
