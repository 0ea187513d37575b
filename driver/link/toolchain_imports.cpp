#include "toolchain_imports.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/wasm/archive.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include "crate_reading.hpp"

namespace cargo_wasm::link {

bool ToolchainImports::declares(const std::string& module, const std::string& field)
{
  if (!m_imports) {
    m_imports.emplace();
    read();
  }
  return m_imports->contains({module, field});
}

void ToolchainImports::read()
{
  base::Command command = front_end_command(m_link.command_of(m_link.action));
  command.args.emplace_back("--print=target-libdir");
  base::CapturingSink sink;
  const auto exit = m_link.env.process.run(command, sink);
  if (!exit || !exit->success()) {
    return;
  }
  const base::Path directory = std::string(base::trim(sink.out));
  read_directory(directory);
  read_directory(directory / "self-contained");
}

void ToolchainImports::read_directory(const base::Path& directory)
{
  const auto entries = m_link.env.fs.list(directory);
  for (const auto& entry : entries ? *entries : std::vector<base::DirectoryEntry>()) {
    if (entry.name.ends_with(".rlib") || entry.name.ends_with(".a")) {
      read_archive(directory / entry.name);
    }
  }
}

/// What is no archive, and members that are no wasm, say nothing of imports.
void ToolchainImports::read_archive(const base::Path& file)
{
  const auto mapped = m_link.env.fs.map(file);
  if (!mapped) {
    return;
  }
  wasm::ArchiveReader members(wasm::Source(mapped->path(), mapped->bytes()));
  for (wasm::ArchiveMember member; members.next(member);) {
    if (wasm::file_kind(member.source) != wasm::FileKind::object) {
      continue;
    }
    const auto module = wasm::Module::read(member.source);
    if (!module) {
      continue;
    }
    // An undefined symbol without a module stands in the section as one of `env`.
    const auto read = module->for_each_import([&](const wasm::Import& import) {
      if (import.module != "env") {
        m_imports->emplace(import.module, import.name);
      }
    });
    static_cast<void>(read);
  }
}

} // namespace cargo_wasm::link
