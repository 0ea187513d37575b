#include <cargo_wasm/registry_trust/statement.hpp>

#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace cargo_wasm::registry_trust {
namespace {

// One function a kind names its lines in order; the writer and the reader both go through it, so that they cannot differ.

class StatementWriter
{
public:
  explicit StatementWriter(std::string_view kind) : text(fmt::format("cargo-wasm/{}/v1\n", kind)) {}

  void word(std::string_view key, const std::string& value) { line(key, value); }
  void word(std::string_view key, const std::optional<std::string>& value) { line(key, value ? std::string_view(*value) : "-"); }
  void words(std::string_view key, const std::string& first, const std::string& second) { line(key, first + " " + second); }
  void hash(std::string_view key, const Sha256& value) { line(key, base::to_hex(value)); }
  void hash(std::string_view key, const std::optional<Sha256>& value) { line(key, value ? base::to_hex(*value) : "-"); }
  void number(std::string_view key, const std::uint64_t& value) { line(key, std::to_string(value)); }
  void number(std::string_view key, const std::optional<std::uint64_t>& value) { line(key, value ? std::to_string(*value) : "-"); }
  void time(std::string_view key, const std::uint64_t& seconds) { line(key, to_utc_text(seconds)); }
  template <class Enum> void choice(std::string_view key, const Enum& value, std::span<const std::string_view> names)
  {
    line(key, names[static_cast<std::size_t>(value)]);
  }
  void phrase(std::string_view key, const std::string& value) { line(key, value); }

  std::string text;

private:
  void line(std::string_view key, std::string_view value) { text += fmt::format("{} {}\n", key, value); }
};

class StatementReader
{
public:
  explicit StatementReader(std::string_view text) : m_rest(text) {}

  void word(std::string_view key, std::string& out)
  {
    const std::string_view value = line(key);
    out = value;
    demand(is_word(value), "one word");
  }
  void word(std::string_view key, std::optional<std::string>& out)
  {
    const std::string_view value = line(key);
    out = value == "-" ? std::nullopt : std::optional<std::string>(value);
    demand(is_word(value), "one word, or `-`");
  }
  void words(std::string_view key, std::string& first, std::string& second)
  {
    const std::string_view value = line(key);
    const std::size_t space = std::min(value.find(' '), value.size());
    first = value.substr(0, space);
    second = value.substr(std::min(space + 1, value.size()));
    demand(is_word(first) && is_word(second), "two words");
  }
  void hash(std::string_view key, Sha256& out)
  {
    const std::optional<Sha256> read = hash_of(line(key));
    out = read.value_or(Sha256{});
    demand(read.has_value(), "64 digits of a SHA-256");
  }
  void hash(std::string_view key, std::optional<Sha256>& out)
  {
    const std::string_view value = line(key);
    out = hash_of(value);
    demand(out || value == "-", "64 digits of a SHA-256, or `-`");
  }
  void number(std::string_view key, std::uint64_t& out)
  {
    const std::optional<std::uint64_t> read = number_of(line(key));
    out = read.value_or(0);
    demand(read.has_value(), "a number");
  }
  void number(std::string_view key, std::optional<std::uint64_t>& out)
  {
    const std::string_view value = line(key);
    out = number_of(value);
    demand(out || value == "-", "a number, or `-`");
  }
  void time(std::string_view key, std::uint64_t& out)
  {
    const std::optional<std::uint64_t> read = parse_utc_time(line(key));
    out = read.value_or(0);
    demand(read.has_value(), "a time such as 2026-11-21T02:00:00Z");
  }
  template <class Enum> void choice(std::string_view key, Enum& out, std::span<const std::string_view> names)
  {
    const auto found = std::ranges::find(names, line(key));
    out = static_cast<Enum>(found == names.end() ? 0 : found - names.begin());
    demand(found != names.end(), fmt::format("one of {}", fmt::join(names, ", ")));
  }
  // Several words, with one space between them.
  void phrase(std::string_view key, std::string& out)
  {
    const std::string_view value = line(key);
    out = value;
    demand(!value.empty() && value.front() != ' ' && value.back() != ' ' && value.find("  ") == std::string_view::npos, "words");
  }

