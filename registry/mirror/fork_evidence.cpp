#include <cargo_wasm/registry_mirror/fork_evidence.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cargo_wasm::registry_mirror {
namespace {

using base::Sha256;
using registry_tlog::Checkpoint;

constexpr std::string_view k_head = "cargo-wasm/fork-evidence/v1";
// A proof between two trees has at most two hashes a level.
constexpr std::uint64_t k_max_proof_hashes = 128;

tl::unexpected<Error> no_evidence(std::string why)
{
  return fail(Error("CW1257", "this is no evidence of a fork", Blame::user).note(std::move(why)));
}

std::optional<std::uint64_t> number_behind(std::string_view line, std::string_view key)
{
  if (!line.starts_with(key) || line.size() < key.size() + 2 || line[key.size()] != ' ') {
    return std::nullopt;
  }
  line.remove_prefix(key.size() + 1);
  std::uint64_t number = 0;
  const auto [rest, wrong] = std::from_chars(line.data(), line.data() + line.size(), number);
  return wrong != std::errc() || rest != line.data() + line.size() ? std::nullopt : std::optional(number);
}

std::string_view next_line(std::string_view& text)
{
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Result<Checkpoint> signed_checkpoint(const std::string& note, const registry_tlog::LogPolicy& policy)
{
  // Whether witnesses have seen it does not matter: that the log has signed both is the point.
  const registry_tlog::LogPolicy log{.logs = policy.logs, .witnesses = {}, .groups = {}, .quorum = "none"};
  CW_TRY_ASSIGN(registry_tlog::VerifiedCheckpoint verified, open_checkpoint(note, log));
  return std::move(verified.checkpoint);
}

} // namespace

std::string to_text(const ForkEvidence& evidence)
{
  std::string text = fmt::format("{}\nseen {}\nkept {}\nserved {}\nother {}\nproof {}\n",
                                 k_head,
                                 registry_trust::to_utc_text(evidence.seen),
                                 evidence.kept.size(),
                                 evidence.served.size(),
                                 evidence.other ? base::to_hex(*evidence.other) : "-",
                                 evidence.proof.size());
  for (const Sha256& hash : evidence.proof) {
    text += base::to_hex(hash) + "\n";
  }
  return text + "\n" + evidence.kept + evidence.served;
}

Result<ForkEvidence> parse_fork_evidence(std::string_view text)
{
  ForkEvidence evidence;
  if (next_line(text) != k_head) {
    return no_evidence(fmt::format("its first line is not `{}`", k_head));
  }
  const std::string_view seen = next_line(text);
  const auto time = seen.starts_with("seen ") ? registry_trust::parse_utc_time(seen.substr(5)) : std::nullopt;
  const auto kept = number_behind(next_line(text), "kept");
  const auto served = number_behind(next_line(text), "served");
  std::string_view other = next_line(text);
  const bool has_other = other.starts_with("other ");
  other.remove_prefix(has_other ? 6 : 0);
  evidence.other = base::parse_sha256(other);
  const auto count = number_behind(next_line(text), "proof");
  if (!time || !kept || !served || !has_other || (!evidence.other && other != "-") || !count || *count > k_max_proof_hashes) {
    return no_evidence("the lines `seen`, `kept`, `served`, `other` and `proof` are not as they should be");
  }
  evidence.seen = *time;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const std::optional<Sha256> hash = base::parse_sha256(next_line(text));
    if (!hash) {
      return no_evidence(fmt::format("hash {} of its proof is none", i + 1));
    }
    evidence.proof.push_back(*hash);
  }
  if (!next_line(text).empty() || *kept > text.size() || *served != text.size() - *kept) {
    return no_evidence("the two notes have other lengths than it says");
  }
  evidence.kept = text.substr(0, *kept);
  evidence.served = text.substr(*kept);
  return evidence;
}

Result<> verify(const ForkEvidence& evidence, const registry_tlog::LogPolicy& policy)
{
  CW_TRY_ASSIGN(Checkpoint smaller, signed_checkpoint(evidence.kept, policy));
  CW_TRY_ASSIGN(Checkpoint larger, signed_checkpoint(evidence.served, policy));
  if (smaller.size > larger.size) {
    std::swap(smaller, larger);
  }
  if (smaller.origin != larger.origin) {
    return no_evidence("the checkpoints are of two logs");
  }
  if (smaller.size == larger.size) {
    return smaller.root != larger.root ? Result<>() : no_evidence("both checkpoints say the same");
  }
  if (!evidence.other || !registry_tlog::proves_consistency(evidence.proof, smaller.size, *evidence.other, larger.size, larger.root)) {
    return no_evidence("its proof does not lead to the root of the larger log");
  }
  if (*evidence.other == smaller.root) {
    return no_evidence("the larger log begins with the smaller one");
  }
  return {};
}

Result<TwoCheckpoints> compare(const Checkpoint& smaller, registry_tlog::TileReader& larger)
{
  if (smaller.size == larger.checkpoint().size) {
    return smaller.root == larger.checkpoint().root ? TwoCheckpoints::consistent : TwoCheckpoints::forked;
  }
  CW_TRY_ASSIGN(const Sha256 root, registry_tlog::tree_root(smaller.size, larger));
  return root == smaller.root ? TwoCheckpoints::consistent : TwoCheckpoints::forked;
}

Result<base::Path> keep_evidence(
    base::Filesystem& fs, const base::Path& directory, ForkEvidence evidence, std::uint64_t smaller_size, registry_tlog::TileReader* larger)
{
  base::Path file = directory / fmt::format("fork-{}.txt", base::to_hex(base::sha256(evidence.kept + evidence.served)).substr(0, 16));
  if (fs.exists(file)) {
    return file;
  }
  if (larger != nullptr && smaller_size != 0 && smaller_size < larger->checkpoint().size) {
    CW_TRY_ASSIGN(evidence.other, registry_tlog::tree_root(smaller_size, *larger));
    CW_TRY_ASSIGN(evidence.proof,
                  registry_tlog::range_hashes(registry_tlog::consistency_ranges(smaller_size, larger->checkpoint().size), *larger));
  }
  CW_TRY(fs.write_atomic(file, to_text(evidence)));
  return file;
}

} // namespace cargo_wasm::registry_mirror
