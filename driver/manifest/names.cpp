// Which names packages, features and profiles may have (cargo: crates/cargo-util-schemas, restricted_names.rs).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "fields.hpp"
#include "xid.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 19> k_reserved_profiles{"build",
                                                               "check",
                                                               "clean",
                                                               "config",
                                                               "fetch",
                                                               "fix",
                                                               "install",
                                                               "metadata",
                                                               "package",
                                                               "publish",
                                                               "report",
                                                               "root",
                                                               "run",
                                                               "rust",
                                                               "rustc",
                                                               "rustdoc",
                                                               "target",
                                                               "tmp",
                                                               "uninstall"};

bool is_digit(char32_t c)
{
  return c >= U'0' && c <= U'9';
}

/// One letter of a name and how it is shown.
struct Letter
{
  char32_t code;
  std::string_view bytes;
};

/// Takes one letter off `rest`, which is UTF-8 and not empty.
Letter next_letter(std::string_view& rest)
{
  const auto lead = static_cast<unsigned char>(rest.front());
  const std::size_t length = std::min<std::size_t>(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, rest.size());
  char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (const char next : rest.substr(1, length - 1)) {
    code = code << 6U | (static_cast<unsigned char>(next) & 0x3FU);
  }
  const Letter letter{code, rest.substr(0, length)};
  rest.remove_prefix(length);
  return letter;
}

/// The first letter that is neither of XID_Continue nor one of `others`.
std::optional<Letter> first_strange(std::string_view name, std::u32string_view others)
{
  while (!name.empty()) {
    const Letter letter = next_letter(name);
    if (!is_xid_continue(letter.code) && others.find(letter.code) == std::u32string_view::npos) {
      return letter;
    }
  }
  return std::nullopt;
}

std::string describe(const Letter& letter)
{
  return letter.code < 0x20 ? fmt::format("control character {:#04x}", static_cast<unsigned>(letter.code))
                            : fmt::format("`{}`", letter.bytes);
}

std::optional<std::string> part_problem(std::string_view part)
{
  if (part.empty()) {
    return "it is empty";
  }
  std::string_view rest = part;
  const Letter first = next_letter(rest);
  if (is_digit(first.code)) {
    return "it starts with a digit";
  }
  if (!is_xid_start(first.code) && first.code != U'_') {
    return fmt::format("it starts with {} instead of a letter or `_`", describe(first));
  }
  if (const auto strange = first_strange(rest, U"-")) {
    return fmt::format("it contains {}; letters, digits, `-` and `_` are allowed", describe(*strange));
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> package_name_problem(std::string_view name)
{
  for (std::size_t start = 0;;) {
    const std::size_t end = name.find("::", start);
    if (std::optional<std::string> problem = part_problem(name.substr(start, end - start))) {
      return problem;
    }
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    start = end + 2;
  }
}

std::optional<std::string> feature_name_problem(std::string_view name)
{
  if (name.empty()) {
    return "it is empty";
  }
  if (name.substr(0, 4) == "dep:") {
    return "it starts with `dep:`";
  }
  if (name.find('/') != std::string_view::npos) {
    return "it contains a slash";
  }
  std::string_view rest = name;
  const Letter first = next_letter(rest);
  if (!is_xid_start(first.code) && !is_digit(first.code) && first.code != U'_') {
    return fmt::format("it starts with {} instead of a letter, a digit or `_`", describe(first));
  }
  if (const auto strange = first_strange(rest, U"-+.")) {
    return fmt::format("it contains {}; letters, digits, `-`, `_`, `+` and `.` are allowed", describe(*strange));
  }
  return std::nullopt;
}

std::optional<std::string> profile_name_problem(std::string_view name)
{
  if (name.empty()) {
    return "it is empty";
  }
  if (const auto strange = first_strange(name, U"-")) {
    return fmt::format("it contains {}; letters, digits, `-` and `_` are allowed", describe(*strange));
  }
  const std::string lower = base::to_lower(name);
  if (lower == "build-override") {
    return "it is reserved; write `[profile.dev.build-override]` or `[profile.release.build-override]`";
  }
  if (lower.starts_with("cargo") || std::find(k_reserved_profiles.begin(), k_reserved_profiles.end(), lower) != k_reserved_profiles.end()) {
    return "it is reserved";
  }
  return std::nullopt;
}

} // namespace cargo_wasm::manifest
