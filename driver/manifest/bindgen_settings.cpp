#include <cargo_wasm/manifest/bindgen_settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 5> k_bindgen_targets{"bundler", "deno", "no-modules", "nodejs", "web"};
constexpr std::array<std::string_view, 3> k_bindgen_keys{"target", "typescript", "args"};

Error unknown_bindgen_key(std::string_view key)
{
  Error error("CW0881", fmt::format("`bindgen` has no key `{}`", key));
  const std::vector<std::string> known(k_bindgen_keys.begin(), k_bindgen_keys.end());
  if (const auto near = base::nearest(key, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("known are: `{}`", base::join(known, "`, `")));
  return error;
}

void read_bindgen(const Fields& fields, BindgenSettings& into)
{
  for (const TomlMember& member : fields.raw().members) {
    if (std::ranges::find(k_bindgen_keys, member.key) == k_bindgen_keys.end()) {
      fields.state().fail(unknown_bindgen_key(member.key).at(fields.document().span(member.key_position)));
      return;
    }
  }
  if (const std::string* const target = fields.string("target")) {
    if (std::ranges::find(k_bindgen_targets, *target) == k_bindgen_targets.end()) {
      fields.state().fail(bad_bindgen_target(*target).at(fields.document().span(fields.find("target").value->position)));
      return;
    }
    into.target = *target;
  }
  into.typescript = fields.boolean("typescript").value_or(into.typescript);
  if (auto args = fields.strings("args")) {
    into.args = std::move(*args);
  }
}

} // namespace

std::span<const std::string_view> bindgen_targets()
{
  return k_bindgen_targets;
}

Error bad_bindgen_target(std::string_view value)
{
  Error error("CW0880", fmt::format("wasm-bindgen makes nothing for `{}`", value), Blame::usage);
  const std::vector<std::string> known(k_bindgen_targets.begin(), k_bindgen_targets.end());
  if (const auto near = base::nearest(value, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("it makes bindings for `{}`", base::join(known, "`, `")));
  return error;
}

Result<BindgenSettings> read_bindgen_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root)
{
  BindgenSettings settings;
  const auto read = [&](const Fields& fields) { read_bindgen(fields, settings); };
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.workspace_metadata, "workspace", "bindgen", read));
  CW_TRY(read_wasm_table(fs, package, package.metadata, "package", "bindgen", read));
  return settings;
}

} // namespace cargo_wasm::manifest
