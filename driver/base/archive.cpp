// The strict walk over a `.crate`.
//
//   archive  := (extension* entry)* (zero-block …)?          and then only zeros, up to the end of the file
//   extension:= 'L' (GNU long name) | 'x' (pax, for the next entry) | 'g' (pax, accepted when it changes nothing)
//   entry    := '0' regular file | '5' directory
//
// Whatever two readers could see differently is refused: an entry described twice, a size that differs between
// header and pax, a directory with content, a file whose name ends in '/', something after the end.
#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/text.hpp>

#include "gzip_reader.hpp"
#include "tar_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace cargo_wasm::base {
namespace {

/// Long names and pax records are held in memory whole; none is anywhere near this long.
constexpr std::uint64_t k_most_extension_bytes = 1024 * 1024;
constexpr std::uint64_t k_least_limit_bytes = 512ULL * 1024 * 1024;
constexpr std::uint64_t k_most_expansion = 20;
constexpr std::uint64_t k_zero_chunk_bytes = 64 * 1024;
/// Each costs the disk a file, whatever its size; the fullest published crates have a quarter of it.
constexpr std::size_t k_most_entries = 65'536;

bool all_zero(std::string_view bytes)
{
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

std::uint64_t padded(std::uint64_t size)
{
  return (size + k_tar_block_bytes - 1) / k_tar_block_bytes * k_tar_block_bytes;
}

class Walk
{
public:
  Walk(const Path& file,
       std::string_view gzip,
       std::string_view prefix,
       std::uint64_t limit,
       const std::function<Result<>(const ArchiveEntry&)>& on_entry,
       ArchiveRules rules)
      : m_file(file), m_reader(gzip, limit), m_prefix(prefix), m_limit(limit), m_on_entry(on_entry), m_rules(rules)
  {
  }

  Result<> run()
  {
    while (true) {
      m_entry_offset = m_reader.position();
      std::string_view block;
      const auto status = m_reader.take(k_tar_block_bytes, block);
      if (status == GzipReader::Status::end && block.empty()) {
        // Archives without their two zero blocks exist; every reader ends here as well.
        return check_end();
      }
      CW_TRY(check(status));
      if (all_zero(block)) {
        return check_only_zeros();
      }
      CW_TRY(read_member(block));
    }
  }

private:
  Error error_at(std::string_view id, std::string message, std::uint64_t length = k_tar_block_bytes) const
  {
    return Error(std::string(id), std::move(message), Blame::integrity)
        .at(BinarySpan{m_file, m_entry_offset, length, "of the unpacked archive"});
  }

  /// Anything but `ok` as the error it is.
  Result<> check(GzipReader::Status status) const
  {
    switch (status) {
    case GzipReader::Status::ok:
      return {};
    case GzipReader::Status::end:
      return fail(error_at("CW0051", "the archive ends within an entry"));
    case GzipReader::Status::corrupt:
      return fail(error_at("CW0050", "the file is not intact gzip data"));
    case GzipReader::Status::truncated:
      return fail(error_at("CW0050", "the gzip data end too early"));
    case GzipReader::Status::too_large:
      return fail(error_at("CW0058", fmt::format("the archive unpacks to more than {}", human_bytes(m_limit)))
                      .note("archives that grow beyond all proportion are refused"));
    }
    return {};
  }

  Result<> read_member(std::string_view block)
  {
    std::string_view problem;
    const auto header = parse_tar_header(block, problem);
    if (!header) {
      return fail(error_at("CW0051", "an entry of the archive has a bad header").note(std::string(problem)));
    }
    switch (header->type) {
    case 'L':
      return read_long_name(*header);
    case 'x':
    case 'g':
      return read_pax(*header);
    case '0':
    case '5':
      return read_entry(*header);
    default:
      return fail(error_at("CW0052", fmt::format("`{}` is neither a file nor a directory", header->path))
                      .note(fmt::format("its type in the archive is `{}`", kind_of(header->type))));
    }
  }

  static std::string kind_of(char type)
  {
    switch (type) {
    case '1':
      return "hard link";
    case '2':
      return "symbolic link";
    case '3':
      return "character device";
    case '4':
      return "block device";
    case '6':
      return "fifo";
    case 'S':
      return "sparse file";
    case 'K':
      return "long link name";
    default:
      return fmt::format("0x{:02x}", static_cast<unsigned char>(type));
    }
  }

  /// Content of an extension, its padding consumed.
  Result<std::string_view> read_extension(const TarHeader& header)
  {
    if (header.size_bytes > k_most_extension_bytes) {
      return fail(error_at("CW0056", "an extension of the archive is too long"));
    }
    std::string_view content;
    CW_TRY(check(m_reader.take(padded(header.size_bytes), content)));
    return content.substr(0, static_cast<std::size_t>(header.size_bytes));
  }

  Result<> read_long_name(const TarHeader& header)
  {
    CW_TRY_ASSIGN(std::string_view name, read_extension(header));
    name = name.substr(0, name.find_last_not_of('\0') + 1);
    if (m_long_name || m_pax) {
      return fail(error_at("CW0056", "an entry of the archive is described twice"));
    }
    m_long_name = name;
    return {};
  }

  Result<> read_pax(const TarHeader& header)
  {
    CW_TRY_ASSIGN(const std::string_view content, read_extension(header));
    std::string_view problem;
    auto records = parse_pax_records(content, problem);
    if (!records) {
      return fail(error_at("CW0056", "an extended header of the archive is not acceptable").note(std::string(problem)));
    }
    if (header.type == 'g') {
      if (records->path || records->size_bytes) {
        return fail(error_at("CW0056", "a global header of the archive changes its entries"));
      }
      return {};
    }
    if (m_long_name || m_pax) {
      return fail(error_at("CW0056", "an entry of the archive is described twice"));
    }
    m_pax = std::move(*records);
    return {};
  }

  Result<> read_entry(const TarHeader& header)
  {
    const std::string raw = m_pax && m_pax->path ? *m_pax->path : m_long_name.value_or(header.path);
    if (m_pax && m_pax->size_bytes && *m_pax->size_bytes != header.size_bytes) {
      return fail(error_at("CW0056", fmt::format("the archive gives two sizes for `{}`", raw))
                      .note(fmt::format("{} and {} bytes", header.size_bytes, *m_pax->size_bytes)));
    }
    m_long_name.reset();
    m_pax.reset();

    const bool is_directory = header.type == '5';
    if (is_directory && header.size_bytes != 0) {
      return fail(error_at("CW0056", fmt::format("`{}` is a directory with content", raw)));
    }
    CW_TRY_ASSIGN(std::string path, checked_path(raw, is_directory));
    CW_TRY(remember(path, is_directory));
    if (++m_entries > k_most_entries) {
      return fail(error_at("CW0058", fmt::format("the archive has more than {} entries", k_most_entries))
                      .note("archives that grow beyond all proportion are refused"));
    }
    if (m_rules == ArchiveRules::portable) {
      CW_TRY(check_portable(path, header));
    }
    if (header.size_bytes > m_limit) {
      return check(GzipReader::Status::too_large);
    }
    std::string_view content;
    CW_TRY(check(m_reader.take(padded(header.size_bytes), content)));
    content = content.substr(0, static_cast<std::size_t>(header.size_bytes));
    return m_on_entry({std::move(path), is_directory, header.mode, header.mtime_s, content});
  }

  /// The path without "." and doubled slashes, once nothing is wrong with it.
  Result<std::string> checked_path(std::string_view raw, bool is_directory) const
  {
    const auto refuse = [&](std::string_view why) {
      return fail(error_at("CW0053", fmt::format("the archive has an unsafe path `{}`", raw)).note(std::string(why)));
    };
    if (raw.empty() || raw.find('\0') != std::string_view::npos) {
      return refuse("it is empty or contains a NUL");
    }
    if (raw.front() == '/') {
      return refuse("it is absolute");
    }
    if (raw.back() == '/' && !is_directory) {
      return refuse("a file's name ends in `/`");
    }
    std::string path;
    path.reserve(raw.size());
    for (std::string_view rest = raw; !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      if (part == "..") {
        return refuse("it contains `..`");
      }
      if (part.empty() || (part == "." && !path.empty())) {
        continue;
      }
      path += path.empty() ? "" : "/";
      path += part;
    }
    const bool below = path.size() > m_prefix.size() && path.starts_with(m_prefix) && path[m_prefix.size()] == '/';
    if (!below && !(is_directory && path == m_prefix)) {
      return fail(error_at("CW0054", fmt::format("`{}` in the archive is not below `{}`", raw, m_prefix)));
    }
    return path;
  }

  /// Notes the path and its parents; refuses a second entry of that name and a file where a directory is.
  Result<> remember(const std::string& path, bool is_directory)
  {
    const auto [found, inserted] = m_seen.try_emplace(path, Seen{is_directory, true});
    if (!inserted) {
      if (found->second.has_entry || !is_directory || !found->second.is_directory) {
        return fail(error_at("CW0055", fmt::format("`{}` is in the archive twice", path)));
      }
      found->second.has_entry = true;
      return {};
    }
    for (auto slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/', slash - 1)) {
      const auto [parent, is_new] = m_seen.try_emplace(path.substr(0, slash), Seen{true, false});
      if (!parent->second.is_directory) {
        return fail(error_at("CW0055", fmt::format("`{}` is in the archive as a file and as a directory", parent->first)));
      }
      if (!is_new) {
        break; // its own parents are known already
      }
    }
    return {};
  }

  // A path and its parents have one spelling. Of letters beyond ASCII systems think differently; they are not compared.
  Result<> check_portable(const std::string& path, const TarHeader& header)
  {
    if (header.is_setuid) {
      return fail(
          error_at("CW1171", fmt::format("`{}` in the archive is to run as another user", path)).note("its mode says setuid or setgid"));
    }
    for (std::size_t end = path.size(); end != std::string::npos && end != 0; end = path.rfind('/', end - 1)) {
      const std::string spelling = path.substr(0, end);
      const auto [found, is_new] = m_spellings.try_emplace(to_lower(spelling), spelling);
      if (found->second != spelling) {
        return fail(error_at("CW1171", fmt::format("`{}` and `{}` in the archive are one path on many systems", found->second, spelling)));
      }
      if (!is_new) {
        break; // its own parents are known already
      }
    }
    return {};
  }

  Result<> check_only_zeros()
  {
    while (true) {
      m_entry_offset = m_reader.position();
      std::string_view chunk;
      const auto status = m_reader.take(k_zero_chunk_bytes, chunk);
      if (status != GzipReader::Status::end) {
        CW_TRY(check(status));
      }
      if (!all_zero(chunk)) {
        return fail(error_at("CW0057", "the archive has data after its end", chunk.size()));
      }
      if (status == GzipReader::Status::end) {
        return check_end();
      }
    }
  }

  Result<> check_end() const
  {
    if (m_long_name || m_pax) {
      return fail(error_at("CW0056", "the archive ends where an entry was announced"));
    }
    if (!all_zero(m_reader.rest_of_input())) {
      return fail(error_at("CW0057", "the file goes on after its gzip data", m_reader.rest_of_input().size()));
    }
    return {};
  }

  struct Seen
  {
    bool is_directory;
    bool has_entry; ///< false for a parent that was only implied
  };

  const Path& m_file;
  GzipReader m_reader;
  std::string_view m_prefix;
  std::uint64_t m_limit;
  const std::function<Result<>(const ArchiveEntry&)>& m_on_entry;
  std::uint64_t m_entry_offset = 0;
  std::optional<std::string> m_long_name;
  std::optional<PaxRecords> m_pax;
  std::unordered_map<std::string, Seen> m_seen;
  ArchiveRules m_rules;
  std::unordered_map<std::string, std::string> m_spellings; ///< by their small letters; for `portable`
  std::size_t m_entries = 0;
};

} // namespace

std::uint64_t crate_unpack_limit_bytes(std::uint64_t compressed_bytes)
{
  return std::max(k_least_limit_bytes, compressed_bytes * k_most_expansion);
}

Result<> read_crate_archive(const Path& name_for_errors,
                            std::string_view gzip,
                            std::string_view prefix,
                            std::uint64_t limit_bytes,
                            const std::function<Result<>(const ArchiveEntry&)>& on_entry,
                            ArchiveRules rules)
{
  return Walk(name_for_errors, gzip, prefix, limit_bytes, on_entry, rules).run();
}

} // namespace cargo_wasm::base
