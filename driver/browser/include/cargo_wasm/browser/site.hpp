// What a server of pages answers, apart from sockets: texts made up for the occasion and directories, by path, and the rules of a file
// server: types, no way out of a directory, no list of one.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::browser {

struct Answer
{
  unsigned status = 200;
  std::string type;     ///< "text/html; charset=utf-8"
  std::string location; ///< of a redirection
  std::string body;
  bool operator==(const Answer&) const = default;
};

/// "application/wasm" of "a.wasm", "application/octet-stream" of what is unknown.
[[nodiscard]] std::string_view mime_type(std::string_view path);

class Site
{
public:
  /// A file that is on no disk; `path` is absolute: "/index.html".
  void add(std::string path, std::string content) { m_texts.insert_or_assign(std::move(path), std::move(content)); }
  /// A file of the disk under a path of its own, read when it is asked for.
  void add_file(std::string path, base::Path file) { m_files.insert_or_assign(std::move(path), std::move(file)); }
  /// A directory at the root. Of several the first that has a file answers.
  void mount(base::Path directory) { m_directories.push_back(std::move(directory)); }
  /// The answer to a request: GET and HEAD alike. `target` is what the request line says, a query included; `host` is its header.
  /// Nothing outside of the directories is given, through links neither.
  [[nodiscard]] Answer
  answer(const base::ReadOnlyFilesystem& fs, std::string_view method, std::string_view target, std::string_view host) const;

private:
  [[nodiscard]] std::optional<Answer>
  from_directory(const base::ReadOnlyFilesystem& fs, const base::Path& root, const std::string& path) const;

  std::map<std::string, std::string, std::less<>> m_texts;
  std::map<std::string, base::Path, std::less<>> m_files;
  std::vector<base::Path> m_directories;
};

} // namespace cargo_wasm::browser
