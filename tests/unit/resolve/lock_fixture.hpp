// A workspace in memory whose lock pass is run: `Fixture f; f.member(app().depends("a", "1"));
// f.lock();`
#pragma once
#include "list_index.hpp"

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <support/test_env.hpp>

namespace cargo_wasm::test {

inline constexpr const char* k_lock_path = "/project/Cargo.lock";

/// What `update` is asked to move.
inline resolve::UpdateRequest
only(std::vector<std::string> specs, bool recursive = false, bool workspace_only = false, std::optional<std::string> precise = {})
{
  return {std::move(specs), recursive, workspace_only, std::move(precise)};
}

class LockFixture
{
public:
  LockFixture()
  {
    workspace.root = "/project";
    auto root = std::make_shared<manifest::Manifest>();
    root->is_virtual = true;
    root->file = "/project/Cargo.toml";
    m_root = root;
    workspace.root_manifest = root;
    env.vars["HOME"] = "/home";
  }

  void set_member(PackageBuilder member)
  {
    workspace.members.clear();
    add_member(std::move(member));
  }
  void add_member(PackageBuilder member)
  {
    auto manifest = std::make_shared<manifest::Manifest>();
    manifest->summary = member.build();
    manifest->file = manifest->summary->id.source().path() / "Cargo.toml";
    workspace.members.push_back(std::make_shared<manifest::Package>(manifest::Package{manifest}));
  }
  void patch(const std::string& key, PackageBuilder entry) { workspace.patches.push_back({key, {entry.build()->dependencies.front()}}); }

  /// Runs the lock pass and writes the file, as the verbs do.
  Result<resolve::LockPassResult> lock(const resolve::LockPassOptions& options = {})
  {
    const base::Env seams = env.env();
    CW_TRY_ASSIGN(const auto config, manifest::Config::load(seams, {}));
    CW_TRY_ASSIGN(auto out, resolve::resolve_for_lock(seams, workspace, *config, index, options));
    if (out.differs) {
      env.fs.add(k_lock_path, out.lock_text);
    }
    return out;
  }
  Result<resolve::LockPassResult> update(resolve::UpdateRequest request)
  {
    resolve::LockPassOptions options;
    options.update = std::move(request);
    return lock(options);
  }
  /// "a 1.0.0, b 2.0.0", or the error as it is shown.
  std::string versions(const Result<resolve::LockPassResult>& result) const
  {
    return result ? chosen(result->resolve) : base::render(result.error(), base::Severity::error, false);
  }
  [[nodiscard]] std::string lock_file() const { return env.fs.read(k_lock_path).value(); }

  TestEnv env;
  ListIndex index;
  manifest::Workspace workspace;

private:
  std::shared_ptr<manifest::Manifest> m_root;
};

} // namespace cargo_wasm::test
