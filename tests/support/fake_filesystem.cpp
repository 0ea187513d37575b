#include <support/fake_filesystem.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::test {
namespace {

using base::FileType;
using base::Path;

constexpr int k_most_links = 40;

std::string key_of(const Path& path)
{
  std::string key = (Path("/") / path).lexically_normal().string();
  while (key.size() > 1 && key.back() == '/') {
    key.pop_back();
  }
  return key;
}

std::string parent_of(const std::string& key)
{
  const auto slash = key.rfind('/');
  return slash == 0 ? "/" : key.substr(0, slash);
}

bool is_below(const std::string& key, const std::string& directory)
{
  return key == directory || directory == "/" ||
         (key.size() > directory.size() && key.starts_with(directory) && key[directory.size()] == '/');
}

Error not_there(const Path& path)
{
  return {"CW0001", fmt::format("`{}` does not exist", path.string()), Blame::user};
}

Error unreadable(const Path& path, std::string why)
{
  return Error("CW0002", fmt::format("cannot read `{}`", path.string()), Blame::environment).note(std::move(why));
}

Error unwritable(const Path& path, std::string why)
{
  return Error("CW0003", fmt::format("cannot write `{}`", path.string()), Blame::environment).note(std::move(why));
}

} // namespace

struct FakeFilesystem::Locks
{
  struct State
  {
    int readers = 0;
    bool exclusive = false;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, State> states;

  bool take(const std::string& key, base::LockMode mode)
  {
    State& state = states[key];
    if (state.exclusive || (mode == base::LockMode::exclusive && state.readers > 0)) {
      return false;
    }
    (mode == base::LockMode::exclusive) ? void(state.exclusive = true) : void(++state.readers);
    return true;
  }
};

class FakeFilesystem::Lock final : public base::FileLock
{
public:
  Lock(std::shared_ptr<Locks> locks, std::string key, base::LockMode mode) : m_locks(std::move(locks)), m_key(std::move(key)), m_mode(mode)
  {
  }
  ~Lock() override
  {
    const std::lock_guard guard(m_locks->mutex);
    Locks::State& state = m_locks->states[m_key];
    (m_mode == base::LockMode::exclusive) ? void(state.exclusive = false) : void(--state.readers);
    m_locks->changed.notify_all();
  }

private:
  std::shared_ptr<Locks> m_locks;
  std::string m_key;
  base::LockMode m_mode;
};

FakeFilesystem::FakeFilesystem() : m_locks(std::make_shared<Locks>())
{
  m_nodes["/"] = make_node(FileType::directory, "", 0755);
}

FakeFilesystem::FakeFilesystem(std::initializer_list<std::pair<std::string, std::string>> files) : FakeFilesystem()
{
  for (const auto& [path, content] : files) {
    add(path, content);
  }
}

FakeFilesystem& FakeFilesystem::add(const Path& path, std::string content, std::uint32_t mode)
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, true);
  (void)make_directories(parent_of(key));
  (void)put(key, make_node(FileType::regular, std::move(content), mode));
  return *this;
}

FakeFilesystem& FakeFilesystem::add_directory(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  (void)make_directories(resolve(path, true));
  return *this;
}

FakeFilesystem& FakeFilesystem::add_symlink(const Path& path, const Path& target)
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, false);
  (void)make_directories(parent_of(key));
  (void)put(key, make_node(FileType::symlink, target.string(), 0777));
  return *this;
}

void FakeFilesystem::touch(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  if (const NodePtr node = find(path)) {
    node->stat.mtime_ns = node->stat.ctime_ns = m_now_ns;
  }
}

void FakeFilesystem::tick(std::chrono::nanoseconds by)
{
  const std::lock_guard lock(m_mutex);
  m_now_ns += by.count();
}

std::int64_t FakeFilesystem::now_ns() const
{
  const std::lock_guard lock(m_mutex);
  return m_now_ns;
}

void FakeFilesystem::make_read_only(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  m_read_only.insert(key_of(path));
}

