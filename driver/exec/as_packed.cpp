#include <cargo_wasm/exec/as_packed.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_unpacked_mark = ".cargo-ok";
/// What is older than this cannot have changed within the tick of the clock in which it was read, so that its stat data tell of every
/// change.
constexpr std::int64_t k_settled_ns = 2'000'000'000;

struct UnpackedTree
{
  std::map<std::string, base::FileStat> files; ///< by the path below the root
  std::string digest;                          ///< of all stat data
  std::int64_t newest_ns = 0;
};

Result<UnpackedTree> look_at_unpacked(const base::ReadOnlyFilesystem& fs, const base::Path& root, const std::string& checksum)
{
  CW_TRY_ASSIGN(const TreeListing listing, list_tree(fs, root.native(), TreeKind::everything, {}));
  UnpackedTree tree;
  base::StableHasher hasher;
  hasher.add(root.native()).add(checksum);
  for (const std::string& path : listing.files) {
    const std::string name = path.substr(root.native().size() + 1);
    CW_TRY_ASSIGN(const auto stat, fs.lstat(path));
    if (name == k_unpacked_mark || !stat) {
      continue;
    }
    hasher.add(name).add(stat->size_bytes).add(static_cast<std::uint64_t>(stat->mtime_ns)).add(static_cast<std::uint64_t>(stat->ctime_ns));
    hasher.add(stat->inode).add(static_cast<std::uint64_t>(stat->mode));
    tree.newest_ns = std::max({tree.newest_ns, stat->mtime_ns, stat->ctime_ns});
    tree.files.emplace(name, *stat);
  }
  tree.digest = hasher.finish_hex();
  return tree;
}

base::Path archive_of(const base::Path& package_root)
{
  const base::Path index = package_root.parent_path();
  if (index.parent_path().filename() != "src") {
    return {};
  }
  return index.parent_path().parent_path() / "cache" / index.filename() / (package_root.filename().native() + ".crate");
}

/// Every file of the archive is there with its bytes, and nothing else is.
bool holds_the_same(const base::ReadOnlyFilesystem& fs,
                    const base::Path& root,
                    const UnpackedTree& tree,
                    const base::Path& archive,
                    const std::string& gzip)
{
  std::size_t compared = 0;
  bool is_same = true;
  const std::string prefix = root.filename().native();
  const auto compare = [&](const base::ArchiveEntry& entry) -> Result<> {
    const std::string name = entry.path.substr(std::min(entry.path.size(), prefix.size() + 1));
    if (entry.is_directory || name == k_unpacked_mark || !is_same) {
      return {};
    }
    const auto there = tree.files.find(name);
    is_same = there != tree.files.end() && there->second.type == base::FileType::regular &&
              there->second.size_bytes == entry.content.size() && ((there->second.mode & 0100) != 0) == ((entry.mode & 0100) != 0);
    if (is_same) {
      CW_TRY_ASSIGN(const std::string bytes, fs.read(root / name));
      is_same = bytes == entry.content;
      ++compared;
    }
    return {};
  };
  const auto read = base::read_crate_archive(archive, gzip, prefix, base::crate_unpack_limit_bytes(gzip.size()), compare);
  return read && is_same && compared == tree.files.size();
}

} // namespace

Result<bool> is_as_packed(base::Filesystem& fs,
                          const base::Clock& clock,
                          const base::Path& package_root,
                          const std::string& checksum,
                          const base::Path& memo_directory)
{
  const base::Path archive = archive_of(package_root);
  CW_TRY_ASSIGN(const auto gzip_size, archive.empty() ? Result<std::optional<base::FileStat>>(std::nullopt) : fs.lstat(archive));
  const auto expected = base::parse_sha256(checksum);
  if (!gzip_size || !expected) {
    return false;
  }
  CW_TRY_ASSIGN(const UnpackedTree before, look_at_unpacked(fs, package_root, checksum));
  const base::Path memo = memo_directory / "as-packed" / before.digest;
  if (fs.exists(memo)) {
    return true;
  }
  CW_TRY_ASSIGN(const std::string gzip, fs.read(archive));
  if (base::sha256(gzip) != *expected) {
    return false;
  }
  if (!holds_the_same(fs, package_root, before, archive, gzip)) {
    return false;
  }
  const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(clock.now().time_since_epoch()).count();
  if (before.newest_ns < now_ns - k_settled_ns) {
    (void)fs.write_atomic(memo, "as packed\n"); // not remembering costs time, nothing else
  }
  return true;
}

} // namespace cargo_wasm::exec
