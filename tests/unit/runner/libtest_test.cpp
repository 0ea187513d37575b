#include <cargo_wasm/runner/libtest.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "support/catch.hpp"

using namespace cargo_wasm;
using runner::LibtestReader;
using runner::Outcome;

namespace {

/// One line an event.
class EventList final : public runner::LibtestListener
{
public:
  std::string events;

  void on_running(std::uint64_t tests) override { add(fmt::format("running {}", tests)); }
  void on_started(std::string_view name) override { add(fmt::format("started {}", name)); }
  void on_finished(std::string_view name, const runner::TestResult& result) override
  {
    add(fmt::format("{} {}{}", runner::name_of(result.outcome), name, result.detail.empty() ? "" : " (" + result.detail + ")"));
  }
  void on_output(std::string_view name, std::string_view output) override { add(fmt::format("output of {}: {}", name, output)); }
  void on_summary(const runner::TestSummary& s) override
  {
    add(fmt::format("{} {} {} {} {} {}", s.ok ? "ok" : "not ok", s.passed, s.failed, s.ignored, s.measured, s.filtered_out));
  }
  void on_text(std::string_view bytes) override { text += bytes; }
  std::string text;

private:
  void add(const std::string& event) { events += event + "\n"; }
};

std::string events_of(std::string_view output, std::string* text = nullptr)
{
  EventList list;
  LibtestReader reader(list);
  reader.feed(output);
  reader.finish();
  if (text != nullptr) {
    *text = list.text;
  }
  return list.events;
}

} // namespace

TEST_CASE("a run of libtest is read as events", "[runner][libtest]")
{
  CHECK(events_of("\nrunning 4 tests\n"
                  "test a ... ok\n"
                  "test tests::b ... FAILED\n"
                  "test c ... ignored, no clock\n"
                  "test d - should panic ... ignored\n"
                  "\nfailures:\n\n"
                  "---- tests::b stdout ----\n"
                  "before\n\nthread 'b' panicked at src/lib.rs:1:2:\nno\n\n\n"
                  "failures:\n    tests::b\n\n"
                  "test result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 6 filtered out; finished in 0.01s\n\n") ==
        "running 4\n"
        "passed a\n"
        "failed tests::b\n"
        "ignored c (no clock)\n"
        "ignored d\n"
        "output of tests::b: before\n\nthread 'b' panicked at src/lib.rs:1:2:\nno\n\n"
        "not ok 1 1 2 0 6\n");
}

TEST_CASE("the test that runs is known before it has a result, however the bytes come", "[runner][libtest]")
{
  EventList list;
  LibtestReader reader(list);
  for (const char c : std::string_view("running 1 test\ntest tests::a ... ")) {
    reader.feed(std::string_view(&c, 1));
  }
  CHECK(reader.pending() == "tests::a");
  CHECK(list.events == "running 1\nstarted tests::a\n");
  reader.feed("o");
  reader.feed("k\n");
  CHECK(!reader.pending());
  CHECK(reader.last_finished() == "tests::a");
  CHECK(list.events == "running 1\nstarted tests::a\npassed tests::a\n");
}

TEST_CASE("a program that ends within a test leaves it pending and adds nothing to its text", "[runner][libtest]")
{
  EventList list;
  LibtestReader reader(list);
  reader.feed("running 2 tests\ntest a ... ");
  reader.finish();
  CHECK(reader.pending() == "a");
  CHECK(reader.has_begun());
  CHECK(!reader.summary());
  CHECK(list.text.empty());
}

TEST_CASE("what a test prints may stand before its result, in its line, or look like one", "[runner][libtest]")
{
  std::string text;
  CHECK(events_of("running 3 tests\n"
                  "test a ... hello\nsecond line\nok\n"
                  "test b ... no newlineok\n"
                  "test c ... ok\nmore\nFAILED\n",
                  &text) == "running 3\n"
                            "started a\npassed a\n"
                            "started b\npassed b\n"
                            "passed c\nfailed c\n");
  CHECK(text == "hello\nsecond line\nno newlinemore\n");
}