void FakeFilesystem::make_unreadable(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  m_unreadable.insert(key_of(path));
}

std::map<std::string, std::string> FakeFilesystem::files() const
{
  const std::lock_guard lock(m_mutex);
  std::map<std::string, std::string> out;
  for (const auto& [key, node] : m_nodes) {
    if (node->stat.type == FileType::regular) {
      out.emplace(key, node->content);
    }
  }
  return out;
}

std::vector<std::string> FakeFilesystem::reads() const
{
  const std::lock_guard lock(m_mutex);
  return m_reads;
}

void FakeFilesystem::forget_reads()
{
  const std::lock_guard lock(m_mutex);
  m_reads.clear();
}

/// The key a path leads to once links are followed; the key itself when something on the way is missing.
std::string FakeFilesystem::resolve(const Path& path, bool follow_last) const
{
  std::string key = key_of(path);
  for (int links = 0; links < k_most_links; ++links) {
    bool replaced = false;
    for (std::size_t end = key.find('/', 1);; end = key.find('/', end + 1)) {
      const bool last = end == std::string::npos;
      const auto node = m_nodes.find(key.substr(0, end));
      if (node != m_nodes.end() && node->second->stat.type == FileType::symlink && (!last || follow_last)) {
        const Path target = Path(parent_of(node->first)) / node->second->content;
        key = key_of(last ? target : target / key.substr(end + 1));
        replaced = true;
        break;
      }
      if (last) {
        break;
      }
    }
    if (!replaced) {
      break;
    }
  }
  return key;
}

FakeFilesystem::NodePtr FakeFilesystem::find(const Path& path, bool follow_last) const
{
  const auto found = m_nodes.find(resolve(path, follow_last));
  return found == m_nodes.end() ? nullptr : found->second;
}

FakeFilesystem::NodePtr FakeFilesystem::make_node(FileType type, std::string content, std::uint32_t mode)
{
  auto node = std::make_shared<Node>();
  node->stat = {type, content.size(), m_now_ns, m_now_ns, m_next_inode++, 1, mode};
  node->content = std::move(content);
  return node;
}

bool FakeFilesystem::has_children(const std::string& key) const
{
  const auto next = m_nodes.lower_bound(key == "/" ? "/!" : key + "/");
  return next != m_nodes.end() && is_below(next->first, key) && next->first != key;
}

Result<> FakeFilesystem::check_writable(const Path& path) const
{
  const std::string key = resolve(path, false);
  for (const std::string& directory : m_read_only) {
    if (is_below(key, directory)) {
      return fail(unwritable(path, "read-only file system"));
    }
  }
  return {};
}

Result<> FakeFilesystem::make_directories(const std::string& key)
{
  if (const auto found = m_nodes.find(key); found != m_nodes.end()) {
    return found->second->stat.type == FileType::directory ? Result<>() : Result<>(fail(unwritable(key, "not a directory")));
  }
  CW_TRY(make_directories(parent_of(key)));
  return put(key, make_node(FileType::directory, "", 0755));
}

Result<> FakeFilesystem::put(const std::string& key, NodePtr node)
{
  const auto parent = m_nodes.find(parent_of(key));
  if (parent == m_nodes.end() || parent->second->stat.type != FileType::directory) {
    return fail(unwritable(key, parent == m_nodes.end() ? "no such file or directory" : "not a directory"));
  }
  m_nodes[key] = std::move(node);
  touch_parent(key);
  return {};
}

void FakeFilesystem::touch_parent(const std::string& key)
{
  const NodePtr& parent = m_nodes[parent_of(key)];
  parent->stat.mtime_ns = parent->stat.ctime_ns = m_now_ns;
}

std::uint64_t FakeFilesystem::erase_tree(const std::string& key)
{
  std::uint64_t removed = 0;
  for (auto it = m_nodes.lower_bound(key); it != m_nodes.end();) {
    if (it->first.compare(0, key.size(), key) != 0) {
      break;
    }
    if (is_below(it->first, key)) {
      it = m_nodes.erase(it);
      ++removed;
    } else {
      ++it;
    }
  }
  if (removed > 0) {
    touch_parent(key);
  }
  return removed;
}

