// What `toolchain …` and `doctor` need to know of the place they are started in, which need not be a project.
#pragma once
#include <memory>
#include <optional>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/toolchain/describe.hpp>

namespace cargo_wasm::ops {

struct Here
{
  std::unique_ptr<manifest::Config> config;
  std::optional<manifest::Workspace> workspace; ///< nullopt outside of projects
  toolchain::ToolchainWish wish;
};

/// Errors: those of the configuration and of the manifests; no manifest at all is none.
[[nodiscard]] Result<Here> look_here(const Env& env, const GlobalOptions& options);

/// "because of `/p/rust-toolchain.toml`, line 2".
[[nodiscard]] std::string reason_text(const toolchain::ToolchainChoice& choice);

/// The entries that are about this compiler and one of these targets (toolchain::touches). Errors: CW0900, of the user's files.
[[nodiscard]] Result<std::vector<toolchain::Defect>>
defects_of(const Env& env, const manifest::Config& config, const spec::Version& rustc, const std::vector<std::string>& triples);

/// "merged-imports, threads-unsupported (wasm32-wasip1-threads)": ids, with the targets where not all of wasm is meant.
[[nodiscard]] std::string defects_text(const std::vector<toolchain::Defect>& defects);

/// `text` in lines of at most 100 columns: the first begins with `label`, the others below its text.
[[nodiscard]] std::string labelled(std::string_view label, std::string_view text);

} // namespace cargo_wasm::ops
