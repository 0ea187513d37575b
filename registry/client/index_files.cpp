// Index files, while the registry may be published to. They are the only files that change, beside the checkpoint, and nobody can switch
// both at once: a primary shows its checkpoint first, because what is in its index is in its log, and a mirror shows it last, because what
// its checkpoint speaks of is there. So whoever serves an index file that has another hash than the state says may be right.
//
// It is asked for its checkpoint. When that has more entries than the one that is read here, the log has grown since: the newest state is
// taken, and the file is asked for once more. Else it may be in between: the file is asked for again, then both after a pause, a few times,
// for a second in all. A mirror that has not come to one state then contradicts itself, which is a strike. The others are asked meanwhile,
// and whoever has the right file ends the wait for it. The state is changed only when nothing is under way, as what is under way is
// compared with the old one.
#include <cargo_wasm/registry_client/verified_registry.hpp>

#include "moment.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cargo_wasm::registry_client {
namespace {

using registry_trust::NameMap;

using std::chrono::milliseconds;

/// A registry that is published to without a pause may be caught so several times in a row.
constexpr unsigned k_most_rounds = 4;

/// Before each further look at a mirror that contradicts itself.
constexpr std::array k_pauses{
    milliseconds(40), milliseconds(80), milliseconds(120), milliseconds(200), milliseconds(280), milliseconds(280)};
/// How long the end of a command is put off for them.
constexpr milliseconds k_longest_inquiry{1500};

} // namespace

/// A file of which a mirror has another one than the state says, and what is not decided yet about the mirrors that have.
struct VerifiedRegistry::Doubt
{
  IndexWish wish;
  base::Sha256 hash; ///< as the state says
  std::size_t waiting = 0;
  bool has_grown = false;
  bool is_done = false;        ///< the file came
  std::optional<Error> failed; ///< no mirror had it when it was asked for
};

/// What a mirror has, looked at until it is of one state. One for all of its files.
struct VerifiedRegistry::Inquiry
{
  struct File
  {
    std::shared_ptr<Doubt> doubt;
    std::string why;
    bool is_right = false;
  };
  std::size_t mirror = 0;
  std::size_t pauses = 0; ///< that were made
  std::size_t waiting = 0;
  std::vector<std::shared_ptr<File>> files;
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
  const auto doubt = std::make_shared<Doubt>(Doubt{.wish = std::move(wish), .hash = {}, .failed = {}});
  with_shard(place, [this, doubt](Result<const NameMap::Shard*> shard) {
    IndexWish* const asked = &doubt->wish;
    if (!shard) {
      asked->done(fail(std::move(shard).error()));
      return;
    }
    const auto found = (*shard)->find(asked->name);
    if (found == (*shard)->end()) {
      asked->done(std::optional<std::string>());
      return;
    }
    doubt->hash = found->second.index_file;
    if (asked->is_cached(doubt->hash)) {
      asked->done(std::string());
      return;
    }
    if (!m_pool) {
      asked->done(fail(Error("CW1106",
                             fmt::format("the index file of `{}` is not here, and the network may not be used", asked->name),
                             Blame::environment)
                           .help("run the command once with the network: what is verified then is kept")));
      return;
    }
    m_pool->request({.path = registry_protocol::index_path(asked->name),
                     .max_bytes = k_max_index_bytes,
                     .check = has_hash(doubt->hash),
                     .doubt = [this, doubt](std::size_t mirror, const std::string& why) { judge(doubt, mirror, why); }},
                    [this, doubt](Result<PoolAnswer> answer) {
                      if (doubt->is_done) {
                        return;
                      }
                      if (answer) {
                        doubt->is_done = true;
                        doubt->wish.done(std::move(answer->bytes));
                      } else {
                        doubt->failed = std::move(answer).error();
                        settle(*doubt);
                      }
                    });
  });
}

void VerifiedRegistry::judge(const std::shared_ptr<Doubt>& doubt, std::size_t mirror, const std::string& why)
{
  ++doubt->waiting;
  std::shared_ptr<Inquiry>& inquiry = m_inquiries[mirror];
  const bool is_new = !inquiry;
  if (is_new) {
    inquiry = std::make_shared<Inquiry>(Inquiry{.mirror = mirror, .files = {}});
    m_pool->avoid(mirror);
  }
  inquiry->files.push_back(std::make_shared<Inquiry::File>(Inquiry::File{.doubt = doubt, .why = why}));
  if (is_new) {
    look(inquiry, milliseconds(0));
  }
}

