// Static libraries: `.a` and `.rlib`. Member by member, in the order of the file, without the tables that linkers keep in front.
//
//   archive := "!<arch>\n" (header content pad?)*         pad: one byte where the content has odd length
//   header  := name[16] date[12] owner[6] group[6] mode[8] size[10] "`\n"      text, padded with blanks; size in decimal
//   name    := "NAME/" | "/OFFSET" into the member "//" (GNU) | "#1/LENGTH" before the content (BSD) | "NAME" (BSD)
//
// The symbol tables ("/", "/SYM64/", "__.SYMDEF…") and the table of names ("//") are no members. A thin archive ("!<thin>\n") names files
// that lie elsewhere and is refused. Source: ar(5), and the writer of LLVM, which makes every archive that rustc and llvm-ar write.
#pragma once
#include <cargo_wasm/wasm/cursor.hpp>

namespace cargo_wasm::wasm {

struct ArchiveMember
{
  std::string_view name;
  std::uint64_t offset = 0; ///< of the content in the archive
  Source source;            ///< for the readers of modules: `bytes` is the content, and errors name the member
};

class ArchiveReader
{
public:
  /// `source` is the archive. Errors come with the first `next`.
  explicit ArchiveReader(Source source);
  /// The next member; false behind the last, or when something is wrong: `finish` tells. Cost: O(1); a GNU name is searched once.
  bool next(ArchiveMember& member);
  [[nodiscard]] const Failure& failure() const noexcept { return m_cursor.failure(); }
  /// Errors: CW0617.
  [[nodiscard]] Result<> finish() const;

private:
  struct Header
  {
    std::string_view name;
    std::uint64_t offset = 0; ///< of the header
    std::string_view content;
  };
  bool read_header(Header& header);
  std::string_view long_name(const Header& header);
  bool refuse(std::uint64_t offset, const char* expected, const char* found);

  Source m_source;
  Cursor m_cursor;
  std::string_view m_long_names;
};

} // namespace cargo_wasm::wasm
