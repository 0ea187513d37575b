#include <cargo_wasm/ops/cache_verbs.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

#include "result_store.hpp"

namespace cargo_wasm::ops {
namespace {

Result<std::unique_ptr<cache::Store>> opened_store(const Env& env)
{
  return cache::Store::open(env.fs, env.clock, store_directory(env));
}

std::string counted_things(std::uint64_t count, std::string_view one, std::string_view many)
{
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

} // namespace

Result<> cache_stats(const Env& env, bool json)
{
  CW_TRY_ASSIGN(const auto store, opened_store(env));
  CW_TRY_ASSIGN(const std::uint64_t limit, store_limit(env));
  CW_TRY_ASSIGN(const cache::StoreStats stats, store->stats());
  if (json) {
    const nlohmann::ordered_json told = {{"directory", store->directory().string()},
                                         {"entries", stats.entries},
                                         {"entry-bytes", stats.entry_bytes},
                                         {"files", stats.blobs},
                                         {"file-bytes", stats.blob_bytes},
                                         {"limit-bytes", limit}};
    env.reporter.result(told.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return {};
  }
  env.reporter.result(fmt::format("{}\n{} of {}: {}, {}\n",
                                  store->directory().string(),
                                  base::human_bytes(stats.bytes()),
                                  base::human_bytes(limit),
                                  counted_things(stats.entries, "entry", "entries"),
                                  counted_things(stats.blobs, "file", "files")));
  return {};
}

Result<> cache_gc(const Env& env, const std::optional<std::string>& max_size)
{
  CW_TRY_ASSIGN(std::uint64_t limit, store_limit(env));
  if (max_size) {
    const auto bytes = parse_store_size(*max_size);
    if (!bytes) {
      return fail(Error("CW1241", fmt::format("`--max-size {}` is no size", *max_size), Blame::usage)
                      .help("a number of bytes, or with a unit: `20 GiB`, `500 MB`"));
    }
    limit = *bytes;
  }
  CW_TRY_ASSIGN(const auto store, opened_store(env));
  CW_TRY_ASSIGN(const cache::CollectReport report, store->collect(limit));
  env.reporter.status("Removed",
                      fmt::format("{} and {}, {}; {} are left",
                                  counted_things(report.removed_entries, "entry", "entries"),
                                  counted_things(report.removed_blobs, "file", "files"),
                                  base::human_bytes(report.freed_bytes),
                                  base::human_bytes(report.left.bytes())));
  return {};
}

Result<> cache_verify(const Env& env)
{
  CW_TRY_ASSIGN(const auto store, opened_store(env));
  CW_TRY_ASSIGN(const cache::VerifyReport report, store->verify());
  env.reporter.status("Verified",
                      fmt::format("{} and {}, {}",
                                  counted_things(report.checked.entries, "entry", "entries"),
                                  counted_things(report.checked.blobs, "file", "files"),
                                  base::human_bytes(report.checked.bytes())));
  if (const std::uint64_t damaged = report.damaged_blobs + report.damaged_entries; damaged > 0) {
    return fail(Error("CW1242",
                      fmt::format("{} in the store {} damaged", counted_things(damaged, "file", "files"), damaged == 1 ? "was" : "were"),
                      Blame::integrity)
                    .note("removed; the next build that needs one makes it again")
                    .help("look at the disk: nothing writes into the store's files once they are there"));
  }
  return {};
}

} // namespace cargo_wasm::ops
