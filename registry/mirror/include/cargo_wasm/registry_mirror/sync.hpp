// A mirror: a directory that follows a registry by its log, and is served as the registry's own files are.
//
//   DIR/public/    what clients read: the same files as the primary's, but for `config.json`, whose `dl` is the mirror
//   DIR/private/   where it comes from, what is on its way, and evidence against a primary that forked
//
// Nothing that comes is believed: the federation's document is the next version of the one that is there (or the pinned one), the
// checkpoint is signed as its policy says and begins with the one that is there, tiles and entries belong to the checkpoint, the name map
// to the snapshot in its last entry, index files to the map, archives to the lines of the index. What clients look at first, the
// checkpoint, comes last; index files wait in DIR/private until everything that they speak of is there. So a mirror that is interrupted at
// any moment is a mirror, and the next run goes on where it was.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_mirror {

/// By what the federation is known at the first run. One of them is needed then; what is said later must hold, too.
struct FederationPin
{
  std::optional<base::Sha256> document;           ///< of the payload of any version
  std::optional<registry_tlog::VerifierKey> root; ///< a root key that has signed any version
  bool first_seen = false;                        ///< whatever comes at the first run
};

struct SyncRequest
{
  base::Path directory;
  std::string url; ///< the mirror's own address, with a slash at its end
  FederationPin pin;
  bool repair = false; ///< compare everything that is there with the primary's log, and fetch what is missing or damaged
};

struct SyncReport
{
  std::string registry;                                        ///< name of the federation
  std::uint64_t federation = 0;                                ///< version of its document
  std::uint64_t old_size = 0, size = 0;                        ///< entries of the log before and now
  std::uint64_t index_files = 0, archives = 0, components = 0; ///< that came
  std::uint64_t requests = 0, bytes = 0;                       ///< of everything
  std::uint64_t time = 0;                                      ///< of the snapshot, seconds since 1970
};

/// Brings a mirror to the primary's newest checkpoint. Cost: a few requests, and in proportion to what is new. Errors: those of `primary`
/// and of what it sends (CW1003 to CW1011, CW1020 to CW1025); CW1250 the federation is not the one that was pinned; CW1251 the primary's
/// log forked; CW1252 it went back; CW1253 an archive is not there; CW1254 a file is not what its hash says; CW1255 another run is at it.
[[nodiscard]] Result<SyncReport> sync(const Env& env, registry_client::StaticFiles& primary, const SyncRequest& request);

} // namespace cargo_wasm::registry_mirror
