// What other writers may write, and what no reader may believe.
#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/action/protobuf.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::action;

namespace {

ActionResult sample()
{
  ActionResult result;
  result.output_files = {{"b", base::digest_of("2"), true}, {"a/x", base::digest_of("1"), false}};
  result.output_directories = {{"out", base::digest_of("tree")}};
  result.exit_code = -1;
  result.stdout_raw = "said";
  result.stderr_raw = std::string("\0x", 2);
  return result;
}

std::string field(std::uint32_t number, std::string_view bytes)
{
  ProtobufWriter out;
  out.element(number, bytes);
  return std::move(out).take();
}

std::string output(std::string_view path)
{
  return field(2, field(1, path) + field(2, encode(base::digest_of("x"))));
}

} // namespace

TEST_CASE("decode: a result is read as it was written", "[action]")
{
  const auto decoded = decode_action_result(encode(sample()));
  REQUIRE(decoded);
  CHECK(encode(decoded->result) == encode(sample()));
  CHECK(decoded->result.exit_code == -1);
  CHECK(decoded->result.output_files.at(1).is_executable);
  CHECK_FALSE(decoded->stdout_digest);
  CHECK(decode_action_result("")); // every field has its default
}

TEST_CASE("decode: any order, unknown fields, texts as blobs and metadata are taken", "[action]")
{
  const std::string fixed = std::string("\xa1\x01", 2) + "12345678" + std::string("\xa5\x01", 2) + "1234"; // field 20, of fixed width
  const auto decoded = decode_action_result(field(9, field(1, "worker") + field(11, "any")) + fixed +
                                            field(6, encode(base::digest_of("said"))) + output("b") + field(77, "new") + output("a"));
  REQUIRE(decoded);
  CHECK(decoded->result.output_files.size() == 2);
  CHECK(decoded->stdout_digest == base::digest_of("said"));
  CHECK(decoded->auxiliary_metadata == std::vector<std::string>{"any"});
}

// A result is put below the target directory: its paths must not lead out of it.
TEST_CASE("decode: paths that lead elsewhere, or occur twice, are refused", "[action]")
{
  CHECK(decode_action_result(output("a/..b/c.")));
  for (const std::string_view path : {std::string_view("/etc/passwd"),
                                      std::string_view("../x"),
                                      std::string_view("a/../../x"),
                                      std::string_view("a/.."),
                                      std::string_view("."),
                                      std::string_view(""),
                                      std::string_view("a//b"),
                                      std::string_view("a/"),
                                      std::string_view("a\0b", 3)}) {
    INFO(path);
    CHECK_FALSE(decode_action_result(output(path)));
    CHECK_FALSE(decode_action_result(field(3, field(1, path) + field(3, encode(base::digest_of("x"))))));
  }
  CHECK_FALSE(decode_action_result(output("a") + output("a")));
  CHECK_FALSE(decode_action_result(output("a") + field(3, field(1, "a") + field(3, encode(base::digest_of("x"))))));
}

TEST_CASE("decode: symbolic links and outputs without a digest are refused", "[action]")
{
  for (const std::uint32_t number : {10U, 11U, 12U}) {
    CHECK_FALSE(decode_action_result(field(number, field(1, "a") + field(2, "/etc/passwd"))));
  }
  CHECK_FALSE(decode_action_result(field(2, field(1, "a"))));
  CHECK_FALSE(decode_action_result(field(2, field(1, "a") + field(2, field(1, "AB")))));
}

TEST_CASE("decode: a result that is cut off is none", "[action]")
{
  const std::string bytes = encode(sample());
  std::size_t taken = 0;
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    // Between two fields it is a shorter result: the signature is what says that it is whole.
    taken += decode_action_result(std::string_view(bytes).substr(0, size)) ? 1U : 0U;
  }
  CHECK(taken == 5);
}

TEST_CASE("decode: digests have lower-case digits and a size", "[action]")
{
  const Digest digest = base::digest_of("x");
  CHECK(decode_digest(encode(digest)) == digest);
  CHECK_FALSE(decode_digest(""));
  CHECK_FALSE(decode_digest(field(1, "ABCDEF")));
  std::string upper = base::to_hex(digest.hash);
  upper[0] = 'A';
  CHECK_FALSE(decode_digest(field(1, upper)));
  ProtobufWriter negative;
  negative.bytes_field(1, base::to_hex(digest.hash));
  negative.varint_field(2, ~std::uint64_t{0});
  CHECK_FALSE(decode_digest(std::move(negative).take()));
}

TEST_CASE("decode: a tree names the files of all its directories", "[action]")
{
  Directory root, child;
  root.files = {{"a", base::digest_of("1"), false}, {"b", base::digest_of("2"), false}};
  child.files = {{"c", base::digest_of("3"), true}};
  root.directories = {{"child", base::digest_of(encode(child))}};
  CHECK(files_of_tree(field(1, encode(root)) + field(2, encode(child))) ==
        std::vector<Digest>{base::digest_of("1"), base::digest_of("2"), base::digest_of("3")});
  CHECK_FALSE(files_of_tree(field(1, field(1, field(1, "a")))));
  CHECK_FALSE(files_of_tree("\x0a\x7f"));
}
