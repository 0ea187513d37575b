#include "judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exam {

namespace {

constexpr std::string_view k_type_mark = " : ";
constexpr std::string_view k_nothing = "nothing";

std::string_view name_of(std::string_view entry)
{
  return entry.substr(0, entry.find(k_type_mark));
}

/// The entry of the same name; nullptr when there is none.
const std::string* named(const std::vector<std::string>& entries, std::string_view name)
{
  const auto found = std::ranges::find_if(entries, [&](const std::string& entry) { return name_of(entry) == name; });
  return found == entries.end() ? nullptr : &*found;
}

/// What a list has too little, too much or of another type; lists of names with types.
void compare(std::string_view kind,
             const std::vector<std::string>& expected,
             const std::vector<std::string>& came,
             std::vector<Finding>& findings)
{
  const std::string all = came.empty() ? std::string(k_nothing) : base::join(came, ", ");
  for (const std::string& entry : expected) {
    const std::string* other = named(came, name_of(entry));
    if (other == nullptr) {
      findings.push_back({fmt::format("the {} `{}` is missing", kind, name_of(entry)), entry, all});
    } else if (*other != entry) {
      findings.push_back({fmt::format("the {} `{}` has another type", kind, name_of(entry)), entry, *other});
    }
  }
  for (std::size_t i = 0; i < came.size(); ++i) {
    const bool twice = i > 0 && name_of(came[i]) == name_of(came[i - 1]);
    if (named(expected, name_of(came[i])) == nullptr) {
      findings.push_back({fmt::format("the {} `{}` should not be there", kind, name_of(came[i])), std::string(k_nothing), came[i]});
    } else if (twice) {
      findings.push_back({fmt::format("the {} `{}` is there twice", kind, name_of(came[i])), "it once", all});
    }
  }
}

/// The first line that differs, with the call or run it belongs to.
void compare_transcripts(const std::vector<std::string>& expected, const std::vector<std::string>& came, std::vector<Finding>& findings)
{
  std::string_view run = "> ";
  for (std::size_t i = 0; i < std::max(expected.size(), came.size()); ++i) {
    const std::string_view wanted = i < expected.size() ? std::string_view(expected[i]) : "the end";
    const std::string_view got = i < came.size() ? std::string_view(came[i]) : "the end";
    if (wanted.starts_with("> ")) {
      run = wanted;
    }
    if (wanted != got) {
      const std::string_view what = run.substr(2);
      findings.push_back({what.empty() ? std::string("the program does something else") : fmt::format("`{}` does something else", what),
                          std::string(wanted),
                          std::string(got)});
      return;
    }
  }
}

void judge_module(const Program& program, const ModuleFacts& facts, std::vector<Finding>& findings)
{
  if (program.imports && !facts.is_component) {
    compare("import", *program.imports, facts.imports, findings);
  }
  if (program.exports) {
    compare("export", *program.exports, facts.exports, findings);
  } else if (!facts.is_component && named(facts.exports, "_start") == nullptr) {
    findings.push_back({"the export `_start` is missing", "_start : () -> ()", base::join(facts.exports, ", ")});
  }
  for (const auto& core : facts.cores) {
    for (const ImportPair& pair : program.pairs) {
      if (core.contains(pair.first) && !core.contains(pair.second)) {
        findings.push_back({fmt::format("it imports `{}`, but not `{}`", pair.first, pair.second),
                            "both in one module, or none",
                            fmt::format("`{}` is not among the {} imports", pair.second, core.size())});
      }
    }
  }
  for (const std::uint32_t slot : facts.empty_slots) {
    findings.push_back({fmt::format("slot {} of the function table is empty", slot), "a function in every slot but the first", "null"});
  }
}

/// A program that must not link.
void judge_refusal(const Program& program, Cell& cell)
{
  const std::string wanted = fmt::format("error[{}]", program.refused);
  if (cell.observed.built && cell.way == Way::ours) {
    cell.findings.push_back({"it links", wanted, "a module that imports " + base::join(cell.observed.imports, ", ")});
    cell.verdict = Verdict::failed;
  } else if (cell.observed.built) {
    cell.findings.push_back(
        {"it links, and what nobody declared became an import", "an error, or this", base::join(cell.observed.imports, ", ")});
    cell.verdict = Verdict::noted;
  } else if (cell.way == Way::ours && !cell.observed.message.starts_with(wanted)) {
    cell.findings.push_back({"it is refused for another reason", wanted, cell.observed.message});
    cell.verdict = Verdict::failed;
  }
}

/// Codes of what the shim finds wrong with a link (CW08), of what is known of compilers and of the audit of linked modules (CW09).
bool is_protection(std::string_view message)
{
  return message.starts_with("error[CW08") || message.starts_with("error[CW09");
}

} // namespace

void judge(const Program& program, const std::optional<ModuleFacts>& facts, bool ran, Cell& cell)
{
  if (!program.refused.empty()) {
    judge_refusal(program, cell);
    return;
  }
  if (!facts) {
    const bool refused = cell.way == Way::ours && is_protection(cell.observed.message);
    cell.verdict = refused ? Verdict::refused : Verdict::failed;
    cell.findings.push_back({refused ? "cargo-wasm refuses to build it" : "it cannot be built", "a module", cell.observed.message});
    return;
  }
  judge_module(program, *facts, cell.findings);
  if (ran && !program.runs.empty()) {
    compare_transcripts(program.says, cell.observed.says, cell.findings);
  }
  cell.verdict = cell.findings.empty() ? Verdict::passed : Verdict::failed;
}

} // namespace cargo_wasm::exam
