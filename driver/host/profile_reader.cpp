#include "profile_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/data_file.hpp>

namespace cargo_wasm::host {

namespace {

using manifest::Position;
using manifest::TomlMember;
using manifest::TomlTable;
using manifest::TomlValue;
using FunctionTypes = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 14> k_profile_keys{"name",
                                                          "evidence",
                                                          "extends",
                                                          "every",
                                                          "version",
                                                          "accepts",
                                                          "shared-memory",
                                                          "headers",
                                                          "import",
                                                          "own-import",
                                                          "export",
                                                          "features",
                                                          "limits",
                                                          "build"};
constexpr std::array<std::string_view, 5> k_import_keys{"modules", "versions", "fields", "functions", "kinds"};
constexpr std::array<std::string_view, 2> k_own_import_keys{"modules", "except"};
constexpr std::array<std::string_view, 5> k_export_keys{"names", "kind", "type", "need", "when-imports"};
constexpr std::array<std::string_view, 3> k_feature_keys{"on", "since", "note"};
constexpr std::array<std::string_view, 3> k_shared_memory_keys{"on", "note", "instead"};
constexpr std::array<std::string_view, 6> k_build_keys{
    "program-target", "library-target", "test-target", "target-features", "build-std", "lower"};
constexpr std::array<std::string_view, 3> k_interface_keys{"name", "evidence", "functions"};
constexpr std::array<std::pair<std::string_view, wasm::ExternalKind>, 5> k_kinds{{{"function", wasm::ExternalKind::func},
                                                                                  {"memory", wasm::ExternalKind::memory},
                                                                                  {"global", wasm::ExternalKind::global},
                                                                                  {"table", wasm::ExternalKind::table},
                                                                                  {"tag", wasm::ExternalKind::tag}}};
/// What wasm-opt can replace by older instructions.
constexpr std::array<wasm::Feature, 3> k_lowerable{
    wasm::Feature::sign_ext, wasm::Feature::bulk_memory_opt, wasm::Feature::nontrapping_fptoint};

bool is_value_type_list(std::string_view text)
{
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') {
    return false;
  }
  text = text.substr(1, text.size() - 2);
  const auto words = text.empty() ? std::vector<std::string_view>() : base::split(text, ' ');
  return std::ranges::all_of(words, [](std::string_view word) {
    constexpr std::array<std::string_view, 7> k_names{"i32", "i64", "f32", "f64", "v128", "funcref", "externref"};
    return std::ranges::find(k_names, word) != k_names.end();
  });
}

/// "(i32 i64) -> (i32)", as wasm::to_string writes it.
bool is_function_type(std::string_view text)
{
  constexpr std::string_view k_arrow = " -> ";
  const std::size_t arrow = text.find(k_arrow);
  return arrow != std::string_view::npos && is_value_type_list(text.substr(0, arrow)) &&
         is_value_type_list(text.substr(arrow + k_arrow.size()));
}

class ProfileReader
{
public:
  ProfileReader(const manifest::TomlDocument& document, std::string_view id, const std::function<Result<Profile>(std::string_view)>& find)
      : m_document(document), m_file(document, "CW0925", "a host"), m_id(id), m_find(find)
  {
  }

  Result<Profile> read()
  {
    const TomlTable& root = m_file.root();
    CW_TRY(m_file.check_keys(root, k_profile_keys));
    CW_TRY(read_base(root));
    const TomlValue* const name = root.find("name");
    if (name == nullptr || name->as_string() == nullptr) {
      return m_file.problem("a host needs a `name`, which is a string", name == nullptr ? Position{1, 1, 1} : name->position);
    }
    m_profile.id = m_id;
    m_profile.name = *name->as_string();
    CW_TRY_ASSIGN(m_profile.evidence, m_file.texts(root, "evidence"));
    CW_TRY(read_every(root));
    CW_TRY(read_version(root));
    CW_TRY(read_accepts(root));
    CW_TRY(read_shared_memory(root));
    CW_TRY(read_headers(root));
    CW_TRY(read_lists(root));
    CW_TRY(read_features(root));
    CW_TRY(read_limits(root));
    CW_TRY(read_build(root));
    if (!m_profile.has_import_rules && !m_profile.features && m_profile.every.empty() && m_profile.own_imports.empty()) {
      return m_file.problem("a host needs at least one `[[import]]`, `[features]`, or another host that it `extends`");
    }
    return std::move(m_profile);
  }

