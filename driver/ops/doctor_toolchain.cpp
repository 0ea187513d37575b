// doctor's rows about the compiler and what belongs to it.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/installed.hpp>
#include <cargo_wasm/toolchain/tool.hpp>

#include "doctor_rows.hpp"
#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

using toolchain::Defect;

std::string message_of(const Error& error)
{
  const auto* span = std::get_if<base::TextSpan>(&error.where);
  return span == nullptr ? error.message : fmt::format("{}:{}:{}: {}", span->file.string(), span->line, span->column, error.message);
}

void add_error(DoctorRow& row, const Error& error)
{
  row.notes.push_back(message_of(error));
  row.notes.insert(row.notes.end(), error.notes.begin(), error.notes.end());
  row.to_do.insert(row.to_do.end(), error.helps.begin(), error.helps.end());
}

DoctorRow project_row(const Error& problem)
{
  DoctorRow row{.name = "project", .fitness = Fitness::unfit, .is_needed = true};
  add_error(row, problem);
  if (row.to_do.empty()) {
    row.to_do.emplace_back("`cargo-wasm build` shows the whole message");
  }
  return row;
}

class ToolchainRows
{
public:
  ToolchainRows(const Examination& seen, std::vector<DoctorRow>& rows) : m_seen(seen), m_rows(rows) {}

  void rustup()
  {
    DoctorRow row{.name = "rustup"};
    const auto installed = toolchain::installed_toolchains(m_seen.env, m_seen.config->cargo_home());
    if (!installed) {
      row.fitness = Fitness::unfit;
      add_error(row, installed.error());
    } else if (installed->rustup) {
      m_rustup = installed->rustup;
      row.path = installed->rustup;
      const auto line = toolchain::ask_tool(m_seen.env, *installed->rustup, {"--version"});
      row.fitness = line ? Fitness::fit : Fitness::unfit;
      row.version = line ? toolchain::version_in(*line) : "";
      if (!line) {
        row.notes.emplace_back("it does not start");
        row.to_do.emplace_back("install it anew");
      }
    } else {
      row.fitness = Fitness::missing;
      row.to_do.emplace_back("install rustup from your distribution or from the Rust project's site");
    }
    row.notes.emplace_back("only needed to install compilers, standard libraries and components");
    m_rows.push_back(std::move(row));
  }

  void rustc()
  {
    DoctorRow row{.name = "rustc", .is_needed = true};
    if (m_seen.choice_problem) {
      row.fitness = Fitness::missing;
      add_error(row, *m_seen.choice_problem);
      offer_toolchain(row);
    } else if (m_seen.rustc_problem) {
      row.fitness = Fitness::unfit;
      row.path = m_seen.choice->rustc;
      add_error(row, *m_seen.rustc_problem);
    } else {
      row.version = spec::to_string(m_seen.rustc->version);
      row.path = m_seen.choice->rustc;
      row.notes.push_back("chosen " + reason_text(*m_seen.choice));
      look_at_rust_versions(row);
      look_at_defects(row);
    }
    m_rows.push_back(std::move(row));
  }

  void standard_library(const std::string& triple)
  {
    DoctorRow row{.name = fmt::format("std for {}", triple), .is_needed = is_wanted()};
    const auto verified = toolchain::verify_target_installed(m_seen.env.fs, *m_seen.choice, *m_seen.rustc, triple);
    if (!verified) {
      row.fitness = Fitness::missing;
      offer(row, fmt::format("rustup target add {} --toolchain {}", triple, m_seen.choice->name.value_or("")), [&seen = m_seen, triple] {
        return toolchain::install_target(seen.env, *seen.choice, triple);
      });
      if (!m_seen.choice->name) {
        row.to_do = verified.error().helps;
      }
    } else {
      row.version = spec::to_string(m_seen.rustc->version);
      row.path = m_seen.rustc->sysroot / "lib" / "rustlib" / triple;
    }
    row.notes.push_back(m_seen.target
                            ? fmt::format("the target here: {}", m_seen.target->reason.empty() ? "of a member" : m_seen.target->reason)
                            : "only needed to build for it");
    m_rows.push_back(std::move(row));
  }

  /// Each linker that rustc starts for the targets, once.
  void linkers(const std::vector<std::string>& triples)
  {
    for (const std::string& triple : triples) {
      linker(triple);
    }
  }

  void source()
  {
    const bool is_named = std::ranges::find(m_seen.choice->wanted_components, "rust-src") != m_seen.choice->wanted_components.end();
    DoctorRow row{.name = "rust-src"};
    const Path library = m_seen.rustc->sysroot / "lib" / "rustlib" / "src" / "rust" / "library";
    if (m_seen.env.fs.is_directory(library)) {
      row.path = library;
      row.version = spec::to_string(m_seen.rustc->version);
    } else {
      row.fitness = Fitness::missing;
      offer(row, fmt::format("rustup component add rust-src --toolchain {}", m_seen.choice->name.value_or("")), [&seen = m_seen] {
        return toolchain::install_component(seen.env, *seen.choice, "rust-src");
      });
    }
    row.is_needed = is_named && is_wanted();
    row.notes.emplace_back(is_named ? "`components` of the toolchain file names it"
                                    : "only needed by editors; cargo-wasm does not build the standard library");
    m_rows.push_back(std::move(row));
  }

private:
  [[nodiscard]] bool is_wanted() const { return m_seen.is_for_project() || !m_seen.request.triples.empty(); }

