// The files of a link, read: what a command line names, taken apart as the linker takes it apart, in one model.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

class LinkScan
{
public:
  /// Reads every input of the command line. What cannot be read is listed in `unread` and left out: the linker has its own words for that.
  /// Cost: a mapping for each file, symbol tables and relocations; code is not touched.
  LinkScan(const base::ReadOnlyFilesystem& fs, const base::Path& cwd, const LinkerOptions& options);

  [[nodiscard]] const LinkModel& model() const noexcept { return m_model; }
  /// The bytes of one of the model's objects.
  [[nodiscard]] const wasm::Source& source(std::uint32_t object) const { return m_sources[object]; }
  /// Inputs that are LLVM bitcode: with link-time optimization in the linker the model knows nothing of them.
  [[nodiscard]] const std::vector<std::string>& bitcode() const noexcept { return m_bitcode; }
  /// Functions that stub libraries and --allow-undefined-file let the host provide.
  [[nodiscard]] const std::vector<std::string>& allowed() const noexcept { return m_allowed; }
  [[nodiscard]] const std::vector<Error>& unread() const noexcept { return m_unread; }

private:
  void add_input(const base::ReadOnlyFilesystem& fs, const LinkerInput& input, const base::Path& path);
  void add_archive(const LinkerInput& input, const wasm::Source& source);
  void add_module(const wasm::Source& source, std::string name, bool lazy);
  void add_stub_library(std::string_view text);

  std::deque<base::MappedFile> m_files; ///< the model's names lie in them
  std::vector<wasm::Source> m_sources;  ///< by object of the model
  LinkModel m_model;
  std::vector<std::string> m_bitcode, m_allowed;
  std::vector<Error> m_unread;
};

} // namespace cargo_wasm::shim