void VerifiedRegistry::look(const std::shared_ptr<Inquiry>& inquiry, milliseconds delay)
{
  m_pool->request_of(inquiry->mirror,
                     {.path = "checkpoint",
                      .max_bytes = k_max_document_bytes,
                      .check = [this](std::string_view note) -> Result<> {
                        CW_TRY(registry_tlog::open_checkpoint(note, m_policy));
                        return {};
                      },
                      .delay = delay},
                     [this, inquiry](const Result<PoolAnswer>& answer) {
                       const auto verified = answer ? registry_tlog::open_checkpoint(*answer->bytes, m_policy) : fail(answer.error());
                       // Another mirror may have shown it meanwhile.
                       const bool has_grown = (verified && verified->checkpoint.size > m_state->checkpoint.size) ||
                                              std::ranges::any_of(inquiry->files, [](const auto& file) { return file->doubt->has_grown; });
                       for (const auto& file : inquiry->files) {
                         file->doubt->has_grown = has_grown;
                       }
                       if (!verified || has_grown) {
                         close(inquiry); // a mirror that has no checkpoint was judged for that
                       } else {
                         look_at_files(inquiry);
                       }
                     });
}

// Those that nobody else has sent meanwhile; when there are none, one, to know what to think of the mirror.
void VerifiedRegistry::look_at_files(const std::shared_ptr<Inquiry>& inquiry)
{
  std::vector<std::shared_ptr<Inquiry::File>> wanted;
  std::ranges::copy_if(inquiry->files, std::back_inserter(wanted), [](const auto& file) { return !file->doubt->is_done; });
  if (wanted.empty()) {
    wanted.push_back(inquiry->files.front());
  }
  inquiry->waiting = wanted.size();
  for (const auto& file : wanted) {
    m_pool->request_of(inquiry->mirror,
                       {.path = registry_protocol::index_path(file->doubt->wish.name),
                        .max_bytes = k_max_index_bytes,
                        .check = has_hash(file->doubt->hash),
                        .doubt = [](std::size_t, const std::string&) {}},
                       [this, inquiry, file](Result<PoolAnswer> answer) {
                         file->is_right = answer.has_value();
                         if (file->is_right && !file->doubt->is_done) {
                           file->doubt->is_done = true;
                           file->doubt->wish.done(std::move(answer->bytes));
                         }
                         if (--inquiry->waiting == 0) {
                           look_again(inquiry);
                         }
                       });
  }
}

void VerifiedRegistry::look_again(const std::shared_ptr<Inquiry>& inquiry)
{
  const bool has_gone_on = std::ranges::any_of(inquiry->files, [](const auto& file) { return file->is_right; });
  std::erase_if(inquiry->files, [](const auto& file) { return file->is_right; }); // its wish is fulfilled
  inquiry->pauses = has_gone_on ? 0 : inquiry->pauses;
  if (inquiry->files.empty()) {
    close(inquiry);
  } else if (inquiry->pauses < k_pauses.size()) {
    look(inquiry, k_pauses.at(inquiry->pauses++));
  } else {
    m_pool->strike(inquiry->mirror, inquiry->files.front()->why);
    close(inquiry);
  }
}

void VerifiedRegistry::close(const std::shared_ptr<Inquiry>& inquiry)
{
  m_inquiries.erase(inquiry->mirror);
  for (const auto& file : inquiry->files) {
    --file->doubt->waiting;
    settle(*file->doubt);
  }
}

void VerifiedRegistry::end_inquiries()
{
  const auto end = m_env.clock.monotonic() + k_longest_inquiry;
  while (m_pool && !m_inquiries.empty() && m_env.clock.monotonic() < end) {
    if (const Result<bool> more = m_pool->poll(); !more || !*more) {
      return;
    }
  }
}

void VerifiedRegistry::settle(Doubt& doubt)
{
  if (!doubt.failed || doubt.waiting != 0 || doubt.is_done) {
    return;
  }
  doubt.is_done = true;
  if (!doubt.has_grown) {
    doubt.wish.done(fail(std::move(*doubt.failed)));
  } else if (++doubt.wish.rounds < k_most_rounds) {
    m_outdated.push_back(std::move(doubt.wish));
  } else {
    doubt.failed->blame = Blame::network;
    doubt.wish.done(fail(std::move(*doubt.failed)
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
