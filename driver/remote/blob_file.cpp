#include "blob_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>

namespace cargo_wasm::remote {
namespace {

constexpr mode_t k_new_file_mode = 0666;

tl::unexpected<Error> local_failure(std::string what, int code)
{
  return fail(Error("CW1273", std::move(what), Blame::environment).note(base::describe_errno(code)));
}

tl::unexpected<Error> other_bytes(const Digest& wanted, std::string what_came)
{
  return fail(Error("CW1267", "other bytes came than those that were asked for", Blame::integrity)
                  .note(fmt::format("asked for {}", shown(wanted)))
                  .note(std::move(what_came)));
}

} // namespace

std::string shown(const Digest& digest)
{
  return fmt::format("SHA-256 `{}`, {} bytes", base::to_hex(digest.hash), digest.size_bytes);
}

BlobReceiver::~BlobReceiver()
{
  close();
}

void BlobReceiver::close()
{
  if (m_descriptor >= 0) {
    ::close(m_descriptor);
    m_descriptor = -1;
  }
}

Result<> BlobReceiver::begin()
{
  m_received = 0;
  m_memory.clear();
  m_hasher.emplace();
  if (m_file) {
    close();
    m_descriptor = ::open(m_file->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, k_new_file_mode);
    if (m_descriptor < 0) {
      return local_failure(fmt::format("cannot write `{}`", m_file->native()), errno);
    }
  }
  return {};
}

Result<> BlobReceiver::write(std::span<const std::byte> bytes)
{
  m_received += bytes.size();
  if (m_received > m_wanted.size_bytes) {
    return other_bytes(m_wanted, fmt::format("at least {} bytes came", m_received));
  }
  m_hasher->update(bytes);
  if (!m_file) {
    m_memory.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return local_failure(fmt::format("cannot write `{}`", m_file->native()), errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> BlobReceiver::finish()
{
  if (m_received != m_wanted.size_bytes) {
    return other_bytes(m_wanted, fmt::format("{} bytes came", m_received));
  }
  const base::Sha256 hash = m_hasher->finish();
  if (hash != m_wanted.hash) {
    return other_bytes(m_wanted, fmt::format("what came has SHA-256 `{}`", base::to_hex(hash)));
  }
  if (m_descriptor >= 0) {
    const int closed = ::close(m_descriptor);
    m_descriptor = -1;
    if (closed != 0) {
      return local_failure(fmt::format("cannot write `{}`", m_file->native()), errno);
    }
  }
  return {};
}

Result<std::string> load(const Blob& blob)
{
  if (const auto* const bytes = std::get_if<std::string>(&blob.content)) {
    return *bytes;
  }
  const Path& file = std::get<Path>(blob.content);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return local_failure(fmt::format("cannot read `{}`", file.native()), errno);
  }
  std::string bytes(static_cast<std::size_t>(blob.digest.size_bytes), '\0');
  std::size_t filled = 0;
  int code = 0;
  while (filled < bytes.size() && code == 0) {
    const ssize_t got = ::read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      code = got == 0 ? EIO : errno;
    }
  }
  ::close(descriptor);
  if (code != 0) {
    return local_failure(fmt::format("cannot read `{}`", file.native()), code);
  }
  if (base::sha256(bytes) != blob.digest.hash) {
    return fail(Error("CW1273", fmt::format("`{}` is not what it was", file.native()), Blame::environment)
                    .note(fmt::format("it should have {}", shown(blob.digest))));
  }
  return bytes;
}

} // namespace cargo_wasm::remote
