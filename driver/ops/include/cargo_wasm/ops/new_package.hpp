// `cargo-wasm new` and `init`: a package, or a workspace, from a template.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

struct NewPackageRequest
{
  Path directory;                  ///< absolute
  bool is_init = false;            ///< the directory may be there and have files in it
  std::string template_id = "bin"; ///< --template
  std::string edition = "2024";    ///< --edition
  std::optional<std::string> name; ///< --name; else the directory's
  std::optional<bool> has_git;     ///< --vcs: `git` or `none`; else git where it is there and no repository is around
};

/// Writes the files of a template, makes a repository, adds the package to the workspace it lies in, and says how to go on.
/// Errors: CW0990 no such template, CW0991 not a name for a package, CW0992 the destination is there, CW0993 a file of the template is
/// there, CW0994 git fails, CW0995 the path has no name. Cost: some small files, and one start of git.
Result<> new_package(const Env& env, const NewPackageRequest& request);

/// Prints the templates, a line each.
void list_templates(const Env& env);

} // namespace cargo_wasm::ops
