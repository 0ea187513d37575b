// Comparison and texts of build profiles.
#include <cargo_wasm/plan/build_profile.hpp>

#include <cargo_wasm/plan/unit.hpp>

#include <tuple>

namespace cargo_wasm::plan {

std::strong_ordering Strip::operator<=>(const Strip& other) const
{
  if (const auto order = kind <=> other.kind; order != 0) {
    return order;
  }
  return name <=> other.name;
}

std::string_view to_string(DebugInfoLevel level)
{
  switch (level) {
  case DebugInfoLevel::none:
    return "0";
  case DebugInfoLevel::line_directives_only:
    return "line-directives-only";
  case DebugInfoLevel::line_tables_only:
    return "line-tables-only";
  case DebugInfoLevel::limited:
    return "1";
  case DebugInfoLevel::full:
    return "2";
  }
  return "0";
}

namespace {

auto compared(const BuildProfile& p)
{
  return std::tuple(p.opt_level,
                    p.lto,
                    p.codegen_backend,
                    p.codegen_units,
                    p.debuginfo,
                    p.split_debuginfo,
                    p.debug_assertions,
                    p.overflow_checks,
                    p.rpath,
                    p.incremental,
                    p.panic,
                    p.strip);
}

} // namespace

bool BuildProfile::operator==(const BuildProfile& other) const
{
  return compared(*this) == compared(other);
}

std::strong_ordering BuildProfile::operator<=>(const BuildProfile& other) const
{
  const auto left = compared(*this);
  const auto right = compared(other);
  if (left < right) {
    return std::strong_ordering::less;
  }
  return right < left ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::uint64_t BuildProfile::hash() const
{
  std::uint64_t state = 0x9e3779b97f4a7c15U;
  const auto add = [&state](std::uint64_t value) { state = (state ^ value) * 0x100000001b3U; };
  const auto add_text = [&add](InternedString text) { add(std::hash<InternedString>{}(text)); };
  add_text(opt_level);
  add(static_cast<std::uint64_t>(lto.kind) * 2 + (lto.value ? 1U : 0U));
  add_text(lto.name);
  add(codegen_units.value_or(0));
  add(static_cast<std::uint64_t>(debuginfo.level));
  add((debug_assertions ? 1U : 0U) | (overflow_checks ? 2U : 0U) | (rpath ? 4U : 0U) | (incremental ? 8U : 0U));
  add(static_cast<std::uint64_t>(panic));
  add_text(strip.name);
  return state;
}

std::string describe_profile(const BuildProfile& profile)
{
  std::string text = profile.opt_level == "0" ? "unoptimized" : "optimized";
  if (profile.debuginfo.is_on()) {
    text += " + debuginfo";
  }
  return text;
}

} // namespace cargo_wasm::plan
