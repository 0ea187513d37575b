// Texts that come out of a page: console lines, stacks, bytes.
#include <support/catch.hpp>

#include "console_text.hpp"
#include "page_run.hpp"

using namespace cargo_wasm::browser;
using nlohmann::json;

namespace {

std::string line(std::vector<json> arguments)
{
  return console_line({{"type", "log"}, {"args", std::move(arguments)}});
}

json text(const char* value)
{
  return {{"type", "string"}, {"value", value}};
}

} // namespace

TEST_CASE("console: arguments are joined by blanks", "[browser][console]")
{
  CHECK(line({}) == "\n");
  CHECK(line({text("a"), {{"type", "number"}, {"value", 4}, {"description", "4"}}, {{"type", "boolean"}, {"value", true}}}) ==
        "a 4 true\n");
  CHECK(line({{{"type", "undefined"}}, {{"type", "object"}, {"subtype", "null"}, {"value", nullptr}}}) == "undefined null\n");
  CHECK(line({{{"type", "number"}, {"unserializableValue", "NaN"}}, {{"type", "object"}, {"description", "Array(2)"}}}) ==
        "NaN Array(2)\n");
}

TEST_CASE("console: directives of the first argument take the others, styles are left out", "[browser][console]")
{
  CHECK(line({text("%cINFO%c %s=%d 100%% %s"), text("color: red"), text(""), text("n"), {{"type", "number"}, {"value", 4}}}) ==
        "INFO n=4 100% %s\n");
  CHECK(line({text("%s"), text("a"), text("b")}) == "a b\n");
  CHECK(line({text("50%")}) == "50%\n");
  CHECK(line({{{"type", "number"}, {"value", 1}}, text("%s")}) == "1 %s\n");
}

TEST_CASE("console: errors, warnings, assertions and traces go to standard error", "[browser][console]")
{
  for (const auto* kind : {"error", "warning", "assert", "trace"}) {
    CHECK(is_for_stderr({{"type", kind}}));
  }
  for (const auto* kind : {"log", "info", "debug", "table"}) {
    CHECK(!is_for_stderr({{"type", kind}}));
  }
}

TEST_CASE("stack: files stand for the server's addresses, our own frames are left out", "[browser][stack]")
{
  CHECK(shown_stack("RuntimeError: unreachable\n"
                    "    at f (http://127.0.0.1:4000/app.wasm:wasm-function[7]:0x1b)\n"
                    "    at run (http://127.0.0.1:4000/.cargo-wasm/worker.js:47:13)\n"
                    "    at http://127.0.0.1:40001/x.js:1:1",
                    "http://127.0.0.1:4000") == "RuntimeError: unreachable\n"
                                                "    at f (app.wasm:wasm-function[7]:0x1b)\n"
                                                "    at http://127.0.0.1:40001/x.js:1:1");
  CHECK(shown_stack("line\n", "http://127.0.0.1:4000") == "line\n");
}

TEST_CASE("bytes come out of the text that carries them as they went in", "[browser][bytes]")
{
  std::string all;
  std::string carried;
  for (unsigned byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    if (byte < 0x80) {
      carried += static_cast<char>(byte);
    } else {
      carried += static_cast<char>(0xc0U | (byte >> 6U));
      carried += static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  CHECK(bytes_of_text(carried) == all);
}
