#include <cargo_wasm/toolchain/defects.hpp>

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/data_file.hpp>

#include "defect_files.hpp"

namespace cargo_wasm::toolchain {

namespace {

using manifest::TomlTable;
using manifest::TomlValue;

constexpr std::array<std::string_view, 9> k_top_keys{"title", "effect", "help", "evidence", "action", "rustc", "targets", "when", "set"};
constexpr std::array<std::string_view, 5> k_when_keys{"packages", "panic", "target-features", "link-args", "codegen"};
constexpr std::array<std::string_view, 1> k_set_keys{"link-args"};

class DefectReader
{
public:
  DefectReader(const manifest::TomlDocument& document, std::string_view id) : m_file(document, "CW0900", "a toolchain defect")
  {
    m_defect.id = id;
  }

  Result<Defect> read()
  {
    const TomlTable& root = m_file.root();
    CW_TRY(m_file.check_keys(root, k_top_keys));
    CW_TRY_ASSIGN(m_defect.title, m_file.text(root, "title"));
    CW_TRY_ASSIGN(m_defect.effect, m_file.text(root, "effect"));
    CW_TRY_ASSIGN(m_defect.helps, m_file.texts(root, "help"));
    CW_TRY_ASSIGN(m_defect.evidence, m_file.texts(root, "evidence"));
    CW_TRY_ASSIGN(m_defect.targets, m_file.texts(root, "targets"));
    CW_TRY(read_action(root));
    CW_TRY(read_rustc(root));
    if (const TomlValue* const when = root.find("when")) {
      CW_TRY(read_when(*when));
    }
    if (const TomlValue* const set = root.find("set")) {
      CW_TRY(read_set(*set));
    }
    return std::move(m_defect);
  }

private:
  Result<> read_action(const TomlTable& root)
  {
    CW_TRY_ASSIGN(const std::string action, m_file.text(root, "action"));
    if (action == "refuse") {
      m_defect.action = Defect::Action::refuse;
    } else if (action == "warn") {
      m_defect.action = Defect::Action::warn;
    } else if (action == "set") {
      m_defect.action = Defect::Action::set;
    } else if (action == "check-imports") {
      m_defect.action = Defect::Action::check_imports;
    } else {
      return m_file.problem(fmt::format("`action` must be `refuse`, `warn`, `set` or `check-imports`, not `{}`", action),
                            root.find("action")->position);
    }
    return {};
  }

  Result<> read_rustc(const TomlTable& root)
  {
    CW_TRY_ASSIGN(const std::vector<std::string> requirements, m_file.texts(root, "rustc"));
    for (const std::string& text : requirements) {
      CW_TRY_ASSIGN(spec::VersionReq parsed, m_file.requirement(text, root.find("rustc")->position));
      m_defect.rustc.push_back(std::move(parsed));
    }
    return {};
  }

  Result<> read_when(const TomlValue& value)
  {
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(value, "when"));
    CW_TRY(m_file.check_keys(*table, k_when_keys));
    CW_TRY_ASSIGN(m_defect.panic, m_file.texts(*table, "panic"));
    CW_TRY_ASSIGN(m_defect.features, m_file.texts(*table, "target-features"));
    CW_TRY_ASSIGN(m_defect.link_args, m_file.texts(*table, "link-args"));
    CW_TRY_ASSIGN(m_defect.codegen, m_file.texts(*table, "codegen"));
    CW_TRY_ASSIGN(const std::vector<std::string> packages, m_file.texts(*table, "packages"));
    for (const std::string& text : packages) {
      const std::size_t blank = text.find(' ');
      const std::string_view versions = blank == std::string::npos ? std::string_view("*") : std::string_view(text).substr(blank + 1);
      CW_TRY_ASSIGN(spec::VersionReq parsed, m_file.requirement(versions, table->find("packages")->position));
      m_defect.packages.push_back({text.substr(0, blank), std::move(parsed)});
    }
    return {};
  }

