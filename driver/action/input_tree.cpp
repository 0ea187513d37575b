#include <cargo_wasm/action/action.hpp>

namespace cargo_wasm::action {
namespace {

using Entries = std::map<std::string, std::variant<FileNode, Digest>, std::less<>>;

/// The directory that [begin, end) describes, whose paths all start with the same `prefix_bytes` bytes ("a/b/"). All paths
/// below one child are neighbours in the map, because they share the child's name and the slash after it.
Digest build(Entries::const_iterator begin, Entries::const_iterator end, std::size_t prefix_bytes, std::map<Digest, std::string>* blobs)
{
  Directory directory;
  while (begin != end) {
    const std::string_view rest = std::string_view(begin->first).substr(prefix_bytes);
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      if (const auto* file = std::get_if<FileNode>(&begin->second)) {
        directory.files.push_back({std::string(rest), file->digest, file->is_executable});
      } else {
        directory.directories.emplace_back(std::string(rest), std::get<Digest>(begin->second));
      }
      ++begin;
      continue;
    }
    const std::string_view child = rest.substr(0, slash + 1);
    auto child_end = begin;
    while (child_end != end && std::string_view(child_end->first).substr(prefix_bytes).starts_with(child)) {
      ++child_end;
    }
    directory.directories.emplace_back(std::string(rest.substr(0, slash)), build(begin, child_end, prefix_bytes + child.size(), blobs));
    begin = child_end;
  }
  std::string bytes = encode(directory);
  const Digest digest = base::digest_of(bytes);
  if (blobs != nullptr) {
    blobs->emplace(digest, std::move(bytes));
  }
  return digest;
}

} // namespace

void InputTree::add_file(std::string_view path, Digest digest, bool is_executable)
{
  m_entries.insert_or_assign(std::string(path), FileNode{{}, digest, is_executable});
}

void InputTree::add_directory(std::string_view path, Digest directory_digest)
{
  m_entries.insert_or_assign(std::string(path), directory_digest);
}

Digest InputTree::root_digest(std::map<Digest, std::string>* blobs) const
{
  return build(m_entries.begin(), m_entries.end(), 0, blobs);
}

} // namespace cargo_wasm::action
