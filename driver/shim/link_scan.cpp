#include <cargo_wasm/shim/link_scan.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>

namespace cargo_wasm::shim {

LinkScan::LinkScan(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const LinkerOptions& options) : m_model(options)
{
  for (const LinkerInput& input : options.inputs) {
    const auto path =
        input.is_library ? find_library(fs, cwd, options.search_paths, input.name) : std::optional((cwd / input.name).lexically_normal());
    if (path) {
      add_input(fs, input, *path);
    }
  }
  for (const std::string& file : options.allow_undefined_files) {
    if (const auto text = fs.read(cwd / file)) {
      for (const std::string_view line : base::split(*text, '\n')) {
        if (const std::string_view name = base::trim(line); !name.empty() && name.front() != '#') {
          m_allowed.emplace_back(name);
        }
      }
    }
  }
  m_model.finish();
}

void LinkScan::add_input(const base::ReadOnlyFilesystem& fs, const LinkerInput& input, const base::Path& path)
{
  auto file = fs.map(path);
  if (!file) {
    m_unread.push_back(std::move(file.error()));
    return;
  }
  const base::MappedFile& kept = m_files.emplace_back(std::move(*file));
  const wasm::Source source(kept.path(), kept.bytes());
  switch (wasm::file_kind(source)) {
  case wasm::FileKind::object:
    return add_module(source, input.name, input.lazy);
  case wasm::FileKind::archive:
    return add_archive(input, source);
  case wasm::FileKind::bitcode:
    m_bitcode.push_back(input.name);
    return;
  case wasm::FileKind::stub_library:
    return add_stub_library(source.file);
  case wasm::FileKind::module:
  case wasm::FileKind::component:
  case wasm::FileKind::thin_archive:
  case wasm::FileKind::unknown:
    return;
  }
}

void LinkScan::add_archive(const LinkerInput& input, const wasm::Source& source)
{
  wasm::ArchiveReader members(source);
  const std::string archive = input.is_library ? source.path->native() : input.name; // as the linker names it
  for (wasm::ArchiveMember member; members.next(member);) {
    const std::string name = fmt::format("{}({})", archive, member.name);
    switch (wasm::file_kind(member.source)) {
    case wasm::FileKind::object:
      add_module(member.source, name, !input.whole_archive);
      break;
    case wasm::FileKind::bitcode:
      m_bitcode.push_back(name);
      break;
    default:
      break;
    }
  }
  if (auto read = members.finish(); !read) {
    m_unread.push_back(std::move(read.error()));
  }
}

void LinkScan::add_module(const wasm::Source& source, std::string name, bool lazy)
{
  auto object = read_link_object(source, std::move(name));
  if (!object) {
    m_unread.push_back(std::move(object.error()));
    return;
  }
  m_sources.push_back(source);
  if (lazy) {
    m_model.add_lazy(std::move(*object));
  } else {
    m_model.add_object(std::move(*object));
  }
}

/// `NAME: DEPENDENCY, …` a line behind the first, `#` begins a comment (lld/wasm/InputFiles.cpp, StubFile).
void LinkScan::add_stub_library(std::string_view text)
{
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with('#')) {
      continue;
    }
    if (const std::string_view name = base::trim(line.substr(0, line.find(':'))); !name.empty()) {
      m_allowed.emplace_back(name);
    }
  }
}

} // namespace cargo_wasm::shim
