#include <cargo_wasm/registry_tlog/log_proof.hpp>

#include "note_text.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>

#include <fmt/format.h>

#include <optional>

namespace cargo_wasm::registry_tlog {
namespace {

constexpr std::string_view k_first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view k_extra = "extra ";
constexpr std::string_view k_index = "index ";
constexpr std::size_t k_max_hashes = 63;

Error no_proof(std::size_t line, std::string_view why)
{
  return Error("CW1012", "this is not the proof of a log's entry", Blame::integrity).note(fmt::format("line {}: {}", line, why));
}

} // namespace

Result<LogProof> parse_log_proof(std::string_view text)
{
  LogProof proof;
  std::size_t number = 0;
  const auto next = [&]() {
    ++number;
    return take_line(text);
  };
  std::optional<std::string_view> line = next();
  if (line != k_first_line) {
    return fail(no_proof(1, fmt::format("it does not say `{}`", k_first_line)));
  }
  line = next();
  if (line && line->starts_with(k_extra)) {
    std::optional<std::string> extra = base::parse_base64(line->substr(k_extra.size()));
    if (!extra) {
      return fail(no_proof(number, "what stands behind `extra` is not Base64"));
    }
    proof.extra = std::move(*extra);
    line = next();
  }
  const std::optional<std::uint64_t> index =
      line && line->starts_with(k_index) ? parse_decimal(line->substr(k_index.size())) : std::nullopt;
  if (!index) {
    return fail(no_proof(number, "here stands `index` and a number"));
  }
  proof.index = *index;
  for (line = next(); line && !line->empty(); line = next()) {
    const std::optional<base::Sha256> hash = parse_base64_hash(*line);
    if (!hash || proof.hashes.size() == k_max_hashes) {
      return fail(no_proof(number, hash ? "there are more than 63 hashes" : "this is not Base64 of a hash"));
    }
    proof.hashes.push_back(*hash);
  }
  if (!line) {
    return fail(no_proof(number, "there is no empty line with a checkpoint behind it"));
  }
  proof.checkpoint = text;
  return proof;
}

std::string to_text(const LogProof& proof)
{
  std::string text = fmt::format("{}\n", k_first_line);
  if (!proof.extra.empty()) {
    text += fmt::format("{}{}\n", k_extra, base::to_base64(proof.extra));
  }
  text += fmt::format("{}{}\n", k_index, proof.index);
  for (const base::Sha256& hash : proof.hashes) {
    text += base64_of(hash) + "\n";
  }
  return text + "\n" + proof.checkpoint;
}

Result<LogProof> prove(std::uint64_t index, TileReader& reader, std::string checkpoint)
{
  LogProof proof{.extra = {}, .index = index, .hashes = {}, .checkpoint = std::move(checkpoint)};
  CW_TRY_ASSIGN(proof.hashes, range_hashes(inclusion_ranges(index, reader.checkpoint().size), reader));
  return proof;
}

Result<VerifiedCheckpoint> verify(const LogProof& proof, const base::Sha256& leaf, const LogPolicy& policy)
{
  CW_TRY_ASSIGN(VerifiedCheckpoint verified, open_checkpoint(proof.checkpoint, policy));
  const Checkpoint& checkpoint = verified.checkpoint;
  if (!proves_inclusion(proof.hashes, proof.index, leaf, checkpoint.size, checkpoint.root)) {
    return fail(
        Error("CW1013", fmt::format("this is not entry {} of the log `{}`", proof.index, checkpoint.origin), Blame::integrity)
            .note(fmt::format("the proof's {} hashes do not lead from it to the root of {} entries", proof.hashes.size(), checkpoint.size))
            .help("what is proven was changed, or the proof belongs to something else"));
  }
  return verified;
}

} // namespace cargo_wasm::registry_tlog
