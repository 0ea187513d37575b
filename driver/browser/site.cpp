#include <cargo_wasm/browser/site.hpp>

#include <algorithm>
#include <array>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::browser {

namespace {

struct MimeRow
{
  std::string_view extension, type;
};

constexpr std::string_view k_plain = "text/plain; charset=utf-8";
constexpr std::array k_mime_types = {
    MimeRow{"html", "text/html; charset=utf-8"},
    MimeRow{"htm", "text/html; charset=utf-8"},
    MimeRow{"js", "text/javascript; charset=utf-8"},
    MimeRow{"mjs", "text/javascript; charset=utf-8"},
    MimeRow{"css", "text/css; charset=utf-8"},
    MimeRow{"json", "application/json"},
    MimeRow{"map", "application/json"},
    MimeRow{"webmanifest", "application/manifest+json"},
    MimeRow{"wasm", "application/wasm"},
    MimeRow{"txt", k_plain},
    MimeRow{"md", k_plain},
    MimeRow{"ts", k_plain},
    MimeRow{"csv", "text/csv; charset=utf-8"},
    MimeRow{"xml", "application/xml"},
    MimeRow{"svg", "image/svg+xml"},
    MimeRow{"png", "image/png"},
    MimeRow{"jpg", "image/jpeg"},
    MimeRow{"jpeg", "image/jpeg"},
    MimeRow{"gif", "image/gif"},
    MimeRow{"webp", "image/webp"},
    MimeRow{"avif", "image/avif"},
    MimeRow{"ico", "image/x-icon"},
    MimeRow{"mp3", "audio/mpeg"},
    MimeRow{"ogg", "audio/ogg"},
    MimeRow{"wav", "audio/wav"},
    MimeRow{"mp4", "video/mp4"},
    MimeRow{"webm", "video/webm"},
    MimeRow{"pdf", "application/pdf"},
    MimeRow{"woff", "font/woff"},
    MimeRow{"woff2", "font/woff2"},
    MimeRow{"ttf", "font/ttf"},
    MimeRow{"otf", "font/otf"},
};

int hex_digit(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The path of a request target, `%20` decoded; nullopt when it is none, or would lead somewhere else.
std::optional<std::string> path_of(std::string_view target)
{
  target = target.substr(0, target.find_first_of("?#"));
  if (!target.starts_with('/')) {
    return std::nullopt;
  }
  std::string path;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '/' && path.ends_with('/')) {
      continue; // behind two slashes the rest would be a path of its own
    }
    if (target[i] != '%') {
      path += target[i];
      continue;
    }
    if (i + 2 >= target.size() || hex_digit(target[i + 1]) < 0 || hex_digit(target[i + 2]) < 0) {
      return std::nullopt;
    }
    path += static_cast<char>(hex_digit(target[i + 1]) * 16 + hex_digit(target[i + 2]));
    i += 2;
  }
  if (path.find('\0') != std::string::npos || path.find('\\') != std::string::npos) {
    return std::nullopt;
  }
  for (const std::string_view part : base::split(std::string_view(path).substr(1), '/')) {
    const bool is_last = part.data() + part.size() == path.data() + path.size();
    if (part == ".." || part == "." || (part.empty() && !is_last)) {
      return std::nullopt;
    }
  }
  return path;
}

/// Whether the page was asked for by a name of this machine. A page of the internet whose name was made to lead here has another.
bool is_this_machine(std::string_view host)
{
  const std::size_t port = host.starts_with('[') ? host.find(':', host.find(']')) : host.find(':');
  const std::string name = base::to_lower(host.substr(0, port));
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]" || name.ends_with(".localhost");
}

Answer plain(unsigned status, std::string text)
{
  return {status, std::string(k_plain), "", std::move(text)};
}

bool lies_in(const base::Path& file, const base::Path& root)
{
  return std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
}

} // namespace

std::string_view mime_type(std::string_view path)
{
  const std::string extension = base::to_lower(path.substr(path.find_last_of("./") + 1));
  const auto* const row = std::ranges::find(k_mime_types, extension, &MimeRow::extension);
  return row == k_mime_types.end() || path.find('.') == std::string_view::npos ? "application/octet-stream" : row->type;
}

std::optional<Answer> Site::from_directory(const base::ReadOnlyFilesystem& fs, const base::Path& root, const std::string& path) const
{
  base::Path file = root / path.substr(1);
  if (fs.is_directory(file)) {
    if (!path.ends_with('/')) {
      return Answer{301, std::string(k_plain), path + "/", ""};
    }
    file /= "index.html";
  }
  if (!fs.is_file(file)) {
    return std::nullopt;
  }
  const auto real_root = fs.canonicalize(root);
  const auto real_file = fs.canonicalize(file);
  if (!real_root || !real_file || !lies_in(*real_file, *real_root)) {
    return std::nullopt;
  }
  auto content = fs.read(*real_file);
  if (!content) {
    return plain(500, content.error().message + "\n");
  }
  return Answer{200, std::string(mime_type(file.native())), "", std::move(*content)};
}

Answer Site::answer(const base::ReadOnlyFilesystem& fs, std::string_view method, std::string_view target, std::string_view host) const
{
  if (!is_this_machine(host)) {
    return plain(403, "this server is for pages of this machine alone\n");
  }
  if (method != "GET" && method != "HEAD") {
    return plain(405, "only GET and HEAD\n");
  }
  const auto path = path_of(target);
  if (!path) {
    return plain(400, "not a path\n");
  }
  const std::string named = path->ends_with('/') ? *path + "index.html" : *path;
  if (const auto text = m_texts.find(named); text != m_texts.end()) {
    return {200, std::string(mime_type(named)), "", text->second};
  }
  if (const auto file = m_files.find(named); file != m_files.end()) {
    auto content = fs.read(file->second);
    return content ? Answer{200, std::string(mime_type(named)), "", std::move(*content)} : plain(404, content.error().message + "\n");
  }
  for (const base::Path& directory : m_directories) {
    if (auto found = from_directory(fs, directory, *path)) {
      return std::move(*found);
    }
  }
  return plain(404, "there is no `" + *path + "` here\n");
}

} // namespace cargo_wasm::browser
