// libarchive as the oracle: what our strict reader accepts, libarchive reads to the same entries; and archives that are
// merely unusual (what libarchive writes in three dialects) are all accepted.
#include <cargo_wasm/base/archive.hpp>

#include <support/tar_builder.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <fmt/format.h>

#include <map>
#include <random>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

using Tree = std::map<std::string, std::string>; // path → content; directories end in '/'

constexpr std::string_view k_prefix = "a-1.0.0";
constexpr std::uint64_t k_limit = 64 * 1024 * 1024;

std::optional<Tree> read_with_ours(const std::string& gzip)
{
  Tree tree;
  const auto result = read_crate_archive("x", gzip, k_prefix, k_limit, [&](const ArchiveEntry& entry) {
    tree[entry.path + (entry.is_directory ? "/" : "")] = entry.content;
    return Result<>();
  });
  return result.has_value() ? std::optional(tree) : std::nullopt;
}

std::optional<Tree> read_with_libarchive(const std::string& gzip)
{
  const std::unique_ptr<archive, int (*)(archive*)> reader(::archive_read_new(), ::archive_read_free);
  ::archive_read_support_filter_gzip(reader.get());
  ::archive_read_support_format_tar(reader.get());
  if (::archive_read_open_memory(reader.get(), gzip.data(), gzip.size()) != ARCHIVE_OK) {
    return std::nullopt;
  }
  Tree tree;
  archive_entry* entry = nullptr;
  int code = ARCHIVE_OK;
  while ((code = ::archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    // Ours leaves "." and doubled slashes out.
    std::string path = std::filesystem::path(::archive_entry_pathname(entry)).lexically_normal().string();
    while (path.ends_with('/')) {
      path.pop_back();
    }
    const bool is_directory = ::archive_entry_filetype(entry) == AE_IFDIR;
    std::string content(static_cast<std::size_t>(::archive_entry_size(entry)), '\0');
    if (::archive_read_data(reader.get(), content.data(), content.size()) != static_cast<la_ssize_t>(content.size())) {
      return std::nullopt;
    }
    tree[path + (is_directory ? "/" : "")] = content;
  }
  return code == ARCHIVE_EOF ? std::optional(tree) : std::nullopt;
}

std::string write_with_libarchive(const Tree& tree, int format)
{
  std::string out(32 * 1024 * 1024, '\0');
  std::size_t used = 0;
  const std::unique_ptr<archive, int (*)(archive*)> writer(::archive_write_new(), ::archive_write_free);
  ::archive_write_add_filter_gzip(writer.get());
  ::archive_write_set_format(writer.get(), format);
  ::archive_write_open_memory(writer.get(), out.data(), out.size(), &used);
  for (const auto& [path, content] : tree) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(), ::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), path.c_str());
    ::archive_entry_set_filetype(entry.get(), path.ends_with('/') ? AE_IFDIR : AE_IFREG);
    ::archive_entry_set_perm(entry.get(), 0644);
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    ::archive_entry_set_mtime(entry.get(), 1'000'000'000, 5);
    REQUIRE(::archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
    ::archive_write_data(writer.get(), content.data(), content.size());
  }
  REQUIRE(::archive_write_close(writer.get()) == ARCHIVE_OK);
  out.resize(used);
  return out;
}

Tree random_tree(std::mt19937& random)
{
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Tree tree;
  const unsigned files = 1 + below(12);
  for (unsigned i = 0; i < files; ++i) {
    std::string path(k_prefix);
    const unsigned depth = 1 + below(4);
    for (unsigned d = 0; d < depth; ++d) {
      path += "/" + std::string(1 + below(below(5) == 0 ? 90 : 12), static_cast<char>('a' + below(26))) +
              (d + 1 == depth ? "." + std::to_string(i) : "d");
    }
    tree[path] = std::string(below(3) == 0 ? 0 : below(4000), static_cast<char>(below(256)));
  }
  if (below(2) == 0) {
    tree[std::string(k_prefix) + "/empty/"] = "";
  }
  return tree;
}

std::string names_of(const Tree& tree)
{
  std::string out;
  for (const auto& [path, content] : tree) {
    out += fmt::format("{} {}\n", path, content.size());
  }
  return out;
}

} // namespace

TEST_CASE("archive: what libarchive writes, in each dialect, is read as it was meant", "[base][archive][differential]")
{
  std::mt19937 random(20260101);
  for (int round = 0; round < 60; ++round) {
    const Tree tree = random_tree(random);
    for (const int format : {ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED}) {
      const auto ours = read_with_ours(write_with_libarchive(tree, format));
      REQUIRE(ours.has_value());
      CHECK(*ours == tree);
    }
  }
}

TEST_CASE("archive: whatever damage ours accepts, libarchive reads the same way", "[base][archive][differential]")
{
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    test::TarBuilder builder;
    for (const auto& [path, content] : random_tree(random)) {
      if (path.ends_with('/')) {
        builder.directory(path);
      } else if (path.size() > 100) {
        random() % 2 == 0 ? builder.long_name(path) : builder.pax(test::pax_record("path", path));
        builder.file(path.substr(0, 100), content);
      } else {
        builder.file(path, content);
      }
    }
    std::string tar = builder.tar();
    // Headers are damaged and then given a right checksum again, else every one would be refused at once.
    const std::size_t block = (random() % (tar.size() / 512)) * 512;
    for (auto i = 1 + random() % 3; i > 0; --i) {
      constexpr std::string_view k_values("\0/.0175xgLS \x80", 14);
      tar[block + random() % 512] = k_values[random() % k_values.size()];
    }
    tar.replace(block + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) {
      sum += static_cast<unsigned char>(tar[block + i]);
    }
    tar.replace(block + 148, 6, fmt::format("{:06o}", sum & 0777777U));
    tar[block + 154] = '\0';
    const std::string gzip = test::gzip_of(tar);
    const auto ours = read_with_ours(gzip);
    if (ours) {
      ++accepted;
      const auto theirs = read_with_libarchive(gzip);
      if (theirs) {
        CHECK(names_of(*ours) == names_of(*theirs));
        CHECK(*ours == *theirs);
      }
    }
  }
  CHECK(accepted > 100); // else the test shows nothing
}