  Result<FunctionTypes> interface_functions()
  {
    const TomlTable& root = m_file.root();
    CW_TRY(m_file.check_keys(root, k_interface_keys));
    return function_types(root);
  }

private:
  Result<Profile> named_host(std::string_view name, Position position)
  {
    Result<Profile> found = m_find(name);
    if (!found && (found.error().id == "CW0870" || found.error().where.index() == 0)) {
      Error error = std::move(found.error());
      error.blame = Blame::user;
      error.where = m_document.span(position);
      return fail(std::move(error));
    }
    return found;
  }

  Result<> read_base(const TomlTable& root)
  {
    const TomlValue* const extends = root.find("extends");
    if (extends == nullptr) {
      return {};
    }
    CW_TRY_ASSIGN(const std::string name, m_file.text(root, "extends"));
    CW_TRY_ASSIGN(m_profile, named_host(name, extends->position));
    for (ImportRule& rule : m_profile.imports) {
      rule.is_inherited = true;
    }
    return {};
  }

  Result<> read_every(const TomlTable& root)
  {
    CW_TRY_ASSIGN(const auto names, m_file.texts(root, "every"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      CW_TRY_ASSIGN(Profile part, named_host(names[i], (*root.find("every")->as_array())[i].position));
      m_profile.every.push_back(std::move(part));
    }
    const auto speaks_of = [&](std::string_view key) { return root.find(key) != nullptr; };
    for (const std::string_view key : {"extends", "shared-memory", "import", "own-import", "export", "features", "limits", "accepts"}) {
      const bool is_of_all = key == "shared-memory" || key == "extends"; // a host that extends such a one may say
      if ((!names.empty() || (!m_profile.every.empty() && !is_of_all)) && speaks_of(key)) {
        return m_file.problem(fmt::format("a host that stands for others (`every`) has no `{}` of its own", key),
                              root.find_member(key)->key_position);
      }
    }
    return {};
  }

  Result<HostVersion> host_version(const std::string& text, Position position)
  {
    auto version = parse_host_version(text);
    if (!version) {
      return m_file.problem(fmt::format("`{}` is no version: numbers with dots between them", text), position);
    }
    return std::move(*version);
  }

  Result<> read_version(const TomlTable& root)
  {
    if (const TomlValue* const value = root.find("version")) {
      CW_TRY_ASSIGN(const std::string text, m_file.text(root, "version"));
      CW_TRY_ASSIGN(m_profile.version, host_version(text, value->position));
    }
    return {};
  }

  Result<> read_accepts(const TomlTable& root)
  {
    if (const TomlValue* const accepts = root.find("accepts")) {
      CW_TRY_ASSIGN(const auto words, m_file.texts(root, "accepts"));
      m_profile.takes_modules = std::ranges::find(words, "module") != words.end();
      m_profile.takes_components = std::ranges::find(words, "component") != words.end();
      const auto is_known = [](const std::string& word) { return word == "module" || word == "component"; };
      if (words.empty() || !std::ranges::all_of(words, is_known)) {
        return m_file.problem("`accepts` lists \"module\", \"component\" or both", accepts->position);
      }
    }
    return {};
  }

  Result<> read_shared_memory(const TomlTable& root)
  {
    const TomlValue* const value = root.find("shared-memory");
    if (value == nullptr) {
      return {};
    }
    Profile said;
    if (value->as_table() == nullptr) {
      CW_TRY_ASSIGN(said.has_shared_memory, boolean(*value, "shared-memory"));
    } else {
      const TomlTable& table = *value->as_table();
      CW_TRY(m_file.check_keys(table, k_shared_memory_keys));
      if (const TomlValue* const is_on = table.find("on")) {
        CW_TRY_ASSIGN(said.has_shared_memory, boolean(*is_on, "on"));
      }
      CW_TRY(optional_text(table, "note", said.shared_memory_note));
      CW_TRY(optional_text(table, "instead", said.shared_memory_host));
    }
    share_memory_as(said, m_profile);
    return {};
  }

  /// It holds for those that a host stands for, too.
  static void share_memory_as(const Profile& said, Profile& profile)
  {
    profile.has_shared_memory = said.has_shared_memory;
    profile.shared_memory_note = said.shared_memory_note;
    profile.shared_memory_host = said.shared_memory_host;
    for (Profile& part : profile.every) {
      share_memory_as(said, part);
    }
  }

  Result<> read_headers(const TomlTable& root)
  {
    const TomlValue* const value = root.find("headers");
    if (value == nullptr) {
      return {};
    }
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(*value, "headers"));
    for (const TomlMember& member : table->members) {
      CW_TRY_ASSIGN(m_profile.headers[member.key], m_file.text(*table, member.key));
    }
    return {};
  }

