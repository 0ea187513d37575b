#include "lints.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 4> k_tools{"cargo", "clippy", "rust", "rustdoc"};
constexpr std::array<std::string_view, 3> k_lint_keys{"level", "priority", "check-cfg"};

/// priority, name, flag: sorted by priority, then the name backwards, then the flag.
using Flag = std::tuple<std::int64_t, std::string, std::string>;

bool is_tool(std::string_view name)
{
  return std::find(k_tools.begin(), k_tools.end(), name) != k_tools.end();
}

class LintReader
{
public:
  LintReader(ReadState& state, const TomlDocument& document, std::string_view path) : m_state(state), m_document(document), m_path(path) {}

  std::vector<std::string> run(const TomlTable& lints)
  {
    for (const TomlMember* tool : lints.sorted()) {
      if (m_state.failed()) {
        return {};
      }
      const TomlTable* table = as_table(m_state, {&m_document, tool->value.get()}, fmt::format("{}.{}", m_path, tool->key));
      if (table != nullptr) {
        read_tool(*tool, *table);
      }
    }
    std::sort(m_flags.begin(), m_flags.end(), [](const Flag& a, const Flag& b) {
      if (std::get<0>(a) != std::get<0>(b)) {
        return std::get<0>(a) < std::get<0>(b);
      }
      return std::get<1>(a) != std::get<1>(b) ? std::get<1>(a) > std::get<1>(b) : std::get<2>(a) < std::get<2>(b);
    });
    std::vector<std::string> arguments;
    arguments.reserve(m_flags.size() + m_check_cfg.size() * 2);
    for (Flag& flag : m_flags) {
      arguments.push_back(std::move(std::get<2>(flag)));
    }
    for (std::string& value : m_check_cfg) {
      arguments.push_back("--check-cfg");
      arguments.push_back(std::move(value));
    }
    return arguments;
  }

private:
  void read_tool(const TomlMember& tool, const TomlTable& table)
  {
    const bool known = is_tool(tool.key);
    if (!known) {
      m_state.warn("CW0134",
                   fmt::format("`{}` is not a lint tool", tool.key),
                   m_document,
                   tool.key_position,
                   "tools are `cargo`, `clippy`, `rust` and `rustdoc`");
    } else if (tool.key == "cargo") {
      m_state.warn(
          "CW0134", fmt::format("`{}.cargo` has no effect: lints of cargo itself are unstable", m_path), m_document, tool.key_position);
    }
    std::map<std::string, std::string_view> seen;
    for (const TomlMember* lint : table.sorted()) {
      if (known && !check_name(tool.key, *lint, seen)) {
        return;
      }
      read_lint(tool.key, *lint);
      if (m_state.failed()) {
        return;
      }
    }
  }

  bool check_name(std::string_view tool, const TomlMember& lint, std::map<std::string, std::string_view>& seen)
  {
    std::string plain = lint.key;
    std::replace(plain.begin(), plain.end(), '-', '_');
    if (plain != lint.key) {
      m_state.warn("CW0131",
                   fmt::format("`{}.{}.{}` is an old spelling", m_path, tool, lint.key),
                   m_document,
                   lint.key_position,
                   fmt::format("write `{}`", plain));
    }
    if (const auto [first, is_new] = seen.try_emplace(plain, lint.key); !is_new) {
      m_state.warn(
          "CW0134", fmt::format("lint `{}` is set twice, as `{}` and `{}`", plain, first->second, lint.key), m_document, lint.key_position);
    }
    const std::size_t colons = lint.key.find("::");
    if (colons == std::string::npos) {
      return true;
    }
    const std::string_view prefix = std::string_view(lint.key).substr(0, colons);
    Error error =
        Error("CW0145", fmt::format("`{}.{}.{}` is not a lint name", m_path, tool, lint.key)).at(m_document.span(lint.key_position));
    if (prefix == tool || (tool == "rust" && is_tool(prefix))) {
      error.helps.push_back(fmt::format("write `{}.{}.{}`", m_path, prefix, lint.key.substr(colons + 2)));
    }
    return m_state.fail(std::move(error));
  }

