// Whether an unpacked crate is what its archive holds. Times do not tell: where `$CARGO_HOME` was restored from a backup, as CI does, every
// file is as new as the next, and a hard link moves a file's ctime.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exec {

/// Another one when a file came, went, or was written, moved or linked. A `.cargo-ok` is passed over. Errors: a file cannot be looked at.
/// Cost: the files' stat data.
[[nodiscard]] Result<std::string> stamp_of_unpacked(const base::ReadOnlyFilesystem& fs, const base::Path& package_root);

/// Compares each file below `package_root` ($CARGO_HOME/registry/src/INDEX/NAME-VERSION) with the archive beside it
/// ($CARGO_HOME/registry/cache/INDEX/NAME-VERSION.crate), whose hash must be `checksum`. The stamp of what was compared; nullopt: a file
/// differs, is missing or cannot be read, is there besides, or there is no such archive. What was found to be as packed is remembered below
/// `memo_directory` by the files' stat data. Errors: a file cannot be read. Cost: all files once, then their stat data.
[[nodiscard]] Result<std::optional<std::string>> stamp_if_as_packed(base::Filesystem& fs,
                                                                    const base::Clock& clock,
                                                                    const base::Path& package_root,
                                                                    const std::string& checksum,
                                                                    const base::Path& memo_directory);

} // namespace cargo_wasm::exec
