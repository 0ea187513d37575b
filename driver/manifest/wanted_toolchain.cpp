// `toolchain` of the two wasm tables, and that they have no keys but those that somebody reads.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/wasm_settings.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::string_view k_toolchain = "toolchain";
/// Every key of the two tables, whoever reads it.
constexpr std::array<std::string_view, 10> k_wasm_keys = {
    "bindgen", "component", "host", "imports", "link", "profile", "provenance", "size", "target", k_toolchain};

/// Whether there is anything to read or to complain about: most tables have a target or link settings only.
bool has_toolchain_or_more(const std::shared_ptr<const nlohmann::json>& metadata)
{
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm")) {
    return false;
  }
  const nlohmann::json& wasm = metadata->at("wasm");
  if (!wasm.is_object()) {
    return true;
  }
  std::size_t others = 0;
  for (const std::string_view key : k_wasm_keys) {
    others += key != k_toolchain && wasm.contains(key) ? 1U : 0U;
  }
  return wasm.size() > others;
}

Error unknown_wasm_key(const TomlDocument& document, const TomlMember& member, std::string_view section)
{
  Error error("CW0167", fmt::format("`[{}.metadata.wasm]` has no key `{}`", section, member.key));
  error.where = document.span(member.key_position);
  const std::vector<std::string> known(k_wasm_keys.begin(), k_wasm_keys.end());
  if (const auto near = base::nearest(member.key, known)) {
    error.helps.push_back(fmt::format("a key with a similar name exists: `{}`", *near));
  } else {
    error.helps.push_back(fmt::format("it takes {}; what is for other tools stands in a table of its own", base::join(known, ", ")));
  }
  return error;
}

/// Why rustup would not take it; empty when it would.
std::string_view name_problem(std::string_view name)
{
  if (name.empty()) {
    return "it is empty";
  }
  if (name.front() == '+') {
    return "the `+` belongs to the command line";
  }
  if (name.find('/') != std::string_view::npos) {
    return "a directory is no name";
  }
  return name.find_first_of(" \t\r\n") != std::string_view::npos ? "it has a blank in it" : "";
}

void read_toolchain(const Fields& wasm, std::string_view section, std::optional<WantedToolchain>& wanted)
{
  for (const TomlMember& member : wasm.raw().members) {
    if (std::ranges::find(k_wasm_keys, member.key) == k_wasm_keys.end()) {
      wasm.state().fail(unknown_wasm_key(wasm.document(), member, section));
      return;
    }
  }
  const std::string* name = wasm.string(k_toolchain);
  if (name == nullptr) {
    return;
  }
  auto where = wasm.document().span(wasm.find(k_toolchain).value->position);
  if (const auto problem = name_problem(*name); !problem.empty()) {
    wasm.state().fail(Error("CW0670", fmt::format("`{}` names no toolchain: {}", *name, problem))
                          .at(std::move(where))
                          .help("write `toolchain = \"1.99.1\"`, or what else rustup calls one"));
    return;
  }
  wanted = WantedToolchain{*name, fmt::format("`[{}.metadata.wasm] toolchain`", section), std::move(where)};
}

Result<std::optional<WantedToolchain>> toolchain_of(const base::ReadOnlyFilesystem& fs,
                                                    const Manifest& manifest,
                                                    const std::shared_ptr<const nlohmann::json>& metadata,
                                                    std::string_view section)
{
  std::optional<WantedToolchain> wanted;
  if (has_toolchain_or_more(metadata)) {
    CW_TRY(read_wasm_table(fs, manifest, metadata, section, {}, [&](const Fields& wasm) { read_toolchain(wasm, section, wanted); }));
  }
  return wanted;
}

} // namespace

Result<std::optional<WantedToolchain>>
read_wanted_toolchain(const base::ReadOnlyFilesystem& fs, const Manifest* package, const Manifest& workspace_root)
{
  std::optional<WantedToolchain> wanted;
  if (package != nullptr) {
    CW_TRY_ASSIGN(wanted, toolchain_of(fs, *package, package->metadata, "package"));
  }
  CW_TRY_ASSIGN(auto common, toolchain_of(fs, workspace_root, workspace_root.workspace_metadata, "workspace"));
  return wanted ? wanted : common;
}

} // namespace cargo_wasm::manifest
