#include <cargo_wasm/base/error.hpp>

#include <cerrno>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

Error missing_version()
{
  return Error("CW0301", "no version of `serde_json` matches `^2.0`")
      .at(TextSpan{"crates/host/Cargo.toml", 14, 14, 5, "serde_json = \"2.0\"", "required by `host v0.3.1`"})
      .note("newest is 1.0.145")
      .help("write `serde_json = \"1\"`")
      .during("while resolving workspace ~/app");
}

} // namespace

TEST_CASE("error: shown as fact, place, evidence, next step", "[base][error]")
{
  CHECK(render(missing_version(), Severity::error, false) == "error[CW0301]: no version of `serde_json` matches `^2.0`\n"
                                                             "  --> crates/host/Cargo.toml:14:14\n"
                                                             "   |\n"
                                                             "14 | serde_json = \"2.0\"\n"
                                                             "   |              ^^^^^ required by `host v0.3.1`\n"
                                                             "   = note: newest is 1.0.145\n"
                                                             "   = help: write `serde_json = \"1\"`\n"
                                                             "  while resolving workspace ~/app\n");
}

TEST_CASE("error: without a place there is no empty frame", "[base][error]")
{
  CHECK(render(Error("CW0001", "`a` does not exist"), Severity::warning, false) == "warning[CW0001]: `a` does not exist\n");
  CHECK(render(Error("", "plain").note("first\nsecond"), Severity::error, false) == "error: plain\n"
                                                                                    "   = note: first\n"
                                                                                    "           second\n");
}

TEST_CASE("error: a place in a binary file is an offset", "[base][error]")
{
  CHECK(render(Error("CW0714", "import is missing").at(BinarySpan{"app.wasm", 0x1f3, 4, "import section"}), Severity::error, false) ==
        "error[CW0714]: import is missing\n"
        "  --> app.wasm, byte 0x01f3 (import section)\n");
}

TEST_CASE("error: carets stand under tabs and beyond letters of several bytes", "[base][error]")
{
  const auto text = render(Error("CW0100", "x").at(TextSpan{"f", 3, 5, 3, "\té = 1", ""}), Severity::error, false);
  // Column 5 is a byte: one tab, two bytes of é, a space.
  CHECK(text == "error[CW0100]: x\n"
                "  --> f:3:5\n"
                "   |\n"
                " 3 | \té = 1\n"
                "   | \t  ^^^\n");
}

TEST_CASE("error: only the neighbourhood of the caret is shown of a very long line", "[base][error]")
{
  const std::string line = std::string(5000, 'a') + "KEY" + std::string(5000, 'b');
  const auto text = render(Error("CW0100", "x").at(TextSpan{"f", 1, 5001, 3, line, ""}), Severity::error, false);
  CHECK(text.size() < 600);
  CHECK(text.find("aKEYb") != std::string::npos);
  const auto caret_line = text.substr(text.rfind("   | "));
  CHECK(caret_line == "   | " + std::string(61, ' ') + "^^^\n");
}

TEST_CASE("error: what comes from a file cannot write to the terminal", "[base][error]")
{
  CHECK(render(Error("CW0100", "bad key `\x1b[2J`"), Severity::error, false) == "error[CW0100]: bad key `\\u{1b}[2J`\n");
}

TEST_CASE("error: colour only adds to the text", "[base][error]")
{
  std::string colored = render(missing_version(), Severity::error, true);
  std::string plain;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b') {
      i = colored.find('m', i);
    } else {
      plain += colored[i];
    }
  }
  CHECK(plain == render(missing_version(), Severity::error, false));
  CHECK(colored.starts_with("\x1b[1;31merror[CW0301]\x1b[0m"));
}

TEST_CASE("error: each blame has its exit code", "[base][error]")
{
  CHECK(exit_code_of(Blame::user) == 1);
  CHECK(exit_code_of(Blame::usage) == 2);
  CHECK(exit_code_of(Blame::environment) == 3);
  CHECK(exit_code_of(Blame::network) == 4);
  CHECK(exit_code_of(Blame::integrity) == 5);
  CHECK(exit_code_of(Blame::bug) == 101);
}

TEST_CASE("error: system errors are phrases", "[base][error]")
{
  CHECK(describe_errno(ENOENT) == "no such file or directory");
  CHECK(describe_errno(ENOSPC) == "no space left on device");
}
