// The expected bytes were computed by protobuf's own runtime (python, deterministic serialisation) from the message
// definitions in docs/formats/action.md, not by this program.
#include <cargo_wasm/action/action.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::action;

namespace {

std::string hash_of(std::string_view bytes)
{
  return base::to_hex(base::sha256(bytes));
}

Command sample_command()
{
  Command command;
  command.arguments = {"rustc", "", "--crate-name=a"};
  command.environment = {{"B", "x"}, {"A", ""}};
  command.platform = {{"OSFamily", "linux"}};
  command.working_directory = "workspace";
  command.output_paths = {"b.d", "a.rlib"};
  return command;
}

Directory sample_sources()
{
  Directory directory;
  directory.files = {{"main.rs", base::digest_of("fn main() {}\n"), false}, {"lib.rs", base::digest_of("pub fn f() {}\n"), false}};
  return directory;
}

Directory sample_root()
{
  Directory directory;
  directory.files = {{"build.sh", base::digest_of("#!/bin/sh\n"), true}};
  directory.directories = {{"src-gen", base::digest_of("")}, {"src", base::digest_of(encode(sample_sources()))}};
  return directory;
}

} // namespace

TEST_CASE("encode: a directory without entries is no bytes at all", "[action][encode]")
{
  CHECK(encode(Directory{}).empty());
}

TEST_CASE("encode: directories are sorted and equal protobuf's bytes", "[action][encode]")
{
  const std::string sources = encode(sample_sources());
  CHECK(sources.size() == 161);
  CHECK(hash_of(sources) == "c09818cabd740d5d834c4a170d954ee919217ecae0a02bdb28c3488574458e34");
  const std::string root = encode(sample_root());
  CHECK(root.size() == 241);
  CHECK(hash_of(root) == "b51fe2f5f1613a6cd4223bcdcd704a9882549fd9a3546881be1d68099b8651d8");
}

TEST_CASE("encode: a command keeps empty arguments and sorts variables and outputs", "[action][encode]")
{
  const std::string bytes = encode(sample_command());
  CHECK(bytes.size() == 83);
  CHECK(hash_of(bytes) == "12cb371f071f6a6f5e1d0ba4a6346665edb0b31efc734e42cfc3c9388a665228");
}

TEST_CASE("encode: an action's digest equals protobuf's, with and without optional fields", "[action][encode]")
{
  Action action;
  action.command = base::digest_of(encode(sample_command()));
  action.input_root = base::digest_of(encode(sample_root()));
  CHECK(hash_of(encode(action)) == "f261717df0bfb35a0644efc091717ac6bd7c30dfcb6130e024097fe1452dd44e");
  action.do_not_cache = true;
  action.platform = {{"OSFamily", "linux"}};
  CHECK(hash_of(encode(action)) == "7e05f2ccf44aaf0d2e8c31963d682deab637eee8d7f5a1c00c41f11cc83df02f");
}

TEST_CASE("encode: a result holds negative exit codes and bytes that are not text", "[action][encode]")
{
  ActionResult result;
  result.output_files = {{"tool", base::digest_of("elf"), true}, {"a.rlib", base::digest_of("rlib"), false}};
  result.output_directories = {{"out", base::digest_of("")}};
  result.exit_code = -1;
  result.stdout_raw = "cargo:rustc-cfg=x\n";
  result.stderr_raw = "\xff";
  const std::string bytes = encode(result);
  CHECK(bytes.size() == 269);
  CHECK(hash_of(bytes) == "2559ae36cefaea825eb95a9d2d068f4d630cb2e2773c13a230e5cedb23fdb92e");
}

TEST_CASE("dump: shows every field of a command on its own line", "[action][dump]")
{
  CHECK(dump(sample_command()) == "argument rustc\nargument \nargument --crate-name=a\nvariable A=\nvariable B=x\n"
                                  "platform OSFamily=linux\ndirectory workspace\noutput b.d\noutput a.rlib\n");
}
