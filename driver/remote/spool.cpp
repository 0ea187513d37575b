#include "spool.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/bytes.hpp>

namespace cargo_wasm::remote {
namespace {

constexpr std::string_view k_magic = "cargo-wasm/spool/v2\n";
constexpr std::string_view k_ending = ".entry";

void write_digest(base::ByteWriter& out, const Digest& digest)
{
  out.text(base::to_hex(digest.hash));
  out.number(digest.size_bytes);
}

Digest read_digest(base::ByteReader& in)
{
  Digest digest;
  if (const auto hash = base::parse_sha256(in.text())) {
    digest.hash = *hash;
  } else {
    in.damaged();
  }
  digest.size_bytes = in.number();
  return digest;
}

tl::unexpected<Error> unreadable(const Path& directory, const Error& why)
{
  return fail(Error("CW1272", fmt::format("the spool `{}` cannot be used", directory.native()), Blame::environment)
                  .note(fmt::format("{} [{}]", why.message, why.id)));
}

} // namespace

std::string to_bytes(const UploadJob& job)
{
  base::ByteWriter body;
  write_digest(body, job.action);
  body.text(job.entry);
  body.number(job.remotes.size());
  for (const SpoolTarget& remote : job.remotes) {
    body.text(remote.name);
    body.text(remote.url);
  }
  body.number(job.blobs.size());
  for (const Blob& blob : job.blobs) {
    write_digest(body, blob.digest);
    const auto* const bytes = std::get_if<std::string>(&blob.content);
    body.number(bytes == nullptr ? 0 : 1);
    body.text(bytes == nullptr ? std::get<Path>(blob.content).native() : *bytes);
  }
  base::ByteWriter out;
  out.raw(k_magic);
  out.fixed64(base::check_value(body.out));
  out.raw(body.out);
  return std::move(out.out);
}

std::optional<UploadJob> parse_job(std::string_view bytes)
{
  if (!bytes.starts_with(k_magic)) {
    return std::nullopt;
  }
  base::ByteReader head(bytes.substr(k_magic.size()));
  const std::uint64_t check = head.fixed64();
  if (!head.ok()) {
    return std::nullopt;
  }
  const std::string_view body = bytes.substr(k_magic.size() + sizeof check);
  if (base::check_value(body) != check) {
    return std::nullopt;
  }
  base::ByteReader in(body);
  UploadJob job;
  job.action = read_digest(in);
  job.entry = in.text();
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    SpoolTarget remote;
    remote.name = in.text();
    remote.url = in.text();
    job.remotes.push_back(std::move(remote));
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    Blob blob;
    blob.digest = read_digest(in);
    const bool is_inline = in.number() != 0;
    const std::string_view content = in.text();
    if (is_inline) {
      blob.content = std::string(content);
    } else {
      blob.content = Path(content);
    }
    job.blobs.push_back(std::move(blob));
  }
  return in.ok() && in.at_end() ? std::optional(std::move(job)) : std::nullopt;
}

Result<> Spool::add(const UploadJob& job)
{
  std::string targets;
  for (const SpoolTarget& remote : job.remotes) {
    targets += fmt::format("{} {}\n", remote.name, remote.url);
  }
  constexpr std::size_t k_digits = 16;
  const std::string of_targets = base::to_hex(base::sha256(targets)).substr(0, k_digits);
  return m_fs.write_atomic(m_directory / fmt::format("{}-{}{}", base::to_hex(job.action.hash), of_targets, k_ending), to_bytes(job));
}

Result<std::vector<Path>> Spool::files() const
{
  std::vector<Path> out;
  if (!m_fs.is_directory(m_directory)) {
    return out;
  }
  const auto entries = m_fs.list(m_directory);
  if (!entries) {
    return unreadable(m_directory, entries.error());
  }
  for (const base::DirectoryEntry& entry : *entries) {
    if (entry.name.ends_with(k_ending)) {
      out.push_back(m_directory / entry.name);
    }
  }
  return out;
}

std::optional<UploadJob> Spool::load(const Path& file) const
{
  const auto bytes = m_fs.read_if_exists(file);
  return bytes && *bytes ? parse_job(**bytes) : std::nullopt;
}

void Spool::remove(const Path& file)
{
  // One that stays is sent once more, which does no harm.
  (void)m_fs.remove(file);
}

Result<std::unique_ptr<base::FileLock>> Spool::lock()
{
  if (const Result<> made = m_fs.create_directories(m_directory); !made) {
    return unreadable(m_directory, made.error());
  }
  auto lock = m_fs.try_lock(m_directory / "lock", base::LockMode::exclusive);
  return lock ? Result<std::unique_ptr<base::FileLock>>(std::move(*lock)) : unreadable(m_directory, lock.error());
}

} // namespace cargo_wasm::remote