  Result<> optional_text(const TomlTable& table, std::string_view key, std::string& into)
  {
    if (table.find(key) != nullptr) {
      CW_TRY_ASSIGN(into, m_file.text(table, key));
    }
    return {};
  }

  Result<bool> boolean(const TomlValue& value, std::string_view key)
  {
    if (value.as_bool() == nullptr) {
      return m_file.problem(fmt::format("`{}` must be true or false, not {}", key, value.type_name()), value.position);
    }
    return *value.as_bool();
  }

  /// Calls `read` with each table of a `[[key]]`.
  template <class Read> Result<> each_table(const TomlTable& root, std::string_view key, Read read)
  {
    const TomlValue* const value = root.find(key);
    if (value == nullptr) {
      return {};
    }
    if (value->as_array() == nullptr) {
      return m_file.problem(fmt::format("`{0}` must be tables, each below `[[{0}]]`, not {1}", key, value->type_name()), value->position);
    }
    for (const TomlValue& entry : *value->as_array()) {
      CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(entry, key));
      CW_TRY(read(*table, entry.position));
    }
    return {};
  }

  Result<> read_lists(const TomlTable& root)
  {
    CW_TRY(each_table(root, "import", [&](const TomlTable& table, Position position) { return read_import(table, position); }));
    CW_TRY(each_table(root, "own-import", [&](const TomlTable& table, Position position) { return read_own_import(table, position); }));
    return each_table(root, "export", [&](const TomlTable& table, Position position) { return read_export(table, position); });
  }

  Result<wasm::ExternalKind> kind_of(const std::string& word, Position position)
  {
    const auto* const found = std::ranges::find(k_kinds, word, &std::pair<std::string_view, wasm::ExternalKind>::first);
    if (found == k_kinds.end()) {
      return m_file.problem(fmt::format("`{}` is no kind: it is function, memory, global, table or tag", word), position);
    }
    return found->second;
  }

  Result<> read_import(const TomlTable& table, Position position)
  {
    CW_TRY(m_file.check_keys(table, k_import_keys));
    ImportRule rule;
    CW_TRY_ASSIGN(rule.modules, m_file.texts(table, "modules"));
    CW_TRY_ASSIGN(rule.fields, m_file.texts(table, "fields"));
    CW_TRY_ASSIGN(rule.functions, function_types(table));
    if (rule.modules.empty()) {
      return m_file.problem("an `[[import]]` needs `modules`", position);
    }
    if (const TomlValue* const versions = table.find("versions")) {
      CW_TRY_ASSIGN(const std::string text, m_file.text(table, "versions"));
      CW_TRY_ASSIGN(rule.versions, m_file.requirement(text, versions->position));
    }
    if (const TomlValue* const kinds = table.find("kinds")) {
      CW_TRY_ASSIGN(const auto words, m_file.texts(table, "kinds"));
      rule.kinds.clear();
      for (std::size_t i = 0; i < words.size(); ++i) {
        CW_TRY_ASSIGN(const wasm::ExternalKind kind, kind_of(words[i], (*kinds->as_array())[i].position));
        rule.kinds.push_back(kind);
      }
    }
    m_profile.has_import_rules = true;
    m_profile.imports.push_back(std::move(rule));
    return {};
  }

