#include <cargo_wasm/registry_mirror/relay.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_mirror {
namespace {

registry_trust::Federation with_mirrors(bool registry_publishes, bool mirror_publishes)
{
  registry_trust::Federation federation;
  federation.name = "acme";
  federation.version = 3;
  federation.canonical = "sparse+https://registry.example/";
  for (const auto& [base, publishes] :
       {std::pair("https://registry.example/", registry_publishes), std::pair("https://eu1.example/", mirror_publishes)}) {
    registry_trust::Mirror mirror;
    mirror.base = base;
    mirror.publishes = publishes;
    federation.mirrors.push_back(std::move(mirror));
  }
  return federation;
}

} // namespace

TEST_CASE("relay: changes go to the registry's own address, when the document lets it and the mirror take them", "[registry]")
{
  const std::string mirror = "https://eu1.example/";
  CHECK(sequencer_for(with_mirrors(true, true), mirror).value() == "https://registry.example/");
  CHECK(render(sequencer_for(with_mirrors(true, false), mirror).error(), base::Severity::error, false) ==
        "error[CW1062]: changes cannot be sent on from this mirror\n"
        "   = note: version 3 of the document of `acme` does not say that `https://eu1.example/` takes publications\n"
        "   = help: `roles = [\"read\", \"publish\"]` in the registry's federation.toml, for the registry and for the mirror\n");
  CHECK(sequencer_for(with_mirrors(false, true), mirror).error().notes.at(0) ==
        "version 3 of the document of `acme` does not say that `https://registry.example/` takes publications");
  CHECK(sequencer_for(with_mirrors(true, true), "https://other.example/").error().id == "CW1062");
  CHECK(sequencer_for(with_mirrors(true, true), "https://registry.example/").error().notes.at(0) ==
        "it has the address of the registry itself");
  CHECK(relays(with_mirrors(true, true), mirror));
  CHECK(!relays(with_mirrors(true, false), mirror));
}

} // namespace cargo_wasm::registry_mirror
