// cargo's `--message-format=json` lines (docs: cargo reference, external tools), keys in cargo's order.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/exec/script_output.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

/// @param raw_message  rustc's JSON object, taken over byte for byte
[[nodiscard]] std::string compiler_message_json(const plan::ActionTemplate& tmpl, std::string_view raw_message);
[[nodiscard]] std::string compiler_artifact_json(const plan::ActionTemplate& tmpl,
                                                 const std::vector<std::string>& filenames,
                                                 const std::string* executable,
                                                 bool fresh);
[[nodiscard]] std::string build_script_json(const plan::ActionTemplate& tmpl, const ScriptOutput& output);
/// Ours: `cargo-wasm-finding`, with `code`, `level`, `message`, `spans`, `notes`, `helps` and the text for people as `rendered`.
[[nodiscard]] std::string finding_json(const plan::ActionTemplate& tmpl, const Error& finding, base::Severity severity);
[[nodiscard]] std::string build_finished_json(bool success);

} // namespace cargo_wasm::exec
