#include "host_build.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::ops {

namespace {

/// What a package asks of its target.
struct Wish
{
  std::string flags; ///< empty: nothing
  bool builds_std = false;
  std::string host;
  std::string package;
  [[nodiscard]] bool agrees_with(const Wish& other) const { return flags == other.flags && builds_std == other.builds_std; }
};

Wish wish_of(const PackagePtr& package, const PackageHosts& hosts, std::string_view triple)
{
  Wish wish;
  wish.package = package->id().name().str();
  const auto found = hosts.find(package->id());
  if (found == hosts.end()) {
    return wish;
  }
  const host::Profile& host = *found->second.profile;
  wish.host = host.id;
  if (triple != host.program_target && triple != host.library_target) {
    return wish;
  }
  wish.builds_std = host.builds_std;
  for (const std::string& feature : host.target_features) {
    wish.flags += fmt::format("{}+{}", wish.flags.empty() ? "-Ctarget-feature=" : ",", feature);
  }
  return wish;
}

std::string told(const Wish& wish)
{
  const std::string host = wish.host.empty() ? "no host" : fmt::format("host `{}`", wish.host);
  return fmt::format("`{}` is built for {}: {}", wish.package, host, wish.flags.empty() ? "the target's usual code" : wish.flags);
}

Error different_code(std::string_view triple, const Wish& one, const Wish& other)
{
  return Error("CW0984", fmt::format("packages for `{}` are built for hosts that want different code", triple), Blame::usage)
      .note(told(one))
      .note(told(other))
      .help(fmt::format("build them one by one: `-p {}`, then `-p {}`", one.package, other.package));
}

} // namespace

Result<HostBuild> host_build(const std::vector<PackagePtr>& selected, const PackageHosts& hosts, const TargetChoice& target)
{
  HostBuild build;
  std::map<std::string, Wish> wishes;
  for (const PackagePtr& package : selected) {
    const auto own = target.of_package.find(package->id());
    for (const std::string& triple : own == target.of_package.end() ? target.triples : own->second) {
      Wish wish = wish_of(package, hosts, triple);
      const auto [known, is_new] = wishes.emplace(triple, wish);
      if (!is_new && !known->second.agrees_with(wish)) {
        return fail(different_code(triple, known->second, wish));
      }
    }
  }
  for (const auto& [triple, wish] : wishes) {
    if (!wish.flags.empty()) {
      build.flags[triple] = {wish.flags};
    }
    if (wish.builds_std) {
      build.std_triples.push_back(triple);
      build.reason = fmt::format("host `{}` asks for it: its code is compiled with `{}`, and std has to be, too", wish.host, wish.flags);
    }
  }
  return build;
}

} // namespace cargo_wasm::ops
