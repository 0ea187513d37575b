// A file system in memory, with stat data that behave: a write gives a new inode and the time of the fake clock, which
// moves only by `tick`, so that tests decide what is "changed within the same tick".
//
// Paths are normalised as text; a relative one is taken from "/". Thread safe.
#pragma once
#include <condition_variable>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::test {

class FakeFilesystem final : public base::Filesystem
{
public:
  FakeFilesystem();
  FakeFilesystem(std::initializer_list<std::pair<std::string, std::string>> files);

  // What a test arranges. These never fail; parents are made.
  FakeFilesystem& add(const base::Path& path, std::string content = "", std::uint32_t mode = 0644);
  FakeFilesystem& add_directory(const base::Path& path);
  FakeFilesystem& add_symlink(const base::Path& path, const base::Path& target);
  /// New times, same content and inode.
  void touch(const base::Path& path);
  void tick(std::chrono::nanoseconds by = std::chrono::seconds(1));
  [[nodiscard]] std::int64_t now_ns() const;
  /// Writing at or below `path` fails with CW0003 from now on.
  void make_read_only(const base::Path& path);
  /// Reading exactly `path` fails with CW0002 from now on.
  void make_unreadable(const base::Path& path);

  // What a test looks at.
  [[nodiscard]] std::map<std::string, std::string> files() const; ///< absolute path → content
  [[nodiscard]] std::vector<std::string> reads() const;           ///< paths given to read and read_if_exists, in order
  void forget_reads();

  Result<std::optional<base::FileStat>> stat(const base::Path& path) const override;
  Result<std::optional<base::FileStat>> lstat(const base::Path& path) const override;
  Result<std::string> read(const base::Path& path) const override;
  Result<std::optional<std::string>> read_if_exists(const base::Path& path) const override;
  Result<std::vector<base::DirectoryEntry>> list(const base::Path& path) const override;
  Result<base::Path> canonicalize(const base::Path& path) const override;

  Result<> write_atomic(const base::Path& path, std::string_view content) override;
  Result<> create_file(const base::Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns) override;
  Result<> create_directories(const base::Path& path) override;
  Result<> rename(const base::Path& from, const base::Path& to) override;
  Result<bool> remove(const base::Path& path) override;
  Result<std::uint64_t> remove_all(const base::Path& path) override;
  Result<> make_symlink(const base::Path& target, const base::Path& path) override;
  Result<> link_or_copy(const base::Path& from, const base::Path& to) override;
  Result<> copy(const base::Path& from, const base::Path& to) override;
  Result<> set_mode(const base::Path& path, std::uint32_t mode) override;
  Result<> set_mtime_ns(const base::Path& path, std::int64_t mtime_ns) override;
  Result<std::unique_ptr<base::FileLock>> lock(const base::Path& path, base::LockMode mode, const std::function<void()>& on_wait) override;
  Result<std::unique_ptr<base::FileLock>> try_lock(const base::Path& path, base::LockMode mode) override;

private:
  struct Node
  {
    base::FileStat stat;
    std::string content; ///< of a file; the target of a link
  };
  using NodePtr = std::shared_ptr<Node>; ///< shared by hard links
  struct Locks;
  class Lock;

  // All below expect m_mutex to be held.
  [[nodiscard]] std::string resolve(const base::Path& path, bool follow_last) const;
  [[nodiscard]] NodePtr find(const base::Path& path, bool follow_last = true) const;
  [[nodiscard]] NodePtr make_node(base::FileType type, std::string content, std::uint32_t mode);
  [[nodiscard]] bool has_children(const std::string& key) const;
  Result<> check_writable(const base::Path& path) const;
  Result<> make_directories(const std::string& key);
  Result<> put(const std::string& key, NodePtr node);
  void touch_parent(const std::string& key);
  std::uint64_t erase_tree(const std::string& key);
  Result<NodePtr> existing_for_change(const base::Path& path);

  mutable std::mutex m_mutex;
  std::map<std::string, NodePtr> m_nodes; ///< by absolute normalised path; "/" is always there
  std::set<std::string> m_read_only, m_unreadable;
  mutable std::vector<std::string> m_reads;
  std::int64_t m_now_ns = 1'767'225'600'000'000'000; ///< 2026-01-01T00:00:00Z
  std::uint64_t m_next_inode = 2;
  std::shared_ptr<Locks> m_locks;
};

} // namespace cargo_wasm::test
