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

namespace {

Result<std::string>
digest_of_stats(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples, bool is_strict)
{
  CW_TRY_ASSIGN(const std::vector<std::string> files, toolchain_files(fs, sysroot, triples));
  std::string table = sysroot.native() + '\n';
  for (const std::string& file : files) {
    CW_TRY_ASSIGN(const auto stat, fs.stat(file));
    if (stat) {
      table += std::string_view(file).substr(sysroot.native().size());
      table += '\0';
      table += std::to_string(stat->size_bytes) + ' ' + std::to_string(stat->mtime_ns);
      table += is_strict ? ' ' + std::to_string(stat->ctime_ns) + ' ' + std::to_string(stat->inode) + '\n' : "\n";
    }
  }
  return base::to_hex(base::sha256(table));
}

} // namespace

Result<std::string>
toolchain_identity(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples)
{
  return digest_of_stats(fs, sysroot, triples, false);
}

Result<std::string> toolchain_stamp(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples)
{
  return digest_of_stats(fs, sysroot, triples, true);
}

Result<std::vector<ToolchainFile>>
hash_toolchain(const base::ReadOnlyFilesystem& fs, const base::Path& sysroot, const std::vector<std::string>& triples)
{
  CW_TRY_ASSIGN(const std::vector<std::string> paths, toolchain_files(fs, sysroot, triples));
  std::vector<std::optional<Result<base::Digest>>> digests(paths.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++) {
      digests[i] = base::digest_file(paths[i]);
    }
  };
  {
    const std::jthread second(work);
    work();
  }
  std::vector<ToolchainFile> files;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    CW_TRY_ASSIGN(const base::Digest digest, *digests[i]);
    CW_TRY_ASSIGN(const auto stat, fs.stat(paths[i]));
    files.push_back({paths[i].substr(sysroot.native().size() + 1), digest, stat && (stat->mode & 0111U) != 0});
  }
  return files;
}

Result<base::Digest> toolchain_contents(base::Filesystem& fs,
                                        const base::Path& sysroot,
                                        const std::vector<std::string>& triples,
                                        const base::Path& cache_directory)
{
  CW_TRY_ASSIGN(const std::string stamp, toolchain_stamp(fs, sysroot, triples));
  const base::Path memo = cache_directory / "toolchains" / stamp;
  CW_TRY_ASSIGN(const auto known, fs.read_if_exists(memo));
  if (known && known->size() > 65) {
    if (const auto hash = base::parse_sha256(std::string_view(*known).substr(0, 64))) {
      return base::Digest{*hash, std::strtoull(known->c_str() + 65, nullptr, 10)};
    }
  }
  CW_TRY_ASSIGN(const std::vector<ToolchainFile> files, hash_toolchain(fs, sysroot, triples));
  action::InputTree tree;
  for (const ToolchainFile& file : files) {
    tree.add_file(file.path, file.digest, file.executable);
  }
  const base::Digest root = tree.root_digest();
  // Not being able to remember it costs time, nothing else.
  (void)fs.write_atomic(memo, base::to_hex(root.hash) + ' ' + std::to_string(root.size_bytes) + '\n');
  return root;
}

} // namespace cargo_wasm::exec
