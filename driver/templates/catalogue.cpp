#include <cargo_wasm/templates/catalogue.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <cargo_wasm/manifest/toml.hpp>

#include "template_files.hpp"

namespace cargo_wasm::templates {

namespace {

constexpr std::string_view k_description = "template.toml";

/// The files come with the program: one that cannot be read is a mistake of ours.
std::string description_text(const manifest::TomlTable& table, std::string_view key, std::string_view path)
{
  const manifest::TomlValue* const value = table.find(key);
  if (value == nullptr || value->as_string() == nullptr) {
    throw std::logic_error("templates/" + std::string(path) + ": no text `" + std::string(key) + "`");
  }
  return *value->as_string();
}

Template described(std::string_view id, const EmbeddedFile& file)
{
  const auto document = manifest::parse_toml(std::string(file.path), std::string(file.text));
  if (!document) {
    throw std::logic_error("templates/" + std::string(file.path) + ": " + document.error().message);
  }
  const manifest::TomlTable& root = (*document)->root;
  Template read;
  read.id = std::string(id);
  read.title = description_text(root, "title", file.path);
  read.host = description_text(root, "host", file.path);
  read.run = description_text(root, "run", file.path);
  const manifest::TomlValue* const workspace = root.find("workspace");
  read.is_workspace = workspace != nullptr && workspace->as_bool() != nullptr && *workspace->as_bool();
  return read;
}

std::vector<Template> read_all()
{
  std::vector<Template> found;
  for (const EmbeddedFile& file : embedded_files()) {
    const std::size_t slash = file.path.find('/');
    if (slash != std::string_view::npos && file.path.substr(slash + 1) == k_description) {
      found.push_back(described(file.path.substr(0, slash), file));
    }
  }
  for (Template& one : found) {
    const std::string folder = one.id + "/";
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.path.starts_with(folder) && file.path.substr(folder.size()) != k_description) {
        one.files.push_back({std::string(file.path.substr(folder.size())), std::string(file.text)});
      }
    }
  }
  return found;
}

std::string replaced(std::string text, std::string_view placeholder, std::string_view value)
{
  for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

/// `members` of `[workspace]`; nullptr: there is no such array.
const manifest::TomlArray* members_of(const manifest::TomlTable& root)
{
  const manifest::TomlValue* const workspace = root.find("workspace");
  const manifest::TomlTable* const table = workspace == nullptr ? nullptr : workspace->as_table();
  const manifest::TomlValue* const members = table == nullptr ? nullptr : table->find("members");
  return members == nullptr ? nullptr : members->as_array();
}

/// Where a line and column (both from 1) are in a text; its end where it has no such place.
std::size_t offset_of(std::string_view text, manifest::Position position)
{
  std::size_t line_start = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) {
    const std::size_t end = text.find('\n', line_start);
    if (end == std::string_view::npos) {
      return text.size();
    }
    line_start = end + 1;
  }
  return std::min(text.size(), line_start + position.column - 1);
}

bool has_member(std::string_view manifest, std::string_view member)
{
  const auto document = manifest::parse_toml("Cargo.toml", std::string(manifest));
  const manifest::TomlArray* const members = document ? members_of((*document)->root) : nullptr;
  return members != nullptr && std::any_of(members->begin(), members->end(), [&](const manifest::TomlValue& entry) {
           return entry.as_string() != nullptr && *entry.as_string() == member;
         });
}

} // namespace

const std::vector<Template>& all()
{
  static const std::vector<Template> read = read_all();
  return read;
}

const Template* find(std::string_view id)
{
  const auto found = std::find_if(all().begin(), all().end(), [&](const Template& one) { return one.id == id; });
  return found == all().end() ? nullptr : &*found;
}

std::vector<File> filled(const Template& chosen, const Names& names)
{
  std::string crate_name = names.name;
  std::replace(crate_name.begin(), crate_name.end(), '-', '_');
  const std::array<std::pair<std::string_view, std::string_view>, 3> values = {
      {{"{{name}}", names.name}, {"{{crate_name}}", crate_name}, {"{{edition}}", names.edition}}};
  std::vector<File> files = chosen.files;
  for (File& file : files) {
    for (const auto& [placeholder, value] : values) {
      file.path = replaced(std::move(file.path), placeholder, value);
      file.text = replaced(std::move(file.text), placeholder, value);
    }
  }
  return files;
}

std::string with_member(std::string_view manifest, std::string_view member)
{
  const auto document = manifest::parse_toml("Cargo.toml", std::string(manifest));
  const manifest::TomlArray* const members = document ? members_of((*document)->root) : nullptr;
  if (members == nullptr || members->empty()) {
    return "";
  }
  const std::size_t last = offset_of(manifest, members->back().position);
  if (last >= manifest.size() || (manifest[last] != '"' && manifest[last] != '\'')) {
    return "";
  }
  const std::size_t end = manifest.find(manifest[last], last + 1);
  if (end == std::string_view::npos) {
    return "";
  }
  const std::size_t line_start = manifest.rfind('\n', last) + 1;
  const bool has_own_line = manifest.find_first_not_of(" \t", line_start) == last;
  std::string entry = has_own_line ? ",\n" + std::string(manifest.substr(line_start, last - line_start)) : ", ";
  entry += '"' + std::string(member) + '"';
  std::string text(manifest);
  text.insert(end + 1, entry);
  return has_member(text, member) ? text : "";
}

} // namespace cargo_wasm::templates
