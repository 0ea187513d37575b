#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/base/processors.hpp>

#include <sched.h>

namespace cargo_wasm::base {

namespace {

std::string content_of(const Path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint32_t allowed_by_affinity()
{
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    return static_cast<std::uint32_t>(CPU_COUNT(&set));
  }
  return std::thread::hardware_concurrency(); // more processors than such a set can name
}

// The group's own limit, and those of the groups around it. Version 2 alone: its line begins with `0::`.
std::optional<std::uint32_t> allowed_by_groups()
{
  const std::string groups = "\n" + content_of("/proc/self/cgroup");
  constexpr std::string_view k_unified = "\n0::/";
  const std::size_t begin = groups.find(k_unified);
  if (begin == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t name = begin + k_unified.size();
  const Path root = "/sys/fs/cgroup";
  std::optional<std::uint32_t> least;
  for (Path group = root / groups.substr(name, groups.find('\n', name) - name);; group = group.parent_path()) {
    if (const auto limit = processors_of_quota(content_of(group / "cpu.max"))) {
      least = std::min(least.value_or(*limit), *limit);
    }
    if (group == root || !group.has_relative_path()) {
      return least;
    }
  }
}

} // namespace

std::optional<std::uint32_t> processors_of_quota(std::string_view cpu_max)
{
  std::uint64_t quota = 0;
  std::uint64_t period = 0;
  const char* const end = cpu_max.data() + cpu_max.size();
  const auto [rest, wrong] = std::from_chars(cpu_max.data(), end, quota);
  if (wrong != std::errc() || rest == end || std::from_chars(rest + 1, end, period).ec != std::errc() || period == 0) {
    return std::nullopt; // "max 100000"
  }
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(quota / period, 1, UINT32_MAX));
}

std::uint32_t usable_processors()
{
  const std::uint32_t allowed = std::max(1U, allowed_by_affinity());
  return std::min(allowed, allowed_by_groups().value_or(allowed));
}

} // namespace cargo_wasm::base
