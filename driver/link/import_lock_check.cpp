// A module's imports against the lock: what differs, and who brought it.
#include <cargo_wasm/link/import_lock.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>

#include "locked_imports.hpp"

namespace cargo_wasm::link {

namespace {

class LockComparison
{
public:
  LockComparison(const Env& env, const plan::ActionGraph& graph, const Ledger& ledger)
      : m_env(env), m_graph(graph), m_module(fmt::format("`{}`", base::shown_path(env.cwd, ledger.module).string()))
  {
  }

  [[nodiscard]] Error appeared(const PresentImport& present) const
  {
    return with_origin(
        Error("CW0920", fmt::format("{} imports {}, which {} does not have", m_module, name_of(present.import), k_import_lock_name)),
        present);
  }

  [[nodiscard]] Error disappeared(const LockedImport& locked) const
  {
    Error error("CW0921", fmt::format("{} does not import {}, which {} has", m_module, name_of(locked), k_import_lock_name));
    if (!locked.crate.empty()) {
      error.notes.push_back(fmt::format("crate `{}` declared it, as `{}`", locked.crate, locked.type));
    }
    return with_help(std::move(error));
  }

  [[nodiscard]] Error changed(const LockedImport& locked, const PresentImport& present) const
  {
    return with_origin(Error("CW0922",
                             fmt::format("{} imports {} as `{}`, which {} has as `{}`",
                                         m_module,
                                         name_of(present.import),
                                         present.import.type,
                                         k_import_lock_name,
                                         locked.type)),
                       present);
  }

  [[nodiscard]] Error unknown(const LinkedArtifact& key) const
  {
    const std::string features = key.features.empty() ? "no features" : fmt::format("features `{}`", base::join(key.features, ","));
    return Error("CW0923", fmt::format("{} has nothing of {}", k_import_lock_name, m_module))
        .note(fmt::format(
            "it would stand there as {} `{}` of package `{}` for `{}` with {}", key.kind, key.name, key.package, key.target, features))
        .help("`cargo-wasm imports --write-lock` with the same selection, target and features adds it");
  }

private:
  static std::string name_of(const LockedImport& import)
  {
    return import.field.empty() ? fmt::format("`{}`", import.module) : fmt::format("`{}.{}`", import.module, import.field);
  }

  static Error with_help(Error error)
  {
    error.helps.emplace_back("if that is meant: `cargo-wasm imports --write-lock` with the same options, and commit the file");
    return error;
  }

  [[nodiscard]] Error with_origin(Error error, const PresentImport& present) const
  {
    const LedgerEntry* const entry = present.entry;
    if (entry == nullptr || (entry->package == k_toolchain_crate && entry->version.empty())) {
      error.notes.emplace_back("the libraries that come with the toolchain declare it");
    } else if (entry->package.empty()) {
      error.notes.push_back(fmt::format("wanted by {}", entry->origin));
    } else {
      error.notes.push_back(fmt::format("crate `{}` declares it, as `{}`", shown_crate(*entry), present.import.type));
    }
    if (entry != nullptr && entry->where) {
      if (auto span = span_of(m_env, m_graph, *entry->where)) {
        span->file = base::shown_path(m_env.cwd, span->file);
        span->label = "declared here";
        error.where = std::move(*span);
      }
    }
    if (entry != nullptr && !entry->path.empty()) {
      std::vector<std::string> names;
      for (const std::string& function : entry->path) {
        names.push_back(fmt::format("`{}`", function));
      }
      error.notes.push_back("alive through " + base::join(names, " → "));
    }
    return with_help(std::move(error));
  }

  const Env& m_env;
  const plan::ActionGraph& m_graph;
  std::string m_module;
};

} // namespace

std::vector<Error> compare_imports(const Env& env, const plan::ActionGraph& graph, const ImportLock& lock, const Ledger& ledger)
{
  const LockComparison comparison(env, graph, ledger);
  const LockedArtifact* const locked = lock.find(ledger.artifact);
  if (locked == nullptr) {
    return {comparison.unknown(key_of(ledger.artifact))};
  }
  const std::vector<PresentImport> present = present_imports(ledger);
  std::vector<Error> appeared, disappeared, changed;
  for (const PresentImport& now : present) {
    const auto is_same = [&](const LockedImport& old) {
      return old.field == now.import.field && is_in_range(old.module, now.import.module);
    };
    const auto found = std::ranges::find_if(locked->imports, is_same);
    if (found == locked->imports.end()) {
      appeared.push_back(comparison.appeared(now));
    } else if (found->type != now.import.type) {
      changed.push_back(comparison.changed(*found, now));
    }
  }
  for (const LockedImport& old : locked->imports) {
    const auto is_same = [&](const PresentImport& now) {
      return old.field == now.import.field && is_in_range(old.module, now.import.module);
    };
    if (std::ranges::none_of(present, is_same)) {
      disappeared.push_back(comparison.disappeared(old));
    }
  }
  std::ranges::move(disappeared, std::back_inserter(appeared));
  std::ranges::move(changed, std::back_inserter(appeared));
  return appeared;
}

} // namespace cargo_wasm::link
