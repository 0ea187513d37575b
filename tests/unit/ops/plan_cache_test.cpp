#include <thread>

#include <cargo_wasm/ops/plan_cache.hpp>

#include "recording.hpp"
#include "support/buffer_reporter.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace cargo_wasm;
using Kind = exec::NoopPath::Kind;

namespace {

ops::PlannedBuild planned_build()
{
  ops::PlannedBuild planned;
  plan::ActionTemplate action;
  action.identity = "host/debug/a";
  action.args.push_back({plan::ArgPiece{std::string("--crate-name")}});
  action.outputs.push_back({.path = "/ws/target/a"});
  planned.graph.actions.push_back(std::move(action));
  planned.graph.roots = {0};
  planned.graph.finished = "`dev` profile";
  planned.jobs = 3;
  planned.show_dependency_warnings = true;
  planned.shows_compressed_sizes = true;
  planned.budgets = {{0, {manifest::SizeKind::gzip, 40960, "size.gzip-max", {"/ws/Cargo.toml", 7, 12, 8, "size.gzip-max = 40960", ""}}}};
  planned.repeated_text = "      Target host\n";
  planned.program = "/ws/target/a";
  planned.become = base::Command{};
  planned.become->program = "/usr/bin/node";
  planned.become->args = {"/ws/target/a"};
  planned.become->cwd = "/ws";
  return planned;
}

std::optional<Kind> kind_of(const std::vector<exec::NoopPath>& paths, const Path& path)
{
  for (const auto& seen : paths) {
    if (seen.path == path.native()) {
      return seen.kind;
    }
  }
  return std::nullopt;
}

struct Stored
{
  test::TempDir dir;
  std::vector<const char*> environment = {"CARGO_HOME=/c", "PATH=/bin", nullptr};
  EnvMap vars = {{"CARGO_HOME", "/c"}, {"PATH", "/bin"}};
  ops::NoopContext context;

  Stored()
  {
    dir.write("Cargo.toml", "[package]");
    dir.write("src/lib.rs", "");
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    context.key = {"/ws", {"build"}};
    context.file = exec::noop_file(dir / "cache", context.key);
    context.environment = environment.data();
    context.started_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    auto planned = planned_build();
    planned.looked_at = {{Kind::input, (dir / "Cargo.toml").string()},
                         {Kind::present, (dir / "src/lib.rs").string()},
                         {Kind::listing, (dir / "src").string()},
                         {Kind::absent, (dir / ".cargo/config.toml").string()}};
    planned.variables = {"PATH"};
    ops::store_plan(context, vars, {}, planned);
  }
  [[nodiscard]] bool holds() const { return ops::find_plan(context, vars).has_value(); }
};

} // namespace

TEST_CASE("plan cache: what is stored comes back whole", "[ops][plan-cache]")
{
  const ops::TerminalSettings terminal{base::Verbosity::verbose, base::ColorChoice::never, base::ProgressChoice::always, 70};
  const auto back = ops::decode_planned(ops::encode_planned(planned_build(), terminal, {}), {});
  REQUIRE(back);
  CHECK(back->terminal == terminal);
  CHECK(back->planned.jobs == 3);
  CHECK(back->planned.show_dependency_warnings);
  CHECK(back->planned.reports_future_incompat);
  CHECK(back->planned.shows_compressed_sizes);
  CHECK(back->planned.budgets == planned_build().budgets);
  CHECK(back->planned.repeated_text == "      Target host\n");
  CHECK(back->planned.program == Path("/ws/target/a"));
  REQUIRE(back->planned.become);
  CHECK(back->planned.become->args == std::vector<std::string>{"/ws/target/a"});
  REQUIRE(back->planned.graph.actions.size() == 1);
  CHECK(back->planned.graph.actions.front().identity == "host/debug/a");
  CHECK(back->planned.graph.finished == "`dev` profile");
}

TEST_CASE("plan cache: bytes cut off anywhere are refused", "[ops][plan-cache]")
{
  const auto bytes = ops::encode_planned(planned_build(), {}, {});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    REQUIRE(!ops::decode_planned(std::string_view(bytes).substr(0, size), {}));
  }
  CHECK(!ops::decode_planned(bytes + "0:", {}));
}

