// Reading an entry: is it one of ours, is it believed, is all that it names there.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "blob_file.hpp"
#include "remotes_state.hpp"
#include "result_texts.hpp"

namespace cargo_wasm::remote {
namespace {

class Fetch
{
public:
  Fetch(CacheService& service, BlobSink& sink) : m_service(service), m_sink(sink) {}

  /// The first digest that is not there; nullopt when all of them are in the sink.
  Result<std::optional<Digest>> blobs_of(const action::ActionResult& result)
  {
    for (const action::OutputFile& file : result.output_files) {
      add(file.digest);
    }
    for (const action::OutputDirectory& directory : result.output_directories) {
      CW_TRY_ASSIGN(const auto tree, m_service.read(directory.tree));
      if (!tree) {
        return directory.tree;
      }
      const auto files = action::files_of_tree(*tree);
      if (!files) {
        return fail(Error("CW1266", "it answers with a tree that is none", Blame::network).note(shown(directory.tree)));
      }
      add(directory.tree);
      std::for_each(files->begin(), files->end(), [&](const Digest& digest) { add(digest); });
    }
    return download();
  }

  [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
  void add(const Digest& digest)
  {
    if (m_seen.insert(digest).second && !m_sink.has(digest)) {
      m_wanted.push_back({digest, {}});
    }
  }

  Result<std::optional<Digest>> download()
  {
    for (WantedBlob& blob : m_wanted) {
      if (blob.digest.size_bytes > k_largest_blob_bytes) {
        return blob.digest;
      }
      CW_TRY_ASSIGN(blob.file, local(m_sink.place(blob.digest)));
    }
    CW_TRY_ASSIGN(const std::vector<Digest> absent, m_service.download(m_wanted));
    for (const WantedBlob& blob : m_wanted) {
      if (std::find(absent.begin(), absent.end(), blob.digest) == absent.end()) {
        CW_TRY(local(m_sink.keep(blob.digest, blob.file)));
        m_bytes += blob.digest.size_bytes;
      }
    }
    return absent.empty() ? std::nullopt : std::optional(absent.front());
  }

  /// A failure of the sink is none of the remote's.
  template <class T> static Result<T> local(Result<T> outcome)
  {
    if (outcome) {
      return outcome;
    }
    Error error("CW1273", outcome.error().message, Blame::environment);
    error.notes = outcome.error().notes;
    return fail(std::move(error));
  }

  CacheService& m_service;
  BlobSink& m_sink;
  std::set<Digest> m_seen;
  std::vector<WantedBlob> m_wanted;
  std::uint64_t m_bytes = 0;
};

} // namespace

bool Remotes::State::is_believed(Remote& remote,
                                 const Digest& action,
                                 const action::DecodedResult& decoded,
                                 std::optional<std::string>& signer)
{
  const Trust& trust = remote.settings().trust;
  signer = find_signer(action, decoded, trust.keys);
  if (signer || trust.everybody) {
    return true;
  }
  if (remote.tell_unsigned()) {
    env.reporter.warning(Error("CW1269",
                               fmt::format("remote cache `{}` has results that nobody trusted has signed", remote.settings().name),
                               Blame::integrity)
                             .note(fmt::format("the first is that of action `{}`", base::to_hex(action.hash)))
                             .note("they are not used")
                             .help("who fills it needs a key (`cargo-wasm cache keygen`), and `trust` of its table must name it"));
  }
  return false;
}

void Remotes::State::warn_incomplete(Remote& remote, const Digest& missing)
{
  if (remote.tell_incomplete()) {
    env.reporter.warning(
        Error("CW1270", fmt::format("remote cache `{}` has results whose outputs it does not have", remote.settings().name), Blame::network)
            .note(fmt::format("the first that is missing has {}", shown(missing)))
            .note("such results are not used; others are")
            .help("if old files are removed there, those in `ac` have to go before those in `cas` that they name"));
  }
}

std::optional<FetchedResult> Remotes::State::fetch_from(Remote& remote, const Digest& action, BlobSink& sink)
{
  using Found = Result<std::optional<FetchedResult>>;
  Found found = with_service(remote, Use::read, [&](CacheService& service) -> Found {
    CW_TRY_ASSIGN(const auto bytes, service.get_action_result(action));
    if (!bytes) {
      return std::nullopt;
    }
    auto decoded = action::decode_action_result(*bytes);
    if (!decoded) {
      return fail(
          Error("CW1266", fmt::format("what it has for action `{}` is no result of an action", base::to_hex(action.hash)), Blame::network));
    }
    CW_TRY_ASSIGN(const bool has_texts, fill_in_texts(service, *decoded));
    std::optional<std::string> signer;
    if (!has_texts || !is_believed(remote, action, *decoded, signer)) {
      return std::nullopt;
    }
    Fetch fetch(service, sink);
    CW_TRY_ASSIGN(const auto missing, fetch.blobs_of(decoded->result));
    if (missing) {
      warn_incomplete(remote, *missing);
      return std::nullopt;
    }
    FetchedResult out{.result = std::move(decoded->result),
                      .encoded = {},
                      .remote = remote.settings().name,
                      .signer = signer,
                      .fetched_bytes = fetch.bytes(),
                      .position = 0};
    out.encoded = action::encode(out.result);
    return out;
  });
  return found ? std::move(*found) : std::nullopt;
}

std::optional<FetchedResult> Remotes::fetch(const Digest& action, BlobSink& sink, std::size_t from)
{
  for (std::size_t i = from; i < m_state->remotes.size(); ++i) {
    Remote& remote = *m_state->remotes[i];
    if (!remote.reads()) {
      continue;
    }
    if (auto found = m_state->fetch_from(remote, action, sink)) {
      found->position = i;
      return found;
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::remote
