#include <cargo_wasm/exec/state_log.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <unordered_map>

#include <fmt/format.h>

#include <cargo_wasm/base/bytes.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_header = "cargo-wasm state 2\n";
constexpr std::size_t k_frame_head_bytes = 16; ///< length and check value, 8 bytes each
/// Below this many out-of-date frames rewriting the file is not worth it.
constexpr std::uint64_t k_compaction_slack = 64;

Error write_error(const base::Path& file, int code)
{
  return Error("CW0631", fmt::format("cannot write the record of builds `{}`", file.string()), Blame::environment)
      .note(base::describe_errno(code))
      .help(code == ENOSPC ? "free some disk space; what was built so far is kept" : "check the permissions of the target directory");
}

std::string frame_of(std::string_view payload)
{
  base::ByteWriter out;
  out.fixed64(payload.size());
  out.fixed64(base::check_value(payload));
  out.out += payload;
  return std::move(out.out);
}

} // namespace

struct StateLog::Impl
{
  base::Path file;
  int fd = -1;
  std::string bytes; ///< the file as read at start; newer frames are in `added`
  std::unordered_map<std::string, std::string> added;
  std::unordered_map<std::string_view, std::string_view> index; ///< identity → payload, both in `bytes`
  std::uint64_t frames = 0;
  std::uint64_t end = 0; ///< where the next frame goes

  ~Impl()
  {
    if (fd >= 0) {
      ::close(fd);
    }
  }

  /// Indexes the valid frames; what follows the last of them is not part of the file.
  void scan()
  {
    if (!std::string_view(bytes).starts_with(k_header)) {
      end = 0;
      return;
    }
    std::size_t at = k_header.size();
    while (bytes.size() - at >= k_frame_head_bytes) {
      base::ByteReader head(std::string_view(bytes).substr(at, k_frame_head_bytes));
      const std::uint64_t length = head.fixed64();
      const std::uint64_t check = head.fixed64();
      if (length > bytes.size() - at - k_frame_head_bytes) {
        break;
      }
      const std::string_view payload = std::string_view(bytes).substr(at + k_frame_head_bytes, length);
      const std::size_t next = at + k_frame_head_bytes + length;
      if (check != base::check_value(payload)) {
        break;
      }
      if (const auto identity = identity_of_record(payload)) {
        index.insert_or_assign(*identity, payload);
      }
      ++frames;
      at = next;
    }
    end = at;
  }

  [[nodiscard]] std::string compacted() const
  {
    std::string out(k_header);
    for (const auto& [identity, payload] : index) {
      out += frame_of(payload);
    }
    return out;
  }
};

StateLog::StateLog() : m_impl(std::make_unique<Impl>()) {}
StateLog::~StateLog() = default;

Result<std::unique_ptr<StateLog>> StateLog::open(base::Filesystem& fs, const base::Path& file, bool writable)
{
  std::unique_ptr<StateLog> log(new StateLog);
  Impl& impl = *log->m_impl;
  impl.file = file;
  CW_TRY_ASSIGN(std::optional<std::string> bytes, fs.read_if_exists(file));
  impl.bytes = bytes ? std::move(*bytes) : std::string();
  impl.scan();
  if (!writable) {
    return log;
  }
  if (impl.end == 0 || impl.frames > 2 * impl.index.size() + k_compaction_slack) {
    const std::string content = impl.compacted();
    auto written = fs.write_atomic(file, content);
    if (!written) {
      return fail(Error("CW0631", fmt::format("cannot write the record of builds `{}`", file.string()), Blame::environment)
                      .note(written.error().message));
    }
    impl.frames = impl.index.size();
    impl.end = content.size();
  }
  impl.fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (impl.fd < 0) {
    return fail(write_error(file, errno));
  }
  // Whatever follows the last whole frame was left by a process that was killed while writing.
  if (::ftruncate(impl.fd, static_cast<off_t>(impl.end)) != 0) {
    return fail(write_error(file, errno));
  }
  return log;
}

std::optional<Record> StateLog::find(std::string_view identity) const
{
  if (const auto added = m_impl->added.find(std::string(identity)); added != m_impl->added.end()) {
    return decode_record(added->second);
  }
  const auto found = m_impl->index.find(identity);
  return found == m_impl->index.end() ? std::nullopt : decode_record(found->second);
}

bool StateLog::contains(std::string_view identity) const
{
  return m_impl->index.contains(identity) || m_impl->added.contains(std::string(identity));
}

Result<> StateLog::append(const Record& record)
{
  std::string payload = encode(record);
  const std::string frame = frame_of(payload);
  std::size_t done = 0;
  while (done < frame.size()) {
    const ssize_t count = ::pwrite(m_impl->fd, frame.data() + done, frame.size() - done, static_cast<off_t>(m_impl->end + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      const int code = count == 0 ? ENOSPC : errno;
      (void)!::ftruncate(m_impl->fd, static_cast<off_t>(m_impl->end));
      return fail(write_error(m_impl->file, code));
    }
    done += static_cast<std::size_t>(count);
  }
  m_impl->end += frame.size();
  ++m_impl->frames;
  m_impl->added.insert_or_assign(record.identity, std::move(payload));
  return {};
}

std::uint64_t StateLog::frames() const noexcept
{
  return m_impl->frames;
}

base::Path profile_file(const plan::ActionGraph& graph, std::string_view name)
{
  return graph.state_directory /
         (graph.profile_directory.empty() ? std::string(name) : fmt::format("{}-{}", name, graph.profile_directory));
}

} // namespace cargo_wasm::exec
