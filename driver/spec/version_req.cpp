// Requirements: the grammar and the matching rules of the `semver` crate 1.x. White space means
// blanks only.
#include "version_text.hpp"

#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cargo_wasm::spec {
namespace {

constexpr std::size_t k_max_comparators = 32;

bool matches_exact(const Comparator& c, const Version& v)
{
  return v.major == c.major && (!c.minor || v.minor == *c.minor) && (!c.patch || v.patch == *c.patch) && v.pre == c.pre;
}

/// `sign` > 0: is the version above the comparator; < 0: below. A missing part compares equal.
bool is_beyond(const Comparator& c, const Version& v, int sign)
{
  const auto beyond = [sign](std::strong_ordering order) { return sign > 0 ? order > 0 : order < 0; };
  if (v.major != c.major) {
    return beyond(v.major <=> c.major);
  }
  if (!c.minor) {
    return false;
  }
  if (v.minor != *c.minor) {
    return beyond(v.minor <=> *c.minor);
  }
  if (!c.patch) {
    return false;
  }
  if (v.patch != *c.patch) {
    return beyond(v.patch <=> *c.patch);
  }
  return beyond(compare_prerelease(v.pre, c.pre));
}

bool matches_tilde(const Comparator& c, const Version& v)
{
  if (v.major != c.major || (c.minor && v.minor != *c.minor)) {
    return false;
  }
  if (c.patch && v.patch != *c.patch) {
    return v.patch > *c.patch;
  }
  return compare_prerelease(v.pre, c.pre) >= 0;
}

bool matches_caret(const Comparator& c, const Version& v)
{
  if (v.major != c.major) {
    return false;
  }
  if (!c.minor) {
    return true;
  }
  if (!c.patch) {
    return c.major > 0 ? v.minor >= *c.minor : v.minor == *c.minor;
  }
  if (c.major > 0) {
    if (v.minor != *c.minor) {
      return v.minor > *c.minor;
    }
    if (v.patch != *c.patch) {
      return v.patch > *c.patch;
    }
  } else if (*c.minor > 0) {
    if (v.minor != *c.minor) {
      return false;
    }
    if (v.patch != *c.patch) {
      return v.patch > *c.patch;
    }
  } else if (v.minor != *c.minor || v.patch != *c.patch) {
    return false;
  }
  return compare_prerelease(v.pre, c.pre) >= 0;
}

bool matches_comparator(const Comparator& c, const Version& v)
{
  switch (c.op) {
  case ComparatorOp::exact:
  case ComparatorOp::wildcard:
    return matches_exact(c, v);
  case ComparatorOp::greater:
    return is_beyond(c, v, 1);
  case ComparatorOp::greater_eq:
    return matches_exact(c, v) || is_beyond(c, v, 1);
  case ComparatorOp::less:
    return is_beyond(c, v, -1);
  case ComparatorOp::less_eq:
    return matches_exact(c, v) || is_beyond(c, v, -1);
  case ComparatorOp::tilde:
    return matches_tilde(c, v);
  case ComparatorOp::caret:
    return matches_caret(c, v);
  }
  return false;
}

constexpr bool is_wildcard(char c)
{
  return c == '*' || c == 'x' || c == 'X';
}

void skip_blanks(std::string_view& rest)
{
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
}

bool take(std::string_view& rest, std::string_view prefix)
{
  if (!rest.starts_with(prefix)) {
    return false;
  }
  rest.remove_prefix(prefix.size());
  return true;
}

/// The operator in front, longest spelling first; caret when there is none.
ComparatorOp read_op(std::string_view& rest)
{
  struct Spelling
  {
    std::string_view text;
    ComparatorOp op;
  };
  static constexpr std::array<Spelling, 7> k_spellings{{{">=", ComparatorOp::greater_eq},
                                                        {"<=", ComparatorOp::less_eq},
                                                        {"=", ComparatorOp::exact},
                                                        {">", ComparatorOp::greater},
                                                        {"<", ComparatorOp::less},
                                                        {"~", ComparatorOp::tilde},
                                                        {"^", ComparatorOp::caret}}};
  for (const Spelling& spelling : k_spellings) {
    if (take(rest, spelling.text)) {
      return spelling.op;
    }
  }
  return ComparatorOp::caret;
}

/// The minor or patch number; false with an empty reason for a wildcard.
bool read_part(std::string_view& rest, std::string_view part, std::optional<std::uint64_t>& value, std::string& reason)
{
  if (!rest.empty() && is_wildcard(rest.front())) {
    rest.remove_prefix(1);
    return false;
  }
  std::uint64_t number = 0;
  if (!read_number(rest, part, number, reason)) {
    return false;
  }
  value = number;
  return true;
}

bool read_comparator(std::string_view& rest, Comparator& out, std::string& reason)
{
  const std::size_t before = rest.size();
  out.op = read_op(rest);
  const bool has_op = rest.size() != before;
  skip_blanks(rest);
  if (!rest.empty() && is_wildcard(rest.front())) {
    reason = has_op ? "`*` stands alone, without an operator" : "`*` must be the only requirement";
    return false;
  }
  if (!read_number(rest, "major", out.major, reason)) {
    return false;
  }
  bool has_wildcard = false;
  if (take(rest, ".") && !read_part(rest, "minor", out.minor, reason)) {
    if (!reason.empty()) {
      return false;
    }
    has_wildcard = true;
  }
  if (take(rest, ".")) {
    const bool is_number = !rest.empty() && !is_wildcard(rest.front());
    if (has_wildcard && is_number) {
      reason = "a number follows a wildcard";
      return false;
    }
    if (!read_part(rest, "patch", out.patch, reason)) {
      if (!reason.empty()) {
        return false;
      }
      has_wildcard = true;
    }
  }
  if (has_wildcard && !has_op) {
    out.op = ComparatorOp::wildcard;
  }
  if (out.patch && take(rest, "-") && !read_identifiers(rest, true, out.pre, reason)) {
    return false;
  }
  std::string ignored_build;
  if (out.patch && take(rest, "+") && !read_identifiers(rest, false, ignored_build, reason)) {
    return false;
  }
  skip_blanks(rest);
  return true;
}

/// The spelling that works, for mistakes people bring from other package managers.
std::string suggestion_for(std::string_view text)
{
  if (text.find("||") != std::string_view::npos) {
    return "alternatives (`||`) cannot be written; a range such as `>=1.2, <3` can";
  }
  if (text.starts_with('v') || text.starts_with('V')) {
    return fmt::format("leave out the `v`: `{}`", text.substr(1));
  }
  if (text.starts_with("==") || text.starts_with("~>")) {
    return text.starts_with("==") ? fmt::format("one `=` is enough: `{}`", text.substr(1)) : fmt::format("write `~{}`", text.substr(2));
  }
  if (text == "latest" || text == "any") {
    return "write `*` for any version";
  }
  const std::size_t gap = text.find(' ');
  if (gap != std::string_view::npos && text.find(',') == std::string_view::npos && gap + 1 < text.size() &&
      (text[gap + 1] == '<' || text[gap + 1] == '>')) {
    return fmt::format("separate requirements with a comma: `{},{}`", text.substr(0, gap), text.substr(gap));
  }
  return {};
}

tl::unexpected<Error> bad_req(std::string_view text, const std::string& reason)
{
  Error error("CW0261", fmt::format("`{}` is not a version requirement: {}", text, reason));
  if (std::string help = suggestion_for(text); !help.empty()) {
    error.helps.push_back(std::move(help));
  }
  return fail(std::move(error));
}

std::string_view symbol_of(ComparatorOp op)
{
  switch (op) {
  case ComparatorOp::exact:
    return "=";
  case ComparatorOp::greater:
    return ">";
  case ComparatorOp::greater_eq:
    return ">=";
  case ComparatorOp::less:
    return "<";
  case ComparatorOp::less_eq:
    return "<=";
  case ComparatorOp::tilde:
    return "~";
  case ComparatorOp::caret:
    return "^";
  case ComparatorOp::wildcard:
    return "";
  }
  return "";
}

} // namespace

