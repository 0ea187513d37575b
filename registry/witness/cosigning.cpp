#include <cargo_wasm/registry_witness/cosigning.hpp>

#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_witness/add_checkpoint.hpp>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

namespace cargo_wasm::registry_witness {
namespace {

using registry_tlog::NoteSignature;
using registry_tlog::PolicyWitness;
using registry_tlog::SignedNote;

constexpr std::chrono::seconds k_limit{10};
constexpr std::uint64_t k_max_answer_bytes = 64 * 1024;

/// One request under way, and what became of it.
struct Asked : base::HttpAnswer
{
  const PolicyWitness* witness = nullptr;
};

std::string submission_address(const PolicyWitness& witness)
{
  return witness.url + (witness.url.ends_with('/') ? "" : "/") + "add-checkpoint";
}

// Who is asked with which size.
using Questions = std::vector<std::pair<const PolicyWitness*, std::uint64_t>>;

Result<std::vector<std::shared_ptr<Asked>>>
ask(base::HttpClient& http, const Questions& questions, const std::string& note, std::uint64_t size, const ConsistencyProof& proof)
{
  std::vector<std::shared_ptr<Asked>> all;
  for (const auto& [witness, old_size] : questions) {
    AddCheckpoint question{.old_size = old_size, .proof = {}, .note = note};
    if (old_size != 0 && old_size < size) {
      CW_TRY_ASSIGN(question.proof, proof(old_size));
    }
    base::HttpRequest request{submission_address(*witness), {"Content-Type: text/plain; charset=utf-8"}, k_max_answer_bytes};
    request.method = "POST";
    request.body = to_text(question);
    request.retries = 0;
    request.max_redirects = 0;
    request.limit = k_limit;
    all.push_back(std::make_shared<Asked>());
    all.back()->witness = witness;
    http.enqueue(std::move(request), base::collect_into(all.back()));
  }
  bool more = !all.empty();
  while (more) {
    CW_TRY_ASSIGN(more, http.poll(std::chrono::milliseconds(200)));
  }
  return all;
}

std::optional<std::uint64_t> size_in(std::string_view body)
{
  body = base::trim(body);
  std::uint64_t size = 0;
  const auto [rest, wrong] = std::from_chars(body.data(), body.data() + body.size(), size);
  return !body.empty() && wrong == std::errc() && rest == body.data() + body.size() ? std::optional(size) : std::nullopt;
}

// The witness's own cosignature among the lines that it sent, when it holds.
std::optional<NoteSignature> cosignature_in(const Asked& asked, const std::string& text)
{
  const auto lines = registry_tlog::parse_signature_lines(asked.body);
  if (!lines || !asked.witness->key) {
    return std::nullopt;
  }
  for (const NoteSignature& line : *lines) {
    const SignedNote note{.text = text, .signatures = {line}};
    if (registry_tlog::verify(note, std::span(&*asked.witness->key, 1), "a cosignature")) {
      return line;
    }
  }
  return std::nullopt;
}

} // namespace

Result<Cosigned> request_cosignatures(base::HttpClient& http,
                                      const registry_tlog::LogPolicy& policy,
                                      const std::string& note,
                                      std::uint64_t old_size,
                                      const ConsistencyProof& proof)
{
  CW_TRY_ASSIGN(SignedNote cosigned, registry_tlog::parse_note(note));
  CW_TRY_ASSIGN(const registry_tlog::Checkpoint checkpoint, registry_tlog::parse_checkpoint(cosigned.text));
  Cosigned result;
  Questions questions;
  for (const PolicyWitness& witness : policy.witnesses) {
    if (!witness.url.empty()) {
      questions.emplace_back(&witness, old_size);
    }
  }
  for (int round = 0; round < 2 && !questions.empty(); ++round) {
    CW_TRY_ASSIGN(const std::vector<std::shared_ptr<Asked>> all, ask(http, questions, note, checkpoint.size, proof));
    questions.clear();
    for (const std::shared_ptr<Asked>& asked : all) {
      const std::string& name = asked->witness->name;
      if (!asked->outcome || !*asked->outcome) {
        result.failed.emplace_back(name, asked->outcome ? asked->outcome->error().message : "the transfer ended without an answer");
        continue;
      }
      const int status = (*asked->outcome)->status;
      const auto seen = status == 409 ? size_in(asked->body) : std::nullopt;
      if (round == 0 && seen && *seen != old_size && *seen <= checkpoint.size) {
        questions.emplace_back(asked->witness, *seen);
      } else if (status != 200) {
        result.failed.emplace_back(name, fmt::format("it answered with status {}: {}", status, base::trim(asked->body)));
      } else if (const std::optional<NoteSignature> signature = cosignature_in(*asked, cosigned.text)) {
        cosigned.signatures.push_back(*signature);
        result.witnesses.push_back(name);
      } else {
        result.failed.emplace_back(name, "its answer has no cosignature of its key");
      }
    }
  }
  result.note = to_text(cosigned);
  return result;
}

} // namespace cargo_wasm::registry_witness
