// Downloading many archives at once: transfers in this thread, unpacking in others.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_client/download_log.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "cargo_hash.hpp"
#include "crate_store.hpp"

namespace cargo_wasm::source {

namespace {

/// Archives are kept in memory until their checksum is known. crates.io takes 10 MiB; nobody publishes this much.
constexpr std::uint64_t k_max_archive_bytes = std::uint64_t{1} << 30;
/// Threads that unpack while transfers go on: more are faster than any network.
constexpr std::size_t k_most_unpackers = 4;

} // namespace

/// What the transfers of one call share with the unpacking threads.
struct CrateStore::Batch
{
  std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<spec::PackageId> arrived;
  bool no_more = false;
  std::optional<Error> unpack_error;

  std::chrono::steady_clock::time_point started;
  std::vector<registry_client::DownloadRecord> records; ///< of what came from mirrors
  Token token = Token::not_sent;
  std::size_t done = 0, total = 0;
  std::uint64_t bytes = 0, largest_bytes = 0;
  std::string largest;
  std::optional<Error> error;

  void hand_over(spec::PackageId id)
  {
    {
      const std::lock_guard guard(mutex);
      arrived.push_back(id);
    }
    wake.notify_one();
  }
};

class CrateStore::Transfer final : public base::HttpHandler
{
public:
  Transfer(CrateStore& store, std::shared_ptr<Batch> batch, Wanted want, std::string url)
      : m_store(store), m_batch(std::move(batch)), m_want(std::move(want)), m_url(std::move(url))
  {
  }

  void on_retry(const Error& why, std::chrono::milliseconds, std::uint32_t left) override { m_store.m_session.note_retry(why, left); }

  void on_start() override
  {
    m_body.clear();
    m_hasher = base::Sha256Hasher();
  }

  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_hasher.update(chunk);
    m_body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }

  void on_done(Result<base::HttpResponse> outcome) override
  {
    Batch& batch = *m_batch;
    ++batch.done;
    auto accepted = outcome ? m_store.accept(m_want, *outcome, m_url, m_body, base::to_hex(m_hasher.finish()), batch.token)
                            : Result<>(fail(std::move(outcome).error()));
    if (!accepted) {
      if (!batch.error) {
        batch.error = std::move(accepted).error().during(fmt::format("while downloading `{}`", m_want.id.display()));
      }
      return;
    }
    m_store.arrived(batch, m_want, m_body.size());
  }

private:
  CrateStore& m_store;
  std::shared_ptr<Batch> m_batch;
  Wanted m_want;
  std::string m_url, m_body;
  base::Sha256Hasher m_hasher;
};

Result<> CrateStore::accept(const Wanted& want,
                            const base::HttpResponse& response,
                            const std::string& url,
                            const std::string& body,
                            const std::string& actual_checksum,
                            Token token)
{
  const std::string what = fmt::format("`{}`", want.id.display());
  if (is_not_found(response.status)) {
    return fail(Error("CW0422", fmt::format("{} is listed in {}, but its archive is gone", what, m_registry.display()), Blame::network)
                    .note(fmt::format("the request was for {}", url_without_secrets(url)))
                    .note(fmt::format("the server answered with status {}", response.status))
                    .help("run `cargo-wasm update` for this package, or ask the registry's owner"));
  }
  if (response.status != 200) {
    return fail(status_error(response, url, what, m_registry, token));
  }
  if (actual_checksum != *want.checksum) {
    if (is_web_page(body)) {
      return fail(wrong_content_error(url, what, body));
    }
    return fail(Error("CW0420", fmt::format("the archive of {} is not the one that was published", what), Blame::integrity)
                    .note(fmt::format("its SHA-256 should be `{}`", *want.checksum))
                    .note(fmt::format("what came has          `{}` ({} bytes)", actual_checksum, body.size()))
                    .help("nothing was kept; if it happens again, something between you and the registry changes files"));
  }
  return m_session.fs().write_atomic(archive_of(want.id), body);
}

Result<> CrateStore::download(std::span<const Wanted> wanted,
                              const registry_protocol::RegistryConfig& config,
                              const std::optional<std::string>& authorization)
{
  CW_TRY(m_session.lock());
  CW_TRY_ASSIGN(auto* const http, m_session.http());
  const auto batch = begin_batch(wanted.size());
  batch->token = authorization ? Token::sent : Token::not_sent;
  for (const auto& want : wanted) {
    const std::string url =
        registry_protocol::download_url(config, want.id.name().view(), spec::to_string(want.id.version()), *want.checksum);
    base::HttpRequest request{url, {}, k_max_archive_bytes, false};
    if (authorization) {
      request.headers.push_back(*authorization);
    }
    http->enqueue(std::move(request), std::make_unique<Transfer>(*this, batch, want, url));
  }
  return finish_batch(batch, [http] { return http->poll(std::chrono::milliseconds(200)); });
}