  Result<FunctionTypes> function_types(const TomlTable& table)
  {
    FunctionTypes types;
    const TomlValue* const value = table.find("functions");
    if (value == nullptr) {
      return types;
    }
    CW_TRY_ASSIGN(const TomlTable* const functions, m_file.as_table(*value, "functions"));
    for (const TomlMember& member : functions->members) {
      CW_TRY_ASSIGN(std::string type, m_file.text(*functions, member.key));
      if (!is_function_type(type)) {
        return m_file.problem(fmt::format("`{}` is no type of a function, such as \"(i32 i64) -> (i32)\"", type), member.value->position);
      }
      types.emplace(member.key, std::move(type));
    }
    return types;
  }

  Result<> read_own_import(const TomlTable& table, Position position)
  {
    CW_TRY(m_file.check_keys(table, k_own_import_keys));
    OwnImportRule rule;
    CW_TRY_ASSIGN(rule.modules, m_file.texts(table, "modules"));
    CW_TRY_ASSIGN(rule.except, m_file.texts(table, "except"));
    if (rule.modules.empty()) {
      return m_file.problem("an `[[own-import]]` needs `modules`", position);
    }
    m_profile.has_import_rules = true;
    m_profile.own_imports.push_back(std::move(rule));
    return {};
  }

  Result<> read_export(const TomlTable& table, Position position)
  {
    CW_TRY(m_file.check_keys(table, k_export_keys));
    ExportRule rule;
    CW_TRY_ASSIGN(rule.names, m_file.texts(table, "names"));
    if (rule.names.empty()) {
      return m_file.problem("an `[[export]]` needs `names`", position);
    }
    CW_TRY_ASSIGN(rule.when_imports, m_file.texts(table, "when-imports"));
    if (const TomlValue* const kind = table.find("kind")) {
      CW_TRY_ASSIGN(const std::string word, m_file.text(table, "kind"));
      CW_TRY_ASSIGN(rule.kind, kind_of(word, kind->position));
    }
    if (const TomlValue* const type = table.find("type")) {
      CW_TRY_ASSIGN(rule.type, m_file.text(table, "type"));
      if (rule.kind != wasm::ExternalKind::func || !is_function_type(*rule.type)) {
        return m_file.problem(fmt::format("`{}` is no type of a function, such as \"() -> ()\"", *rule.type), type->position);
      }
    }
    if (const TomlValue* const need = table.find("need")) {
      CW_TRY_ASSIGN(const std::string word, m_file.text(table, "need"));
      rule.need = word == "at most one" ? Need::at_most_one : Need::at_least_one;
      if (word != "at most one" && word != "at least one") {
        return m_file.problem("`need` is \"at least one\" or \"at most one\"", need->position);
      }
    }
    m_profile.exports.push_back(std::move(rule));
    return {};
  }

  Result<wasm::Feature> feature_of(const std::string& name, Position position)
  {
    const auto feature = wasm::feature_named(name);
    if (!feature) {
      std::vector<std::string> known;
      for (std::size_t i = 1; i < wasm::k_features; ++i) {
        known.emplace_back(wasm::name_of(static_cast<wasm::Feature>(i)));
      }
      auto error = m_file.problem(fmt::format("there is no feature `{}`", name), position);
      if (const auto near = base::nearest(name, known)) {
        error.value().helps.push_back(fmt::format("did you mean `{}`?", *near));
      }
      return error;
    }
    return *feature;
  }

  Result<FeatureSupport> support_of(const TomlValue& value, const std::string& name)
  {
    FeatureSupport support;
    if (const bool* const is_on = value.as_bool()) {
      support.is_on = *is_on;
      return support;
    }
    if (const std::string* const since = value.as_string()) {
      CW_TRY_ASSIGN(support.since, host_version(*since, value.position));
      return support;
    }
    const TomlTable* const table = value.as_table();
    if (table == nullptr) {
      return m_file.problem(fmt::format("`{}` is true, false, a version, or a table, not {}", name, value.type_name()), value.position);
    }
    CW_TRY(m_file.check_keys(*table, k_feature_keys));
    if (const TomlValue* const is_on = table->find("on")) {
      CW_TRY_ASSIGN(support.is_on, boolean(*is_on, "on"));
    }
    if (const TomlValue* const since = table->find("since")) {
      CW_TRY_ASSIGN(const std::string text, m_file.text(*table, "since"));
      CW_TRY_ASSIGN(support.since, host_version(text, since->position));
    }
    if (table->find("note") != nullptr) {
      CW_TRY_ASSIGN(support.note, m_file.text(*table, "note"));
    }
    return support;
  }

