#include "out_dir_before.hpp"

#include <cargo_wasm/base/digest.hpp>

namespace cargo_wasm::exec {

Result<std::vector<RecordedFile>> files_of_directory(const Context& context, const std::string& name, const base::Path& directory)
{
  CW_TRY_ASSIGN(const TreeListing listing, list_tree(context.env.fs, directory.string(), TreeKind::everything, {}));
  std::vector<RecordedFile> files;
  for (const std::string& path : listing.files) {
    const std::string relative = path.substr(directory.native().size());
    CW_TRY_ASSIGN(const auto known, context.digests.file_now(path));
    if (known) {
      files.push_back({name + relative, *known});
      files.back().known.racy = false; // nobody but the action writes there
    }
  }
  return files;
}

Result<std::shared_ptr<const SharedKey>>
with_out_dir_before(const Context& context, const plan::ActionTemplate& tmpl, const std::shared_ptr<const SharedKey>& key)
{
  if (key == nullptr || !tmpl.out_dir || tmpl.kind != plan::ActionKind::run_build_script || !context.env.fs.is_directory(*tmpl.out_dir)) {
    return key;
  }
  CW_TRY_ASSIGN(const auto left, context.env.fs.list(*tmpl.out_dir));
  if (left.empty()) {
    return key;
  }
  const std::string name = context.places.name_of(tmpl.out_dir->native());
  CW_TRY_ASSIGN(const auto files, files_of_directory(context, name, *tmpl.out_dir));
  SharedKey with = *key;
  with.input.platform[k_out_dir_before] = base::to_hex(digest_of_tree(name, files).hash);
  return std::make_shared<const SharedKey>(std::move(with));
}

} // namespace cargo_wasm::exec