  Result<> read_set(const TomlValue& value)
  {
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(value, "set"));
    CW_TRY(m_file.check_keys(*table, k_set_keys));
    CW_TRY_ASSIGN(m_defect.set_link_args, m_file.texts(*table, "link-args"));
    return {};
  }

  manifest::DataFile m_file;
  Defect m_defect;
};

template <class Range, class Predicate> bool empty_or_any(const Range& range, Predicate predicate)
{
  return range.empty() || std::ranges::any_of(range, predicate);
}

bool begins_with_any(const std::vector<std::string>& words, std::string_view prefix)
{
  return std::ranges::any_of(words, [&](const std::string& word) { return word.starts_with(prefix); });
}

} // namespace

bool applies(const Defect& defect, const DefectFacts& facts)
{
  spec::Version rustc = facts.rustc;
  rustc.pre.clear();
  const auto has_package = [&](const DefectPackage& wanted) {
    return std::ranges::any_of(
        facts.packages, [&](const auto& package) { return package.first == wanted.name && wanted.versions.matches(package.second); });
  };
  return empty_or_any(defect.rustc, [&](const spec::VersionReq& req) { return req.matches(rustc); }) &&
         empty_or_any(defect.targets, [&](const std::string& pattern) { return base::glob_matches(pattern, facts.triple); }) &&
         empty_or_any(defect.packages, has_package) &&
         empty_or_any(defect.panic, [&](const std::string& panic) { return panic == facts.panic; }) &&
         std::ranges::all_of(
             defect.features,
             [&](const std::string& feature) { return std::ranges::find(facts.features, feature) != facts.features.end(); }) &&
         empty_or_any(defect.link_args, [&](const std::string& prefix) { return begins_with_any(facts.link_args, prefix); }) &&
         empty_or_any(defect.codegen, [&](const std::string& prefix) { return begins_with_any(facts.codegen, prefix); });
}

bool touches(const Defect& defect, const spec::Version& rustc, std::span<const std::string> triples)
{
  spec::Version release = rustc;
  release.pre.clear();
  return std::ranges::any_of(defect.rustc, [&](const spec::VersionReq& req) { return req.matches(release); }) &&
         empty_or_any(defect.targets, [&](const std::string& pattern) {
           return std::ranges::any_of(triples, [&](const std::string& triple) { return base::glob_matches(pattern, triple); });
         });
}

bool has_conditions(const Defect& defect)
{
  return !defect.packages.empty() || !defect.panic.empty() || !defect.features.empty() || !defect.link_args.empty() ||
         !defect.codegen.empty();
}

Result<Defect> parse_defect(const base::Path& file, std::string_view id, std::string text)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, std::move(text)));
  return DefectReader(*document, id).read();
}

Result<std::vector<Defect>> load_defects(const base::ReadOnlyFilesystem& fs, const base::Path& user_directory)
{
  std::map<std::string, Defect> defects;
  for (const DefectFile& file : defect_files()) {
    CW_TRY_ASSIGN(Defect defect, parse_defect(fmt::format("toolchain-defects/{}.toml", file.id), file.id, std::string(file.text)));
    defects.insert_or_assign(std::string(file.id), std::move(defect));
  }
  if (fs.is_directory(user_directory)) {
    CW_TRY_ASSIGN(const auto entries, fs.list(user_directory));
    for (const auto& entry : entries) {
      const base::Path path = user_directory / entry.name;
      if (path.extension() != ".toml") {
        continue;
      }
      CW_TRY_ASSIGN(std::string text, fs.read(path));
      const std::string id = path.stem().string();
      CW_TRY_ASSIGN(Defect defect, parse_defect(path, id, std::move(text)));
      defects.insert_or_assign(id, std::move(defect));
    }
  }
  std::vector<Defect> result;
  for (auto& [id, defect] : defects) {
    result.push_back(std::move(defect));
  }
  return result;
}

} // namespace cargo_wasm::toolchain