TEST_CASE("plan cache: damaged bytes are refused or read as another plan, and never more than that", "[ops][plan-cache]")
{
  const auto bytes = ops::encode_planned(planned_build(), {}, {});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '9', '\x7f', '\xff'}) {
      auto damaged = bytes;
      damaged[at] = value;
      (void)ops::decode_planned(damaged, {});
    }
  }
  SUCCEED("no crash");
}

TEST_CASE("plan cache: the edit of a source keeps the plan", "[ops][plan-cache]")
{
  Stored stored;
  REQUIRE(stored.holds());
  stored.dir.write("src/lib.rs", "pub fn new() {}");
  CHECK(stored.holds());
  SECTION("also when the editor replaces the file")
  {
    stored.dir.write("src/lib.rs.new", "pub fn newer() {}");
    std::filesystem::rename(stored.dir / "src/lib.rs.new", stored.dir / "src/lib.rs");
    CHECK(stored.holds());
  }
  const auto found = ops::find_plan(stored.context, stored.vars);
  REQUIRE(found);
  CHECK(found->planned->looked_at.size() == 4);
  CHECK(found->planned->variables == std::vector<std::string>{"PATH"});
}

TEST_CASE("plan cache: what decides the plan ends it", "[ops][plan-cache]")
{
  Stored stored;
  REQUIRE(stored.holds());
  SECTION("a manifest")
  {
    stored.dir.write("Cargo.toml", "[package] #");
  }
  SECTION("a new file where targets are discovered")
  {
    stored.dir.write("src/main.rs", "fn main() {}");
  }
  SECTION("a source that is gone")
  {
    std::filesystem::remove(stored.dir / "src/lib.rs");
  }
  SECTION("a configuration that was not there")
  {
    stored.dir.write(".cargo/config.toml", "");
  }
  SECTION("a variable more")
  {
    stored.environment.insert(stored.environment.begin(), "CARGO_BUILD_TARGET=x");
    stored.context.environment = stored.environment.data();
  }
  SECTION("another value of one that counts")
  {
    stored.environment[1] = "PATH=/usr/bin";
  }
  SECTION("a damaged file")
  {
    const auto file = ops::plan_file(stored.context);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  }
  SECTION("no file")
  {
    std::filesystem::remove(ops::plan_file(stored.context));
  }
  CHECK(!stored.holds());
}

TEST_CASE("recording: every look is remembered as what it was", "[ops][plan-cache]")
{
  test::TempDir dir;
  dir.write("Cargo.toml", "[package]");
  dir.write("src/main.rs", "");
  dir.write("tool", "x");
  const auto real = base::make_filesystem();
  ops::RecordingFilesystem files(*real);
  CHECK(files.read(dir / "Cargo.toml"));
  CHECK(files.is_file(dir / "src/main.rs"));
  CHECK(files.list(dir / "src"));
  CHECK(files.is_file(dir / "tool"));
  CHECK(!files.exists(dir / "build.rs"));
  CHECK(!files.read(dir / "none/Cargo.toml"));
  CHECK(files.exists(dir / "src/main.rs"));
  CHECK(files.is_file(dir / "Cargo.toml"));
  const auto paths = files.paths({});
  REQUIRE(paths);
  CHECK(kind_of(*paths, dir / "Cargo.toml") == Kind::input);
  CHECK(kind_of(*paths, dir / "src/main.rs") == Kind::present);
  CHECK(kind_of(*paths, dir / "src") == Kind::listing);
  CHECK(kind_of(*paths, dir / "tool") == Kind::input);
  CHECK(kind_of(*paths, dir / "build.rs") == Kind::absent);
  CHECK(kind_of(*paths, dir / "none/Cargo.toml") == Kind::absent);
  CHECK(kind_of(files.paths({dir / "src"}).value(), dir / "src/main.rs") == std::nullopt);
  SECTION("a relative path means that nothing is known")
  {
    (void)files.exists("Cargo.toml");
    CHECK(!files.paths({}));
  }
}

TEST_CASE("recording: warnings are kept for a build that reuses the plan", "[ops][plan-cache]")
{
  test::BufferReporter inner;
  ops::RecordingReporter reporter(inner);
  reporter.warning(Error("CW0160", "`profile` of member `a` is ignored"));
  reporter.status("Downloading", "b", base::StatusColor::green);
  reporter.keep("Target", "host");
  CHECK(reporter.text() == "warning[CW0160]: `profile` of member `a` is ignored\n      Target host\n");
}
