#include "dotenv.hpp"

#include <algorithm>
#include <set>

#include <cargo_wasm/base/text.hpp>

#include "private_values.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_blanks = " \t\r";

/// What stands at `at`, behind a `=`; `at` goes to its end. `"a b" # why` → a b; quotes may be lines apart.
std::string_view take_value(std::string_view text, std::size_t& at)
{
  at = std::min(text.find_first_not_of(k_blanks, at), text.size());
  const std::size_t begin = at, line_end = std::min(text.find('\n', at), text.size());
  const char quote = at < text.size() ? text[at] : '\n';
  if (quote == '"' || quote == '\'') {
    std::size_t end = begin + 1;
    while (end < text.size() && text[end] != quote) {
      end += quote == '"' && text[end] == '\\' ? 2U : 1U;
    }
    if (end < text.size()) {
      at = end + 1;
      return text.substr(begin + 1, end - begin - 1);
    }
  }
  at = line_end;
  std::string_view value = text.substr(begin, line_end - begin);
  for (std::size_t mark = value.find('#', 1); mark != std::string_view::npos; mark = value.find('#', mark + 1)) {
    if (k_blanks.find(value[mark - 1]) != std::string_view::npos) {
      value = value.substr(0, mark);
      break;
    }
  }
  return base::trim(value);
}

/// `pa\$\$word` → pa$$word
std::string without_escapes(std::string_view value)
{
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    i += value[i] == '\\' && i + 1 < value.size() ? 1U : 0U;
    out += value[i];
  }
  return out;
}

/// As it stands; without its escapes; and what lies between the characters that one reader or another replaces. Of an address no more
/// than its beginning tells nothing.
void add_forms(std::string_view value, std::vector<std::string>& forms)
{
  constexpr std::string_view k_special = "\\$\"'{}\n";
  const auto add = [&](std::string_view form) {
    if (form.size() >= k_shortest_secret && std::ranges::find(forms, form) == forms.end()) {
      forms.emplace_back(form);
    }
  };
  add(value);
  if (value.find_first_of(k_special) == std::string_view::npos) {
    return;
  }
  add(without_escapes(value));
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find_first_of(k_special, at), value.size());
    if (const std::string_view piece = value.substr(at, end - at); !piece.ends_with("://")) {
      add(piece);
    }
    at = end + 1;
  }
}

} // namespace

bool is_dotenv_name(std::string_view file_name)
{
  constexpr std::string_view k_for_all[] = {".dist", ".example", ".sample", ".template"};
  return (file_name == ".env" || file_name.starts_with(".env.")) &&
         std::ranges::none_of(k_for_all, [&](std::string_view suffix) { return file_name.ends_with(suffix); });
}

bool is_dotenv_file(std::string_view path)
{
  return is_dotenv_name(path.substr(path.rfind('/') + 1));
}

std::vector<std::string> private_values_of_dotenv(std::string_view text)
{
  std::vector<std::string> values;
  for (std::size_t at = 0; at < text.size();) {
    constexpr std::string_view k_export = "export ";
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    std::string_view line = base::trim(text.substr(at, line_end - at));
    if (line.starts_with(k_export)) {
      line.remove_prefix(k_export.size());
    }
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) {
      at = line_end + 1;
      continue;
    }
    at = text.find('=', at) + 1;
    const std::string_view value = take_value(text, at);
    at = std::min(text.find('\n', at), text.size()) + 1;
    if (is_not_known_harmless(base::trim(line.substr(0, equals)))) {
      add_forms(value, values);
    }
  }
  return values;
}

Result<std::vector<std::string>>
private_values_of_dotenv_files(const Context& context, const plan::ActionTemplate& tmpl, const SharedKey* key)
{
  std::set<std::string> files;
  const base::ReadOnlyFilesystem& fs = context.env.fs;
  for (const SealedFile& file : key == nullptr ? std::vector<SealedFile>{} : key->unlisted) {
    if (is_dotenv_file(file.name)) {
      files.insert(context.places.path_of(file.name));
    }
  }
  const auto package = std::ranges::find(tmpl.inputs, plan::TemplateInput::Kind::package_tree, &plan::TemplateInput::kind);
  const std::string& top = context.graph.workspace_root.native();
  for (base::Path at = package == tmpl.inputs.end() ? base::Path() : package->path; fs.is_directory(at); at = at.parent_path()) {
    CW_TRY_ASSIGN(const auto entries, fs.list(at));
    for (const base::DirectoryEntry& entry : entries) {
      if (is_dotenv_name(entry.name)) {
        files.insert((at / entry.name).native());
      }
    }
    if (at.native().size() <= top.size() || !at.native().starts_with(top)) { // the workspace's, or a package beside it
      break;
    }
  }
  std::vector<std::string> values;
  for (const std::string& file : files) {
    if (fs.is_file(file)) {
      CW_TRY_ASSIGN(const std::string text, fs.read(file));
      std::ranges::move(private_values_of_dotenv(text), std::back_inserter(values));
    }
  }
  return values;
}

} // namespace cargo_wasm::exec
