// What changed between two compilers: per program and builder the differences of what was seen, with the settings they show in.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exam/certificate.hpp>

#include "finding_groups.hpp"

namespace cargo_wasm::exam {

namespace {

const Cell* find_cell(const Certificate& certificate, const Cell& like)
{
  const auto same = [&](const Cell& cell) { return cell.program == like.program && cell.setting == like.setting && cell.way == like.way; };
  const auto found = std::ranges::find_if(certificate.cells, same);
  return found == certificate.cells.end() ? nullptr : &*found;
}

void add_list_changes(std::string_view kind,
                      const std::vector<std::string>& before,
                      const std::vector<std::string>& after,
                      std::vector<std::string>& changes)
{
  std::vector<std::string> gone;
  std::vector<std::string> added;
  std::ranges::set_difference(before, after, std::back_inserter(gone));
  std::ranges::set_difference(after, before, std::back_inserter(added));
  if (!gone.empty()) {
    changes.push_back(fmt::format("{} no longer {}", kind, base::join(gone, ", ")));
  }
  if (!added.empty()) {
    changes.push_back(fmt::format("{} now {}", kind, base::join(added, ", ")));
  }
}

std::string outcome(const Cell& cell)
{
  return cell.observed.built ? std::string("built") : fmt::format("not built ({})", cell.observed.message);
}

std::vector<std::string> changes_between(const Cell& before, const Cell& after)
{
  std::vector<std::string> changes;
  const Observation& was = before.observed;
  const Observation& is = after.observed;
  if (was.built != is.built) {
    changes.push_back(fmt::format("was {}, is {}", outcome(before), outcome(after)));
    return changes;
  }
  add_list_changes("imports", was.imports, is.imports, changes);
  add_list_changes("imports of WASI", was.wasi, is.wasi, changes);
  add_list_changes("exports", was.exports, is.exports, changes);
  const auto [left, right] = std::ranges::mismatch(was.says, is.says);
  if (left != was.says.end() || right != is.says.end()) {
    changes.push_back(fmt::format("said `{}`, says `{}`", left == was.says.end() ? "" : *left, right == is.says.end() ? "" : *right));
  }
  if (before.verdict != after.verdict) {
    changes.push_back(fmt::format("was {}, is {}", to_string(before.verdict), to_string(after.verdict)));
  }
  return changes;
}

} // namespace

std::string comparison_text(const Certificate& before, const Certificate& after)
{
  std::string text = fmt::format("from {}\nto   {}\n", before.rustc, after.rustc);
  std::size_t compared = 0;
  bool changed = false;
  for (const ExaminedProgram& program : after.programs) {
    std::vector<SettingsOf<std::string>> groups;
    for (const Cell& cell : after.cells) {
      const Cell* earlier = cell.program == program.name ? find_cell(before, cell) : nullptr;
      if (earlier == nullptr) {
        continue;
      }
      ++compared;
      for (const std::string& change : changes_between(*earlier, cell)) {
        add_to_groups(groups, cell.way, cell.setting, change);
      }
    }
    if (!groups.empty()) {
      changed = true;
      text += fmt::format("\n{} ({}): {}\n", program.name, program.target, program.title);
    }
    for (const auto& group : groups) {
      text += fmt::format("  {}, in {}: {}\n", builder_text(group.way), settings_text(group.settings, after.settings), group.value);
    }
  }
  return text + fmt::format("{}{} builds compared{}\n", changed ? "\n" : "", compared, changed ? "" : ": no difference");
}

} // namespace cargo_wasm::exam
