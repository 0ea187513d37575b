#include <cargo_wasm/registry_tlog/log_policy.hpp>

#include "note_text.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cargo_wasm::registry_tlog {
namespace {

constexpr std::string_view k_no_quorum = "none";

std::vector<std::string_view> words_of(std::string_view line)
{
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; (begin = line.find_first_not_of(" \t", begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

class PolicyReader
{
public:
  Result<LogPolicy> read(std::string_view text)
  {
    while (!text.empty()) {
      ++m_line;
      const std::optional<std::string_view> line = take_line(text);
      if (!line) {
        return refuse("it does not end with a newline");
      }
      if (std::ranges::any_of(*line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; })) {
        return refuse("there is a control character");
      }
      const std::vector<std::string_view> words = words_of(*line);
      if (!words.empty() && !words[0].starts_with('#')) {
        CW_TRY(read_line(words));
      }
    }
    if (!m_quorum) {
      m_line = 0;
      return refuse("there is no line `quorum`");
    }
    m_policy.quorum = *m_quorum;
    return std::move(m_policy);
  }

private:
  [[nodiscard]] tl::unexpected<Error> refuse(std::string why) const
  {
    return fail(Error("CW1010", "this is not the policy of a log", Blame::integrity)
                    .note(m_line == 0 ? std::move(why) : fmt::format("line {}: {}", m_line, why)));
  }

  Result<> read_line(const std::vector<std::string_view>& words)
  {
    if (words[0] == "log") {
      return read_log(words);
    }
    if (words[0] == "witness") {
      return read_witness(words);
    }
    if (words[0] == "group") {
      return read_group(words);
    }
    if (words[0] == "quorum") {
      return read_quorum(words);
    }
    return refuse(fmt::format("`{}` is none of `log`, `witness`, `group` and `quorum`", words[0]));
  }

  Result<> read_log(const std::vector<std::string_view>& words)
  {
    if (words.size() != 2 && words.size() != 3) {
      return refuse("`log` has a key, and perhaps an address");
    }
    CW_TRY_ASSIGN(VerifierKey key, parse_verifier_key(words[1]));
    if (std::ranges::any_of(m_policy.logs, [&](const PolicyLog& log) { return log.key.key == key.key; })) {
      return refuse("this log's key is there already");
    }
    m_policy.logs.push_back({.key = std::move(key), .url = words.size() == 3 ? std::string(words[2]) : ""});
    return {};
  }

  Result<> read_witness(const std::vector<std::string_view>& words)
  {
    if (words.size() != 3 && words.size() != 4) {
      return refuse("`witness` has a name, a key, and perhaps an address");
    }
    CW_TRY(define(words[1]));
    PolicyWitness witness{.name = std::string(words[1]), .key = {}, .url = words.size() == 4 ? std::string(words[3]) : ""};
    if (!m_keys.emplace(words[2]).second) {
      return refuse("this witness's key is there already");
    }
    if (!has_other_type(words[2])) {
      CW_TRY_ASSIGN(witness.key, parse_verifier_key(words[2]));
      const auto same = [&](const PolicyWitness& other) { return other.key && other.key->key == witness.key->key; };
      if (std::ranges::any_of(m_policy.witnesses, same)) {
        return refuse("this witness's key is there already");
      }
      if (witness.key->type != SignatureType::cosignature) {
        return refuse("a witness's key is one for cosignatures (type 0x04)");
      }
    }
    m_policy.witnesses.push_back(std::move(witness));
    return {};
  }

  Result<> read_group(const std::vector<std::string_view>& words)
  {
    if (words.size() < 4) {
      return refuse("`group` has a name, `all`, `any` or a number, and at least one member");
    }
    PolicyGroup group{.name = std::string(words[1]), .threshold = 0, .members = {}};
    for (const std::string_view member : std::span(words).subspan(3)) {
      if (!m_names.contains(member)) {
        return refuse(fmt::format("`{}` is no witness or group of a line above", member));
      }
      if (!m_members.emplace(member).second) {
        return refuse(fmt::format("`{}` is a member already", member));
      }
      group.members.emplace_back(member);
    }
    const std::optional<std::uint64_t> number = parse_decimal(words[2]);
    group.threshold = words[2] == "all" ? group.members.size() : words[2] == "any" ? 1 : static_cast<std::size_t>(number.value_or(0));
    if (group.threshold < 1 || group.threshold > group.members.size()) {
      return refuse(fmt::format("`{}` is not `all`, `any`, or a number from 1 to {}", words[2], group.members.size()));
    }
    CW_TRY(define(words[1]));
    m_policy.groups.push_back(std::move(group));
    return {};
  }

  Result<> read_quorum(const std::vector<std::string_view>& words)
  {
    if (words.size() != 2 || (words[1] != k_no_quorum && !m_names.contains(words[1]))) {
      return refuse("`quorum` has the name of a witness or group of a line above, or `none`");
    }
    if (m_quorum) {
      return refuse("there is a line `quorum` already");
    }
    m_quorum = words[1];
    return {};
  }

  Result<> define(std::string_view name)
  {
    if (name == k_no_quorum || !m_names.emplace(name).second) {
      return refuse(fmt::format("the name `{}` is taken", name));
    }
    return {};
  }

  // A key of a type that the specification has and we have not, such as ML-DSA.
  static bool has_other_type(std::string_view key)
  {
    const std::size_t last = key.find('+', std::min(key.find('+'), key.size() - 1) + 1);
    const std::optional<std::string> bytes = last == std::string_view::npos ? std::nullopt : base::parse_base64(key.substr(last + 1));
    return bytes && !bytes->empty() && (*bytes)[0] != static_cast<char>(SignatureType::ed25519) &&
           (*bytes)[0] != static_cast<char>(SignatureType::cosignature);
  }

  LogPolicy m_policy;
  std::optional<std::string> m_quorum;
  std::set<std::string, std::less<>> m_names, m_members, m_keys;
  std::size_t m_line = 0;
};

bool has_witnessed(const std::string& name, const LogPolicy& policy, const std::set<std::string, std::less<>>& cosigned)
{
  const auto group = std::ranges::find(policy.groups, name, &PolicyGroup::name);
  if (group == policy.groups.end()) {
    return cosigned.contains(name);
  }
  const auto members =
      std::ranges::count_if(group->members, [&](const std::string& member) { return has_witnessed(member, policy, cosigned); });
  return static_cast<std::size_t>(members) >= group->threshold;
}

} // namespace

Result<LogPolicy> parse_log_policy(std::string_view text)
{
  return PolicyReader().read(text);
}

Result<VerifiedCheckpoint> open_checkpoint(std::string_view bytes, const LogPolicy& policy)
{
  CW_TRY_ASSIGN(const SignedNote note, parse_note(bytes));
  VerifiedCheckpoint verified;
  CW_TRY_ASSIGN(verified.checkpoint, parse_checkpoint(note.text));
  const std::string what = fmt::format("the checkpoint of `{}`", verified.checkpoint.origin);
  std::vector<VerifierKey> logs;
  for (const PolicyLog& log : policy.logs) {
    if (log.key.name == verified.checkpoint.origin) {
      logs.push_back(log.key);
    }
  }
  if (logs.empty()) {
    Error error("CW1005", fmt::format("no key that is trusted has signed {}", what), Blame::integrity);
    for (const PolicyLog& log : policy.logs) {
      error.notes.push_back(fmt::format("trusted is the log `{}`", log.key.name));
    }
    return fail(std::move(error).help("this is another log than the one that was asked for: compare the registry's address"));
  }
  CW_TRY(verify(note, logs, what));

  std::vector<VerifierKey> keys = std::move(logs); // so that there is a signature in any case
  std::vector<std::string> names(keys.size());
  for (const PolicyWitness& witness : policy.witnesses) {
    if (witness.key) {
      keys.push_back(*witness.key);
      names.push_back(witness.name);
    }
  }
  CW_TRY_ASSIGN(const std::vector<ValidSignature> signatures, verify(note, keys, what));
  std::set<std::string, std::less<>> cosigned;
  std::vector<std::pair<std::uint64_t, std::string>> times;
  for (const ValidSignature& signature : signatures) {
    if (!names[signature.key].empty()) {
      cosigned.insert(names[signature.key]);
      times.emplace_back(signature.time.value_or(0), names[signature.key]);
    }
  }
  if (policy.quorum != k_no_quorum && !has_witnessed(policy.quorum, policy, cosigned)) {
    Error error("CW1011", fmt::format("not enough witnesses have cosigned {}", what), Blame::integrity);
    for (const PolicyWitness& witness : policy.witnesses) {
      if (!cosigned.contains(witness.name)) {
        error.notes.push_back(witness.key ? fmt::format("the witness `{}` has not", witness.name)
                                          : fmt::format("the witness `{}` has a kind of key that this version cannot check", witness.name));
      }
    }
    return fail(std::move(error)
                    .note(fmt::format("the policy asks for `{}`", policy.quorum))
                    .help("witnesses may be behind: try again in a minute; if it lasts, whoever runs the log may show different logs to "
                          "different people"));
  }
  if (policy.quorum != k_no_quorum) {
    std::ranges::sort(times, std::greater());
    std::set<std::string, std::less<>> until_then;
    for (const auto& [time, name] : times) {
      until_then.insert(name);
      if (has_witnessed(policy.quorum, policy, until_then)) {
        verified.witnessed_at = time;
        break;
      }
    }
  }
  verified.witnesses.assign(cosigned.begin(), cosigned.end());
  return verified;
}

} // namespace cargo_wasm::registry_tlog
