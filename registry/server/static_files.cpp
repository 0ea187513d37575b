#include <cargo_wasm/registry_server/static_files.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <optional>
#include <unistd.h>
#include <unordered_map>

namespace cargo_wasm::registry_server {
namespace {

// What an entry costs beside its texts: list and map nodes, the stat, control blocks.
constexpr std::uint64_t k_entry_bytes = 512;
constexpr std::size_t k_etag_digits = 32;
constexpr std::string_view k_text = "text/plain; charset=utf-8";

// A path that leads to a public file: no empty part, none that begins with a dot but `.well-known`.
bool leads_to_public_file(std::string_view path)
{
  const auto fits = [](std::string_view part) {
    return !part.empty() && (part[0] != '.' || part == ".well-known") &&
           std::ranges::all_of(part, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != '\\' && c != 0x7f; });
  };
  const std::vector<std::string_view> parts = base::split(path, '/');
  return std::ranges::all_of(parts, fits);
}

// Files whose name says what they hold, or which never change.
bool never_changes(std::string_view path)
{
  return path.starts_with("crates/") || path.starts_with("tile/") || path.starts_with("map/") || path.starts_with("revocations/") ||
         (path.starts_with("v2/") && path.find("/sha256:") != std::string_view::npos);
}

// Components (component.hpp): clients of OCI go by the type of a manifest, and some by a header with its digest.
bool is_oci_manifest(std::string_view path)
{
  return path.starts_with("v2/") && path.find("/manifests/") != std::string_view::npos;
}

std::string_view media_type(std::string_view path)
{
  if (is_oci_manifest(path)) {
    return "application/vnd.oci.image.manifest.v1+json";
  }
  if (path.starts_with("v2/")) {
    return path.ends_with("/tags/list") ? "application/json" : "application/octet-stream";
  }
  if (path.ends_with(".crate")) {
    return "application/gzip";
  }
  if (path.starts_with("tile/") || path.starts_with("map/")) {
    return "application/octet-stream";
  }
  return path.ends_with(".json") || path.starts_with(".well-known/") ? "application/json" : k_text;
}

std::string_view reason_of(int status)
{
  switch (status) {
  case 200:
    return "OK";
  case 206:
    return "Partial Content";
  case 304:
    return "Not Modified";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 416:
    return "Range Not Satisfiable";
  default:
    return "Internal Server Error";
  }
}

std::string status_line(int status)
{
  return fmt::format("HTTP/1.1 {} {}\r\nX-Content-Type-Options: nosniff\r\n", status, reason_of(status));
}

// "*", or a list of tags with this one among them; weak ones compare by their text (RFC 9110 §13.1.2).
bool has_tag(std::string_view list, std::string_view etag)
{
  if (base::trim(list) == "*") {
    return true;
  }
  const std::vector<std::string_view> tags = base::split(list, ',');
  return std::ranges::any_of(tags, [&](std::string_view tag) {
    tag = base::trim(tag);
    return (tag.starts_with("W/") ? tag.substr(2) : tag) == etag;
  });
}

struct ByteRange
{
  std::uint64_t begin = 0, end = 0;
};

enum class RangeKind : std::uint8_t { none, one, unsatisfiable };

std::optional<std::uint64_t> whole_number(std::string_view text)
{
  std::uint64_t number = 0;
  const auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text.empty() || wrong != std::errc() || rest != text.data() + text.size() ? std::nullopt : std::optional(number);
}

// One range; several at once and what is no range are answered by the whole file (RFC 9110 §14.2).
RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& range)
{
  constexpr std::string_view k_unit = "bytes=";
  const std::size_t dash = header.find('-');
  if (!header.starts_with(k_unit) || dash == std::string_view::npos) {
    return RangeKind::none;
  }
  const std::string_view first = header.substr(k_unit.size(), dash - k_unit.size()), last = header.substr(dash + 1);
  const auto begin = whole_number(first), end = whole_number(last);
  if ((!first.empty() && !begin) || (!last.empty() && !end) || (!begin && !end)) {
    return RangeKind::none;
  }
  if (!begin) {
    range = {.begin = size - std::min(size, *end), .end = size};
    return *end == 0 || size == 0 ? RangeKind::unsatisfiable : RangeKind::one;
  }
  if (end && *end < *begin) {
    return RangeKind::none;
  }
  range = {.begin = *begin, .end = end ? std::min(size, *end == UINT64_MAX ? size : *end + 1) : size};
  return *begin >= size ? RangeKind::unsatisfiable : RangeKind::one;
}

