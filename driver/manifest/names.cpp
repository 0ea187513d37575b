// Which names packages, features and profiles may have (cargo: crates/cargo-util-schemas, restricted_names.rs).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "fields.hpp"

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

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}
bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string describe(char c)
{
  return static_cast<unsigned char>(c) < 0x20 ? fmt::format("control character {:#04x}", static_cast<unsigned>(c)) : fmt::format("`{}`", c);
}

std::optional<std::string> part_problem(std::string_view part)
{
  if (part.empty()) {
    return "it is empty";
  }
  if (is_digit(part.front())) {
    return "it starts with a digit";
  }
  if (!is_letter(part.front()) && part.front() != '_') {
    return fmt::format("it starts with {} instead of a letter or `_`", describe(part.front()));
  }
  for (const char c : part) {
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-') {
      return fmt::format("it contains {}; letters, digits, `-` and `_` are allowed", describe(c));
    }
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
  if (!is_letter(name.front()) && !is_digit(name.front()) && name.front() != '_') {
    return fmt::format("it starts with {} instead of a letter, a digit or `_`", describe(name.front()));
  }
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-' && c != '+' && c != '.') {
      return fmt::format("it contains {}; letters, digits, `-`, `_`, `+` and `.` are allowed", describe(c));
    }
  }
  return std::nullopt;
}

std::optional<std::string> profile_name_problem(std::string_view name)
{
  if (name.empty()) {
    return "it is empty";
  }
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-') {
      return fmt::format("it contains {}; letters, digits, `-` and `_` are allowed", describe(c));
    }
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
