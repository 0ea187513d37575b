// A file system that passes everything on to another: for those that change or watch one thing.
#pragma once
#include <functional>
#include <memory>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/base/mapped_file.hpp>

namespace cargo_wasm::base {

class ForwardingFilesystem : public Filesystem
{
public:
  explicit ForwardingFilesystem(Filesystem& inner) : m_inner(inner) {}

  [[nodiscard]] Result<std::optional<FileStat>> stat(const Path& path) const override { return m_inner.stat(path); }
  [[nodiscard]] Result<std::optional<FileStat>> lstat(const Path& path) const override { return m_inner.lstat(path); }
  [[nodiscard]] Result<std::string> read(const Path& path) const override { return m_inner.read(path); }
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const Path& path) const override { return m_inner.read_if_exists(path); }
  [[nodiscard]] Result<MappedFile> map(const Path& path) const override { return m_inner.map(path); }
  [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const Path& path) const override { return m_inner.list(path); }
  [[nodiscard]] Result<Path> canonicalize(const Path& path) const override { return m_inner.canonicalize(path); }

  Result<> write_atomic(const Path& path, std::string_view content) override { return m_inner.write_atomic(path, content); }
  Result<> create_file(const Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns) override
  {
    return m_inner.create_file(path, content, mode, mtime_ns);
  }
  Result<> create_directories(const Path& path) override { return m_inner.create_directories(path); }
  Result<> rename(const Path& from, const Path& to) override { return m_inner.rename(from, to); }
  Result<bool> remove(const Path& path) override { return m_inner.remove(path); }
  Result<std::uint64_t> remove_all(const Path& path) override { return m_inner.remove_all(path); }
  Result<> make_symlink(const Path& target, const Path& path) override { return m_inner.make_symlink(target, path); }
  Result<> link_or_copy(const Path& from, const Path& to) override { return m_inner.link_or_copy(from, to); }
  Result<> copy(const Path& from, const Path& to) override { return m_inner.copy(from, to); }
  Result<> set_mode(const Path& path, std::uint32_t mode) override { return m_inner.set_mode(path, mode); }
  Result<> set_mtime_ns(const Path& path, std::int64_t mtime_ns) override { return m_inner.set_mtime_ns(path, mtime_ns); }
  Result<std::unique_ptr<FileLock>> lock(const Path& path, LockMode mode, const std::function<void()>& on_wait) override
  {
    return m_inner.lock(path, mode, on_wait);
  }
  Result<std::unique_ptr<FileLock>> try_lock(const Path& path, LockMode mode) override { return m_inner.try_lock(path, mode); }

protected:
  [[nodiscard]] Filesystem& inner() const noexcept { return m_inner; }

private:
  Filesystem& m_inner;
};

} // namespace cargo_wasm::base