FileAnswer text_answer(int status, std::string_view type, std::string_view text, std::string_view more = {})
{
  FileAnswer answer{
      .status = status, .head = {}, .bytes = std::make_shared<std::string>(text), .file = {}, .offset = 0, .length = text.size()};
  answer.head = std::make_shared<std::string>(
      fmt::format("{}Content-Type: {}\r\nContent-Length: {}\r\n{}", status_line(status), type, text.size(), more));
  return answer;
}

} // namespace

/// A file as it was when it was last looked at.
struct KnownFile
{
  std::string path; ///< below the directory
  base::Path full;
  base::FileStat stat;
  std::string fields; ///< of headers that every answer about it has
  std::string etag;
  std::shared_ptr<const std::string> head;  ///< of the answer 200
  std::shared_ptr<const std::string> bytes; ///< of a small one

  [[nodiscard]] std::uint64_t cost() const
  {
    return k_entry_bytes + 2 * path.size() + full.native().size() + 2 * fields.size() + (bytes ? bytes->size() : 0);
  }
};

using Known = std::shared_ptr<const KnownFile>;

OpenFile::~OpenFile()
{
  ::close(m_descriptor);
}

std::size_t OpenFile::read(char* buffer, std::size_t size, std::uint64_t offset) const
{
  const ssize_t got = ::pread(m_descriptor, buffer, size, static_cast<off_t>(offset));
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

struct StaticFiles::State
{
  const base::ReadOnlyFilesystem& fs;
  base::Path directory;
  StaticFileLimits limits;

  mutable std::mutex mutex; ///< of what follows
  std::list<Known> newest_first;
  std::unordered_map<std::string_view, std::list<Known>::iterator> by_path; ///< keys lie in the entries
  std::uint64_t cost = 0;

  Known find(std::string_view path)
  {
    const std::lock_guard guard(mutex);
    const auto found = by_path.find(path);
    if (found == by_path.end()) {
      return nullptr;
    }
    newest_first.splice(newest_first.begin(), newest_first, found->second);
    return *found->second;
  }

  void drop(std::list<Known>::iterator entry)
  {
    cost -= (*entry)->cost();
    by_path.erase((*entry)->path);
    newest_first.erase(entry);
  }

  void keep(const Known& file)
  {
    const std::lock_guard guard(mutex);
    if (const auto old = by_path.find(file->path); old != by_path.end()) {
      drop(old->second);
    }
    newest_first.push_front(file);
    by_path.emplace(file->path, newest_first.begin());
    cost += file->cost();
    while (cost > limits.memory_bytes && newest_first.size() > 1) {
      drop(std::prev(newest_first.end()));
    }
  }

  void forget(std::string_view path)
  {
    const std::lock_guard guard(mutex);
    if (const auto old = by_path.find(path); old != by_path.end()) {
      drop(old->second);
    }
  }

  // What is private is for the cache of whoever asked, and for no shared one, which would hand it on.
  [[nodiscard]] std::string_view cache_control(std::string_view path) const
  {
    if (!never_changes(path)) {
      return limits.is_private ? "private, no-cache" : "no-cache";
    }
    return limits.is_private ? "private, max-age=31536000, immutable" : "public, max-age=31536000, immutable";
  }

  // The file as it is now, read and hashed. nullptr: it is not there.
  Result<Known> look(const std::string& path)
  {
    auto file = std::make_shared<KnownFile>();
    file->path = path;
    file->full = directory / path;
    std::string hash;
    // Files are replaced by renaming: what was read is of the stat when that is the same behind the reading.
    for (std::optional<base::FileStat> before;;) {
      CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, fs.stat(file->full));
      if (!stat || stat->type != base::FileType::regular) {
        return Known();
      }
      if (before == stat) {
        break;
      }
      before = stat;
      file->stat = *stat;
      if (stat->size_bytes <= limits.small_bytes) {
        CW_TRY_ASSIGN(std::string bytes, fs.read(file->full));
        hash = base::to_hex(base::sha256(bytes));
        file->bytes = std::make_shared<std::string>(std::move(bytes));
      } else if (path.starts_with("crates/")) {
        hash = path.substr(path.rfind('/') + 1); // an archive's name is its hash
        file->bytes.reset();
      } else {
        CW_TRY_ASSIGN(const base::Digest digest, base::digest_file(file->full));
        hash = base::to_hex(digest.hash);
        file->bytes.reset();
      }
    }
    file->etag = fmt::format("\"{}\"", hash.substr(0, k_etag_digits));
    file->fields = fmt::format(
        "Content-Type: {}\r\nETag: {}\r\nAccept-Ranges: bytes\r\nCache-Control: {}\r\n", media_type(path), file->etag, cache_control(path));
    if (is_oci_manifest(path)) {
      file->fields += fmt::format("Docker-Content-Digest: sha256:{}\r\n", hash);
    }
    file->head = std::make_shared<std::string>(fmt::format(
        "{}{}Content-Length: {}\r\n", status_line(200), file->fields, file->bytes ? file->bytes->size() : file->stat.size_bytes));
    return Known(std::move(file));
  }

  Result<Known> current(std::string_view path)
  {
    if (Known known = find(path)) {
      CW_TRY_ASSIGN(const std::optional<base::FileStat> stat, fs.stat(known->full));
      if (stat == known->stat) {
        return known;
      }
    } else if (!leads_to_public_file(path)) {
      return Known();
    }
    CW_TRY_ASSIGN(Known file, look(std::string(path)));
    if (file) {
      keep(file);
    } else {
      forget(path);
    }
    return file;
  }

  // With its body, from memory or opened. False: the file went meanwhile, or is another one.
  static bool fill_body(const KnownFile& file, FileAnswer& answer)
  {
    answer.bytes = file.bytes;
    if (!file.bytes) {
      const int descriptor = ::open(file.full.c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) {
        return false;
      }
      answer.file = std::make_shared<OpenFile>(descriptor);
      return static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_END)) == file.stat.size_bytes;
    }
    return true;
  }
};