VersionReq VersionReq::exactly(const Version& version)
{
  return VersionReq({Comparator{ComparatorOp::exact, version.major, version.minor, version.patch, version.pre}});
}

bool VersionReq::matches(const Version& version) const
{
  for (const Comparator& comparator : m_comparators) {
    if (!matches_comparator(comparator, version)) {
      return false;
    }
  }
  if (version.pre.empty()) {
    return true;
  }
  // A pre-release must be asked for by a comparator that names a pre-release of the same release.
  return std::any_of(m_comparators.begin(), m_comparators.end(), [&](const Comparator& c) {
    return !c.pre.empty() && c.major == version.major && c.minor == version.minor && c.patch == version.patch;
  });
}

Result<VersionReq> parse_version_req(std::string_view text)
{
  std::string_view rest = text;
  skip_blanks(rest);
  if (rest.empty()) {
    return bad_req(text, "it is empty");
  }
  if (is_wildcard(rest.front())) {
    rest.remove_prefix(1);
    skip_blanks(rest);
    if (!rest.empty()) {
      return bad_req(text, "`*` must be the only requirement");
    }
    return VersionReq{};
  }
  std::vector<Comparator> comparators;
  std::string reason;
  while (true) {
    Comparator comparator;
    if (!read_comparator(rest, comparator, reason)) {
      return bad_req(text, reason);
    }
    comparators.push_back(std::move(comparator));
    if (rest.empty()) {
      return VersionReq(std::move(comparators));
    }
    if (!take(rest, ",")) {
      return bad_req(text, fmt::format("expected a comma, found `{}`", first_character(rest)));
    }
    if (comparators.size() == k_max_comparators) {
      return bad_req(text, fmt::format("it has more than {} parts", k_max_comparators));
    }
    skip_blanks(rest);
  }
}

std::string to_string(const VersionReq& req)
{
  if (req.is_any()) {
    return "*";
  }
  std::string out;
  for (const Comparator& c : req.comparators()) {
    out += out.empty() ? "" : ", ";
    out += symbol_of(c.op);
    out += fmt::format("{}", c.major);
    if (c.minor) {
      out += fmt::format(".{}", *c.minor);
      if (c.patch) {
        out += fmt::format(".{}", *c.patch);
        out += c.pre.empty() ? "" : "-" + c.pre;
      }
    }
    if (c.op == ComparatorOp::wildcard) {
      out += ".*";
    }
  }
  return out;
}

} // namespace cargo_wasm::spec