  void read_lint(const std::string& tool, const TomlMember& lint)
  {
    const std::string path = fmt::format("{}.{}.{}", m_path, tool, lint.key);
    const Located at{&m_document, lint.value.get()};
    Located level = at;
    std::int64_t priority = 0;
    if (const TomlTable* table = lint.value->as_table()) {
      level.value = table->find("level");
      if (level.value == nullptr) {
        m_state.fail(Error("CW0145", fmt::format("`{}` has no level", path))
                         .at(m_document.span(lint.key_position))
                         .help("write `level = \"warn\"` or another level"));
        return;
      }
      read_priority(*table, path, priority);
      read_check_cfg(tool, lint, *table, path);
    } else if (lint.value->as_string() == nullptr) {
      fail_type(m_state, at, path, "a lint level or a table");
      return;
    }
    const std::string* name = as_string(m_state, level, path);
    if (name == nullptr) {
      return;
    }
    if (*name != "forbid" && *name != "deny" && *name != "warn" && *name != "allow") {
      m_state.fail(Error("CW0145", fmt::format("`{}` is not a lint level", *name))
                       .at(m_document.span(level.value->position))
                       .help("levels are `forbid`, `deny`, `warn` and `allow`"));
      return;
    }
    if (tool != "cargo") {
      m_flags.emplace_back(
          priority, lint.key, tool == "rust" ? fmt::format("--{}={}", *name, lint.key) : fmt::format("--{}={}::{}", *name, tool, lint.key));
    }
  }

  void read_priority(const TomlTable& table, std::string_view path, std::int64_t& priority)
  {
    const TomlValue* value = table.find("priority");
    if (value == nullptr) {
      return;
    }
    const std::int64_t* number = value->as_integer();
    if (number == nullptr || *number < -128 || *number > 127) {
      m_state.fail("CW0145", fmt::format("`{}.priority` must be a whole number from -128 to 127", path), m_document, value->position);
      return;
    }
    priority = *number;
  }

  void read_check_cfg(std::string_view tool, const TomlMember& lint, const TomlTable& table, const std::string& path)
  {
    const bool takes_check_cfg = tool == "rust" && lint.key == "unexpected_cfgs";
    if (takes_check_cfg) {
      if (auto values = as_strings(m_state, {&m_document, table.find("check-cfg")}, path + ".check-cfg")) {
        m_check_cfg = std::move(*values);
      }
    }
    Fields(m_state, m_document, table, path).warn_unknown(std::span(k_lint_keys).first(takes_check_cfg ? 3 : 2));
  }

  ReadState& m_state;
  const TomlDocument& m_document;
  std::string_view m_path;
  std::vector<Flag> m_flags;
  std::vector<std::string> m_check_cfg;
};

} // namespace

void check_workspace_lints(ReadState& state, Located lints)
{
  if (const TomlTable* table = as_table(state, lints, "workspace.lints")) {
    LintReader(state, *lints.document, "workspace.lints").run(*table);
  }
}

LintSettings read_lints(ReadState& state, const Fields& manifest, Inheritance& inheritance)
{
  LintSettings settings;
  Located at = manifest.find("lints");
  const TomlTable* table = manifest.table("lints");
  if (table == nullptr) {
    return settings;
  }
  std::string_view path = "lints";
  const std::size_t warnings_before = state.warnings.size();
  const bool inherits = asks_for_inheritance(state, at, "lints");
  if (inherits) {
    if (table->members.size() > 1) {
      state.fail(Error("CW0111", "`lints.workspace = true` cannot stand beside other lints")
                     .at(manifest.document().span(table->find_member("workspace")->key_position))
                     .help("move the other lints to `[workspace.lints]`, or write all of them here"));
      return settings;
    }
    at = inheritance.lints(table->find_member("workspace")->key_position);
    path = "workspace.lints";
    table = as_table(state, at, path);
  }
  if (table != nullptr && !state.failed()) {
    settings.rustc_flags = LintReader(state, *at.document, path).run(*table);
    settings.rustdoc_flags = settings.rustc_flags;
  }
  if (inherits) {
    state.warnings.resize(warnings_before); // the root's own reading shows them once
  }
  return settings;
}

} // namespace cargo_wasm::manifest