  /// rustup can do it, where there is one and the compiler is its.
  void offer(DoctorRow& row, std::string command, std::function<Result<>()> mend) const
  {
    if (!m_seen.choice->name) {
      row.to_do.emplace_back("get it from where `rustc` came from, or use a toolchain from rustup");
      return;
    }
    row.to_do.push_back(fmt::format("run `{}`", command));
    if (m_rustup) {
      row.mend = std::move(mend);
    } else {
      row.to_do.emplace_back("rustup, which does that, is missing itself");
    }
  }

  void offer_toolchain(DoctorRow& row) const
  {
    auto missing = toolchain::find_missing_toolchain(m_seen.env, *m_seen.config, m_seen.wish);
    if (!missing || !*missing) {
      return;
    }
    auto wanted = **missing;
    for (const std::string& triple : m_seen.wasm_triples()) {
      wanted.targets.push_back(triple);
    }
    row.to_do.push_back(fmt::format("run `cargo-wasm toolchain install {}`", wanted.name));
    if (wanted.rustup) {
      row.mend = [&env = m_seen.env, wanted] { return toolchain::install_named_toolchain(env, wanted); };
    }
  }

  void look_at_rust_versions(DoctorRow& row) const
  {
    if (!m_seen.project) {
      return;
    }
    for (const auto& member : m_seen.project->workspace.default_members) {
      const auto& text = member->manifest->info.rust_version_text;
      const auto wanted = text ? spec::parse_version_req(fmt::format(">={}", *text)) : Result<spec::VersionReq>(fail(Error()));
      spec::Version release = m_seen.rustc->version;
      release.pre.clear();
      if (wanted && !wanted->matches(release)) {
        row.fitness = Fitness::unfit;
        row.notes.push_back(fmt::format("`{}` wants rustc {} or later (`rust-version`)", member->id().name(), *text));
        row.to_do.push_back("choose a newer one: `cargo-wasm +VERSION …`, or `toolchain` in `[package.metadata.wasm]`");
      }
    }
  }

  /// Defects that need nothing but this compiler and the target to show; others are a build's matter.
  void look_at_defects(DoctorRow& row) const
  {
    const auto defects = defects_of(m_seen.env, *m_seen.config, m_seen.rustc->version, m_seen.wasm_triples());
    if (!defects) {
      row.notes.push_back(message_of(defects.error()));
      return;
    }
    for (const Defect& defect : *defects) {
      if (toolchain::has_conditions(defect)) {
        continue;
      }
      row.notes.push_back(fmt::format("known defect `{}`: {}", defect.id, defect.title));
      if (defect.action == Defect::Action::refuse && m_seen.is_for_project()) {
        row.fitness = Fitness::unfit;
        row.to_do.insert(row.to_do.end(), defect.helps.begin(), defect.helps.end());
      }
    }
  }

  void linker(const std::string& triple)
  {
    DoctorRow row{.name = fmt::format("linker for {}", triple), .is_needed = is_wanted()};
    toolchain::RustcCache nothing_kept;
    const std::vector<toolchain::CompileKind> kinds = {toolchain::CompileKind::target(triple)};
    std::vector<std::string> warnings;
    const auto info = toolchain::probe_target(m_seen.env, *m_seen.config, *m_seen.rustc, kinds.front(), kinds, nothing_kept, warnings);
    if (!info) {
      row.fitness = Fitness::unfit;
      add_error(row, info.error());
    } else if (!info->wasm_linker) {
      row.fitness = Fitness::missing;
      row.notes.emplace_back("rustc would find none for this target");
      row.to_do.emplace_back(
          "check `-C linker=` and `target.TRIPLE.linker`; without them the toolchain's own is used, which rustup installs");
    } else {
      look_at_linker(row, *info->wasm_linker);
    }
    m_rows.push_back(std::move(row));
  }

  void look_at_linker(DoctorRow& row, const toolchain::WasmLinker& linker) const
  {
    toolchain::RustcCache nothing_kept;
    row.path = linker.program;
    const auto version = toolchain::linker_version(m_seen.env, linker.program, nothing_kept);
    row.version = version ? toolchain::version_in(*version) : "";
    if (!version) {
      row.fitness = m_seen.env.fs.is_file(linker.program) ? Fitness::unfit : Fitness::missing;
      row.notes.emplace_back(row.fitness == Fitness::unfit ? "it does not start" : "there is no such program");
      row.to_do.emplace_back(
          "check `-C linker=` and `target.TRIPLE.linker`; without them the toolchain's own is used, which rustup installs");
    }
    if (linker.wasm_ld != linker.program) {
      const auto inner = toolchain::linker_version(m_seen.env, linker.wasm_ld, nothing_kept);
      row.notes.push_back(fmt::format("it starts {} ({})", linker.wasm_ld.string(), inner.value_or("which does not start")));
      if (!inner) {
        row.fitness = Fitness::unfit;
        row.to_do.emplace_back("name a wasm-ld that works: `-C link-arg=--wasm-ld-path=…` or `-fuse-ld=…`");
      }
    }
  }

  const Examination& m_seen;
  std::vector<DoctorRow>& m_rows;
  std::optional<Path> m_rustup;
};

} // namespace

void add_toolchain_rows(const Examination& seen, std::vector<DoctorRow>& rows)
{
  if (seen.project_problem) {
    rows.push_back(project_row(*seen.project_problem));
  }
  ToolchainRows add(seen, rows);
  add.rustup();
  add.rustc();
  if (!seen.rustc) {
    return;
  }
  const auto triples = seen.wasm_triples();
  for (const std::string& triple : triples) {
    add.standard_library(triple);
  }
  add.linkers(triples);
  add.source();
}

} // namespace cargo_wasm::ops