Result<FakeFilesystem::NodePtr> FakeFilesystem::existing_for_change(const Path& path)
{
  CW_TRY(check_writable(path));
  NodePtr node = find(path);
  if (!node) {
    return fail(unwritable(path, "no such file or directory"));
  }
  return node;
}

Result<std::optional<base::FileStat>> FakeFilesystem::stat(const Path& path) const
{
  const std::lock_guard lock(m_mutex);
  const NodePtr node = find(path);
  return node ? std::optional(node->stat) : std::nullopt;
}

Result<std::optional<base::FileStat>> FakeFilesystem::lstat(const Path& path) const
{
  const std::lock_guard lock(m_mutex);
  const NodePtr node = find(path, false);
  return node ? std::optional(node->stat) : std::nullopt;
}

Result<std::string> FakeFilesystem::read(const Path& path) const
{
  CW_TRY_ASSIGN(auto content, read_if_exists(path));
  if (!content) {
    return fail(not_there(path));
  }
  return std::move(*content);
}

Result<std::optional<std::string>> FakeFilesystem::read_if_exists(const Path& path) const
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, true);
  m_reads.push_back(key);
  if (m_unreadable.contains(key)) {
    return fail(unreadable(path, "permission denied"));
  }
  const auto found = m_nodes.find(key);
  if (found == m_nodes.end()) {
    return std::nullopt;
  }
  if (found->second->stat.type == FileType::directory) {
    return fail(unreadable(path, "is a directory"));
  }
  return found->second->content;
}

Result<std::vector<base::DirectoryEntry>> FakeFilesystem::list(const Path& path) const
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, true);
  const auto found = m_nodes.find(key);
  if (found == m_nodes.end()) {
    return fail(not_there(path));
  }
  if (m_unreadable.contains(key)) {
    return fail(unreadable(path, "permission denied"));
  }
  if (found->second->stat.type != FileType::directory) {
    return fail(not_there(path)); // ENOTDIR, as the real one
  }
  std::vector<base::DirectoryEntry> entries;
  const std::string prefix = key == "/" ? "/" : key + "/";
  for (auto it = m_nodes.upper_bound(prefix); it != m_nodes.end() && it->first.starts_with(prefix); ++it) {
    const std::string name = it->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) {
      entries.push_back({name, it->second->stat.type});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Result<Path> FakeFilesystem::canonicalize(const Path& path) const
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, true);
  if (!m_nodes.contains(key)) {
    return fail(not_there(path));
  }
  return Path(key);
}

Result<> FakeFilesystem::write_atomic(const Path& path, std::string_view content)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(path));
  const std::string key = resolve(path, true);
  CW_TRY(make_directories(parent_of(key)));
  if (const auto found = m_nodes.find(key); found != m_nodes.end() && found->second->stat.type == FileType::directory) {
    return fail(unwritable(path, "is a directory"));
  }
  return put(key, make_node(FileType::regular, std::string(content), 0644));
}

Result<> FakeFilesystem::create_file(const Path& path, std::string_view content, std::uint32_t mode, std::int64_t mtime_ns)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(path));
  const std::string key = resolve(path, false);
  if (m_nodes.contains(key)) {
    return fail(unwritable(path, "file exists"));
  }
  NodePtr node = make_node(FileType::regular, std::string(content), mode & 0777U);
  node->stat.mtime_ns = mtime_ns;
  return put(key, std::move(node));
}

Result<> FakeFilesystem::create_directories(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, true);
  if (const auto found = m_nodes.find(key); found == m_nodes.end() || found->second->stat.type != FileType::directory) {
    CW_TRY(check_writable(path));
  }
  return make_directories(key);
}

