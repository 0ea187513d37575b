#include <support/temp_dir.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cargo_wasm::test {

TempDir::TempDir()
{
  std::string name = (std::filesystem::temp_directory_path() / "cargo-wasm-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make " + name);
  }
  m_path = std::filesystem::canonical(name);
}

TempDir::~TempDir()
{
  // A test may have taken the write permission of a directory away.
  std::error_code ignored;
  for (auto it = std::filesystem::recursive_directory_iterator(m_path, std::filesystem::directory_options::skip_permission_denied, ignored);
       !ignored && it != std::filesystem::recursive_directory_iterator();
       it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      std::filesystem::permissions(it->path(), std::filesystem::perms::owner_all, std::filesystem::perm_options::add, ignored);
    }
  }
  std::filesystem::remove_all(m_path, ignored);
}

void TempDir::write(std::string_view relative, std::string_view content) const
{
  const base::Path path = m_path / relative;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

void TempDir::write_executable(std::string_view relative, std::string_view content) const
{
  write(relative, content);
  std::filesystem::permissions(m_path / relative, std::filesystem::perms(0755));
}

std::string TempDir::read(std::string_view relative) const
{
  std::ifstream file(m_path / relative, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + (m_path / relative).string());
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace cargo_wasm::test