Result<> CrateStore::download(std::span<const Wanted> wanted, registry_client::VerifiedRegistry& registry)
{
  CW_TRY(m_session.lock());
  const auto batch = begin_batch(wanted.size());
  for (const Wanted& want : wanted) {
    registry.archive(want.id.name().str(),
                     spec::to_string(want.id.version()),
                     base::parse_sha256(*want.checksum).value_or(base::Sha256{}),
                     [this, batch, want](Result<registry_client::VerifiedRegistry::Archive> got) {
                       ++batch->done;
                       const Result<> kept = got ? m_session.fs().write_atomic(archive_of(want.id), got->bytes) : fail(got.error());
                       if (kept) {
                         batch->records.push_back({.time = 0,
                                                   .registry = {},
                                                   .name = want.id.name().str(),
                                                   .version = spec::to_string(want.id.version()),
                                                   .sha256 = *want.checksum,
                                                   .mirror = got->mirror,
                                                   .log_size = 0});
                         arrived(*batch, want, got->bytes.size());
                       } else if (!batch->error) {
                         batch->error = kept.error();
                       }
                     });
  }
  Result<> finished = finish_batch(batch, [&registry] { return registry.poll(); });
  for (registry_client::DownloadRecord& record : batch->records) {
    record.time = registry_trust::utc_seconds(m_session.env().clock.now());
    record.registry = registry.known().federation.name;
    record.log_size = registry.state().checkpoint.size;
  }
  if (Result<> logged = append_downloads(m_session.fs(), m_session.config().cargo_home(), batch->records); !logged) {
    m_session.reporter().warning(std::move(logged).error().during("while noting what was downloaded"));
  }
  return finished;
}

std::shared_ptr<CrateStore::Batch> CrateStore::begin_batch(std::size_t total)
{
  m_session.reporter().status("Downloading", "crates ...");
  auto batch = std::make_shared<Batch>();
  batch->started = m_session.env().clock.monotonic();
  batch->total = total;
  return batch;
}

void CrateStore::arrived(Batch& batch, const Wanted& want, std::uint64_t bytes)
{
  batch.bytes += bytes;
  if (bytes > batch.largest_bytes) {
    batch.largest_bytes = bytes;
    batch.largest = want.id.display();
  }
  m_session.reporter().status("Downloaded", want.id.display());
  if (m_unpacks) {
    batch.hand_over(want.id);
  }
}

Result<> CrateStore::finish_batch(const std::shared_ptr<Batch>& batch, const std::function<Result<bool>()>& poll)
{
  CW_TRY_ASSIGN(auto* const http, m_session.http());
  auto& reporter = m_session.reporter();
  const auto unpack = [this, &batch = *batch] {
    for (;;) {
      std::unique_lock guard(batch.mutex);
      batch.wake.wait(guard, [&] { return batch.no_more || !batch.arrived.empty(); });
      if (batch.arrived.empty() || batch.unpack_error) {
        return;
      }
      const auto id = batch.arrived.front();
      batch.arrived.pop_front();
      guard.unlock();
      if (auto done = unpack_one(id); !done) {
        const std::lock_guard again(batch.mutex);
        if (!batch.unpack_error) {
          batch.unpack_error = std::move(done).error();
        }
        return;
      }
    }
  };
  // This thread is one of them as soon as it has nothing to transfer any more: unpacking takes longer where the network is near.
  std::vector<std::jthread> unpackers;
  const std::size_t cores = base::usable_processors();
  for (std::size_t i = 0; i < std::clamp<std::size_t>(cores == 0 ? 0 : cores - 1, 1, std::min(k_most_unpackers, batch->total)); ++i) {
    unpackers.emplace_back(unpack);
  }
  Result<> driven;
  while (batch->done < batch->total) {
    const auto more = poll();
    if (!more || (!*more && batch->done < batch->total)) {
      driven = more ? Result<>(fail(Error("CW0032", "a download ended without an answer", Blame::network))) : fail(more.error());
      break;
    }
    reporter.progress({"Downloading", batch->done, batch->total, base::human_bytes(http->progress().received_bytes)});
  }
  {
    const std::lock_guard guard(batch->mutex);
    batch->no_more = true;
  }
  batch->wake.notify_all();
  unpack();
  unpackers.clear();
  reporter.clear_progress();
  m_listed.reset();
  CW_TRY(std::move(driven));
  if (batch->error) {
    return fail(std::move(*batch->error));
  }
  if (batch->unpack_error) {
    return fail(std::move(*batch->unpack_error));
  }
  const std::chrono::duration<double> took = m_session.env().clock.monotonic() - batch->started;
  if (batch->total > 1) {
    reporter.status("Downloaded",
                    fmt::format("{} crates ({}) in {:.2f}s (largest was `{}` at {})",
                                batch->total,
                                base::human_bytes(batch->bytes),
                                took.count(),
                                batch->largest,
                                base::human_bytes(batch->largest_bytes)));
  }
  return {};
}

} // namespace cargo_wasm::source
