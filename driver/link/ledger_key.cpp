#include "ledger_key.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler_facts.hpp"

namespace cargo_wasm::link {

namespace {

/// Goes up whenever the same link and sources give another ledger.
constexpr int k_ledger_rules = 1;

std::string package_at_version(const plan::ActionLabel& label)
{
  return fmt::format("{}@{}", label.package_name, label.package_version);
}

/// `path` below `directory`, or nothing.
std::optional<std::string> below(const base::Path& directory, const base::Path& path)
{
  const std::string prefix = directory.native() + "/";
  return !directory.empty() && path.native().starts_with(prefix) ? std::optional(path.native().substr(prefix.size())) : std::nullopt;
}

/// Directories that have a name in places, the most special first.
std::array<std::pair<std::string_view, base::Path>, 5> named_directories(const plan::ActionGraph& graph, const plan::ActionTemplate& crate)
{
  return {{{"$OUT_DIR/", crate.out_dir.value_or(base::Path())},
           {"$TARGET/", graph.target_directory},
           {"", crate.package_root},
           {"$WORKSPACE/", graph.workspace_root},
           {"$CARGO_HOME/", graph.cargo_home}}};
}

/// The line that a span begins in, for its caret; the caret is as long as the name there.
void add_line(const Env& env, base::TextSpan& span)
{
  const auto text = env.fs.read(span.file);
  std::size_t begin = 0;
  for (std::uint32_t line = 1; text && line < span.line && begin != std::string::npos; ++line) {
    begin = text->find('\n', begin);
    begin = begin == std::string::npos ? begin : begin + 1;
  }
  if (!text || begin == std::string::npos) {
    return;
  }
  span.line_text = text->substr(begin, text->find('\n', begin) - begin);
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '!';
  };
  std::uint32_t length = 0;
  while (span.column - 1 + length < span.line_text.size() && is_name(span.line_text[span.column - 1 + length])) {
    ++length;
  }
  span.length = std::max(length, std::uint32_t{1});
}

} // namespace

std::optional<std::string> ledger_key(const exec::InspectedAction& link)
{
  if (!link.inputs_of) {
    return std::nullopt;
  }
  std::map<std::string, base::Digest> inputs; // by identity
  std::vector<plan::ActionIndex> to_visit{link.action};
  while (!to_visit.empty()) {
    const plan::ActionIndex index = to_visit.back();
    to_visit.pop_back();
    const plan::ActionTemplate& action = link.graph.actions[index];
    if (inputs.contains(action.identity)) {
      continue;
    }
    const auto digest = link.inputs_of(index);
    if (!digest) {
      return std::nullopt;
    }
    inputs.emplace(action.identity, *digest);
    for (const plan::TemplateDependency& dependency : action.dependencies) {
      to_visit.push_back(dependency.action);
    }
    if (action.program_ref) {
      to_visit.push_back(action.program_ref->action);
    }
  }
  base::Sha256Hasher hasher;
  hasher.update(fmt::format("import ledger {}\n", k_ledger_rules));
  for (const auto& [identity, digest] : inputs) {
    hasher.update(fmt::format("{} {}\n", identity, base::to_hex(digest.hash)));
  }
  return base::to_hex(hasher.finish());
}

LedgerPlace place_of(const plan::ActionGraph& graph, const plan::ActionTemplate& crate, const base::TextSpan& where)
{
  LedgerPlace place{package_at_version(crate.label), {}, where.line, where.column};
  const base::Path file = (crate.cwd / where.file).lexically_normal();
  for (const auto& [name, directory] : named_directories(graph, crate)) {
    if (const auto relative = below(directory, file)) {
      place.file = std::string(name) + *relative;
      return place;
    }
  }
  place.file = "…/" + file.filename().string();
  return place;
}

std::optional<base::TextSpan> span_of(const Env& env, const plan::ActionGraph& graph, const LedgerPlace& place)
{
  for (const plan::ActionTemplate& action : graph.actions) {
    if (action.kind != plan::ActionKind::rustc || package_at_version(action.label) != place.package) {
      continue;
    }
    for (const auto& [name, directory] : named_directories(graph, action)) {
      const bool is_named = place.file.starts_with('$') ? !name.empty() && place.file.starts_with(name) : name.empty();
      if (is_named && !directory.empty()) {
        base::TextSpan span;
        span.file = directory / place.file.substr(name.size());
        span.line = place.line;
        span.column = place.column;
        if (env.fs.exists(span.file)) {
          add_line(env, span);
          return span;
        }
      }
    }
  }
  return std::nullopt;
}

LinkedArtifact artifact_of(const plan::ActionTemplate& link)
{
  LinkedArtifact artifact;
  artifact.package = link.label.package_name;
  artifact.version = link.label.package_version;
  artifact.kind = link.label.target_kind;
  artifact.name = link.message_target ? link.message_target->value("name", link.label.crate_name) : link.label.crate_name;
  artifact.target = target_triple(link);
  if (link.artifact_message && link.artifact_message->contains("features")) {
    artifact.features = link.artifact_message->at("features").get<std::vector<std::string>>();
  }
  std::ranges::sort(artifact.features);
  return artifact;
}

} // namespace cargo_wasm::link
