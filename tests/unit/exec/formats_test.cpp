#include <fstream>
#include <thread>

#include <cargo_wasm/exec/compiler_message.hpp>
#include <cargo_wasm/exec/dep_info.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/file_digests.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/state_log.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

TEST_CASE("dep-info: files of the first rule and variables, escapes undone", "[exec][dep-info]")
{
  const auto info = parse_dep_info("/t/x.d: src/lib.rs src/with\\ space.rs\n\n/t/x.rlib: src/lib.rs src/with\\ space.rs\n\n"
                                   "src/lib.rs:\n\n# env-dep:A=1\\n2\\\\\n# env-dep:UNSET\n");
  REQUIRE(info);
  CHECK(info->files == std::vector<std::string>{"src/lib.rs", "src/with space.rs"});
  CHECK(info->variables == std::vector<std::pair<std::string, std::optional<std::string>>>{{"A", "1\n2\\"}, {"UNSET", {}}});
}

TEST_CASE("dep-info: text without a rule and a name that ends in an escape are refused", "[exec][dep-info]")
{
  CHECK_FALSE(parse_dep_info(""));
  CHECK_FALSE(parse_dep_info("# env-dep:A\n"));
  CHECK_FALSE(parse_dep_info("x: a\\"));
}

TEST_CASE("dep-info: what is written can be read again", "[exec][dep-info]")
{
  const std::string text = write_dep_info("/t/my app.wasm", {"/ws/src/main.rs", "/ws/a b.rs"});
  CHECK(text == "/t/my\\ app.wasm: /ws/src/main.rs /ws/a\\ b.rs\n");
  CHECK(parse_dep_info(text)->files == std::vector<std::string>{"/ws/src/main.rs", "/ws/a b.rs"});
}

TEST_CASE("place names: the longest root names a path, and names lead back", "[exec][places]")
{
  const PlaceNames places("/ws", "/ws/target", "/home/u/.cargo");
  CHECK(places.name_of("/ws/src/lib.rs") == "workspace/src/lib.rs");
  CHECK(places.name_of("/ws/target/x") == "target/x");
  CHECK(places.name_of("/wsx/y") == "root/wsx/y");
  for (const char* path : {"/ws/src/lib.rs", "/ws/target/x", "/home/u/.cargo/registry/a", "/usr/include/x.h"}) {
    CHECK(places.path_of(places.name_of(path)) == path);
  }
  CHECK(places.neutral("-Lnative=/ws/target/d:/usr/lib") == "-Lnative=/cw:target/d:/usr/lib");
  CHECK(places.neutral("no path") == "no path");
}

