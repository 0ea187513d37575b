// Results of other machines: they come into the store as if they had been made here, and are found there like any other.
#include <algorithm>
#include <atomic>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

#include <cargo_wasm/remote/remotes.hpp>

#include "result_cache.hpp"
#include "result_notes.hpp"

namespace cargo_wasm::exec {
namespace {

/// Blobs arrive beside the store's own files, and become theirs when their hash is known to be right.
class StoreSink final : public remote::BlobSink
{
public:
  StoreSink(base::Filesystem& fs, cache::Store& store) : m_fs(fs), m_store(store) {}

  bool has(const base::Digest& digest) override
  {
    for (const bool executable : {false, true}) {
      const auto there = m_store.contains(digest, executable);
      if (there && *there) {
        return true;
      }
    }
    return false;
  }

  Result<base::Path> place(const base::Digest& digest) override
  {
    static const std::uint32_t random = std::random_device{}(); // process numbers repeat in containers
    static std::atomic<std::uint64_t> counter{0};
    const base::Path directory = m_store.directory() / "incoming"; // Store::collect removes what a killed process leaves there
    CW_TRY(m_fs.create_directories(directory));
    m_left.push_back(directory / fmt::format("{}-{}-{:08x}-{}", base::to_hex(digest.hash), ::getpid(), random, ++counter));
    return m_left.back();
  }

  Result<> keep(const base::Digest& digest, const base::Path& file) override
  {
    CW_TRY(m_store.put_file(file, digest, false, cache::Placing::link));
    return {};
  }