Result<> FakeFilesystem::rename(const Path& from, const Path& to)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(from));
  CW_TRY(check_writable(to));
  const std::string source = resolve(from, false);
  const std::string target = resolve(to, false);
  if (!m_nodes.contains(source)) {
    return fail(unwritable(to, "no such file or directory"));
  }
  if (source == target) {
    return {};
  }
  if (has_children(target)) {
    return fail(unwritable(to, "directory not empty"));
  }
  std::map<std::string, NodePtr> moved;
  for (auto it = m_nodes.lower_bound(source); it != m_nodes.end() && it->first.starts_with(source); ++it) {
    if (is_below(it->first, source)) {
      moved.emplace(target + it->first.substr(source.size()), it->second);
    }
  }
  CW_TRY(put(target, moved.at(target)));
  erase_tree(source);
  m_nodes.merge(moved);
  return {};
}

Result<bool> FakeFilesystem::remove(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, false);
  if (!m_nodes.contains(key)) {
    return false;
  }
  CW_TRY(check_writable(path));
  if (has_children(key)) {
    return fail(unwritable(path, "directory not empty"));
  }
  erase_tree(key);
  return true;
}

Result<std::uint64_t> FakeFilesystem::remove_all(const Path& path)
{
  const std::lock_guard lock(m_mutex);
  const std::string key = resolve(path, false);
  if (!m_nodes.contains(key)) {
    return std::uint64_t{0};
  }
  CW_TRY(check_writable(path));
  return erase_tree(key);
}

Result<> FakeFilesystem::make_symlink(const Path& target, const Path& path)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(path));
  return put(resolve(path, false), make_node(FileType::symlink, target.string(), 0777));
}

Result<> FakeFilesystem::link_or_copy(const Path& from, const Path& to)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(to));
  const NodePtr node = find(from);
  if (!node) {
    return fail(not_there(from));
  }
  return put(resolve(to, false), node);
}

Result<> FakeFilesystem::copy(const Path& from, const Path& to)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY(check_writable(to));
  const NodePtr node = find(from);
  if (!node) {
    return fail(not_there(from));
  }
  return put(resolve(to, false), make_node(FileType::regular, node->content, node->stat.mode));
}

Result<> FakeFilesystem::set_mode(const Path& path, std::uint32_t mode)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY_ASSIGN(const NodePtr node, existing_for_change(path));
  node->stat.mode = mode;
  node->stat.ctime_ns = m_now_ns;
  return {};
}

Result<> FakeFilesystem::set_mtime_ns(const Path& path, std::int64_t mtime_ns)
{
  const std::lock_guard lock(m_mutex);
  CW_TRY_ASSIGN(const NodePtr node, existing_for_change(path));
  node->stat.mtime_ns = mtime_ns;
  node->stat.ctime_ns = m_now_ns;
  return {};
}

Result<std::unique_ptr<base::FileLock>> FakeFilesystem::lock(const Path& path, base::LockMode mode, const std::function<void()>& on_wait)
{
  CW_TRY_ASSIGN(auto taken, try_lock(path, mode));
  if (taken) {
    return taken;
  }
  if (on_wait) {
    on_wait();
  }
  const std::string key = key_of(path);
  std::unique_lock guard(m_locks->mutex);
  m_locks->changed.wait(guard, [&] { return m_locks->take(key, mode); });
  return std::make_unique<Lock>(m_locks, key, mode);
}

Result<std::unique_ptr<base::FileLock>> FakeFilesystem::try_lock(const Path& path, base::LockMode mode)
{
  if (!exists(path)) {
    if (auto written = write_atomic(path, ""); !written.has_value()) {
      return fail(Error("CW0004", fmt::format("cannot lock `{}`", path.string()), Blame::environment).note("read-only file system"));
    }
  }
  const std::lock_guard guard(m_locks->mutex);
  if (!m_locks->take(key_of(path), mode)) {
    return nullptr;
  }
  return std::make_unique<Lock>(m_locks, key_of(path), mode);
}

} // namespace cargo_wasm::test
