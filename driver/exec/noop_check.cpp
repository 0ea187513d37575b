// The fast side of the no-op snapshot: no exceptions, no allocation per entry, no other part of the program.
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <cargo_wasm/base/bytes.hpp>
#include <cargo_wasm/exec/noop.hpp>

#include "noop_format.hpp"

namespace cargo_wasm::exec {
namespace {

/// A second thread costs some 60 µs; an entry about 1 µs.
constexpr std::uint32_t k_entries_for_two_threads = 1500;

class Mapping
{
public:
  explicit Mapping(const char* path)
  {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return;
    }
    struct stat status
    {
    };
    if (::fstat(fd, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(NoopHeader))) {
      m_size = static_cast<std::size_t>(status.st_size);
      void* data = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
      m_data = data == MAP_FAILED ? nullptr : static_cast<const char*>(data);
    }
    ::close(fd);
  }
  ~Mapping()
  {
    if (m_data != nullptr) {
      ::munmap(const_cast<char*>(m_data), m_size);
    }
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  [[nodiscard]] std::string_view bytes() const { return m_data == nullptr ? std::string_view{} : std::string_view(m_data, m_size); }

private:
  const char* m_data = nullptr;
  std::size_t m_size = 0;
};

struct View
{
  NoopHeader header{};
  const char* entries = nullptr;     ///< NoopEntry each, maybe unaligned
  const char* directories = nullptr; ///< NoopDirectory each
  const char* strings = nullptr;

