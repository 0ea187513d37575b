#include <cargo_wasm/registry_mirror/relay.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cargo_wasm::registry_mirror {

bool relays(const registry_trust::Federation& federation, const std::string& mirror)
{
  return std::ranges::any_of(federation.mirrors, [&](const registry_trust::Mirror& one) { return one.base == mirror && one.publishes; });
}

Result<std::string> sequencer_for(const registry_trust::Federation& federation, const std::string& mirror)
{
  constexpr std::string_view k_sparse = "sparse+";
  const std::string address = federation.canonical.substr(federation.canonical.starts_with(k_sparse) ? k_sparse.size() : 0);
  const auto none = [](std::string why) {
    return fail(Error("CW1062", "changes cannot be sent on from this mirror", Blame::user)
                    .note(std::move(why))
                    .help("`roles = [\"read\", \"publish\"]` in the registry's federation.toml, for the registry and for the mirror"));
  };
  for (const std::string& place : {address, mirror}) {
    if (!relays(federation, place)) {
      return none(fmt::format(
          "version {} of the document of `{}` does not say that `{}` takes publications", federation.version, federation.name, place));
    }
  }
  if (address == mirror) {
    return none("it has the address of the registry itself");
  }
  return address;
}

} // namespace cargo_wasm::registry_mirror
