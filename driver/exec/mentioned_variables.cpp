#include "mentioned_variables.hpp"

#include <algorithm>
#include <bitset>
#include <map>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "git_state.hpp"
#include "private_values.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_shortest_name = 3;
constexpr std::string_view k_git = "=git"; ///< among names of variables, which have no `=`: the program mentions git
constexpr std::size_t k_shortest_part = 4;
constexpr std::size_t k_distinct_name = 6; ///< shorter ones are parts of others: NAME of CARGO_PKG_NAME
constexpr std::string_view k_method = "2"; ///< in what is remembered: what an older program has found is not asked for

/// What is looked for: a whole name, or the beginning of one.
struct Needle
{
  std::string_view text;
  std::size_t name; ///< its index
};

std::size_t first_two(std::string_view text)
{
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8U | static_cast<unsigned char>(text[1]);
}

bool is_of_name(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_of_name(std::string_view bytes, std::size_t at)
{
  return at < bytes.size() && is_of_name(bytes[at]);
}

/// `APPCFG_COLOR` may be put together, or met when all variables are gone through: APPCFG_ is then all that stands in the program.
std::vector<Needle> needles_of(const std::vector<std::string>& names)
{
  std::vector<Needle> needles;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    needles.push_back({name, i});
    for (std::size_t end = 0; end < name.size() && is_of_name(name[end]); ++end) {
      if (name[end] == '_' && end + 1 >= k_shortest_part && end + 1 < name.size() && name[0] != '_') {
        needles.push_back({name.substr(0, end + 1), i});
      }
    }
  }
  return needles;
}

/// Literals of a program follow one another without a border, so that it is asked of short names alone, and behind the beginning of a name,
/// which else stands in every longer one: GITHUB_SHA does not make GITHUB_RUN_ID count.
bool stands_at(std::string_view bytes, std::size_t at, const Needle& needle, bool is_whole)
{
  const std::string_view text = needle.text;
  if (!bytes.substr(at).starts_with(text)) {
    return false;
  }
  const bool goes_on = is_of_name(bytes, at + text.size()), began_before = at > 0 && is_of_name(bytes, at - 1);
  if (!is_whole) {
    return !goes_on && (text.size() > k_distinct_name || !began_before);
  }
  const bool is_distinct = text.size() >= k_distinct_name || text.find('_') != std::string_view::npos;
  return is_distinct || !(goes_on || began_before);
}

} // namespace

std::vector<std::string> variables_to_look_for(const Env& env, plan::ActionKind kind, const ExpandedCommand& command)
{
  const bool has_those_of_scripts = kind == plan::ActionKind::run_build_script; // `add_tools` adds them, by their values
  std::vector<std::string> names;
  for (const auto& [name, value] : env.vars) {
    if (name.size() >= k_shortest_name && !command.environment.contains(name) && !base::is_secret_variable(name) &&
        !(has_those_of_scripts && is_read_by_build_scripts(name)) && !is_of_every_session(name)) {
      names.push_back(name);
    }
  }
  for (const char* const name : {"CARGO_PRIMARY_PACKAGE", "RUSTUP_TOOLCHAIN"}) { // commands set them, and no key has them
    if (command.environment.contains(name)) {
      names.emplace_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> mentioned_in(std::string_view bytes, const std::vector<std::string>& names)
{
  std::bitset<65536> begins;
  std::multimap<std::size_t, Needle> by_beginning; // by first two bytes
  for (const Needle& needle : needles_of(names)) {
    begins.set(first_two(needle.text));
    by_beginning.emplace(first_two(needle.text), needle);
  }
  std::vector<bool> found(names.size());
  for (std::size_t at = 0; at + k_shortest_name <= bytes.size(); ++at) {
    const std::size_t beginning = first_two(bytes.substr(at, 2));
    if (!begins[beginning]) {
      continue;
    }
    const auto [from, to] = by_beginning.equal_range(beginning);
    for (auto it = from; it != to; ++it) {
      const Needle& needle = it->second;
      const bool is_whole = needle.text.size() == names[needle.name].size();
      found[needle.name] = found[needle.name] || stands_at(bytes, at, needle, is_whole);
    }
  }
  std::vector<std::string> mentioned;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (found[i]) {
      mentioned.push_back(names[i]);
    }
  }
  return mentioned;
}

/// Scripts and macros look at variables that they do not name; those whose names stand in them count. Their values may be secrets.
Result<> SharedKeys::add_mentioned(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, SharedKey& key)
{
  const std::string script = tmpl.kind == plan::ActionKind::run_build_script ? m_context.places.name_of(command.program) : std::string();
  std::vector<std::string> names;
  std::string names_id;
  for (const auto& [name, digest] : key.input.dependencies) {
    const bool runs_here = name == script || (tmpl.kind == plan::ActionKind::rustc && name.ends_with(".so"));
    if (!runs_here) {
      continue;
    }
    if (names.empty()) {
      names = variables_to_look_for(m_context.env, tmpl.kind, command);
      base::StableHasher hasher;
      hasher.add(k_method);
      for (const std::string& each : names) {
        hasher.add(each);
      }
      names_id = hasher.finish_hex();
    }
    CW_TRY_ASSIGN(const auto mentioned, mentioned_in_program(name, digest, names, names_id));
    for (const std::string& variable : mentioned) {
      key.mentions_git = key.mentions_git || variable == k_git;
      if (const auto value = variable_of_child(m_context.env, tmpl, command, variable)) {
        CW_TRY_ASSIGN(const std::string secret, m_use.store->secret());
        key.input.platform["variable:" + variable] = hashed_value(secret, *value);
      }
    }
  }
  return {};
}

/// Remembered by the program's digest and the names, in this process and on disk.
Result<std::vector<std::string>> SharedKeys::mentioned_in_program(const std::string& place,
                                                                  const base::Digest& digest,
                                                                  const std::vector<std::string>& names,
                                                                  const std::string& names_id)
{
  const std::string id = base::to_hex(digest.hash) + names_id;
  if (const auto known = m_mentioned.find(id); known != m_mentioned.end()) {
    return known->second;
  }
  const base::Path memo = m_use.memo_directory / "mentioned" / id;
  CW_TRY_ASSIGN(const auto remembered, m_context.env.fs.read_if_exists(memo));
  std::vector<std::string> mentioned;
  if (remembered) {
    for (const std::string_view name : base::split(*remembered, '\n')) {
      if (!name.empty()) {
        mentioned.emplace_back(name);
      }
    }
    return m_mentioned[id] = mentioned;
  }
  const base::Path here = m_context.places.path_of(place);
  for (const base::Path& path : {here, m_use.store->path_of_blob(digest, true), m_use.store->path_of_blob(digest, false)}) {
    if (!m_context.env.fs.is_file(path)) {
      continue;
    }
    CW_TRY_ASSIGN(const auto file, m_context.env.fs.map(path));
    mentioned = mentioned_in(file.bytes(), names);
    if (mentions_git(file.bytes())) {
      mentioned.emplace_back(k_git);
    }
    (void)m_context.env.fs.write_atomic(memo, base::join(mentioned, "\n")); // not remembering costs time, nothing else
    return m_mentioned[id] = mentioned;
  }
  mentioned = names;
  mentioned.emplace_back(k_git);
  return mentioned; // it is nowhere, and will be made again
}

} // namespace cargo_wasm::exec
