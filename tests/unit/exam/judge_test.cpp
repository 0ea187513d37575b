// What is told of each way in which a module can be wrong.
#include <support/catch.hpp>

#include "judge.hpp"

using namespace cargo_wasm;
using exam::Cell;
using exam::Finding;
using exam::ModuleFacts;
using exam::Verdict;
using exam::Way;

namespace {

exam::Program two_imports()
{
  exam::Program program;
  program.name = "p";
  program.imports = {"left.open : (i32) -> (i32)", "right.open : (i32) -> (i32)"};
  program.exports = {"run : (i32) -> (i32)"};
  program.runs = {"run(1)"};
  program.says = {"> run(1)", "left.open(1)", "= 3"};
  return program;
}

ModuleFacts right_facts()
{
  ModuleFacts facts;
  facts.imports = *two_imports().imports;
  facts.exports = *two_imports().exports;
  facts.cores = {{"open"}};
  return facts;
}

/// The verdict on a module whose transcript is as expected.
Cell judged(const exam::Program& program, const ModuleFacts& facts, Way way = Way::rustc)
{
  Cell cell;
  cell.way = way;
  cell.observed.built = true;
  cell.observed.imports = facts.imports;
  cell.observed.says = program.says;
  exam::judge(program, facts, true, cell);
  return cell;
}

Cell judged_failure(const exam::Program& program, Way way, std::string message)
{
  Cell cell;
  cell.way = way;
  cell.observed.message = std::move(message);
  exam::judge(program, std::nullopt, true, cell);
  return cell;
}

} // namespace

TEST_CASE("judge: a module that is as expected passes", "[exam]")
{
  const Cell cell = judged(two_imports(), right_facts());
  CHECK(cell.verdict == Verdict::passed);
  CHECK(cell.findings.empty());
}

TEST_CASE("judge: a missing import is told with all that came", "[exam]")
{
  ModuleFacts facts = right_facts();
  facts.imports.pop_back();
  CHECK(judged(two_imports(), facts).findings ==
        std::vector<Finding>{{"the import `right.open` is missing", "right.open : (i32) -> (i32)", "left.open : (i32) -> (i32)"}});
}

TEST_CASE("judge: merged imports are one missing and one twice", "[exam]")
{
  ModuleFacts facts = right_facts();
  facts.imports[1] = facts.imports[0];
  const std::string both = "left.open : (i32) -> (i32), left.open : (i32) -> (i32)";
  CHECK(judged(two_imports(), facts).findings ==
        std::vector<Finding>{{"the import `right.open` is missing", "right.open : (i32) -> (i32)", both},
                             {"the import `left.open` is there twice", "it once", both}});
}

TEST_CASE("judge: another type and something nobody asked for are told", "[exam]")
{
  ModuleFacts facts = right_facts();
  facts.imports[0] = "left.open : (i64) -> (i32)";
  facts.exports.emplace_back("zzz : () -> ()");
  CHECK(judged(two_imports(), facts).findings ==
        std::vector<Finding>{{"the import `left.open` has another type", "left.open : (i32) -> (i32)", "left.open : (i64) -> (i32)"},
                             {"the export `zzz` should not be there", "nothing", "zzz : () -> ()"}});
}

TEST_CASE("judge: a lost export, an empty slot and a program without its start are told", "[exam]")
{
  ModuleFacts facts = right_facts();
  facts.exports.clear();
  facts.empty_slots = {4};
  CHECK(judged(two_imports(), facts).findings ==
        std::vector<Finding>{{"the export `run` is missing", "run : (i32) -> (i32)", "nothing"},
                             {"slot 4 of the function table is empty", "a function in every slot but the first", "null"}});
  exam::Program program = two_imports();
  program.exports.reset();
  CHECK(judged(program, facts).findings.front() == Finding{"the export `_start` is missing", "_start : () -> ()", ""});
}

TEST_CASE("judge: of a transcript the first line that differs is told, with its run", "[exam]")
{
  const exam::Program program = two_imports();
  Cell cell;
  cell.observed.built = true;
  cell.observed.says = {"> run(1)", "right.open(1)", "= 3"};
  exam::judge(program, right_facts(), true, cell);
  CHECK(cell.findings == std::vector<Finding>{{"`run(1)` does something else", "left.open(1)", "right.open(1)"}});
  Cell shorter;
  shorter.observed.built = true;
  shorter.observed.says = {"> run(1)", "left.open(1)"};
  exam::judge(program, right_facts(), true, shorter);
  CHECK(shorter.findings == std::vector<Finding>{{"`run(1)` does something else", "= 3", "the end"}});
}

TEST_CASE("judge: where nothing could run only the module is judged", "[exam]")
{
  Cell cell;
  cell.observed.built = true;
  exam::judge(two_imports(), right_facts(), false, cell);
  CHECK(cell.verdict == Verdict::passed);
}

TEST_CASE("judge: the pair is looked for in the module that opens, not in another of the component", "[exam]")
{
  exam::Program program;
  program.pairs = {{"path_open", "fd_close"}};
  ModuleFacts facts;
  facts.is_component = true;
  facts.cores = {{"path_open", "fd_read"}, {"fd_close"}};
  CHECK(judged(program, facts).findings ==
        std::vector<Finding>{
            {"it imports `path_open`, but not `fd_close`", "both in one module, or none", "`fd_close` is not among the 2 imports"}});
  facts.cores = {{"path_open", "fd_close"}, {"other"}};
  CHECK(judged(program, facts).verdict == Verdict::passed);
}

TEST_CASE("judge: a refusal of cargo-wasm is no failure of it, a failed build is", "[exam]")
{
  const exam::Program program = two_imports();
  CHECK(judged_failure(program, Way::ours, "error[CW0904]: may confuse").verdict == Verdict::refused);
  CHECK(judged_failure(program, Way::ours, "import module mismatch").verdict == Verdict::failed);
  const Cell cell = judged_failure(program, Way::rustc, "error[CW0904]: may confuse");
  CHECK(cell.verdict == Verdict::failed);
  CHECK(cell.findings == std::vector<Finding>{{"it cannot be built", "a module", "error[CW0904]: may confuse"}});
}

TEST_CASE("judge: what must not link is refused by cargo-wasm with its code; rustc may do either", "[exam]")
{
  exam::Program program;
  program.refused = "CW0820";
  CHECK(judged_failure(program, Way::ours, "error[CW0820]: nobody defines `f`").verdict == Verdict::passed);
  CHECK(judged_failure(program, Way::ours, "error[CW0700]: no").verdict == Verdict::failed);
  CHECK(judged_failure(program, Way::rustc, "undefined symbol: f").verdict == Verdict::passed);
  ModuleFacts facts;
  facts.imports = {"env.f : () -> ()"};
  CHECK(judged(program, facts, Way::rustc).verdict == Verdict::noted);
  const Cell ours = judged(program, facts, Way::ours);
  CHECK(ours.verdict == Verdict::failed);
  CHECK(ours.findings == std::vector<Finding>{{"it links", "error[CW0820]", "a module that imports env.f : () -> ()"}});
}
