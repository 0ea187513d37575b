#include "primary.hpp"

#include <cargo_wasm/registry_mirror/check.hpp>
#include <cargo_wasm/registry_mirror/garbage.hpp>

namespace cargo_wasm::registry_mirror {
namespace {

std::vector<std::string> faults_of(Primary& primary)
{
  std::vector<std::string> texts;
  const CheckReport report = check_files(primary.real.fs(), primary.directory / "primary/public", {}).value();
  for (const Fault& fault : report.faults) {
    texts.push_back(fault.file + (fault.entry ? ", entry " + std::to_string(*fault.entry) : "") + ": " + fault.what);
  }
  return texts;
}

} // namespace

TEST_CASE("fsck: a registry that is as it should be has no faults", "[registry]")
{
  Primary primary;
  primary.publish("one", "1.0.0");
  primary.publish("one", "1.1.0");
  primary.publish("two", "1.0.0");
  const CheckReport report = check_files(primary.real.fs(), primary.directory / "primary/public", {}).value();
  CHECK((report.faults.empty() && report.log == "acme/log" && report.is_registry));
  CHECK((report.entries == 7 && report.tiles == 1 && report.crates == 2 && report.versions == 3));
}

TEST_CASE("fsck: each fault is named with its file and the entry that speaks of it", "[registry]")
{
  Primary primary;
  primary.publish("one", "1.0.0");
  const base::Path root = primary.directory / "primary/public";
  const std::string archive = "crates/" + base::to_hex(base::sha256("archive of one 1.0.0")) + ".crate";
  REQUIRE(primary.real.fs().remove(root / archive));
  CHECK(faults_of(primary) == std::vector<std::string>{archive + ", entry 1: the archive of one 1.0.0 is not there"});
  REQUIRE(primary.real.fs().write_atomic(root / archive, "other"));
  CHECK(faults_of(primary) ==
        std::vector<std::string>{archive + ", entry 1: the archive of one 1.0.0 has SHA-256 " + base::to_hex(base::sha256("other"))});
  REQUIRE(primary.real.fs().write_atomic(root / archive, "archive of one 1.0.0"));
  std::string bundle = primary.real.fs().read(root / "tile/entries/000.p/3").value();
  bundle[bundle.find("alice")] = 'b';
  REQUIRE(primary.real.fs().write_atomic(root / "tile/entries/000.p/3", bundle));
  const std::vector<std::string> faults = faults_of(primary);
  REQUIRE(!faults.empty());
  CHECK(faults[0] ==
        "tile/entries/000.p/3: `tile/entries/000.p/3` does not belong to the log `acme/log` of 3 entries; its hash is not the one "
        "that follows from the signed checkpoint; entry 1 is the first that is wrong");
}

TEST_CASE("fsck: a log without a federation needs its key", "[registry]")
{
  Primary primary;
  REQUIRE(primary.real.fs().remove_all(primary.directory / "primary/public/.well-known"));
  const Error error = check_files(primary.real.fs(), primary.directory / "primary/public", {}).error();
  CHECK(render(error, base::Severity::error, false) ==
        "error[CW1255]: this is a log that belongs to no federation: by which key is it signed?\n"
        "   = help: `--key KEY`, the log's verifier key\n");
}

TEST_CASE("gc: a log that is not whole says nothing about what can go", "[registry]")
{
  Primary primary;
  primary.publish("one", "1.0.0");
  CHECK(find_garbage(primary.real.env(), primary.directory / "primary/public").value().empty());
  REQUIRE(primary.real.fs().remove(primary.directory / "primary/public/tile/0/000.p/3"));
  CHECK(find_garbage(primary.real.env(), primary.directory / "primary/public").error().id == "CW1259");
}

} // namespace cargo_wasm::registry_mirror
