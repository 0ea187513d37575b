#include <cargo_wasm/registry_witness/cosigning.hpp>

#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_witness/add_checkpoint.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

namespace cargo_wasm::registry_witness {
namespace {

using registry_tlog::NoteSignature;
using registry_tlog::PolicyWitness;
using registry_tlog::SignedNote;

constexpr std::uint64_t k_max_answer_bytes = 64 * 1024;
constexpr std::chrono::milliseconds k_look{20};
constexpr std::string_view k_silent = "it has not answered in time";

/// One request under way, and what became of it.
struct Asked : base::HttpAnswer
{
  const PolicyWitness* witness = nullptr;
  std::uint64_t old_size = 0;
  bool is_second = false; ///< with the size that the witness had named
};

std::string submission_address(const PolicyWitness& witness)
{
  return witness.url + (witness.url.ends_with('/') ? "" : "/") + "add-checkpoint";
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

/// The questions to all witnesses of one checkpoint.
class Round
{
public:
  Round(base::HttpClient& http, const CosigningRequest& request, SignedNote note, std::uint64_t size)
      : m_http(http), m_request(request), m_note(std::move(note)), m_size(size)
  {
  }

  Result<> ask(const PolicyWitness& witness, std::uint64_t old_size, bool is_second)
  {
    AddCheckpoint question{.old_size = old_size, .proof = {}, .note = m_request.note};
    if (old_size != 0 && old_size < m_size) {
      CW_TRY_ASSIGN(question.proof, m_request.proof(old_size));
    }
    base::HttpRequest request{submission_address(witness), {"Content-Type: text/plain; charset=utf-8"}, k_max_answer_bytes};
    request.method = "POST";
    request.body = to_text(question);
    request.retries = 0;
    request.max_redirects = 0;
    request.limit = m_request.limit;
    auto asked = std::make_shared<Asked>();
    asked->witness = &witness;
    asked->old_size = old_size;
    asked->is_second = is_second;
    m_open.push_back(asked);
    m_http.enqueue(std::move(request), base::collect_into(asked));
    return {};
  }

  /// Takes in the answers that are there. True if one of them was a cosignature.
  Result<bool> take()
  {
    std::vector<std::shared_ptr<Asked>> done;
    std::erase_if(m_open, [&](const std::shared_ptr<Asked>& asked) {
      const bool is_done = asked->outcome.has_value();
      if (is_done) {
        done.push_back(asked);
      }
      return is_done;
    });
    bool any = false;
    for (const std::shared_ptr<Asked>& asked : done) {
      CW_TRY_ASSIGN(const bool cosigned, take_one(*asked));
      any = any || cosigned;
    }
    return any;
  }

  /// Whether nobody is left but those that are waited for shortly.
  [[nodiscard]] bool has_only_doubtful() const
  {
    return std::ranges::all_of(m_open, [&](const auto& asked) { return m_request.doubtful.contains(asked->witness->url); });
  }
  [[nodiscard]] bool is_over() const { return m_open.empty(); }
  [[nodiscard]] std::string note() const { return to_text(m_note); }

  /// What came of it; those that have not answered are told as slow.
  [[nodiscard]] Cosigned result() &&
  {
    for (const std::shared_ptr<Asked>& asked : m_open) {
      m_result.failed.emplace_back(asked->witness->name, k_silent);
      m_result.silent.push_back(asked->witness->url);
    }
    m_result.note = note();
    return std::move(m_result);
  }

private:
  Result<bool> take_one(const Asked& asked)
  {
    const std::string& name = asked.witness->name;
    if (!*asked.outcome) {
      const bool is_silent = asked.outcome->error().id == "CW0031";
      m_result.failed.emplace_back(name, is_silent ? std::string(k_silent) : asked.outcome->error().message);
      if (is_silent) {
        m_result.silent.push_back(asked.witness->url);
      }
      return false;
    }
    const int status = (*asked.outcome)->status;
    const auto seen = status == 409 ? size_in(asked.body) : std::nullopt;
    if (seen && !asked.is_second && *seen != asked.old_size && *seen <= m_size) {
      CW_TRY(ask(*asked.witness, *seen, true));
      return false;
    }
    if (status == 200) {
      if (const std::optional<NoteSignature> signature = cosignature_in(asked, m_note.text)) {
        m_note.signatures.push_back(*signature);
        m_result.witnesses.push_back(name);
        return true;
      }
      m_result.failed.emplace_back(name, "its answer has no cosignature of its key");
      return false;
    }
    // A log that only grows, and is asked for by one who has its newest checkpoint, is never answered like this.
    if (status == 422 || (seen && *seen >= m_size)) {
      m_result.conflicts.emplace_back(name,
                                      seen ? fmt::format("it has cosigned a checkpoint of {} entries", *seen)
                                           : "what it has cosigned is not the beginning of this");
    }
    m_result.failed.emplace_back(name, fmt::format("it answered with status {}: {}", status, base::trim(asked.body)));
    return false;
  }

  base::HttpClient& m_http;
  const CosigningRequest& m_request;
  SignedNote m_note;
  std::uint64_t m_size;
  std::vector<std::shared_ptr<Asked>> m_open;
  Cosigned m_result;
};

} // namespace

Result<Cosigned> request_cosignatures(base::HttpClient& http, const base::Clock& clock, const CosigningRequest& request)
{
  CW_TRY_ASSIGN(SignedNote note, registry_tlog::parse_note(request.note));
  CW_TRY_ASSIGN(const registry_tlog::Checkpoint checkpoint, registry_tlog::parse_checkpoint(note.text));
  const auto is_enough = [&](const std::string& cosigned) {
    return request.is_enough ? request.is_enough(cosigned) : open_checkpoint(cosigned, request.policy).has_value();
  };
  Round round(http, request, std::move(note), checkpoint.size);
  for (const PolicyWitness& witness : request.policy.witnesses) {
    if (!witness.url.empty()) {
      CW_TRY(round.ask(witness, request.old_size, false));
    }
  }
  const auto start = clock.monotonic();
  auto end = start + request.limit;
  bool enough = false;
  const auto shorten = [&] {
    enough = true;
    end = std::min(end, clock.monotonic() + request.rest);
  };
  if (is_enough(request.note)) {
    shorten();
  }
  const auto has_time = [&] {
    const auto now = clock.monotonic();
    return now < end && (now < start + request.doubtful_limit || !round.has_only_doubtful());
  };
  while (!round.is_over() && has_time() && !request.stop.stop_requested()) {
    CW_TRY(http.poll(k_look));
    CW_TRY_ASSIGN(const bool more, round.take());
    if (more && !enough && is_enough(round.note())) {
      shorten();
    }
  }
  return std::move(round).result();
}

} // namespace cargo_wasm::registry_witness
