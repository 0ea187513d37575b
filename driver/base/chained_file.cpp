#include <cargo_wasm/base/chained_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::base {

namespace {

/// Where the next line goes, and what it follows.
struct ChainEnd
{
  std::uint64_t offset = 0; ///< behind the last whole line
  std::string previous;     ///< empty: there is no line
};

/// `text` is the file's end, from `offset` on; nullopt: it does not reach back to the beginning of the last whole line.
std::optional<ChainEnd> end_of_chain(std::string_view text, std::uint64_t offset)
{
  const std::size_t end = text.rfind('\n');
  if (end == std::string_view::npos) {
    return offset == 0 ? std::optional(ChainEnd()) : std::nullopt;
  }
  const std::string_view whole = text.substr(0, end);
  const std::size_t begin = whole.rfind('\n');
  if (begin == std::string_view::npos && offset != 0) {
    return std::nullopt;
  }
  return ChainEnd{.offset = offset + end + 1, .previous = chained_line_hash(whole.substr(begin == std::string_view::npos ? 0 : begin + 1))};
}

tl::unexpected<Error> cannot_append(const Path& file, int code)
{
  return fail(Error("CW0003", fmt::format("cannot write `{}`: {}", file.native(), describe_errno(code)), Blame::environment));
}

Result<ChainEnd> end_of_open_file(const Path& file, int descriptor)
{
  constexpr std::uint64_t k_step = 16 * 1024;
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  if (size < 0) {
    return cannot_append(file, errno);
  }
  const auto bytes = static_cast<std::uint64_t>(size);
  for (std::uint64_t length = std::min(bytes, k_step);; length = std::min(bytes, 2 * length)) {
    std::string text(length, '\0');
    std::uint64_t done = 0;
    while (done < length) {
      const ssize_t got = ::pread(descriptor, text.data() + done, length - done, static_cast<off_t>(bytes - length + done));
      if (got <= 0) {
        return cannot_append(file, got == 0 ? EIO : errno);
      }
      done += static_cast<std::uint64_t>(got);
    }
    if (std::optional<ChainEnd> end = end_of_chain(text, bytes - length)) {
      return std::move(*end);
    }
  }
}

/// What a process that ended left of its last line goes; the new lines take its place by one write.
Result<> write_at(const Path& file, int descriptor, std::uint64_t offset, std::string_view text)
{
  if (::ftruncate(descriptor, static_cast<off_t>(offset)) != 0) {
    return cannot_append(file, errno);
  }
  while (!text.empty()) {
    const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), static_cast<off_t>(offset));
    if (written <= 0) {
      return cannot_append(file, errno);
    }
    offset += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string text_of_lines(const std::vector<ChainedLine>& lines, std::string& previous)
{
  std::string text;
  for (const ChainedLine& make : lines) {
    const std::string line = make(previous);
    text += line + "\n";
    previous = chained_line_hash(line);
  }
  return text;
}

} // namespace

std::string chained_line_hash(std::string_view line)
{
  return to_hex(sha256(line));
}

Result<std::string> append_chained(Filesystem& fs, const Path& file, const std::vector<ChainedLine>& lines, const std::string& before_first)
{
  CW_TRY(fs.create_directories(file.parent_path()));
  // The file itself is what is locked: its lock has it open.
  CW_TRY_ASSIGN(const auto lock, fs.lock(file, LockMode::exclusive, {}));
  if (const int descriptor = lock ? lock->descriptor() : -1; descriptor >= 0) {
    CW_TRY_ASSIGN(const ChainEnd end, end_of_open_file(file, descriptor));
    std::string previous = end.previous.empty() ? before_first : end.previous;
    const std::string text = text_of_lines(lines, previous);
    CW_TRY(write_at(file, descriptor, end.offset, text));
    return previous;
  }
  // A file system that cannot lock.
  CW_TRY_ASSIGN(const std::optional<std::string> before, fs.read_if_exists(file));
  const ChainEnd end = end_of_chain(before.value_or(""), 0).value_or(ChainEnd());
  std::string previous = end.previous.empty() ? before_first : end.previous;
  const std::string text = text_of_lines(lines, previous);
  CW_TRY(fs.write_atomic(file, before.value_or("").substr(0, end.offset) + text));
  return previous;
}

std::size_t torn_bytes(std::string_view text)
{
  return text.size() - (text.rfind('\n') + 1);
}

} // namespace cargo_wasm::base