  // The whole statement was read, or why not.
  Result<> finish()
  {
    if (m_why.empty() && !m_rest.empty()) {
      ++m_line;
      m_why = "nothing follows";
    }
    return m_why.empty() ? Result<>()
                         : fail(Error("CW1020", "this is not a statement of a registry's log", Blame::integrity)
                                    .note(fmt::format("line {}: {}", m_line, m_why)));
  }

private:
  std::string_view line(std::string_view key)
  {
    if (!m_why.empty()) {
      return {};
    }
    ++m_line;
    m_key = key;
    const std::size_t end = m_rest.find('\n');
    const std::string_view text = m_rest.substr(0, end);
    if (end == std::string_view::npos || !text.starts_with(key) || text.substr(key.size(), 1) != " ") {
      m_why = fmt::format("here stands `{}` and a space", key);
      return {};
    }
    m_rest.remove_prefix(end + 1);
    return text.substr(key.size() + 1);
  }
  void demand(bool held, std::string_view what)
  {
    if (m_why.empty() && !held) {
      m_why = fmt::format("behind `{}` stands {}", m_key, what);
    }
  }
  static bool is_word(std::string_view value)
  {
    return !value.empty() && std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
  }
  static std::optional<Sha256> hash_of(std::string_view value)
  {
    const std::optional<Sha256> hash = base::parse_sha256(value);
    return hash && base::to_hex(*hash) == value ? hash : std::nullopt;
  }
  static std::optional<std::uint64_t> number_of(std::string_view value)
  {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = error == std::errc() && rest == value.data() + value.size();
    return whole && std::to_string(number) == value ? std::optional(number) : std::nullopt;
  }

  std::string_view m_rest;
  std::string_view m_key;
  std::size_t m_line = 1;
  std::string m_why;
};

constexpr std::array<std::string_view, 2> k_effects{"block", "warn"};

template <class Lines, class S> void publish_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.words("crate", s.name, s.version);
  lines.hash("sha256", s.archive);
  lines.hash("index-sha256", s.index_line);
  lines.hash("oci-sha256", s.oci_manifest);
  lines.hash("previous", s.previous);
  lines.word("user", s.user);
  lines.time("time", s.time);
}

template <class Lines, class S> void yank_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.words("crate", s.name, s.version);
  lines.hash("previous", s.previous);
  lines.word("user", s.user);
  lines.word("nonce", s.nonce);
  lines.time("time", s.time);
}

template <class Lines, class S> void key_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.word("crate", s.name);
  lines.word("key", s.key);
  lines.hash("previous", s.previous);
  lines.time("time", s.time);
}

template <class Lines, class S> void revoke_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.phrase("target", s.target);
  lines.choice("effect", s.effect, k_effects);
  lines.word("reason", s.reason);
  lines.word("advisory", s.advisory);
  lines.number("since", s.since_entry);
  lines.time("time", s.time);
}

template <class Lines, class S> void unrevoke_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.phrase("target", s.target);
  lines.word("nonce", s.nonce);
  lines.time("time", s.time);
}

template <class Lines, class S> void snapshot_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.number("sequence", s.sequence);
  lines.hash("table", s.table);
  lines.hash("revocations", s.revocations);
  lines.number("revoked", s.revocation_count);
  lines.number("federation", s.federation);
  lines.time("time", s.time);
  lines.time("expires", s.expires);
}

template <class Lines, class S> void seal_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.hash("head", s.head);
  lines.number("records", s.records);
  lines.time("time", s.time);
}

template <class Lines, class S> void import_lines(Lines& lines, S& s)
{
  lines.word("registry", s.registry);
  lines.words("crate", s.name, s.version);
  lines.hash("sha256", s.archive);
  lines.hash("index-sha256", s.index_line);
  lines.word("upstream", s.upstream);
  lines.hash("previous", s.previous);
  lines.time("time", s.time);
}

// The kind in the first line, for what shares its lines with another kind.
constexpr std::array<std::string_view, 3> k_key_kinds{"claim", "grant", "drop-key"};

