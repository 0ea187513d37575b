#include "toolchain_tree.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_hash_digits = 64;

/// A line a file: `HASH SIZE x|- PATH`. nullopt: damaged.
std::optional<std::vector<ToolchainFile>> parse_table(std::string_view text)
{
  std::vector<ToolchainFile> files;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.empty()) {
      continue;
    }
    const auto hash = base::parse_sha256(line.substr(0, k_hash_digits));
    const std::size_t size_at = k_hash_digits + 1;
    const std::size_t size_end = line.size() > size_at ? line.find(' ', size_at) : std::string_view::npos;
    if (!hash || size_end == std::string_view::npos || line.size() < size_end + 4) {
      return std::nullopt;
    }
    ToolchainFile file;
    file.digest.hash = *hash;
    const auto [end, error] = std::from_chars(line.data() + size_at, line.data() + size_end, file.digest.size_bytes);
    if (error != std::errc() || end != line.data() + size_end) {
      return std::nullopt;
    }
    file.executable = line[size_end + 1] == 'x';
    file.path = line.substr(size_end + 3);
    files.push_back(std::move(file));
  }
  return files.empty() ? std::nullopt : std::optional(std::move(files));
}

std::string table_of(const std::vector<ToolchainFile>& files)
{
  std::string text;
  for (const ToolchainFile& file : files) {
    text += fmt::format("{} {} {} {}\n", base::to_hex(file.digest.hash), file.digest.size_bytes, file.executable ? 'x' : '-', file.path);
  }
  return text;
}

} // namespace

Result<ToolchainTree>
toolchain_tree(base::Filesystem& fs, const base::Path& sysroot, const std::string& triple, const base::Path& cache_directory)
{
  CW_TRY_ASSIGN(const std::string stamp, toolchain_stamp(fs, sysroot, {triple}));
  const base::Path memo = cache_directory / "toolchains" / (stamp + ".files");
  CW_TRY_ASSIGN(const auto known, fs.read_if_exists(memo));
  auto files = known ? parse_table(*known) : std::nullopt;
  if (!files) {
    CW_TRY_ASSIGN(files, hash_toolchain(fs, sysroot, {triple}));
    // Not being able to remember it costs time, nothing else.
    (void)fs.write_atomic(memo, table_of(*files));
  }
  ToolchainTree out;
  action::InputTree tree;
  for (const ToolchainFile& file : *files) {
    tree.add_file(file.path, file.digest, file.executable);
    out.blobs.push_back({file.digest, sysroot / file.path});
  }
  std::map<base::Digest, std::string> directories;
  out.root = tree.root_digest(&directories);
  for (auto& [digest, bytes] : directories) {
    out.blobs.push_back({digest, std::move(bytes)});
  }
  return out;
}

} // namespace cargo_wasm::exec
