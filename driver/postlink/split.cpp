#include <cargo_wasm/postlink/split.hpp>

#include <array>

#include <cargo_wasm/wasm/rewrite.hpp>

#include "module_file.hpp"

namespace cargo_wasm::postlink {

Result<> split_module(const base::Env& env, const SplitRequest& request)
{
  CW_TRY_ASSIGN(const base::MappedFile file, map_module(env.fs, request.input));
  const wasm::Source source = source_of(file);
  if (!has_debug_sections(source)) {
    return env.fs.write_atomic(request.output, file.bytes());
  }
  CW_TRY(env.fs.write_atomic(request.debug_file, file.bytes()));
  const auto keep = [](std::string_view section) { return !wasm::is_debug_section(section); };
  const std::array named{wasm::CustomSection{"external_debug_info", wasm::sized_text(request.debug_url)}};
  CW_TRY_ASSIGN(const std::string without, wasm::rewrite_custom_sections(source, keep, named));
  return env.fs.write_atomic(request.output, without);
}

} // namespace cargo_wasm::postlink
