// How code is compiled for a host, and which hosts' pages run a program.
#include "host_build.hpp"

#include "host_choice.hpp"
#include "support/catch.hpp"

using namespace cargo_wasm;

namespace {

constexpr const char* k_unknown = "wasm32-unknown-unknown";
constexpr const char* k_wasi = "wasm32-wasip1";

PackagePtr package(const std::string& name)
{
  auto manifest = std::make_shared<manifest::Manifest>();
  manifest->summary = std::make_shared<manifest::Summary>(manifest::Summary{
      spec::PackageId(InternedString(name), spec::parse_version("1.0.0").value(), spec::SourceId::crates_io()), {}, {}, {}, {}, {}});
  auto package = std::make_shared<manifest::Package>();
  package->manifest = std::move(manifest);
  return package;
}

std::shared_ptr<const host::Profile> page(const std::string& id, std::vector<std::string> features, bool builds_std)
{
  auto profile = std::make_shared<host::Profile>();
  profile->id = id;
  profile->program_target = k_unknown;
  profile->library_target = k_unknown;
  profile->target_features = std::move(features);
  profile->builds_std = builds_std;
  return profile;
}

const PackagePtr k_app = package("app"), k_other = package("other");
const auto k_threads = page("browser-threads", {"atomics", "bulk-memory"}, true);
const auto k_plain = page("browser", {}, false);

} // namespace

TEST_CASE("a host says how code for its target is compiled, and why std is compiled, too", "[ops][host]")
{
  const auto build = ops::host_build({k_app}, {{k_app->id(), {k_threads, "--host browser-threads", true}}}, {.triples = {k_unknown}});
  REQUIRE(build);
  CHECK(build->flags == toolchain::FlagsOfTriple{{k_unknown, {"-Ctarget-feature=+atomics,+bulk-memory"}}});
  CHECK(build->std_triples == std::vector<std::string>{k_unknown});
  CHECK(build->reason ==
        "host `browser-threads` asks for it: its code is compiled with `-Ctarget-feature=+atomics,+bulk-memory`, and std has to be, too");
}

TEST_CASE("a target that the user chose instead is compiled as usual, and so is everything without a host", "[ops][host]")
{
  for (const ops::PackageHosts& hosts :
       {ops::PackageHosts{{k_app->id(), {k_threads, "--host browser-threads", true}}}, ops::PackageHosts{}}) {
    const auto build = ops::host_build({k_app}, hosts, {.triples = {hosts.empty() ? k_unknown : k_wasi}});
    REQUIRE(build);
    CHECK(build->flags.empty());
    CHECK(build->std_triples.empty());
    CHECK(build->reason.empty());
  }
}

TEST_CASE("packages for one target whose hosts want different code cannot be built at once", "[ops][host]")
{
  const ops::PackageHosts hosts{{k_app->id(), {k_threads, "x"}}, {k_other->id(), {k_plain, "x"}}};
  const auto build = ops::host_build({k_app, k_other}, hosts, {.triples = {k_unknown}});
  REQUIRE(!build);
  CHECK(base::render(build.error(), base::Severity::error, false) ==
        "error[CW0984]: packages for `wasm32-unknown-unknown` are built for hosts that want different code\n"
        "   = note: `app` is built for host `browser-threads`: -Ctarget-feature=+atomics,+bulk-memory\n"
        "   = note: `other` is built for host `browser`: the target's usual code\n"
        "   = help: build them one by one: `-p app`, then `-p other`\n");
  const ops::TargetChoice apart{.triples = {k_unknown, k_wasi}, .of_package = {{k_app->id(), {k_unknown}}, {k_other->id(), {k_wasi}}}};
  const auto good = ops::host_build({k_app, k_other}, hosts, apart);
  REQUIRE(good);
  CHECK(good->std_triples == std::vector<std::string>{k_unknown});
  CHECK(good->flags.size() == 1);
}

TEST_CASE("a page brings WASI for programs that are built for nothing else", "[ops][host]")
{
  CHECK(ops::page_brings_wasi(*k_plain, k_wasi));
  CHECK_FALSE(ops::page_brings_wasi(*k_plain, k_unknown));
  host::Profile runtime;
  CHECK_FALSE(ops::page_brings_wasi(runtime, k_wasi));
  runtime.program_target = k_wasi;
  CHECK_FALSE(ops::page_brings_wasi(runtime, k_wasi));
}
