// The caches on other machines, as a build uses them: asked in order, believed when they are signed for, filled in the background. No
// failure of theirs is one of the build. A cache that cannot be reached, is too slow, breaks off or sends other bytes than those asked for
// is left out of the rest of the build, with one warning.
//
//   fetch ──► remote 1 ──► remote 2 …      the first whose entry is believed and whose blobs are all there
//   offer ──► queue ──► upload threads ──► every remote that is written to
//                └──────── at the end ───► the spool, which `cache push` sends
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/remote/service.hpp>
#include <cargo_wasm/remote/settings.hpp>

namespace cargo_wasm::remote {

/// Where fetched blobs go. Called by the thread that fetches.
class BlobSink
{
public:
  virtual ~BlobSink() = default;
  /// It need not be fetched.
  [[nodiscard]] virtual bool has(const Digest& digest) = 0;
  /// A name for a file to receive it, which nobody else uses; its directory exists.
  [[nodiscard]] virtual Result<Path> place(const Digest& digest) = 0;
  /// The file is complete and has that digest. After a failed fetch files of `place` may be left that were never kept.
  [[nodiscard]] virtual Result<> keep(const Digest& digest, const Path& file) = 0;
};

struct FetchedResult
{
  action::ActionResult result;
  std::string encoded;               ///< canonical, without metadata
  std::string remote;                ///< whose it was
  std::optional<std::string> signer; ///< the name of the key that signed it
  std::uint64_t fetched_bytes = 0;   ///< of blobs
  std::size_t position = 0;          ///< of that remote in the order
};

struct UploadSummary
{
  std::uint64_t sent = 0;      ///< entries that every remote has that is written to
  std::uint64_t spooled = 0;   ///< that wait for `cache push`
  std::uint64_t elsewhere = 0; ///< of the spooled: those that only remotes want to which this configuration does not write
  std::uint64_t dropped = 0;   ///< that nobody takes, or whose blobs are gone
};

/// Makes a connection; `stop` ends what is under way.
using ServiceMaker =
    std::function<Result<std::unique_ptr<CacheService>>(const RemoteSettings& remote, const std::string& token, std::stop_token stop)>;

struct RemotesOptions
{
  CacheSettings settings;
  base::HttpOptions http;         ///< manifest::Config::http_options
  Path spool;                     ///< a directory, made when it is needed; on the file system of the store, which keeps what it names
  std::size_t upload_threads = 2; ///< started by the first offer
  std::size_t most_queued = 1024; ///< entries; what is above goes to the spool at once
  ServiceMaker make_service = {}; ///< absent: the real ones
};

/// For several threads at a time.
class Remotes
{
public:
  /// What `env` refers to must outlive it. Nothing is connected yet.
  Remotes(const Env& env, RemotesOptions options);
  /// As `finish` without waiting.
  ~Remotes();
  Remotes(const Remotes&) = delete;
  Remotes& operator=(const Remotes&) = delete;

  [[nodiscard]] bool reads() const;  ///< a remote is left that can be asked
  [[nodiscard]] bool writes() const; ///< some remote is written to

  /// The first entry that is believed and whole; its blobs are in the sink then. nullopt: nobody has one; what went wrong was warned of.
  /// Cost: two round trips, three with directories among the outputs.
  /// @param from  the remotes before this position are passed over
  [[nodiscard]] std::optional<FetchedResult> fetch(const Digest& action, BlobSink& sink, std::size_t from = 0);

  /// Sends a result and its blobs (those of output files, of trees and of their files) to every remote that is written to, some time. Files
  /// must keep their bytes until they are sent, from the spool, too; one that is gone takes the entry with it. Signs, and returns at once.
  void offer(const Digest& action, const action::ActionResult& result, std::vector<Blob> blobs);

  /// Waits so long for what was offered; the rest goes to the spool. Nothing can be offered afterwards.
  UploadSummary finish(std::chrono::milliseconds patience);

  /// Sends what is in the spool, as long as it takes; `spooled` is what is left. Errors: CW1272 the spool cannot be read; CW1276 another
  /// process sends it.
  [[nodiscard]] Result<UploadSummary> push();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// How many entries wait in a spool. Errors: CW1272.
[[nodiscard]] Result<std::uint64_t> count_spooled(const Env& env, const Path& spool);

/// The remotes of the configuration, with its proxy and certificates; null when there are none, and when the network may not be used.
/// Errors: read_cache_settings.
[[nodiscard]] Result<std::unique_ptr<Remotes>> open_remotes(const Env& env, const manifest::Config& config, Path spool);

} // namespace cargo_wasm::remote
