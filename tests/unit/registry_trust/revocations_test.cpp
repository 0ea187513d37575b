#include <cargo_wasm/registry_trust/revocations.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_key = "alice+19b1cbe3+Aas1P6lDIoMpd1vq24F3wOyuNoOnuUD/vWcuvg5g0q9g";

Revocation revocation(std::string target, RevocationEffect effect, std::uint64_t entry)
{
  Revocation made;
  made.entry = entry;
  made.statement.registry = "sparse+https://registry.example/";
  made.statement.target = std::move(target);
  made.statement.effect = effect;
  made.statement.reason = "malware";
  made.statement.time = 1767225600;
  return made;
}

std::string why(std::string_view text)
{
  return parse_revocations(text).error().notes.at(0);
}

} // namespace

TEST_CASE("revocations: the list has one form, sorted by target", "[trust][revocations]")
{
  const std::vector<Revocation> both{revocation(target_of_version("b", "1.0.0"), RevocationEffect::warn, 7),
                                     revocation(target_of_version("a", "1.0.0"), RevocationEffect::block, 12)};
  const std::string text = to_text(both);
  CHECK(text == "entry 12\n"
                "cargo-wasm/revoke/v1\nregistry sparse+https://registry.example/\ntarget crate a 1.0.0\neffect block\nreason malware\n"
                "advisory -\nsince -\ntime 2026-01-01T00:00:00Z\n"
                "\n"
                "entry 7\n"
                "cargo-wasm/revoke/v1\nregistry sparse+https://registry.example/\ntarget crate b 1.0.0\neffect warn\nreason malware\n"
                "advisory -\nsince -\ntime 2026-01-01T00:00:00Z\n"
                "\n");
  CHECK(parse_revocations(text).value() == std::vector<Revocation>{both[1], both[0]});
  CHECK(parse_revocations("").value().empty());
}

TEST_CASE("revocations: what is not that form is refused with its place", "[trust][revocations]")
{
  const std::string one = to_text({revocation("archive x", RevocationEffect::block, 1)});
  CHECK(render(parse_revocations(one + one).error(), base::Severity::error, false) ==
        "error[CW1027]: this is not a registry's list of revocations\n   = note: revocation 2: `archive x` is not in its place\n");
  CHECK(why("x") == "revocation 1: here stand a line `entry N`, a statement, and an empty line");
  CHECK(why("entry 01\n\n\n") == "revocation 1: here stand a line `entry N`, a statement, and an empty line");
  CHECK(why(one.substr(0, one.size() - 1)) == "revocation 1: here stand a line `entry N`, a statement, and an empty line");
  CHECK(why("entry 1\ncargo-wasm/unrevoke/v1\nregistry r\ntarget t\nnonce 00\ntime 2026-01-01T00:00:00Z\n\n") ==
        "revocation 1: the statement is none of the kind `revoke`");
}

TEST_CASE("revocations: a version falls under its own, its archive's and its key's, and what blocks outweighs a warning",
          "[trust][revocations]")
{
  const RevocableVersion version{.name = "a", .version = "1.0.0", .archive = base::sha256("bytes"), .key = k_key, .entry = 20};
  const auto found = [&](std::vector<Revocation> list) {
    const Revocation* const hit = find_revocation(list, version);
    return hit == nullptr ? std::uint64_t{0} : hit->entry;
  };
  CHECK(found({}) == 0);
  CHECK(found({revocation("crate a 1.0.1", RevocationEffect::block, 1)}) == 0);
  CHECK(found({revocation("crate a 1.0.0", RevocationEffect::warn, 1),
               revocation(target_of_archive(version.archive), RevocationEffect::block, 2),
               revocation(target_of_key(k_key), RevocationEffect::block, 3)}) == 2);
  Revocation since = revocation(target_of_key(k_key), RevocationEffect::block, 3);
  since.statement.since_entry = 21;
  CHECK(found({since}) == 0);
  since.statement.since_entry = 20;
  CHECK(found({since}) == 3);
}

} // namespace cargo_wasm::registry_trust