  Result<> read_features(const TomlTable& root)
  {
    const TomlValue* const value = root.find("features");
    if (value == nullptr) {
      return {};
    }
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(*value, "features"));
    auto& features = m_profile.features ? *m_profile.features : m_profile.features.emplace();
    for (const TomlMember& member : table->members) {
      CW_TRY_ASSIGN(const wasm::Feature feature, feature_of(member.key, member.key_position));
      CW_TRY_ASSIGN(features[feature], support_of(*member.value, member.key));
    }
    return {};
  }

  Result<> read_limits(const TomlTable& root)
  {
    const TomlValue* const value = root.find("limits");
    if (value == nullptr) {
      return {};
    }
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(*value, "limits"));
    for (const TomlMember& member : table->members) {
      const auto kind = limit_named(member.key);
      if (!kind) {
        return m_file.problem(
            fmt::format("there is no limit `{}`: known are module-bytes, memory-pages, table-elements, functions and imports", member.key),
            member.key_position);
      }
      const std::int64_t* const most = member.value->as_integer();
      if (most == nullptr || *most < 0) {
        return m_file.problem(fmt::format("`{}` must be a number, not {}", member.key, member.value->type_name()), member.value->position);
      }
      m_profile.limits[*kind] = static_cast<std::uint64_t>(*most);
    }
    return {};
  }

  Result<> read_build(const TomlTable& root)
  {
    const TomlValue* const value = root.find("build");
    if (value == nullptr) {
      return {};
    }
    CW_TRY_ASSIGN(const TomlTable* const table, m_file.as_table(*value, "build"));
    CW_TRY(m_file.check_keys(*table, k_build_keys));
    CW_TRY(optional_text(*table, "program-target", m_profile.program_target));
    CW_TRY(optional_text(*table, "library-target", m_profile.library_target));
    CW_TRY(optional_text(*table, "test-target", m_profile.test_target));
    if (table->find("target-features") != nullptr) {
      CW_TRY_ASSIGN(m_profile.target_features, m_file.texts(*table, "target-features"));
    }
    if (const TomlValue* const builds_std = table->find("build-std")) {
      CW_TRY_ASSIGN(m_profile.builds_std, boolean(*builds_std, "build-std"));
    }
    CW_TRY_ASSIGN(const auto lowered, m_file.texts(*table, "lower"));
    for (std::size_t i = 0; i < lowered.size(); ++i) {
      const Position position = (*table->find("lower")->as_array())[i].position;
      CW_TRY_ASSIGN(const wasm::Feature feature, feature_of(lowered[i], position));
      if (std::ranges::find(k_lowerable, feature) == k_lowerable.end()) {
        return m_file.problem(fmt::format("wasm-opt cannot lower `{}`, only sign-ext, bulk-memory-opt and nontrapping-fptoint", lowered[i]),
                              position);
      }
      if (std::ranges::find(m_profile.lowered, feature) == m_profile.lowered.end()) {
        m_profile.lowered.push_back(feature);
      }
    }
    return {};
  }

  const manifest::TomlDocument& m_document;
  manifest::DataFile m_file;
  std::string_view m_id;
  const std::function<Result<Profile>(std::string_view)>& m_find;
  Profile m_profile;
};

} // namespace

Result<Profile>
read_profile(const manifest::TomlDocument& document, std::string_view id, const std::function<Result<Profile>(std::string_view)>& find)
{
  return ProfileReader(document, id, find).read();
}

Result<std::map<std::string, std::string, std::less<>>> read_interface(const manifest::TomlDocument& document)
{
  const std::function<Result<Profile>(std::string_view)> none;
  return ProfileReader(document, "", none).interface_functions();
}

} // namespace cargo_wasm::host
