#include <cargo_wasm/runner/test_report.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using runner::Outcome;
using runner::ProgramResult;
using runner::TestCase;

namespace {

TestCase test_case(std::string name, Outcome outcome, std::string detail = "")
{
  return {.name = std::move(name), .result = {outcome, std::move(detail)}};
}

std::vector<ProgramResult> results()
{
  ProgramResult node{"app", "unittests src/lib.rs", "node", "wasm32-wasip1", {}};
  node.run.cases = {
      test_case("tests::a", Outcome::passed), test_case("tests::b", Outcome::failed), test_case("c", Outcome::ignored, "why <not>")};
  node.run.cases[1].trapped = true;
  node.run.cases[1].output = "thread 'main' panicked at src/lib.rs:1:2:\na & b\n";
  node.run.cases[1].backtrace = "stack backtrace:\n   0: app::b\n";
  node.run.elapsed = std::chrono::milliseconds(1500);
  ProgramResult wasmi = node;
  wasmi.host = "wasmi";
  wasmi.run.cases[1] = test_case("tests::b", Outcome::passed);
  ProgramResult broken{"app", "tests/it.rs", "wasmi", "wasm32-wasip1", {}};
  broken.run.problem = "it ended with exit status: 1 before its tests began";
  return {node, wasmi, broken};
}

} // namespace

TEST_CASE("several hosts make one table, with the tests that fail on some of them", "[runner][report]")
{
  CHECK(runner::results_table(results()) == "                      node                           wasmi\n"
                                            "unittests src/lib.rs  1 passed, 1 failed, 1 ignored  2 passed, 1 ignored\n"
                                            "  tests::b            trapped                        passed\n"
                                            "tests/it.rs           -                              did not run\n");
}

TEST_CASE("one host makes no table, and packages are named where there are several", "[runner][report]")
{
  auto list = results();
  CHECK(runner::results_table({list[0]}).empty());
  list[1].package = "util";
  CHECK(runner::results_table({list[0], list[1]}) == "                           node                           wasmi\n"
                                                     "app unittests src/lib.rs   1 passed, 1 failed, 1 ignored  -\n"
                                                     "  tests::b                 trapped                        -\n"
                                                     "util unittests src/lib.rs  -                              2 passed, 1 ignored\n");
}

TEST_CASE("JUnit has a suite for each program and host, with what fails in words", "[runner][report]")
{
  const auto list = results();
  CHECK(runner::junit_xml({list[0], list[2]}) ==
        R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="cargo-wasm" tests="4" failures="1" errors="1" skipped="1" time="1.500">
  <testsuite name="app unittests src/lib.rs (node)" tests="3" failures="1" errors="0" skipped="1" time="1.500">
    <properties>
      <property name="host" value="node"/>
      <property name="target" value="wasm32-wasip1"/>
    </properties>
    <testcase classname="app::tests" name="a" time="0.000"/>
    <testcase classname="app::tests" name="b" time="0.000">
      <failure message="a &amp; b" type="trap">thread 'main' panicked at src/lib.rs:1:2:
a &amp; b
stack backtrace:
   0: app::b
</failure>
    </testcase>
    <testcase classname="app" name="c" time="0.000">
      <skipped message="why &lt;not&gt;"/>
    </testcase>
  </testsuite>
  <testsuite name="app tests/it.rs (wasmi)" tests="1" failures="0" errors="1" skipped="0" time="0.000">
    <properties>
      <property name="host" value="wasmi"/>
      <property name="target" value="wasm32-wasip1"/>
    </properties>
    <testcase classname="app" name="tests/it.rs" time="0.000">
      <error message="it ended with exit status: 1 before its tests began"/>
    </testcase>
  </testsuite>
</testsuites>
)xml");
}

TEST_CASE("what XML and JSON cannot hold is replaced", "[runner][report]")
{
  auto list = results();
  list[0].run.cases = {test_case("a", Outcome::failed)};
  list[0].run.cases[0].output = "bell \x07 and \xff byte\n";
  CHECK(runner::junit_xml({list[0]}).find("bell ? and ? byte") != std::string::npos);
  CHECK(runner::test_event(list[0], list[0].run.cases[0]).find("bell \\u0007 and \xef\xbf\xbd byte") != std::string::npos);
}

TEST_CASE("events are one object a line", "[runner][report]")
{
  const auto list = results();
  CHECK(
      runner::test_event(list[0], list[0].run.cases[2]) ==
      R"({"event":"test","package":"app","program":"unittests src/lib.rs","host":"node","target":"wasm32-wasip1","name":"c","outcome":"ignored","seconds":0.0,"detail":"why <not>"})"
      "\n");
  CHECK(
      runner::program_event(list[2]) ==
      R"({"event":"program","package":"app","program":"tests/it.rs","host":"wasmi","target":"wasm32-wasip1","success":false,"passed":0,"failed":0,"ignored":0,"measured":0,"filtered_out":0,"seconds":0.0,"problem":"it ended with exit status: 1 before its tests began"})"
      "\n");
  CHECK(runner::summary_event(list) ==
        R"({"event":"summary","version":1,"success":false,"passed":3,"failed":1,"ignored":2,"measured":0,"filtered_out":0})"
        "\n");
}

TEST_CASE("the last line is libtest's", "[runner][report]")
{
  CHECK(runner::result_line(results()[0].run) ==
        "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.50s\n");
}
