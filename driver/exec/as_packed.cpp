#include <cargo_wasm/exec/as_packed.hpp>

#include <algorithm>
#include <chrono>
#include <map>

#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

#include "tree_stamp.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_unpacked_mark = ".cargo-ok";
/// What is older than this cannot have changed within the tick of the clock in which it was read, so that its stat data tell of every
/// change.
constexpr std::int64_t k_settled_ns = 2'000'000'000;

using UnpackedFiles = std::map<std::string, base::FileStat>; ///< by the path below the root

Result<UnpackedFiles> unpacked_files(const base::ReadOnlyFilesystem& fs, const base::Path& root)
{
  CW_TRY_ASSIGN(const TreeListing listing, list_tree(fs, root.native(), TreeKind::everything, {}));
  UnpackedFiles files;
  for (const std::string& path : listing.files) {
    std::string name = path.substr(root.native().size() + 1);
    CW_TRY_ASSIGN(const auto stat, fs.lstat(path));
    if (name != k_unpacked_mark && stat) {
      files.emplace(std::move(name), *stat);
    }
  }
  return files;
}

/// In nanoseconds since 1970.
std::int64_t last_change_ns(const UnpackedFiles& files)
{
  std::int64_t last_ns = 0;
  for (const auto& [name, stat] : files) {
    last_ns = std::max({last_ns, stat.mtime_ns, stat.ctime_ns});
  }
  return last_ns;
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
                    const UnpackedFiles& files,
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
    const auto there = files.find(name);
    is_same = there != files.end() && there->second.type == base::FileType::regular && there->second.size_bytes == entry.content.size() &&
              ((there->second.mode & 0100) != 0) == ((entry.mode & 0100) != 0);
    if (is_same) {
      CW_TRY_ASSIGN(const std::string bytes, fs.read(root / name));
      is_same = bytes == entry.content;
      ++compared;
    }
    return {};
  };
  const auto read = base::read_crate_archive(archive, gzip, prefix, base::crate_unpack_limit_bytes(gzip.size()), compare);
  return read && is_same && compared == files.size();
}

} // namespace

Result<std::string> stamp_of_unpacked(const base::ReadOnlyFilesystem& fs, const base::Path& package_root)
{
  CW_TRY_ASSIGN(const UnpackedFiles files, unpacked_files(fs, package_root));
  return stamp_of(files);
}

Result<std::optional<std::string>> stamp_if_as_packed(base::Filesystem& fs,
                                                      const base::Clock& clock,
                                                      const base::Path& package_root,
                                                      const std::string& checksum,
                                                      const base::Path& memo_directory)
{
  const base::Path archive = archive_of(package_root);
  CW_TRY_ASSIGN(const auto gzip_size, archive.empty() ? Result<std::optional<base::FileStat>>(std::nullopt) : fs.lstat(archive));
  const auto expected = base::parse_sha256(checksum);
  if (!gzip_size || !expected) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const UnpackedFiles files, unpacked_files(fs, package_root));
  std::string stamp = stamp_of(files);
  base::StableHasher memo_name;
  memo_name.add(package_root.native()).add(checksum).add(stamp);
  const base::Path memo = memo_directory / "as-packed" / memo_name.finish_hex();
  if (fs.exists(memo)) {
    return stamp;
  }
  CW_TRY_ASSIGN(const std::string gzip, fs.read(archive));
  if (base::sha256(gzip) != *expected || !holds_the_same(fs, package_root, files, archive, gzip)) {
    return std::nullopt;
  }
  const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(clock.now().time_since_epoch()).count();
  if (last_change_ns(files) < now_ns - k_settled_ns) {
    (void)fs.write_atomic(memo, "as packed\n"); // not remembering costs time, nothing else
  }
  return stamp;
}

} // namespace cargo_wasm::exec