TEST_CASE("compiler messages: diagnostics, artifacts, summaries and plain text are told apart", "[exec][messages]")
{
  using Kind = CompilerMessage::Kind;
  CHECK(parse_compiler_line("warning: plain").kind == Kind::text);
  CHECK(parse_compiler_line("{not json").kind == Kind::text);
  const auto artifact = parse_compiler_line(R"({"$message_type":"artifact","artifact":"/t/liba.rmeta","emit":"metadata"})");
  CHECK(artifact.kind == Kind::artifact);
  CHECK(artifact.artifact == "/t/liba.rmeta");
  CHECK(parse_compiler_line(R"({"message":"aborting due to 1 previous error","level":"error","rendered":"x","children":[]})").kind ==
        Kind::summary);
  CHECK(parse_compiler_line(R"({"message":"2 warnings emitted","level":"warning","rendered":"x","children":[]})").kind == Kind::summary);
  const auto warning = parse_compiler_line(
      R"({"message":"unused","level":"warning","code":{"code":"unused"},"rendered":"\u001b[33mwarning\u001b[0m: unused\n",)"
      R"("children":[{"spans":[{"suggestion_applicability":"MachineApplicable"}]}]})");
  CHECK(warning.kind == Kind::diagnostic);
  CHECK(warning.level == "warning");
  CHECK(warning.has_code);
  CHECK(warning.machine_applicable);
  CHECK(strip_escapes(warning.rendered) == "warning: unused");
}

TEST_CASE("compiler messages: links in terminal escapes are removed as well", "[exec][messages]")
{
  CHECK(strip_escapes("a\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\b\x1b[1;31mc\x1b[0m") == "alinkbc");
}

TEST_CASE("message format: cargo's names, and those that exclude one another", "[exec][options]")
{
  CHECK(parse_message_format("json-diagnostic-short,json-diagnostic-rendered-ansi") ==
        MessageFormat{MessageFormat::Kind::json, true, true, false});
  CHECK(parse_message_format("SHORT")->kind == MessageFormat::Kind::short_text);
  CHECK(parse_message_format("json,human").error().id == "CW0621");
  CHECK(parse_message_format("json-render-diagnostics,json-diagnostic-short").error().id == "CW0621");
  CHECK(base::render(parse_message_format("xml").error(), base::Severity::error, false) ==
        "error[CW0620]: `xml` is no message format\n   = help: the formats are human, short, json, json-diagnostic-short, "
        "json-diagnostic-rendered-ansi, json-render-diagnostics\n");
}

TEST_CASE("jobs: positive, relative to the machine, or default", "[exec][options]")
{
  CHECK(parse_jobs("3", 8) == 3U);
  CHECK(parse_jobs("-2", 8) == 6U);
  CHECK(parse_jobs("-20", 8) == 1U);
  CHECK(parse_jobs("default", 8) == 8U);
  for (const char* bad : {"0", "", "x", "1.5", "99999999999999999999"}) {
    CHECK(parse_jobs(bad, 8).error().id == "CW0622");
  }
}

namespace {

Record sample_record(const std::string& identity)
{
  Record record;
  record.identity = identity;
  record.digest = base::digest_of(identity);
  record.arguments = {"rustc", "", "--cfg"};
  record.environment = {{"A", ""}, {"B", "x"}};
  record.observed = {{"SET", "v"}, {"UNSET", std::nullopt}, {"EMPTY", ""}};
  record.working_directory = "workspace";
  record.platform = {{"toolchain", "abc"}};
  record.sources = {{"workspace/src/a.rs", {{1, 2, 3, 4}, base::digest_of("a"), false, true}},
                    {"workspace/src/b.rs", {{5, -6, 7, 8}, base::digest_of("b"), true, false}}};
  record.source_trees = {{"workspace/data", TreeKind::everything}, {"workspace", TreeKind::package}};
  record.dependencies = {{"target/liba.rmeta", base::digest_of("r")}};
  record.outputs = {{1, "target/x.rlib", false, {{1, 2, 3, 4}, base::digest_of("x"), false, false}, {}},
                    {2, "target/out", true, {}, {{"target/out/y", {{1, 1, 1, 1}, base::digest_of("y"), false, false}}}}};
  record.stdout_text = "cargo:rustc-cfg=x\n";
  record.stderr_text = std::string("\0\xff", 2);
  record.out_dir = "/ws/target/out";
  record.duration_ms = 1234;
  record.warnings = 2;
  record.once_because = "time was short";
  return record;
}

} // namespace

TEST_CASE("record: every field survives encoding, and cut bytes are refused", "[exec][record]")
{
  const Record record = sample_record("a");
  const std::string bytes = encode(record);
  CHECK(decode_record(bytes) == record);
  CHECK(identity_of_record(bytes) == "a");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(decode_record(std::string_view(bytes).substr(0, length)));
  }
  CHECK_FALSE(decode_record(bytes + "x"));
}

TEST_CASE("state log: the last record of an identity counts, and a torn end is cut off", "[exec][state]")
{
  const test::TempDir dir;
  const auto fs = base::make_filesystem();
  const base::Path file = dir / "state";
  {
    auto log = StateLog::open(*fs, file, true).value();
    CHECK_FALSE(log->find("a"));
    REQUIRE(log->append(sample_record("a")));
    Record newer = sample_record("a");
    newer.duration_ms = 99;
    REQUIRE(log->append(newer));
    REQUIRE(log->append(sample_record("b")));
    CHECK(log->find("a")->duration_ms == 99);
  }
  const std::string whole = dir.read("state");
  // Wherever a killed process stopped writing: everything before the torn frame is there, and appending works.
  for (const std::size_t cut : {whole.size() - 1, whole.size() - 40, whole.size() - 300}) {
    dir.write("state", std::string_view(whole).substr(0, cut));
    auto log = StateLog::open(*fs, file, true).value();
    CHECK(log->find("a")->duration_ms == 99);
    CHECK_FALSE(log->contains("b"));
    REQUIRE(log->append(sample_record("c")));
    log.reset();
    CHECK(StateLog::open(*fs, file, true).value()->find("c") == sample_record("c"));
  }
}

TEST_CASE("state log: damage in the middle loses what follows, never invents anything", "[exec][state]")
{
  const test::TempDir dir;
  const auto fs = base::make_filesystem();
  {
    auto log = StateLog::open(*fs, dir / "state", true).value();
    REQUIRE(log->append(sample_record("a")));
    REQUIRE(log->append(sample_record("b")));
  }
  std::string bytes = dir.read("state");
  bytes[60] = static_cast<char>(bytes[60] ^ 1);
  dir.write("state", bytes);
  const auto log = StateLog::open(*fs, dir / "state", true).value();
  CHECK_FALSE(log->contains("a"));
  CHECK_FALSE(log->contains("b"));
  dir.write("state", "another format\n");
  CHECK_FALSE(StateLog::open(*fs, dir / "state", true).value()->contains("a"));
}

TEST_CASE("state log: it is rewritten when most of it is out of date", "[exec][state]")
{
  const test::TempDir dir;
  const auto fs = base::make_filesystem();
  {
    auto log = StateLog::open(*fs, dir / "state", true).value();
    for (int i = 0; i < 100; ++i) {
      REQUIRE(log->append(sample_record("a")));
    }
    CHECK(log->frames() == 100);
  }
  const auto log = StateLog::open(*fs, dir / "state", true).value();
  CHECK(log->frames() == 1);
  CHECK(log->find("a") == sample_record("a"));
}

TEST_CASE("list tree: a package leaves out hidden files, nested packages, target and what .gitignore names", "[exec][tree]")
{
  const test::TempDir dir;
  dir.write(".git/HEAD", "x");
  dir.write(".gitignore", "*.log\n/gen/\n!keep.log\n");
  for (const char* file : {"Cargo.toml",
                           "src/lib.rs",
                           "a.log",
                           "keep.log",
                           "gen/x",
                           "src/gen/y",
                           "nested/Cargo.toml",
                           "nested/src/z.rs",
                           "target/debug/x",
                           "out/t",
                           ".hidden/h"}) {
    dir.write(file, "1");
  }
  const auto fs = base::make_filesystem();
  const std::string root = dir.path().string();
  const auto relative = [&](TreeKind kind) {
    std::string names;
    const TreeListing listing = list_tree(*fs, root, kind, root + "/out").value();
    for (const std::string& file : listing.files) {
      names += file.substr(root.size() + 1) + " ";
    }
    return names;
  };
  CHECK(relative(TreeKind::package) == "Cargo.toml keep.log src/gen/y src/lib.rs ");
  CHECK(relative(TreeKind::everything).find("nested/src/z.rs") != std::string::npos);
  CHECK(list_tree(*fs, root + "/none", TreeKind::everything, {}).value().files.empty());
}

TEST_CASE("list tree: says which directories it listed and what else decided, so that a snapshot can watch them", "[exec][tree]")
{
  const test::TempDir dir;
  for (const char* file :
       {".git/HEAD", ".gitignore", "pkg/Cargo.toml", "pkg/.gitignore", "pkg/data/more/x", "pkg/nested/Cargo.toml", "pkg/nested/y"}) {
    dir.write(file, "");
  }
  const auto fs = base::make_filesystem();
  const std::string root = dir.path().string();
  const TreeListing listing = list_tree(*fs, root + "/pkg", TreeKind::package, {}).value();
  // A file that is added to `data/more` changes no other directory.
  CHECK(listing.directories == std::vector<std::string>{root + "/pkg", root + "/pkg/data", root + "/pkg/data/more"});
  CHECK(listing.decided_by ==
        std::vector<std::string>{
            root + "/pkg/.git", root + "/.git", root + "/.gitignore", root + "/pkg/.gitignore", root + "/pkg/nested/Cargo.toml"});
}

TEST_CASE("file digests: stat data spares reading, except when the last look was racy", "[exec][digests]")
{
  const test::TempDir dir;
  dir.write("a", "one");
  const auto fs = base::make_filesystem();
  const auto clock = base::make_clock();
  FileDigests digests(*fs, *clock);
  const std::string path = (dir / "a").string();
  const KnownFile first = **digests.file(path);
  CHECK(first.digest == base::digest_of("one"));
  CHECK(first.racy); // written a moment ago
  std::this_thread::sleep_for(std::chrono::milliseconds(25));
  const KnownFile second = **digests.file_now(path, &first);
  CHECK_FALSE(second.racy);
  KnownFile wrong = second;
  wrong.digest = base::digest_of("believed");
  FileDigests others(*fs, *clock);
  CHECK((**others.file_now(path, &wrong)).digest == base::digest_of("believed"));
  wrong.racy = true;
  FileDigests third(*fs, *clock);
  CHECK((**third.file_now(path, &wrong)).digest == base::digest_of("one"));
  CHECK_FALSE(*digests.file((dir / "none").string()));
}
