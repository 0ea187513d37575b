// Index files, while the registry may be published to: a file that has another hash than the state says may be a newer one.
//
// Whoever served it is asked for its checkpoint. When that has more entries than the one that is read here, the log has grown since: the
// newest state is taken, and the file is asked for once more. Else the mirror contradicts itself, which is a strike. The state is changed
// only when nothing is under way, as what is under way is compared with the old one.
#include <cargo_wasm/registry_client/verified_registry.hpp>

#include "moment.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

namespace cargo_wasm::registry_client {
namespace {

using registry_trust::NameMap;

/// A registry that is published to without a pause may be caught so several times in a row.
constexpr unsigned k_most_rounds = 4;

} // namespace

/// What is not decided yet about the mirrors that served another file.
struct VerifiedRegistry::Doubt
{
  std::uint64_t size = 0; ///< of the log, as the state has it
  std::size_t waiting = 0;
  bool has_grown = false;
  std::optional<Error> failed; ///< the file is not to be had
};

void VerifiedRegistry::index_file(const std::string& name, std::function<bool(const base::Sha256&)> is_cached, FileDone done)
{
  want({.name = name, .is_cached = std::move(is_cached), .done = std::move(done)});
}

void VerifiedRegistry::want(IndexWish wish)
{
  if (m_is_renewing) {
    m_outdated.push_back(std::move(wish));
    return;
  }
  const std::size_t place = registry_trust::shard_of(wish.name);
  with_shard(place, [this, wish = std::make_shared<IndexWish>(std::move(wish))](Result<const NameMap::Shard*> shard) {
    if (!shard) {
      wish->done(fail(std::move(shard).error()));
      return;
    }
    const auto found = (*shard)->find(wish->name);
    if (found == (*shard)->end()) {
      wish->done(std::optional<std::string>());
      return;
    }
    const base::Sha256 hash = found->second.index_file;
    if (wish->is_cached(hash)) {
      wish->done(std::string());
      return;
    }
    if (!m_pool) {
      wish->done(fail(Error("CW1106",
                            fmt::format("the index file of `{}` is not here, and the network may not be used", wish->name),
                            Blame::environment)
                          .help("run the command once with the network: what is verified then is kept")));
      return;
    }
    const auto doubt = std::make_shared<Doubt>(Doubt{.size = m_state->checkpoint.size, .failed = {}});
    m_pool->request({.path = registry_protocol::index_path(wish->name),
                     .max_bytes = k_max_index_bytes,
                     .check = has_hash(hash),
                     .doubt = [this, wish, doubt](std::size_t mirror, const std::string& why) { judge(wish, doubt, mirror, why); }},
                    [this, wish, doubt](Result<PoolAnswer> answer) {
                      if (answer) {
                        wish->done(std::move(answer->bytes));
                      } else {
                        doubt->failed = std::move(answer).error();
                        settle(wish, *doubt);
                      }
                    });
  });
}

void VerifiedRegistry::judge(const std::shared_ptr<IndexWish>& wish,
                             const std::shared_ptr<Doubt>& doubt,
                             std::size_t mirror,
                             const std::string& why)
{
  ++doubt->waiting;
  m_pool->request_of(mirror,
                     {.path = "checkpoint",
                      .max_bytes = k_max_document_bytes,
                      .check = [this](std::string_view note) -> Result<> {
                        CW_TRY(registry_tlog::open_checkpoint(note, m_policy));
                        return {};
                      }},
                     [this, wish, doubt, mirror, why](const Result<PoolAnswer>& answer) {
                       --doubt->waiting;
                       const auto verified = answer ? registry_tlog::open_checkpoint(*answer->bytes, m_policy) : fail(answer.error());
                       if (verified && verified->checkpoint.size > doubt->size) {
                         doubt->has_grown = true;
                       } else {
                         m_pool->strike(mirror, why);
                       }
                       settle(wish, *doubt);
                     });
}

void VerifiedRegistry::settle(const std::shared_ptr<IndexWish>& wish, Doubt& doubt)
{
  if (!doubt.failed || doubt.waiting != 0) {
    return;
  }
  if (!doubt.has_grown) {
    wish->done(fail(std::move(*doubt.failed)));
  } else if (++wish->rounds < k_most_rounds) {
    m_outdated.push_back(std::move(*wish));
  } else {
    doubt.failed->blame = Blame::network;
    wish->done(fail(std::move(*doubt.failed)
                        .note(fmt::format("the registry was published to each of the {} times that it was asked for", k_most_rounds))
                        .help("try again in a minute")));
  }
}

void VerifiedRegistry::begin_again()
{
  if (m_is_renewing || m_outdated.empty() || m_pool->pending() != 0) {
    return;
  }
  m_env.reporter.verbose("Renewing", fmt::format("`{}` has been published to since its state was read", m_known.federation.name));
  m_is_renewing = true;
  m_state.reset();
  m_moment.reset();
  m_shards.clear();
  const Result<> renewed = take_newest();
  m_is_renewing = false;
  for (IndexWish& wish : std::exchange(m_outdated, {})) {
    if (renewed) {
      want(std::move(wish));
    } else {
      wish.done(fail(renewed.error()));
    }
  }
}

} // namespace cargo_wasm::registry_client
