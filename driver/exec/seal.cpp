#include <cargo_wasm/exec/seal.hpp>

#include <algorithm>

#include <cargo_wasm/exec/observed.hpp>

#include "private_values.hpp"

namespace cargo_wasm::exec {
namespace {

/// What tells who builds, and how, but not what: where this program lies, which packages were asked for, by which name the toolchain was
/// called, and where a shell has its libraries. A crate that looks at one is another matter: rustc says so.
bool is_left_out(const SealInput& input, std::string_view name)
{
  return name == "CARGO" || name == "CARGO_PRIMARY_PACKAGE" || name == "RUSTUP_TOOLCHAIN" ||
         (name == "LD_LIBRARY_PATH" && !input.with_library_path);
}

} // namespace

SealedAction seal(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const SealInput& input, const PlaceNames& places)
{
  SealedAction sealed;
  action::Command& out = sealed.command;
  out.arguments.reserve(command.arguments.size() + 1);
  out.arguments.push_back(places.neutral(command.program));
  for (const std::string& argument : command.arguments) {
    out.arguments.push_back(places.neutral(argument));
  }
  // What a manifest says about its package (description, authors, licence …) counts when the compiler looked at it: below.
  for (const auto& [name, value] : command.environment) {
    if (!is_left_out(input, name) && !input.left_out.contains(name) && (input.with_package_variables || !name.starts_with("CARGO_PKG_"))) {
      const bool is_hidden = !input.key_of_variables.empty() && (input.hidden.contains(name) || is_configured_secret(tmpl, name));
      out.environment.emplace(name, is_hidden ? hashed_value(input.key_of_variables, value) : places.neutral(value));
    }
  }
  // A variable the program looked at counts with its real value. $OUT_DIR is the exception: what lies in it is tracked by
  // content, and it is looked at mostly to include a file from there.
  for (const auto& [name, value] : input.observed) {
    if (name == "OUT_DIR") {
      continue;
    }
    if (value) {
      out.environment.insert_or_assign(name, *value);
    } else {
      out.environment.erase(name);
    }
  }
  for (const plan::TemplateOutput& output : tmpl.outputs) {
    out.output_paths.push_back(places.name_of(output.path.native()));
  }
  out.working_directory = places.name_of(tmpl.cwd.native());
  out.platform = input.platform;

  action::InputTree tree;
  for (const SealedFile& source : input.sources) {
    tree.add_file(source.name, source.digest, source.executable);
  }
  for (const auto& [name, digest] : input.dependencies) {
    tree.add_file(name, digest);
  }
  sealed.action.command = base::digest_of(action::encode(out));
  sealed.action.input_root = tree.root_digest();
  sealed.action.do_not_cache = !tmpl.cacheable;
  sealed.action.platform = input.platform;
  sealed.digest = base::digest_of(action::encode(sealed.action));
  return sealed;
}

} // namespace cargo_wasm::exec