TEST_CASE("benchmarks have figures, and times behind results are left out", "[runner][libtest]")
{
  CHECK(events_of("running 2 tests\n"
                  "test sum   ... bench:       1,234.50 ns/iter (+/- 12.25)\n"
                  "test slow ... ok <1.234s>\n"
                  "test result: ok. 1 passed; 0 failed; 0 ignored; 1 measured; 0 filtered out; finished in 1.24s\n") ==
        "running 2\n"
        "measured sum (1,234.50 ns/iter (+/- 12.25))\n"
        "passed slow\n"
        "ok 1 0 0 1 0\n");
}

TEST_CASE("doc tests have spaces in their names, sentences of a program are none", "[runner][libtest]")
{
  std::string text;
  CHECK(events_of("running 1 test\ntest src/lib.rs - parse (line 3) ... ok\ntest it yourself ... now\n", &text) ==
        "running 1\npassed src/lib.rs - parse (line 3)\n");
  CHECK(text == "test it yourself ... now\n");
  CHECK(events_of("running 1 test\ntest      ... ok\n") == "running 1\n"); // found by the fuzzer
}

TEST_CASE("wasm-bindgen-test counts without measuring", "[runner][libtest]")
{
  CHECK(events_of("running 1 test\ntest app::a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out\n") ==
        "running 1\npassed app::a\nok 1 0 0 0 0\n");
}

TEST_CASE("no bytes make the reader fail, nor do they depend on how they are cut", "[runner][libtest]")
{
  const std::vector<std::string> parts = {"test ",
                                          "a",
                                          " ... ",
                                          "ok",
                                          "\n",
                                          "FAILED",
                                          "running ",
                                          "2",
                                          " tests",
                                          "ignored",
                                          ", why",
                                          "\r",
                                          "\xff",
                                          "failures:",
                                          "---- ",
                                          " stdout ----",
                                          "test result: ok. ",
                                          "1 passed; ",
                                          "0 failed; ",
                                          "0 ignored; ",
                                          "0 measured; ",
                                          "0 filtered out",
                                          "bench:",
                                          " - should panic"};
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
      state = state * 1664525U + 1013904223U;
      text += parts[(state >> 16U) % parts.size()];
    }
    const std::string whole = events_of(text);
    EventList list;
    LibtestReader reader(list);
    for (const char c : text) {
      reader.feed(std::string_view(&c, 1));
    }
    reader.finish();
    // Cut into bytes, a name is told of before its result; nothing else may differ.
    const auto without_starts = [](const std::string& events) {
      std::string left;
      for (std::size_t at = 0; at < events.size();) {
        const auto end = events.find('\n', at);
        if (events.compare(at, 8, "started ") != 0) {
          left += events.substr(at, end - at + 1);
        }
        at = end + 1;
      }
      return left;
    };
    INFO(text);
    CHECK(without_starts(list.events) == without_starts(whole));
  }
}

TEST_CASE("names of --list are read, headlines are not", "[runner][libtest]")
{
  CHECK(runner::parse_list("tests::a: test\nb: benchmark\n\n1 test, 1 benchmark\n") == std::vector<std::string>{"tests::a", "b"});
  CHECK(runner::parse_list("") == std::vector<std::string>{});
}

TEST_CASE("of the arguments filters are told from what every start needs", "[runner][libtest]")
{
  const auto split = runner::split_libtest_arguments(
      {"parse", "--skip", "slow", "--ignored", "--test-threads", "1", "--exact", "--skip=x", "-q", "--color=never"});
  CHECK(split.kept == std::vector<std::string>{"--ignored", "--test-threads", "1", "--color=never"});
  CHECK(split.is_quiet);
  CHECK(!split.is_opaque);
  CHECK(!split.shows_output);
  CHECK(runner::split_libtest_arguments({"--format", "json"}).is_opaque);
  CHECK(runner::split_libtest_arguments({"--list"}).is_opaque);
  CHECK(runner::split_libtest_arguments({"--nocapture"}).shows_output);
  CHECK(runner::without_quiet({"a", "--format", "terse", "-q", "--ignored"}) == std::vector<std::string>{"a", "--ignored"});
}
