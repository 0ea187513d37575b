#include "job.hpp"

namespace cargo_wasm::exec {
namespace {

/// One file under two names, or two files with the same content?
Result<bool> is_in_place(const Context& context, const base::Path& source, const base::Path& destination)
{
  CW_TRY_ASSIGN(const auto from, context.env.fs.stat(source));
  CW_TRY_ASSIGN(const auto to, context.env.fs.lstat(destination));
  if (!from || !to || to->type != base::FileType::regular) {
    return !from; // what was not made is not uplifted
  }
  if (from->inode == to->inode && from->device == to->device) {
    return true;
  }
  if (from->size_bytes != to->size_bytes) {
    return false;
  }
  CW_TRY_ASSIGN(const auto known_from, context.digests.file(source.string()));
  CW_TRY_ASSIGN(const auto known_to, context.digests.file(destination.string()));
  return known_from && known_to && known_from->digest == known_to->digest;
}

} // namespace

Result<bool> uplift(const Context& context, const plan::ActionTemplate& tmpl)
{
  bool linked = false;
  for (const auto& [output, destination] : tmpl.uplifted) {
    const base::Path& source = tmpl.outputs[output].path;
    CW_TRY_ASSIGN(const bool in_place, is_in_place(context, source, destination));
    if (in_place) {
      continue;
    }
    CW_TRY(context.env.fs.create_directories(destination.parent_path()));
    CW_TRY(context.env.fs.link_or_copy(source, destination));
    context.digests.forget(source.string());
    context.digests.forget(destination.string());
    linked = true;
  }
  return linked;
}

} // namespace cargo_wasm::exec
