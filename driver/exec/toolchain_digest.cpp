#include <cargo_wasm/exec/toolchain_digest.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

namespace cargo_wasm::exec {

Result<std::vector<std::string>>
toolchain_files(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples)
{
  std::vector<std::string> files;
  if (const base::Path rustc = sysroot / "bin" / "rustc"; fs.exists(rustc)) {
    files.push_back(rustc.string());
  }
  if (const base::Path lib = sysroot / "lib"; fs.is_directory(lib)) {
    CW_TRY_ASSIGN(const auto entries, fs.list(lib));
    for (const base::DirectoryEntry& entry : entries) {
      if (entry.name.find(".so") != std::string::npos) {
        files.push_back((lib / entry.name).string());
      }
    }
  }
  for (const std::string& triple : triples) {
    const std::string directory = (sysroot / "lib" / "rustlib" / triple).string();
    CW_TRY_ASSIGN(const TreeListing tree, list_tree(fs, directory, TreeKind::everything, {}));
    files.insert(files.end(), tree.files.begin(), tree.files.end());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Result<std::string>
toolchain_identity(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples)
{
  CW_TRY_ASSIGN(const std::vector<std::string> files, toolchain_files(fs, sysroot, triples));
  std::string table;
  for (const std::string& file : files) {
    CW_TRY_ASSIGN(const auto stat, fs.stat(file));
    if (stat) {
      table += std::string_view(file).substr(sysroot.native().size());
      table += '\0';
      table += std::to_string(stat->size_bytes) + ' ' + std::to_string(stat->mtime_ns) + '\n';
    }
  }
  return base::to_hex(base::sha256(table));
}

Result<base::Digest> toolchain_contents(base::Filesystem& fs,
                                        const base::Path& sysroot,
                                        const std::vector<std::string>& triples,
                                        const base::Path& cache_directory)
{
  CW_TRY_ASSIGN(const std::string identity, toolchain_identity(fs, sysroot, triples));
  const base::Path memo = cache_directory / "toolchains" / identity;
  CW_TRY_ASSIGN(const auto known, fs.read_if_exists(memo));
  if (known && known->size() > 65) {
    if (const auto hash = base::parse_sha256(std::string_view(*known).substr(0, 64))) {
      return base::Digest{*hash, std::strtoull(known->c_str() + 65, nullptr, 10)};
    }
  }
  CW_TRY_ASSIGN(const std::vector<std::string> files, toolchain_files(fs, sysroot, triples));
  std::vector<std::optional<Result<base::Digest>>> digests(files.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      digests[i] = base::digest_file(files[i]);
    }
  };
  {
    const std::jthread second(work);
    work();
  }
  action::InputTree tree;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CW_TRY_ASSIGN(const base::Digest digest, *digests[i]);
    CW_TRY_ASSIGN(const auto stat, fs.stat(files[i]));
    tree.add_file(std::string_view(files[i]).substr(sysroot.native().size() + 1), digest, stat && (stat->mode & 0111U) != 0);
  }
  const base::Digest root = tree.root_digest();
  // Not being able to remember it costs time, nothing else.
  (void)fs.write_atomic(memo, base::to_hex(root.hash) + ' ' + std::to_string(root.size_bytes) + '\n');
  return root;
}

} // namespace cargo_wasm::exec