  ~StoreSink() override
  {
    for (const base::Path& file : m_left) {
      (void)m_fs.remove(file);
    }
  }

private:
  base::Filesystem& m_fs;
  cache::Store& m_store;
  std::vector<base::Path> m_left;
};

} // namespace

remote::Remotes* ResultCache::remotes()
{
  const std::lock_guard lock(m_mutex);
  if (!std::exchange(m_asked_for_remotes, true) && m_use.open_remotes) {
    auto opened = m_use.open_remotes();
    if (opened) {
      m_remotes = *opened;
    } else {
      m_context.env.reporter.warning(opened.error());
    }
  }
  return m_remotes;
}

std::optional<FoundResult> ResultCache::fetch(plan::ActionIndex action, const Verdict& verdict)
{
  remote::Remotes* const others = verdict.shared == nullptr ? nullptr : remotes();
  if (others == nullptr || !others->reads() || !m_context.graph.actions[action].cacheable || !verdict.shared->only_here.empty() ||
      verdict.shared->is_of_this_machine) {
    return std::nullopt;
  }
  auto found = fetch_from(*others, action, verdict);
  if (!found) {
    leave_out(found.error());
    return std::nullopt;
  }
  return std::move(*found);
}

/// What was fetched, with its notes inline again: servers may leave them out, since they are a blob, too.
Result<std::optional<std::pair<action::ActionResult, std::size_t>>>
ResultCache::fetch_entry(remote::Remotes& remotes, const base::Digest& key, std::size_t from)
{
  StoreSink sink(m_context.env.fs, m_store);
  CW_TRY_ASSIGN(const auto hold, m_store.hold());
  auto fetched = remotes.fetch(key, sink, from);
  if (!fetched) {
    return std::nullopt;
  }
  for (action::OutputFile& file : fetched->result.output_files) {
    const base::Path blob = m_store.path_of_blob(file.digest, false);
    if (file.path == k_notes_path) {
      CW_TRY_ASSIGN(auto bytes, m_context.env.fs.read_if_exists(blob));
      if (!bytes || base::digest_of(*bytes) != file.digest) {
        return std::nullopt;
      }
      file.contents = std::move(*bytes);
    } else if (file.is_executable) {
      CW_TRY_ASSIGN(const bool is_there, m_store.contains(file.digest, true));
      if (!is_there) {
        CW_TRY(m_store.put_file(blob, file.digest, true, cache::Placing::copy));
      }
    }
  }
  return std::pair(std::move(fetched->result), fetched->position);
}

Result<std::optional<FoundResult>> ResultCache::fetch_from(remote::Remotes& remotes, plan::ActionIndex action, const Verdict& verdict)
{
  for (const Scope scope : {Scope::anywhere, Scope::user}) {
    const base::Digest first = m_keys.first(action, verdict.command, *verdict.shared, scope).digest;
    // Machines that looked at different things have different lists under one digest.
    for (std::size_t from = 0;;) {
      CW_TRY_ASSIGN(const auto list, fetch_entry(remotes, first, from));
      if (!list) {
        break;
      }
      from = list->second + 1;
      const auto notes = notes_in(list->first);
      const auto observations = notes ? decode_observations(*notes) : std::nullopt;
      if (!observations) {
        continue;
      }
      CW_TRY_ASSIGN(auto usable, fetch_one_of(remotes, action, verdict, scope, first, *observations));
      if (usable) {
        return usable;
      }
    }
  }
  return std::nullopt;
}

Result<std::optional<FoundResult>> ResultCache::fetch_one_of(remote::Remotes& remotes,
                                                             plan::ActionIndex action,
                                                             const Verdict& verdict,
                                                             Scope scope,
                                                             const base::Digest& first,
                                                             const std::vector<Observations>& observations)
{
  for (const Observations& observed : observations) {
    CW_TRY_ASSIGN(const auto hold, m_store.hold());
    CW_TRY(note_observations(first, observed)); // also those of others: what is sent from here must not make them forgotten
    CW_TRY_ASSIGN(const SealedAction second, m_keys.second(action, verdict.command, *verdict.shared, scope, observed));
    CW_TRY_ASSIGN(const auto result, fetch_entry(remotes, second.digest, 0));
    if (!result) {
      continue;
    }
    CW_TRY(m_store.put_entry(second.digest, action::encode(result->first)));
    CW_TRY_ASSIGN(auto usable, found(action, verdict, result->first));
    if (usable) {
      return usable;
    }
  }
  return std::nullopt;
}

void ResultCache::is_settled(plan::ActionIndex action, const Record& record)
{
  for (const auto& [mark, is_set] : {std::pair(&m_stays, record.is_for_this_machine), std::pair(&m_private, record.is_private)}) {
    if (!mark->settled.insert_or_assign(action, is_set).second) {
      mark->whole.clear(); // made again, perhaps by somebody else
    }
  }
  std::vector<Offer> waiting;
  {
    const std::lock_guard lock(m_mutex);
    waiting.swap(m_offers);
  }
  std::vector<Offer> left;
  for (Offer& each : waiting) {
    const std::optional<bool> stays = stays_here(each.action);
    if (!stays) {
      left.push_back(std::move(each));
      continue;
    }
    for (const auto& [key, result] : *stays ? decltype(each.entries){} : each.entries) {
      offer(key, result);
    }
  }
  const std::lock_guard lock(m_mutex);
  std::ranges::move(left, std::back_inserter(m_offers));
}

std::optional<bool> ResultCache::stays_here(plan::ActionIndex action)
{
  return is_marked(action, m_stays);
}

std::optional<bool> ResultCache::reads_private(plan::ActionIndex action)
{
  bool is_known = true;
  for (const plan::ActionIndex read : read_actions(m_context.graph, action)) {
    const std::optional<bool> is_private = is_marked(read, m_private);
    if (is_private.value_or(false)) {
      return true;
    }
    is_known = is_known && is_private;
  }
  return is_known ? std::optional(false) : std::nullopt;
}

std::optional<bool> ResultCache::is_marked(plan::ActionIndex action, Mark& mark) const
{
  const auto settled = mark.settled.find(action);
  if (settled == mark.settled.end()) {
    return std::nullopt;
  }
  if (const auto known = mark.whole.find(action); known != mark.whole.end()) {
    return known->second;
  }
  bool is_set = settled->second;
  for (const plan::ActionIndex read : is_set ? std::vector<plan::ActionIndex>{} : read_actions(m_context.graph, action)) {
    const std::optional<bool> below = is_marked(read, mark);
    if (!below) {
      return std::nullopt;
    }
    is_set = is_set || *below;
  }
  mark.whole.emplace(action, is_set);
  return is_set;
}

void ResultCache::offer(const base::Digest& key, const action::ActionResult& result)
{
  remote::Remotes* const others = remotes();
  if (others == nullptr || !others->writes()) {
    return;
  }
  action::ActionResult offered = result;
  std::vector<remote::Blob> blobs;
  for (action::OutputFile& file : offered.output_files) {
    if (file.contents.empty()) {
      blobs.push_back({file.digest, m_store.path_of_blob(file.digest, file.is_executable)});
    } else {
      blobs.push_back({file.digest, std::exchange(file.contents, {})});
    }
  }
  others->offer(key, offered, std::move(blobs));
}

} // namespace cargo_wasm::exec