StaticFiles::StaticFiles(const base::ReadOnlyFilesystem& fs, base::Path directory, StaticFileLimits limits)
    : m_state(new State{.fs = fs, .directory = std::move(directory), .limits = limits, .mutex = {}, .newest_first = {}, .by_path = {}})
{
}

StaticFiles::~StaticFiles() = default;

std::uint64_t StaticFiles::memory_bytes() const
{
  const std::lock_guard guard(m_state->mutex);
  return m_state->cost;
}

FileAnswer StaticFiles::answer(const FileQuestion& question)
{
  if (question.method != "GET" && question.method != "HEAD") {
    return text_answer(405, "application/json", R"({"errors":[{"detail":"files can only be read"}]})", "Allow: GET, HEAD\r\n");
  }
  std::string_view path = question.target.substr(0, question.target.find('?'));
  path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  if (path == "v2/" || path == "v2") { // how clients of OCI ask whether this is a registry
    return text_answer(200, "application/json", "{}", "Docker-Distribution-API-Version: registry/2.0\r\n");
  }
  const Result<Known> current = m_state->current(path);
  if (!current) {
    return text_answer(500, k_text, "the file cannot be read\n");
  }
  if (!*current) {
    return text_answer(404, k_text, "not found\n");
  }
  const KnownFile& file = **current;
  const std::uint64_t size = file.bytes ? file.bytes->size() : file.stat.size_bytes;
  FileAnswer answer{.status = 200, .head = file.head, .bytes = {}, .file = {}, .offset = 0, .length = size};
  if (!question.if_none_match.empty() && has_tag(question.if_none_match, file.etag)) {
    answer.status = 304;
    answer.length = 0;
    answer.head = std::make_shared<std::string>(status_line(304) + file.fields);
    return answer;
  }
  ByteRange range;
  const bool same = question.if_range.empty() || question.if_range == file.etag;
  switch (question.range.empty() || !same ? RangeKind::none : parse_range(question.range, size, range)) {
  case RangeKind::none:
    break;
  case RangeKind::unsatisfiable:
    return text_answer(416, k_text, "", fmt::format("Content-Range: bytes */{}\r\n", size));
  case RangeKind::one:
    answer.status = 206;
    answer.offset = range.begin;
    answer.length = range.end - range.begin;
    answer.head = std::make_shared<std::string>(fmt::format("{}{}Content-Range: bytes {}-{}/{}\r\nContent-Length: {}\r\n",
                                                            status_line(206),
                                                            file.fields,
                                                            range.begin,
                                                            range.end - 1,
                                                            size,
                                                            answer.length));
  }
  if (question.method == "HEAD") {
    answer.length = 0;
  } else if (!State::fill_body(file, answer)) {
    return text_answer(500, k_text, "the file changed while it was read\n");
  }
  return answer;
}

} // namespace cargo_wasm::registry_server
