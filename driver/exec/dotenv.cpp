#include "dotenv.hpp"

#include <algorithm>

#include <cargo_wasm/base/text.hpp>

#include "private_values.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

/// `"a b" # why` → a b
std::string_view dotenv_value(std::string_view text)
{
  text = base::trim(text);
  if (text.starts_with('"') || text.starts_with('\'')) {
    const std::size_t end = text.find(text.front(), 1); // one that goes on in the next line counts as far as it stands here
    return text.substr(1, end == std::string_view::npos ? end : end - 1);
  }
  return base::trim(text.substr(0, text.find(" #")));
}

} // namespace

bool is_dotenv_name(std::string_view file_name)
{
  constexpr std::string_view k_for_all[] = {".dist", ".example", ".sample", ".template"};
  return (file_name == ".env" || file_name.starts_with(".env.")) &&
         std::ranges::none_of(k_for_all, [&](std::string_view suffix) { return file_name.ends_with(suffix); });
}

std::vector<std::string> private_values_of_dotenv(std::string_view text)
{
  std::vector<std::string> values;
  for (std::string_view line : base::split(text, '\n')) {
    constexpr std::string_view k_export = "export ";
    line = base::trim(line);
    if (line.starts_with(k_export)) {
      line.remove_prefix(k_export.size());
    }
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) {
      continue;
    }
    const std::string_view value = dotenv_value(line.substr(equals + 1));
    if (value.size() >= k_shortest_secret && is_not_known_harmless(base::trim(line.substr(0, equals)))) {
      values.emplace_back(value);
    }
  }
  return values;
}

Result<std::vector<std::string>> private_values_of_dotenv_files(const Context& context, const plan::ActionTemplate& tmpl)
{
  std::vector<std::string> values;
  const base::ReadOnlyFilesystem& fs = context.env.fs;
  const auto package = std::ranges::find(tmpl.inputs, plan::TemplateInput::Kind::package_tree, &plan::TemplateInput::kind);
  if (package == tmpl.inputs.end()) {
    return values;
  }
  const std::string& top = context.graph.workspace_root.native();
  for (base::Path at = package->path; fs.is_directory(at); at = at.parent_path()) {
    CW_TRY_ASSIGN(const auto entries, fs.list(at));
    for (const base::DirectoryEntry& entry : entries) {
      if (!is_dotenv_name(entry.name) || !fs.is_file(at / entry.name)) {
        continue;
      }
      CW_TRY_ASSIGN(const std::string text, fs.read(at / entry.name));
      std::ranges::move(private_values_of_dotenv(text), std::back_inserter(values));
    }
    if (at.native().size() <= top.size() || !at.native().starts_with(top)) { // the workspace's, or a package beside it
      break;
    }
  }
  return values;
}

} // namespace cargo_wasm::exec
