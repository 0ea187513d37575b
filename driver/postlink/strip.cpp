#include <cargo_wasm/postlink/strip.hpp>

#include <fmt/format.h>

#include <cargo_wasm/wasm/rewrite.hpp>

#include "module_file.hpp"

namespace cargo_wasm::postlink {

namespace {

bool stays(std::string_view section, StripLevel level)
{
  if (level == StripLevel::none) {
    return true;
  }
  const bool is_for_tools = section == "name" || section == "producers" || section == "target_features";
  return !wasm::is_debug_section(section) && (level == StripLevel::debuginfo || !is_for_tools);
}

} // namespace

Result<StripLevel> parse_strip_level(std::string_view text)
{
  if (text == "none") {
    return StripLevel::none;
  }
  if (text == "debuginfo") {
    return StripLevel::debuginfo;
  }
  if (text == "symbols") {
    return StripLevel::symbols;
  }
  return fail(Error("CW0859", fmt::format("`{}` is nothing that could be stripped", text), Blame::usage)
                  .help("it is `none`, `debuginfo` or `symbols`"));
}

Result<> strip_module(const base::Env& env, const base::Path& input, const base::Path& output, StripLevel level)
{
  CW_TRY_ASSIGN(const base::MappedFile file, map_module(env.fs, input));
  const auto keep = [level](std::string_view section) { return stays(section, level); };
  CW_TRY_ASSIGN(const std::string stripped, wasm::rewrite_custom_sections(source_of(file), keep, {}));
  return env.fs.write_atomic(output, stripped);
}

} // namespace cargo_wasm::postlink
