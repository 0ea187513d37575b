#include <cargo_wasm/publish/quorum.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace cargo_wasm::publish {

Result<std::size_t> required_registries(std::string_view quorum, std::size_t registries)
{
  if (quorum.empty()) {
    return std::min<std::size_t>(registries, 2);
  }
  if (quorum == "all") {
    return registries;
  }
  if (quorum == "majority") {
    return registries / 2 + 1;
  }
  if (quorum == "primary") {
    return 1;
  }
  std::size_t number = 0;
  const auto [end, wrong] = std::from_chars(quorum.data(), quorum.data() + quorum.size(), number);
  if (wrong != std::errc() || end != quorum.data() + quorum.size() || number == 0) {
    return fail(Error("CW1042", fmt::format("`{}` is not a quorum", quorum), Blame::usage)
                    .help("`--quorum` is all, majority, primary, or how many registries"));
  }
  if (number > registries) {
    return fail(Error("CW1042", fmt::format("a quorum of {} among {} registries", number, registries), Blame::usage)
                    .help("name more of them with `--registry A,B,C`, or ask for fewer"));
  }
  return number;
}

} // namespace cargo_wasm::publish