  [[nodiscard]] NoopEntry entry(std::uint32_t i) const
  {
    NoopEntry out;
    std::memcpy(&out, entries + std::size_t{i} * sizeof out, sizeof out);
    return out;
  }
  [[nodiscard]] NoopDirectory directory(std::uint32_t i) const
  {
    NoopDirectory out;
    std::memcpy(&out, directories + std::size_t{i} * sizeof out, sizeof out);
    return out;
  }
};

/// The check value covers everything, so that offsets inside the file can be trusted after it.
std::optional<View> read_view(std::string_view bytes)
{
  View view;
  if (bytes.size() < sizeof view.header) {
    return std::nullopt;
  }
  std::memcpy(&view.header, bytes.data(), sizeof view.header);
  const NoopHeader& header = view.header;
  const std::size_t expected = sizeof header + std::size_t{header.entries} * sizeof(NoopEntry) +
                               std::size_t{header.directories} * sizeof(NoopDirectory) + header.strings_bytes;
  constexpr std::size_t k_checked_from = sizeof header.magic + sizeof header.check;
  if (std::memcmp(header.magic, k_noop_magic, sizeof header.magic) != 0 || header.file_bytes != bytes.size() || expected != bytes.size() ||
      header.check != base::check_value(bytes.substr(k_checked_from))) {
    return std::nullopt;
  }
  view.entries = bytes.data() + sizeof header;
  view.directories = view.entries + std::size_t{header.entries} * sizeof(NoopEntry);
  view.strings = view.directories + std::size_t{header.directories} * sizeof(NoopDirectory);
  return view;
}

/// `directory_name` is empty for an entry that bears its whole path.
bool entry_holds(const View& view, int directory_fd, const char* directory_name, const NoopEntry& entry)
{
  struct stat status
  {
  };
  const bool there = directory_fd != -1 && ::fstatat(directory_fd, view.strings + entry.name, &status, 0) == 0;
  const auto kind = static_cast<NoopPath::Kind>(entry.kind);
  if (kind == NoopPath::Kind::absent) {
    return !there && (directory_fd == -1 || errno == ENOENT || errno == ENOTDIR);
  }
  if (kind == NoopPath::Kind::present) {
    return there && (S_ISDIR(status.st_mode) ? 1U : 0U) == entry.size_bytes;
  }
  if (kind == NoopPath::Kind::listing && there && (status.st_ino != entry.inode || nanoseconds(status.st_mtim) != entry.mtime_ns)) {
    std::string path = directory_name;
    path += path.empty() ? "" : "/";
    path += view.strings + entry.name;
    return listing_sum(path.c_str()) == entry.size_bytes;
  }
  if (!there || status.st_ino != entry.inode || nanoseconds(status.st_mtim) != entry.mtime_ns) {
    return false;
  }
  return kind == NoopPath::Kind::directory || kind == NoopPath::Kind::listing ||
         (static_cast<std::uint64_t>(status.st_size) == entry.size_bytes &&
          (nanoseconds(status.st_ctim) == entry.ctime_ns || (kind == NoopPath::Kind::output && entry.ctime_ns == 0)));
}

/// Entries [from, to), which may begin and end inside a directory.
bool range_holds(const View& view, std::uint32_t from, std::uint32_t to)
{
  for (std::uint32_t d = 0; d < view.header.directories; ++d) {
    const NoopDirectory directory = view.directory(d);
    const std::uint32_t begin = std::max(from, directory.first);
    const std::uint32_t end = std::min(to, directory.first + directory.count);
    if (begin >= end) {
      continue;
    }
    int fd = AT_FDCWD;
    const char* name = view.strings + directory.name;
    if (*name != '\0') {
      fd = ::open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    bool holds = true;
    for (std::uint32_t i = begin; i < end && holds; ++i) {
      holds = entry_holds(view, fd, name, view.entry(i));
    }
    if (fd >= 0) {
      ::close(fd);
    }
    if (!holds) {
      return false;
    }
  }
  return true;
}

void add_names(const View& view, NoopHit& hit)
{
  const NoopHeader& header = view.header;
  const char* name = view.strings;
  for (std::uint32_t i = 0; i < header.prefixes + header.names; ++i) {
    if (i >= header.prefixes) {
      hit.variables.emplace_back(name);
    }
    name += std::strlen(name) + 1;
  }
  hit.looked_at.reserve(header.entries);
  for (std::uint32_t d = 0; d < header.directories; ++d) {
    const NoopDirectory directory = view.directory(d);
    std::string prefix = view.strings + directory.name;
    prefix += prefix.empty() ? "" : "/";
    for (std::uint32_t i = directory.first; i < directory.first + directory.count; ++i) {
      const NoopEntry entry = view.entry(i);
      hit.looked_at.push_back({static_cast<NoopPath::Kind>(entry.kind), prefix + (view.strings + entry.name)});
    }
  }
}

} // namespace

std::uint64_t listing_sum(const char* directory)
{
  DIR* stream = ::opendir(directory);
  if (stream == nullptr) {
    return 0;
  }
  std::uint64_t sum = 1;
  while (const dirent* entry = ::readdir(stream)) { // NOLINT(concurrency-mt-unsafe): a stream of its own
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      sum += base::check_value(name) * (1U + 2U * entry->d_type);
    }
  }
  ::closedir(stream);
  return sum;
}

std::optional<NoopHit> check_noop(const base::Path& file, const NoopKey& key, const char* const* environment, bool with_names)
{
  const Mapping mapping(file.c_str());
  const auto view = read_view(mapping.bytes());
  if (!view) {
    return std::nullopt;
  }
  const NoopHeader& header = view->header;
  const VariablesSum expected{header.variables_sum, header.variables_count};
  if (variables_sum(view->strings, header.prefixes, header.names, environment) != expected) {
    return std::nullopt;
  }
  const char* texts = view->strings;
  for (std::uint32_t i = 0; i < header.prefixes + header.names; ++i) {
    texts += std::strlen(texts) + 1;
  }
  if (std::string_view(texts, header.key_bytes) != key_text(key)) {
    return std::nullopt;
  }
  if (header.entries < k_entries_for_two_threads) {
    if (!range_holds(*view, 0, header.entries)) {
      return std::nullopt;
    }
  } else {
    const std::uint32_t middle = header.entries / 2;
    bool second_half = false;
    std::thread helper([&] { second_half = range_holds(*view, middle, header.entries); });
    const bool first_half = range_holds(*view, 0, middle);
    helper.join();
    if (!first_half || !second_half) {
      return std::nullopt;
    }
  }
  texts += header.key_bytes;
  NoopHit hit;
  hit.stderr_text.assign(texts, header.stderr_bytes);
  hit.stdout_text.assign(texts + header.stderr_bytes, header.stdout_bytes);
  hit.exit_code = header.exit_code;
  hit.paths = header.entries;
  if (with_names) {
    add_names(*view, hit);
  }
  return hit;
}

} // namespace cargo_wasm::exec
