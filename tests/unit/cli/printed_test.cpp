#include <cargo_wasm/cli/options.hpp>

#include <fmt/format.h>

#include "support/catch.hpp"

using namespace cargo_wasm;

TEST_CASE("every option of every verb stands in its help, in the man page and in every completion", "[cli][help]")
{
  const auto man = cli::man_page();
  const auto bash = cli::completions("bash");
  const auto zsh = cli::completions("zsh");
  const auto fish = cli::completions("fish");
  for (const auto& verb : cli::verbs()) {
    const auto help = cli::help_text(&verb);
    for (const auto& option : verb.options) {
      if (option.hidden || option.kind == cli::OptionKind::positionals || option.kind == cli::OptionKind::trailing) {
        continue;
      }
      INFO(verb.name << " --" << option.name);
      CHECK(help.find(fmt::format("--{}", option.name)) != std::string::npos);
      std::string in_man;
      for (const char c : option.name) {
        in_man += c == '-' ? "\\-" : std::string(1, c);
      }
      CHECK(man.find("\\-\\-" + in_man) != std::string::npos);
      CHECK(bash.find(fmt::format("--{}", option.name)) != std::string::npos);
      CHECK(zsh.find(fmt::format("--{}[", option.name)) != std::string::npos);
      CHECK(fish.find(fmt::format("-l {}", option.name)) != std::string::npos);
    }
  }
}

TEST_CASE("help fits a terminal of 100 columns", "[cli][help]")
{
  for (const auto& verb : cli::verbs()) {
    std::size_t column = 0;
    for (const char c : cli::help_text(&verb)) {
      column = c == '\n' ? 0 : column + 1;
      REQUIRE(column <= 100);
    }
  }
}

TEST_CASE("no verb has one option letter twice", "[cli][help]")
{
  for (const auto& verb : cli::verbs()) {
    std::string seen;
    for (const auto& option : verb.options) {
      if (option.short_name != '\0') {
        INFO(verb.name << " -" << option.short_name);
        CHECK(seen.find(option.short_name) == std::string::npos);
        seen += option.short_name;
      }
    }
  }
}
