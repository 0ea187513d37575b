#include "remote_places.hpp"

#include <algorithm>
#include <array>

#include "byte_search.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_place_mark = "/cw:";
constexpr std::array<std::string_view, 4> k_place_names = {"workspace", "target", "cargo", "toolchain"};
constexpr std::string_view k_remap = "--remap-path-prefix=";

bool is_shell_name(std::string_view name)
{
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// A word of the shell, in which the marks of places stand for `$R`.
std::string shell_word(std::string_view neutral)
{
  std::string out = "'";
  while (!neutral.empty()) {
    if (neutral.starts_with(k_place_mark)) {
      out += "'\"$R\"'/";
      neutral.remove_prefix(k_place_mark.size());
    } else if (neutral.front() == '\'') {
      out += "'\\''";
      neutral.remove_prefix(1);
    } else {
      out += neutral.front();
      neutral.remove_prefix(1);
    }
  }
  return out += '\'';
}

bool is_in_place(std::string_view name)
{
  return std::ranges::any_of(
      k_place_names, [&](std::string_view place) { return name == place || (name.starts_with(place) && name[place.size()] == '/'); });
}

std::string with_escaped_blanks(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string replaced(std::string_view text, const std::vector<std::pair<std::string, std::string>>& places)
{
  std::string out;
  while (!text.empty()) {
    std::size_t at = std::string_view::npos;
    const std::pair<std::string, std::string>* first = nullptr;
    for (const auto& place : places) {
      const std::size_t found = text.find(place.first);
      if (found < at) {
        at = found;
        first = &place;
      }
    }
    if (first == nullptr) {
      break;
    }
    out += text.substr(0, at);
    out += first->second;
    text.remove_prefix(at + first->first.size());
  }
  return out += text;
}

} // namespace

bool stays_in_places(std::string_view argument, const PlaceNames& places)
{
  if (argument.find(k_place_mark) != std::string_view::npos || argument.find('\0') != std::string_view::npos) {
    return false;
  }
  const std::string neutral = places.neutral(argument);
  if (neutral.starts_with(k_remap)) {
    return true; // what it maps is compared as text
  }
  for (std::size_t slash = 0; (slash = neutral.find('/', slash)) != std::string::npos; ++slash) {
    const bool begins_a_path = slash == 0 || neutral[slash - 1] == '=';
    if (begins_a_path && !std::string_view(neutral).substr(slash).starts_with(k_place_mark)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> script_for(const base::Command& command, const base::EnvMap& variables, const PlaceNames& places)
{
  const std::string directory = places.name_of(command.cwd.native());
  const std::string program = places.name_of(command.program.native());
  const bool stays = std::ranges::all_of(command.args, [&](const std::string& argument) { return stays_in_places(argument, places); });
  if (!stays || !is_in_place(directory) || !is_in_place(program)) {
    return std::nullopt;
  }
  std::string out = "R=$(pwd -P)\n[ \"$R\" = / ] && R=\nprintf '%s\\n' \"$R\"\n";
  for (const auto& [name, value] : variables) {
    if (!is_shell_name(name) || value.find(k_place_mark) != std::string::npos || value.find('\0') != std::string::npos) {
      return std::nullopt;
    }
    out += "export " + name + "=" + shell_word(places.neutral(value)) + "\n";
  }
  out += "cd " + shell_word(std::string(k_place_mark) + directory) + " || exit 125\n";
  out += "exec " + shell_word(std::string(k_place_mark) + program);
  for (const std::string& argument : command.args) {
    out += " \\\n  " + shell_word(places.neutral(argument));
  }
  return out += '\n';
}

WorkerPlaces::WorkerPlaces(std::string root, const PlaceNames& places)
{
  for (const std::string_view name : k_place_names) {
    m_places.emplace_back(root + "/" + std::string(name), places.path_of(name));
  }
}

std::string WorkerPlaces::real(std::string_view text) const
{
  return replaced(text, m_places);
}

std::string WorkerPlaces::real_dep_info(std::string_view text) const
{
  std::vector<std::pair<std::string, std::string>> escaped;
  for (const auto& [there, here] : m_places) {
    escaped.emplace_back(with_escaped_blanks(there), with_escaped_blanks(here));
  }
  // Lines of variables have no escaped blanks.
  const std::size_t variables = std::min(text.find("\n# env-dep:"), text.size());
  return replaced(text.substr(0, variables), escaped) + real(text.substr(variables));
}

bool WorkerPlaces::is_named_in(std::string_view bytes) const
{
  return std::ranges::any_of(m_places, [&](const auto& place) { return occurs_in(place.first, bytes); });
}

} // namespace cargo_wasm::exec
