#include <cargo_wasm/toolchain/defects.hpp>

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/toml.hpp>

#include "defect_files.hpp"

namespace cargo_wasm::toolchain {

namespace {

using manifest::TomlDocument;
using manifest::TomlMember;
using manifest::TomlTable;
using manifest::TomlValue;

constexpr std::array<std::string_view, 8> k_top_keys{"title", "effect", "help", "evidence", "action", "rustc", "targets", "when"};
constexpr std::array<std::string_view, 5> k_when_keys{"packages", "panic", "target-features", "link-args", "codegen"};
constexpr std::array<std::string_view, 1> k_set_keys{"link-args"};

class DefectReader
{
public:
  DefectReader(const TomlDocument& document, std::string_view id) : m_document(document) { m_defect.id = id; }

  Result<Defect> read()
  {
    const TomlTable& root = m_document.root;
    for (const TomlMember& member : root.members) {
      if (member.key != "set" && std::ranges::find(k_top_keys, member.key) == k_top_keys.end()) {
        return unknown(member, k_top_keys);
      }
    }
    CW_TRY(text(root, "title", m_defect.title));
    CW_TRY(text(root, "effect", m_defect.effect));
    CW_TRY(texts(root, "help", m_defect.helps));
    CW_TRY(texts(root, "evidence", m_defect.evidence));
    CW_TRY(texts(root, "targets", m_defect.targets));
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
  [[nodiscard]] tl::unexpected<Error> problem(std::string message, manifest::Position position) const
  {
    return fail(Error("CW0900", std::move(message)).at(m_document.span(position)));
  }

  template <std::size_t size>
  [[nodiscard]] tl::unexpected<Error> unknown(const TomlMember& member, const std::array<std::string_view, size>& known) const
  {
    Error error("CW0900", fmt::format("a toolchain defect has no key `{}`", member.key));
    error.where = m_document.span(member.key_position);
    if (const auto near = base::nearest(member.key, std::vector<std::string>(known.begin(), known.end()))) {
      error.helps.push_back(fmt::format("a key with a similar name exists: `{}`", *near));
    }
    return fail(std::move(error));
  }

  Result<> text(const TomlTable& table, std::string_view key, std::string& out) const
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr) {
      return problem(fmt::format("`{}` is missing", key), {1, 1, 1});
    }
    if (value->as_string() == nullptr) {
      return problem(fmt::format("`{}` must be a string, not {}", key, value->type_name()), value->position);
    }
    out = *value->as_string();
    return {};
  }

  Result<> texts(const TomlTable& table, std::string_view key, std::vector<std::string>& out) const
  {
    const TomlValue* const value = table.find(key);
    if (value == nullptr) {
      return {};
    }
    const auto* const array = value->as_array();
    if (array == nullptr) {
      return problem(fmt::format("`{}` must be an array of strings, not {}", key, value->type_name()), value->position);
    }
    for (const TomlValue& element : *array) {
      if (element.as_string() == nullptr) {
        return problem(fmt::format("`{}` must hold strings only, not {}", key, element.type_name()), element.position);
      }
      out.push_back(*element.as_string());
    }
    return {};
  }

  Result<> read_action(const TomlTable& root)
  {
    std::string action;
    CW_TRY(text(root, "action", action));
    if (action == "refuse") {
      m_defect.action = Defect::Action::refuse;
    } else if (action == "warn") {
      m_defect.action = Defect::Action::warn;
    } else if (action == "set") {
      m_defect.action = Defect::Action::set;
    } else if (action == "check-imports") {
      m_defect.action = Defect::Action::check_imports;
    } else {
      return problem(fmt::format("`action` must be `refuse`, `warn`, `set` or `check-imports`, not `{}`", action),
                     root.find("action")->position);
    }
    return {};
  }

  Result<spec::VersionReq> requirement(std::string_view text, manifest::Position position) const
  {
    auto parsed = spec::parse_version_req(text);
    if (!parsed) {
      return problem(parsed.error().message, position);
    }
    return std::move(*parsed);
  }

  Result<> read_rustc(const TomlTable& root)
  {
    std::vector<std::string> requirements;
    CW_TRY(texts(root, "rustc", requirements));
    for (const std::string& text : requirements) {
      CW_TRY_ASSIGN(spec::VersionReq parsed, requirement(text, root.find("rustc")->position));
      m_defect.rustc.push_back(std::move(parsed));
    }
    return {};
  }

  Result<> read_when(const TomlValue& value)
  {
    const TomlTable* const table = value.as_table();
    if (table == nullptr) {
      return problem(fmt::format("`when` must be a table, not {}", value.type_name()), value.position);
    }
    for (const TomlMember& member : table->members) {
      if (std::ranges::find(k_when_keys, member.key) == k_when_keys.end()) {
        return unknown(member, k_when_keys);
      }
    }
    CW_TRY(texts(*table, "panic", m_defect.panic));
    CW_TRY(texts(*table, "target-features", m_defect.features));
    CW_TRY(texts(*table, "link-args", m_defect.link_args));
    CW_TRY(texts(*table, "codegen", m_defect.codegen));
    std::vector<std::string> packages;
    CW_TRY(texts(*table, "packages", packages));
    for (const std::string& text : packages) {
      const std::size_t blank = text.find(' ');
      const std::string_view versions = blank == std::string::npos ? std::string_view("*") : std::string_view(text).substr(blank + 1);
      CW_TRY_ASSIGN(spec::VersionReq parsed, requirement(versions, table->find("packages")->position));
      m_defect.packages.push_back({text.substr(0, blank), std::move(parsed)});
    }
    return {};
  }

  Result<> read_set(const TomlValue& value)
  {
    const TomlTable* const table = value.as_table();
    if (table == nullptr) {
      return problem(fmt::format("`set` must be a table, not {}", value.type_name()), value.position);
    }
    for (const TomlMember& member : table->members) {
      if (std::ranges::find(k_set_keys, member.key) == k_set_keys.end()) {
        return unknown(member, k_set_keys);
      }
    }
    return texts(*table, "link-args", m_defect.set_link_args);
  }

  const TomlDocument& m_document;
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
