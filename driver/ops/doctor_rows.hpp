// What `doctor` looks at, as rows of one table. A row is a fact, not an order: only those that the project at hand cannot be built
// without make the command fail.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/lockfile.hpp>
#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {

enum class Fitness : std::uint8_t {
  fit,
  unfit,   ///< it is there, and something is wrong with it
  missing, ///< it is not there
};

struct DoctorRow
{
  std::string name; ///< "rustc", "std for wasm32-wasip1"
  Fitness fitness = Fitness::fit;
  bool is_needed = false; ///< this project cannot be built without it
  std::string version = {};
  std::optional<Path> path = {};
  std::vector<std::string> notes = {}; ///< why: who wants it, what is wrong
  std::vector<std::string> to_do = {}; ///< commands and advice, when it is not fit
  std::function<Result<>()> mend = {}; ///< what --fix does; empty: nothing without root, or nothing to do
};

/// What was found out once and is asked by several rows.
struct Examination
{
  const Env& env;
  const GlobalOptions& options;
  const DoctorRequest& request;
  std::unique_ptr<manifest::Config> config = {};
  std::optional<Project> project = {};
  std::optional<Error> project_problem = {}; ///< there is a project, and it cannot be read
  std::optional<manifest::Lockfile> lock = {};
  toolchain::ToolchainWish wish = {};
  std::optional<TargetChoice> target = {}; ///< of the project, or of --target
  std::optional<toolchain::ToolchainChoice> choice = {};
  std::optional<Error> choice_problem = {};
  std::optional<toolchain::RustcInfo> rustc = {};
  std::optional<Error> rustc_problem = {};

  /// The wasm targets in question: the project's, or the usual ones.
  [[nodiscard]] std::vector<std::string> wasm_triples() const;
  [[nodiscard]] bool is_for_project() const { return project.has_value(); }
  [[nodiscard]] const manifest::LockedPackage* locked(std::string_view package) const; ///< null: not in Cargo.lock
};

/// Reads what there is. Errors: those of the configuration.
[[nodiscard]] Result<Examination> examine(const Env& env, const GlobalOptions& options, const DoctorRequest& request);

/// rustup, rustc, standard libraries, linkers.
void add_toolchain_rows(const Examination& seen, std::vector<DoctorRow>& rows);
/// Programs that steps of a build, `run`, or build scripts start; and those that people expect here and nothing starts.
void add_tool_rows(const Examination& seen, std::vector<DoctorRow>& rows);
/// Directories and space.
void add_place_rows(const Examination& seen, std::vector<DoctorRow>& rows);

/// The table as text, with a last line that counts; and as JSON (docs/formats/doctor.md). `has_fixed`: rustup was started.
[[nodiscard]] std::string doctor_text(const std::vector<DoctorRow>& rows, bool has_fixed);
[[nodiscard]] std::string doctor_json(const std::vector<DoctorRow>& rows);

} // namespace cargo_wasm::ops
