#include <cargo_wasm/exec/failure_advice.hpp>

#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "advice_cases.hpp"
#include "advice_for.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_most_lines = 5;

constexpr std::array<FailureAdviser, 4> k_advisers = {
    advise_c_code,
    advise_missing_std,
    advise_threads,
    advise_getrandom,
};

/// The value after `--target`, or a script's TARGET.
std::string triple_of(const plan::ActionTemplate& tmpl)
{
  if (const auto target = tmpl.env.find("TARGET"); target != tmpl.env.end() && tmpl.kind == plan::ActionKind::run_build_script) {
    return target->second;
  }
  bool next = false;
  for (const plan::TemplateArg& argument : tmpl.args) {
    const auto* text = argument.size() == 1 ? std::get_if<std::string>(&argument[0].value) : nullptr;
    if (next && text != nullptr) {
      return *text;
    }
    next = text != nullptr && *text == "--target";
  }
  return {};
}

/// What an action reads through others is listed among its dependencies as well; this is what it names itself.
std::vector<plan::ActionIndex> direct_dependencies(const plan::ActionGraph& graph, plan::ActionIndex action)
{
  std::vector<bool> implied(graph.actions.size());
  for (const plan::TemplateDependency& dependency : graph.actions[action].dependencies) {
    for (const plan::TemplateDependency& below : graph.actions[dependency.action].dependencies) {
      implied[below.action] = true;
    }
  }
  std::vector<plan::ActionIndex> direct;
  for (const plan::TemplateDependency& dependency : graph.actions[action].dependencies) {
    if (!implied[dependency.action]) {
      direct.push_back(dependency.action);
    }
  }
  return direct;
}

/// The shortest way from something the user asked for to this action, as package names.
std::vector<std::string> path_from_root(const plan::ActionGraph& graph, plan::ActionIndex action)
{
  std::vector<plan::ActionIndex> parent(graph.actions.size(), action);
  std::vector<bool> seen(graph.actions.size());
  std::deque<plan::ActionIndex> queue;
  for (const plan::ActionIndex root : graph.roots) {
    seen[root] = true;
    parent[root] = root;
    queue.push_back(root);
  }
  while (!queue.empty() && queue.front() != action) {
    const plan::ActionIndex at = queue.front();
    queue.pop_front();
    for (const plan::ActionIndex next : direct_dependencies(graph, at)) {
      if (!seen[next]) {
        seen[next] = true;
        parent[next] = at;
        queue.push_back(next);
      }
    }
  }
  std::vector<std::string> path;
  if (queue.empty()) {
    return path;
  }
  for (plan::ActionIndex at = action;; at = parent[at]) {
    const std::string& name = graph.actions[at].label.package_display;
    if (path.empty() || path.back() != name) {
      path.push_back(name);
    }
    if (parent[at] == at) {
      break;
    }
  }
  std::reverse(path.begin(), path.end());
  return path;
}

} // namespace

std::span<const FailureAdviser> failure_advisers()
{
  return k_advisers;
}

std::optional<FailureAdvice> advise(const Failure& failure)
{
  if (!failure.triple.starts_with("wasm")) {
    return std::nullopt;
  }
  for (const FailureAdviser adviser : failure_advisers()) {
    if (auto advice = adviser(failure)) {
      if (advice->notes.size() > k_most_lines) {
        advice->notes.resize(k_most_lines);
      }
      advice->helps.resize(std::min(advice->helps.size(), k_most_lines - advice->notes.size()));
      return advice;
    }
  }
  return std::nullopt;
}

void add_advice(const plan::ActionGraph& graph, plan::ActionIndex action, std::string_view text, Error& error)
{
  const std::string triple = triple_of(graph.actions[action]);
  const Failure failure{graph, action, text, triple, path_from_root(graph, action)};
  if (auto advice = advise(failure)) {
    error.notes.insert(error.notes.end(), advice->notes.begin(), advice->notes.end());
    error.helps.insert(error.helps.end(), advice->helps.begin(), advice->helps.end());
  }
}

} // namespace cargo_wasm::exec
