// Writes what the strict walk accepts. The archive has no links and the tree is new, so that no path can lead
// out of it.
#include <cargo_wasm/base/archive.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace cargo_wasm::base {
namespace {

constexpr std::string_view k_unpacked_mark = ".cargo-ok";
constexpr std::int64_t k_ns_per_second = 1'000'000'000;

/// Cargo gives the files it generates while packing one time when it unpacks them
/// (cargo#16237; update_mtime_for_generated_files); a shared source tree has to look the same.
constexpr std::array<std::string_view, 3> k_generated_files = {"Cargo.lock", "Cargo.toml", ".cargo_vcs_info.json"};
constexpr std::int64_t k_generated_mtime_s = 1'153'704'088;

std::int64_t mtime_of(const ArchiveEntry& entry, std::string_view name_in_package)
{
  if (std::find(k_generated_files.begin(), k_generated_files.end(), name_in_package) != k_generated_files.end()) {
    return k_generated_mtime_s;
  }
  return std::max<std::int64_t>(entry.mtime_s, 1); // the tar crate avoids zero too
}

class Unpacking
{
public:
  Unpacking(Filesystem& fs, const Path& destination, std::string_view prefix) : m_fs(fs), m_destination(destination), m_prefix(prefix) {}

  Result<> operator()(const ArchiveEntry& entry)
  {
    const auto slash = entry.path.rfind('/');
    const std::string_view name =
        slash == std::string::npos ? std::string_view(entry.path) : std::string_view(entry.path).substr(slash + 1);
    if (name == k_unpacked_mark) {
      return {};
    }
    if (entry.is_directory) {
      return make_directory(entry.path);
    }
    CW_TRY(make_directory(entry.path.substr(0, slash)));
    const std::string_view in_package = std::string_view(entry.path).substr(m_prefix.size() + 1);
    return m_fs.create_file(m_destination / entry.path, entry.content, entry.mode, mtime_of(entry, in_package) * k_ns_per_second);
  }

private:
  Result<> make_directory(const std::string& path)
  {
    return m_made.insert(path).second ? m_fs.create_directories(m_destination / path) : Result<>();
  }

  Filesystem& m_fs;
  const Path& m_destination;
  std::string_view m_prefix;
  std::unordered_set<std::string> m_made;
};

} // namespace

Result<> unpack_crate(Filesystem& fs, const Path& crate_file, std::string_view prefix, const Path& destination, ArchiveRules rules)
{
  const Path tree = destination / prefix;
  CW_TRY_ASSIGN(const auto there, fs.lstat(tree));
  if (there) {
    return fail(Error("CW0059", fmt::format("`{}` is there already", tree.string()), Blame::environment)
                    .during(fmt::format("while unpacking `{}`", crate_file.string())));
  }
  CW_TRY_ASSIGN(const std::string bytes, fs.read(crate_file));
  Unpacking unpacking(fs, destination, prefix);
  const auto unpacked = read_crate_archive(
      crate_file,
      bytes,
      prefix,
      crate_unpack_limit_bytes(bytes.size()),
      [&](const ArchiveEntry& entry) { return unpacking(entry); },
      rules);
  if (!unpacked.has_value()) {
    (void)fs.remove_all(tree);
  }
  return unpacked;
}

} // namespace cargo_wasm::base
