// Versions: parsing by the strict grammar of SemVer 2.0 and the total order of the `semver` crate.
#include "version_text.hpp"

#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cargo_wasm::spec {
namespace {

std::string_view next_identifier(std::string_view& rest)
{
  const std::size_t dot = rest.find('.');
  const std::string_view identifier = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return identifier;
}

bool is_numeric(std::string_view text)
{
  return std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view without_leading_zeros(std::string_view text)
{
  const std::size_t first = text.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

/// Numbers by value (a longer spelling of one value is the greater), below words; words as bytes.
std::strong_ordering compare_identifiers(std::string_view a, std::string_view b)
{
  const bool a_number = is_numeric(a);
  const bool b_number = is_numeric(b);
  if (a_number != b_number) {
    return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (!a_number) {
    return a <=> b;
  }
  const std::string_view a_value = without_leading_zeros(a);
  const std::string_view b_value = without_leading_zeros(b);
  if (const auto order = a_value.size() <=> b_value.size(); order != 0) {
    return order;
  }
  if (const auto order = a_value <=> b_value; order != 0) {
    return order;
  }
  return a.size() <=> b.size();
}

std::strong_ordering compare_dotted(std::string_view a, std::string_view b)
{
  while (true) {
    const bool a_ends = a.find('.') == std::string_view::npos;
    const bool b_ends = b.find('.') == std::string_view::npos;
    if (const auto order = compare_identifiers(next_identifier(a), next_identifier(b)); order != 0) {
      return order;
    }
    if (a_ends || b_ends) {
      return b_ends <=> a_ends;
    }
  }
}

tl::unexpected<Error> bad_version(std::string_view text, std::string reason)
{
  return fail(Error("CW0260", fmt::format("`{}` is not a version: {}", text, reason)));
}

} // namespace

std::strong_ordering compare_prerelease(std::string_view a, std::string_view b)
{
  if (a.empty() || b.empty()) {
    return a.empty() <=> b.empty();
  }
  return a == b ? std::strong_ordering::equal : compare_dotted(a, b);
}

bool read_number(std::string_view& rest, std::string_view part, std::uint64_t& value, std::string& reason)
{
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) {
    ++length;
  }
  if (length == 0) {
    reason = rest.empty() ? fmt::format("the {} number is missing", part)
                          : fmt::format("expected the {} number, found `{}`", part, first_character(rest));
    return false;
  }
  if (length > 1 && rest[0] == '0') {
    reason = fmt::format("the {} number `{}` starts with a zero", part, rest.substr(0, length));
    return false;
  }
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + length, value);
  if (error != std::errc{}) {
    reason = fmt::format("the {} number `{}` does not fit into 64 bits", part, rest.substr(0, length));
    return false;
  }
  rest.remove_prefix(length);
  return true;
}

bool read_identifiers(std::string_view& rest, bool is_prerelease, std::string& value, std::string& reason)
{
  const std::string_view what = is_prerelease ? "pre-release" : "build metadata";
  const auto is_part = [](char c) { return is_digit(c) || is_letter(c) || c == '-'; };
  std::size_t length = 0;
  while (length < rest.size() && (is_part(rest[length]) || rest[length] == '.')) {
    ++length;
  }
  std::string_view parts = rest.substr(0, length);
  value = std::string(parts);
  if (parts.empty() || parts.back() == '.' || parts.front() == '.' || parts.find("..") != std::string_view::npos) {
    reason = fmt::format("the {} has an empty part", what);
    return false;
  }
  while (is_prerelease && !parts.empty()) {
    const std::string_view part = next_identifier(parts);
    if (part.size() > 1 && part[0] == '0' && is_numeric(part)) {
      reason = fmt::format("the pre-release number `{}` starts with a zero", part);
      return false;
    }
  }
  rest.remove_prefix(length);
  return true;
}

std::string_view first_character(std::string_view text)
{
  std::size_t length = text.empty() ? 0 : 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return text.substr(0, length);
}

std::strong_ordering Version::operator<=>(const Version& other) const
{
  if (const auto order = major <=> other.major; order != 0) {
    return order;
  }
  if (const auto order = minor <=> other.minor; order != 0) {
    return order;
  }
  if (const auto order = patch <=> other.patch; order != 0) {
    return order;
  }
  if (const auto order = compare_prerelease(pre, other.pre); order != 0) {
    return order;
  }
  if (build == other.build) {
    return std::strong_ordering::equal;
  }
  // No metadata is the least.
  if (build.empty() || other.build.empty()) {
    return build.empty() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return compare_dotted(build, other.build);
}

Result<Version> parse_version(std::string_view text)
{
  Version out;
  std::string reason;
  std::string_view rest = text;
  if (text.empty()) {
    return bad_version(text, "it is empty");
  }
  const auto read_dot = [&](std::string_view part) {
    if (!rest.empty() && rest.front() == '.') {
      rest.remove_prefix(1);
      return true;
    }
    reason = rest.empty() ? fmt::format("the {} number is missing", part)
                          : fmt::format("expected `.` before the {} number, found `{}`", part, first_character(rest));
    return false;
  };
  if (!read_number(rest, "major", out.major, reason) || !read_dot("minor") || !read_number(rest, "minor", out.minor, reason) ||
      !read_dot("patch") || !read_number(rest, "patch", out.patch, reason)) {
    return bad_version(text, reason);
  }
  if (!rest.empty() && rest.front() == '-') {
    rest.remove_prefix(1);
    if (!read_identifiers(rest, true, out.pre, reason)) {
      return bad_version(text, reason);
    }
  }
  if (!rest.empty() && rest.front() == '+') {
    rest.remove_prefix(1);
    if (!read_identifiers(rest, false, out.build, reason)) {
      return bad_version(text, reason);
    }
  }
  if (!rest.empty()) {
    return bad_version(text, fmt::format("unexpected `{}` at its end", first_character(rest)));
  }
  return out;
}

std::string to_string(const Version& version)
{
  std::string out = fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
  if (!version.pre.empty()) {
    out += '-';
    out += version.pre;
  }
  if (!version.build.empty()) {
    out += '+';
    out += version.build;
  }
  return out;
}

CompatibilityKey compatibility_key(const Version& version)
{
  if (version.major != 0) {
    return {CompatibilityKey::Level::major, version.major};
  }
  if (version.minor != 0) {
    return {CompatibilityKey::Level::minor, version.minor};
  }
  return {CompatibilityKey::Level::patch, version.patch};
}

} // namespace cargo_wasm::spec
