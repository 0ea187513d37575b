#include <cargo_wasm/verify/compare.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace cargo_wasm::verify {

namespace {

using Cause = ActionDifference::Cause;

const OutputOfAction* output_named(const ActionOfBuild& action, const std::string& name)
{
  const auto found = std::find_if(action.outputs.begin(), action.outputs.end(), [&](const auto& output) { return output.name == name; });
  return found == action.outputs.end() ? nullptr : &*found;
}

/// The first part that is not the same; empty where the parts are, or where there are none.
std::string first_other_part(const OutputOfAction& was, const OutputOfAction& is)
{
  for (std::size_t i = 0; i < std::min(was.parts.size(), is.parts.size()); ++i) {
    if (was.parts[i] != is.parts[i]) {
      return was.parts[i].name;
    }
  }
  const auto& longer = was.parts.size() > is.parts.size() ? was.parts : is.parts;
  const std::size_t common = std::min(was.parts.size(), is.parts.size());
  return longer.size() > common ? longer[common].name : std::string();
}

Cause cause_of(const ActionOfBuild& was, const ActionOfBuild& is)
{
  return was.command != is.command ? Cause::command : was.inputs != is.inputs ? Cause::inputs : Cause::not_deterministic;
}

/// The first output that is not the same on both sides. What else the second has counts, too.
bool find_other_output(const ActionOfBuild& was, const ActionOfBuild& is, ActionDifference& difference)
{
  for (const OutputOfAction& output : was.outputs) {
    const OutputOfAction* const other = output_named(is, output.name);
    if (other == nullptr || other->digest != output.digest) {
      difference.output = output.name;
      difference.is_missing = other == nullptr;
      difference.part = other == nullptr ? std::string() : first_other_part(output, *other);
      return true;
    }
  }
  for (const OutputOfAction& output : is.outputs) {
    if (output_named(was, output.name) == nullptr) {
      difference.output = output.name;
      difference.is_missing = true;
      return true;
    }
  }
  return false;
}

void compare_heads(const BuildRecord& was, const BuildRecord& is, std::vector<std::string>& found)
{
  const auto text = [&](std::string_view what, const std::string& one, const std::string& other) {
    if (one != other) {
      found.push_back(fmt::format("{}: {}, then {}", what, one.empty() ? "nothing" : one, other.empty() ? "nothing" : other));
    }
  };
  text("rustc", was.rustc_version, is.rustc_version);
  text("rustc's commit", was.rustc_commit, is.rustc_commit);
  text("LLVM", was.rustc_llvm, is.rustc_llvm);
  text("the machine that rustc runs on", was.rustc_host, is.rustc_host);
  if (was.rustc_version == is.rustc_version && was.toolchain_contents != is.toolchain_contents) {
    found.emplace_back("the files of the toolchain");
  }
  if (was.lock != is.lock) {
    found.emplace_back("Cargo.lock");
  }
  text("the program that builds", was.driver, is.driver);
  for (const auto& [name, value] : was.settings) {
    const auto other = is.settings.find(name);
    text(name, value, other == is.settings.end() ? std::string() : other->second);
  }
  std::map<std::string, base::Digest> tools;
  for (const ToolOfBuild& tool : was.tools) {
    tools.emplace(tool.name, tool.digest);
  }
  for (const ToolOfBuild& tool : is.tools) {
    const auto other = tools.find(tool.name);
    if (other == tools.end() || other->second != tool.digest) {
      found.push_back(fmt::format("the tool `{}`", tool.name));
    }
  }
}

/// What a script left differs, and whatever reads it is the same: the difference ended there.
void set_apart_without_effect(const BuildRecord& was, Comparison& result)
{
  std::set<std::size_t> read;
  for (const ActionDifference& difference : result.differences) {
    if (difference.cause != Cause::only_now) {
      read.insert(was.actions[difference.was].after.begin(), was.actions[difference.was].after.end());
    }
  }
  const auto has_effect = [&](const ActionDifference& difference) {
    const bool is_compared = difference.cause != Cause::only_now && difference.cause != Cause::only_before;
    return !is_compared || was.actions[difference.was].kind != "build-script" || read.contains(difference.was);
  };
  const auto apart = std::stable_partition(result.differences.begin(), result.differences.end(), has_effect);
  result.without_effect.assign(apart, result.differences.end());
  result.differences.erase(apart, result.differences.end());
}

} // namespace

Comparison compare(const BuildRecord& was, const BuildRecord& is, Machine machine)
{
  Comparison result;
  compare_heads(was, is, result.other_settings);
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < is.actions.size(); ++i) {
    position.emplace(is.actions[i].identity, i);
  }
  std::set<std::size_t> tainted; // positions in `was`
  for (std::size_t i = 0; i < was.actions.size(); ++i) {
    const ActionOfBuild& before = was.actions[i];
    const auto found = position.find(before.identity);
    ActionDifference difference;
    difference.was = i;
    difference.unit = before.unit;
    difference.follows =
        std::any_of(before.after.begin(), before.after.end(), [&](std::uint32_t other) { return tainted.contains(other); });
    if (found == position.end()) {
      difference.cause = Cause::only_before;
      result.differences.push_back(std::move(difference));
      tainted.insert(i);
      continue;
    }
    difference.is = found->second;
    const ActionOfBuild& now = is.actions[found->second];
    position.erase(found);
    ++result.actions;
    result.outputs += before.outputs.size();
    if (!find_other_output(before, now, difference)) {
      continue;
    }
    if (machine == Machine::other && before.kind == "rustc" && before.identity.starts_with("host/")) {
      result.host_programs.push_back(before.unit);
    } else {
      difference.cause = cause_of(before, now);
      result.differences.push_back(std::move(difference));
      tainted.insert(i);
    }
  }
  for (std::size_t i = 0; i < is.actions.size(); ++i) {
    if (position.contains(is.actions[i].identity)) {
      ActionDifference difference;
      difference.cause = Cause::only_now;
      difference.is = i;
      difference.unit = is.actions[i].unit;
      result.differences.push_back(std::move(difference));
    }
  }
  set_apart_without_effect(was, result);
  return result;
}

} // namespace cargo_wasm::verify