struct Writing
{
  template <class S, class F> static std::string in(std::string_view kind, const S& s, F lines)
  {
    StatementWriter writer(kind);
    lines(writer, s);
    return std::move(writer.text);
  }
  std::string operator()(const PublishStatement& s) const
  {
    return in("publish", s, [](auto& l, auto& v) { publish_lines(l, v); });
  }
  std::string operator()(const YankStatement& s) const
  {
    return in(s.yanked ? "yank" : "unyank", s, [](auto& l, auto& v) { yank_lines(l, v); });
  }
  std::string operator()(const KeyStatement& s) const
  {
    return in(k_key_kinds[static_cast<std::size_t>(s.change)], s, [](auto& l, auto& v) { key_lines(l, v); });
  }
  std::string operator()(const RevokeStatement& s) const
  {
    return in("revoke", s, [](auto& l, auto& v) { revoke_lines(l, v); });
  }
  std::string operator()(const UnrevokeStatement& s) const
  {
    return in("unrevoke", s, [](auto& l, auto& v) { unrevoke_lines(l, v); });
  }
  std::string operator()(const SnapshotStatement& s) const
  {
    return in("snapshot", s, [](auto& l, auto& v) { snapshot_lines(l, v); });
  }
  std::string operator()(const SealStatement& s) const
  {
    return in("seal", s, [](auto& l, auto& v) { seal_lines(l, v); });
  }
  std::string operator()(const ImportStatement& s) const
  {
    return in("import", s, [](auto& l, auto& v) { import_lines(l, v); });
  }
};

template <class S, class F> Result<Statement> read_lines(std::string_view text, S statement, F lines)
{
  StatementReader reader(text);
  lines(reader, statement);
  CW_TRY(reader.finish());
  return Statement(std::move(statement));
}

} // namespace

Result<Statement> parse_statement(std::string_view text)
{
  const auto refuse = [](std::string why) {
    return fail(Error("CW1020", "this is not a statement of a registry's log", Blame::integrity).note(std::move(why)));
  };
  if (text.size() > k_max_statement_bytes) {
    return refuse(fmt::format("it has {} bytes, at most {} are allowed", text.size(), k_max_statement_bytes));
  }
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view first = text.substr(0, end);
  const std::string_view rest = text.substr(std::min(end + 1, text.size()));
  constexpr std::string_view k_begin = "cargo-wasm/", k_end = "/v1";
  if (!first.starts_with(k_begin) || !first.ends_with(k_end) || first.size() < k_begin.size() + k_end.size()) {
    return refuse("line 1: here stands `cargo-wasm/KIND/v1`");
  }
  const std::string_view kind = first.substr(k_begin.size(), first.size() - k_begin.size() - k_end.size());
  if (kind == "publish") {
    return read_lines(rest, PublishStatement(), [](auto& l, auto& s) { publish_lines(l, s); });
  }
  if (kind == "yank" || kind == "unyank") {
    YankStatement yank;
    yank.yanked = kind == "yank";
    return read_lines(rest, std::move(yank), [](auto& l, auto& s) { yank_lines(l, s); });
  }
  if (const auto change = std::ranges::find(k_key_kinds, kind); change != k_key_kinds.end()) {
    KeyStatement key;
    key.change = static_cast<KeyChange>(change - k_key_kinds.begin());
    return read_lines(rest, std::move(key), [](auto& l, auto& s) { key_lines(l, s); });
  }
  if (kind == "revoke") {
    return read_lines(rest, RevokeStatement(), [](auto& l, auto& s) { revoke_lines(l, s); });
  }
  if (kind == "unrevoke") {
    return read_lines(rest, UnrevokeStatement(), [](auto& l, auto& s) { unrevoke_lines(l, s); });
  }
  if (kind == "snapshot") {
    return read_lines(rest, SnapshotStatement(), [](auto& l, auto& s) { snapshot_lines(l, s); });
  }
  if (kind == "seal") {
    return read_lines(rest, SealStatement(), [](auto& l, auto& s) { seal_lines(l, s); });
  }
  if (kind == "import") {
    return read_lines(rest, ImportStatement(), [](auto& l, auto& s) { import_lines(l, s); });
  }
  return refuse(fmt::format("line 1: `{}` is a kind that this version does not know", kind));
}

std::string to_text(const Statement& statement)
{
  return std::visit(Writing{}, statement);
}

} // namespace cargo_wasm::registry_trust
