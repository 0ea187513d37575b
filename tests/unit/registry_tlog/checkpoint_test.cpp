#include <cargo_wasm/registry_tlog/checkpoint.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {
namespace {

constexpr std::string_view k_example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

std::string why(std::string_view text)
{
  const Result<Checkpoint> checkpoint = parse_checkpoint(text);
  REQUIRE_FALSE(checkpoint);
  CHECK(checkpoint.error().id == "CW1006");
  return checkpoint.error().notes.at(0);
}

} // namespace

TEST_CASE("checkpoint: three lines, and lines of others behind them, come back as they were", "[registry]")
{
  const Checkpoint checkpoint = parse_checkpoint(k_example).value();
  CHECK(checkpoint.origin == "example.com/behind-the-sofa");
  CHECK(checkpoint.size == 20852163);
  CHECK(base::to_hex(checkpoint.root) == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  CHECK(to_text(checkpoint) == k_example);
  const std::string longer = std::string(k_example) + "more\n";
  CHECK(to_text(parse_checkpoint(longer).value()) == longer);
}

TEST_CASE("checkpoint: what is missing or wrong is told with its line", "[registry]")
{
  CHECK(why("") == "line 1: it is missing, or does not end with a newline");
  CHECK(why("\n1\nx\n") == "line 1: it is empty");
  CHECK(why("a\n01\nx\n") == "line 2: the log's size is not a number");
  CHECK(why("a\n-1\nx\n") == "line 2: the log's size is not a number");
  CHECK(why("a\n9223372036854775808\nx\n") == "line 2: the log's size is not a number");
  CHECK(why("a\n1\nAAAA\n") == "line 3: the root is not Base64 of 32 bytes");
  CHECK(why(std::string(k_example) + "\n") == "line 4: it is empty");
  CHECK(why(std::string(k_example) + "more") == "line 4: it is missing, or does not end with a newline");
}

} // namespace cargo_wasm::registry_tlog
