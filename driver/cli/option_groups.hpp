// What the tables of options share.
#pragma once
#include <initializer_list>
#include <string_view>
#include <vector>

#include <cargo_wasm/cli/options.hpp>

namespace cargo_wasm::cli {

using Options = std::vector<OptionSpec>;

[[nodiscard]] Options join(std::initializer_list<Options> groups);
/// Of every verb.
[[nodiscard]] Options general();
/// What `--bindgen` takes.
[[nodiscard]] std::vector<std::string_view> bindgen_target_names();

/// `host …`, `module …` and its verbs for pages.
[[nodiscard]] std::vector<VerbSpec> host_verbs();
[[nodiscard]] std::vector<VerbSpec> module_verbs();
[[nodiscard]] std::vector<VerbSpec> page_verbs();

/// `cache …`.
[[nodiscard]] std::vector<VerbSpec> cache_verbs();

/// `add --component`, `component …`.
[[nodiscard]] std::vector<VerbSpec> component_verbs();
/// `package`, `publish` and what people do with an account at a registry.
[[nodiscard]] std::vector<VerbSpec> publish_verbs();

/// `registry …`.
[[nodiscard]] std::vector<VerbSpec> registry_verbs();
[[nodiscard]] std::vector<VerbSpec> federation_verbs();
[[nodiscard]] std::vector<VerbSpec> registry_trust_verbs();
/// Its verbs that read a registry's files: mirrors, checks, witnesses.
[[nodiscard]] std::vector<VerbSpec> registry_mirror_verbs();

} // namespace cargo_wasm::cli
