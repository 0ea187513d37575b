#include <cargo_wasm/rust/split_block.hpp>

#include <support/catch.hpp>

#include <string>

using cargo_wasm::rust::unified_diff;

namespace {

std::string numbers(int first, int last)
{
  std::string out;
  for (int i = first; i <= last; ++i) {
    out += std::to_string(i) + "\n";
  }
  return out;
}

/// Applies the patch as a reader of the format would; empty when its context does not fit.
std::string patched(const std::string& before, const std::string& patch)
{
  std::string out;
  std::size_t at = 0; // in `before`
  std::size_t line = 1;
  std::size_t position = patch.find("@@");
  const auto take = [&] {
    const std::size_t end = before.find('\n', at);
    std::string found = before.substr(at, end == std::string::npos ? end : end + 1 - at);
    at += found.size();
    ++line;
    return found;
  };
  while (position != std::string::npos && position < patch.size()) {
    const std::size_t line_end = patch.find('\n', position);
    const std::string text = patch.substr(position, line_end + 1 - position);
    position = line_end + 1;
    const bool no_newline = patch.compare(position, 1, "\\") == 0;
    std::string body = text.substr(1);
    if (no_newline) {
      body.pop_back();
      position = patch.find('\n', position) + 1;
    }
    if (text.starts_with("@@")) {
      const auto count = std::stoul(text.substr(text.find(',') + 1));
      const auto first = std::stoul(text.substr(4)) + (count == 0 ? 1 : 0);
      while (line < first) {
        out += take();
      }
    } else if (text[0] == '+') {
      out += body;
    } else {
      const std::string found = take();
      if (found != body) {
        return "does not fit: " + body;
      }
      out += text[0] == ' ' ? found : "";
    }
  }
  return out + before.substr(at);
}

} // namespace

TEST_CASE("diff: a change with three lines around it", "[rust][diff]")
{
  CHECK(unified_diff(numbers(1, 9), numbers(1, 4) + "x\n" + numbers(6, 9), "src/lib.rs") ==
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  CHECK(unified_diff("a\n", "a\n", "f") == "");
}

TEST_CASE("diff: near changes share a hunk, far ones do not", "[rust][diff]")
{
  const std::string before = numbers(1, 30);
  const std::string near = "x\n" + numbers(2, 7) + numbers(9, 30);
  CHECK(unified_diff(before, near, "f") == "--- a/f\n+++ b/f\n@@ -1,11 +1,10 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n 9\n 10\n 11\n");
  const std::string far = "x\n" + numbers(2, 20) + "y\n" + numbers(21, 30);
  CHECK(unified_diff(before, far, "f") ==
        "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -18,6 +18,7 @@\n 18\n 19\n 20\n+y\n 21\n 22\n 23\n");
}

TEST_CASE("diff: empty texts and lines without an end", "[rust][diff]")
{
  CHECK(unified_diff("", "a\n", "f") == "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
  CHECK(unified_diff("a\n", "", "f") == "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-a\n");
  CHECK(unified_diff("a", "a\n", "f") == "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("diff: what is printed makes one text of the other", "[rust][diff]")
{
  unsigned state = 1;
  const auto random = [&](unsigned below) { return (state = state * 1103515245U + 12345U) / 65536U % below; };
  for (int round = 0; round < 500; ++round) {
    std::string before;
    std::string after;
    for (unsigned i = 0; i < 40; ++i) {
      const std::string line = std::to_string(random(5)) + (i == 39 && random(2) == 0 ? "" : "\n");
      before += random(6) == 0 ? "" : line;
      after += random(6) == 0 ? "" : line;
    }
    const std::string patch = unified_diff(before, after, "f");
    CHECK(patched(before, patch) == after);
  }
  const std::string patch = unified_diff(numbers(1, 3000), numbers(3001, 6000), "f");
  CHECK(patched(numbers(1, 3000), patch) == numbers(3001, 6000));
}
