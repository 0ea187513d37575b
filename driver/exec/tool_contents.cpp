#include "tool_contents.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/file_digests.hpp>

#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

/// What crates look for where no variable names it: cc takes `clang` for wasm targets.
constexpr std::string_view k_usual_programs[] = {"ar", "c++", "clang", "llvm-ar"};
constexpr std::string_view k_sdk_programs[] = {"clang", "clang++", "llvm-ar", "wasm-ld"};

constexpr std::uint64_t k_most_bytes_of_text = 1 << 20; ///< of a file for CMake; a larger one is none
constexpr std::size_t k_most_files = 20'000;            ///< of an SDK; more has `--sysroot=/`

bool contains_a_name(std::string_view text, std::initializer_list<std::string_view> names)
{
  return std::ranges::any_of(names, [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

/// ` clang --target=x  -O2` → clang, --target=x, -O2
std::vector<std::string> words_of(std::string_view text)
{
  std::vector<std::string> words;
  for (const std::string_view word : base::split(text, ' ')) {
    if (!word.empty()) {
      words.emplace_back(word);
    }
  }
  return words;
}

std::string digest_of_all(const std::vector<std::string>& digests)
{
  return digests.size() == 1 ? digests.front() : base::to_hex(base::sha256(base::join(digests, "\n")));
}

} // namespace

Result<std::string> ToolContents::program(const base::Path& path)
{
  std::string& known = m_programs[path.native()];
  if (!known.empty()) {
    return known;
  }
  CW_TRY_ASSIGN(const base::Path real, m_env.fs.canonicalize(path));
  CW_TRY_ASSIGN(const auto stat, m_env.fs.stat(real));
  const FileIdentity identity = stat ? identity_of(*stat) : FileIdentity{};
  base::StableHasher name; // with ctime: packages and images set the time of modification, and a version may have the size of another
  name.add(real.native()).add(identity.size_bytes).add(static_cast<std::uint64_t>(identity.mtime_ns));
  name.add(static_cast<std::uint64_t>(identity.ctime_ns)).add(identity.inode);
  const base::Path memo = m_memo_directory / "programs" / name.finish_hex();
  CW_TRY_ASSIGN(const auto remembered, m_env.fs.read_if_exists(memo));
  if (remembered && base::parse_sha256(*remembered)) {
    return known = *remembered;
  }
  CW_TRY_ASSIGN(const base::Digest digest, base::digest_file(real));
  known = base::to_hex(digest.hash);
  (void)m_env.fs.write_atomic(memo, known); // not remembering costs time, nothing else
  return known;
}

Result<std::string> ToolContents::tool(const base::Path& path)
{
  std::string& known = m_tools[path.native()];
  if (known.empty()) {
    CW_TRY_ASSIGN(known, look_at_tool(path));
  }
  return known;
}

/// The program, and what belongs to it.
Result<std::vector<std::string>> ToolContents::files_of_tool(const base::Path& path)
{
  CW_TRY_ASSIGN(const std::string own, program(path));
  CW_TRY_ASSIGN(const base::Path real, m_env.fs.canonicalize(path));
  std::vector<std::string> digests{own};
  const std::string name = real.filename().native();
  const base::Path lib = real.parent_path().parent_path() / "lib";
  if (contains_a_name(name, {"clang", "llvm", "lld", "wasm-ld"}) && m_env.fs.is_directory(lib)) {
    CW_TRY_ASSIGN(const auto beside, libraries(lib, {"libLLVM", "libclang-cpp"}));
    digests.insert(digests.end(), beside.begin(), beside.end());
    CW_TRY_ASSIGN(const std::string headers, name.find("clang") == std::string::npos ? Result<std::string>("") : directory(lib / "clang"));
    if (!headers.empty()) {
      digests.push_back(headers);
    }
  }
  return digests;
}

Result<std::string> ToolContents::look_at_tool(const base::Path& path)
{
  CW_TRY_ASSIGN(std::vector<std::string> digests, files_of_tool(path));
  CW_TRY_ASSIGN(const base::Path real, m_env.fs.canonicalize(path));
  const std::string name = real.filename().native();
  CW_TRY_ASSIGN(const auto file, m_env.fs.map(real));
  if (file.bytes().starts_with("#!") || contains_a_name(name, {"ccache", "distcc", "icecc"})) {
    digests.push_back(base::to_hex(base::sha256(version_of(path))));
  }
  return digest_of_all(digests);
}

/// Digests of shared libraries, each once, though one has several names.
Result<std::vector<std::string>> ToolContents::libraries(const base::Path& directory, const std::vector<std::string_view>& prefixes)
{
  CW_TRY_ASSIGN(const auto entries, m_env.fs.list(directory));
  std::set<std::string> digests;
  for (const base::DirectoryEntry& entry : entries) {
    const bool counts = std::ranges::any_of(prefixes, [&](std::string_view prefix) { return entry.name.starts_with(prefix); });
    if (counts && entry.name.find(".so") != std::string::npos && m_env.fs.is_file(directory / entry.name)) {
      CW_TRY_ASSIGN(const std::string digest, program(directory / entry.name));
      digests.insert(digest);
    }
  }
  return std::vector<std::string>(digests.begin(), digests.end());
}

/// By what it says, nobody knows what a script calls; by what that says of itself, somebody does.
std::string ToolContents::version_of(const base::Path& path) const
{
  base::CapturingSink sink;
  base::Command command;
  command.program = path;
  command.args = {"--version"};
  command.env = m_env.vars;
  command.cwd = m_env.cwd;
  const auto exit = m_env.process.run(command, sink, {});
  return exit && exit->success() ? sink.out : std::string();
}

/// Files below, sorted, and links: what lies behind a link to a directory elsewhere is listed once, and one that leads to a place that is
/// listed anyway stands for itself. More than k_most_files are not all of them.
Result<std::vector<std::string>> ToolContents::entries_below(const base::Path& root, const base::Path& real_root) const
{
  const auto is_at_or_below = [](const base::Path& one, const base::Path& other) {
    return (one.native() + "/").starts_with(other.native() + "/");
  };
  std::vector<std::string> found;
  std::vector<base::Path> directories{root};
  std::set<std::string> followed;
  while (!directories.empty() && found.size() <= k_most_files) {
    const base::Path at = std::move(directories.back());
    directories.pop_back();
    CW_TRY_ASSIGN(const auto entries, m_env.fs.list(at));
    for (const base::DirectoryEntry& entry : entries) {
      const base::Path path = at / entry.name;
      const auto real = entry.type == base::FileType::symlink && m_env.fs.is_directory(path) ? m_env.fs.canonicalize(path) : base::Path();
      const bool is_elsewhere = real && !real->empty() && !is_at_or_below(*real, real_root) && !is_at_or_below(real_root, *real);
      if (entry.type == base::FileType::directory || (is_elsewhere && followed.insert(real->native()).second)) {
        directories.push_back(path);
      } else {
        found.push_back(path.native());
      }
    }
  }
  std::ranges::sort(found);
  return found;
}

Result<std::string> ToolContents::directory(const base::Path& path)
{
  const auto found = m_directories.find(path.native());
  if (found != m_directories.end()) {
    return found->second;
  }
  if (!m_env.fs.is_directory(path)) {
    return std::string();
  }
  CW_TRY_ASSIGN(const base::Path real_path, m_env.fs.canonicalize(path));
  CW_TRY_ASSIGN(const std::vector<std::string> entries, entries_below(path, real_path));
  if (entries.size() > k_most_files) {
    return m_directories[path.native()] = base::to_hex(base::sha256(path.native()));
  }
  base::StableHasher stamp;
  stamp.add(path.native());
  for (const std::string& entry : entries) {
    CW_TRY_ASSIGN(const auto own, m_env.fs.lstat(entry));
    const bool is_link = own && own->type == base::FileType::symlink;
    const auto behind = is_link ? m_env.fs.stat(entry) : Result<std::optional<base::FileStat>>(std::nullopt);
    for (const auto& stat : {own, behind.value_or(std::nullopt)}) {
      const FileIdentity identity = stat ? identity_of(*stat) : FileIdentity{};
      stamp.add(entry).add(identity.size_bytes).add(static_cast<std::uint64_t>(identity.mtime_ns));
      stamp.add(static_cast<std::uint64_t>(identity.ctime_ns)).add(identity.inode);
    }
  }
  const base::Path memo = m_memo_directory / "directories" / stamp.finish_hex();
  CW_TRY_ASSIGN(const auto remembered, m_env.fs.read_if_exists(memo));
  if (remembered && base::parse_sha256(*remembered)) {
    return m_directories[path.native()] = *remembered;
  }
  std::string table;
  for (const std::string& entry : entries) {
    const std::string name = entry.substr(path.native().size());
    if (m_env.fs.is_file(entry)) {
      CW_TRY_ASSIGN(const base::Digest digest, base::digest_file(entry));
      table += base::to_hex(digest.hash) + ' ' + name + '\n';
    } else { // a link within the tree, or to nothing
      const auto real = m_env.fs.canonicalize(entry);
      table += (real ? "to " + real->lexically_relative(real_path).native() : std::string("broken")) + ' ' + name + '\n';
    }
  }
  std::string known = base::to_hex(base::sha256(table));
  (void)m_env.fs.write_atomic(memo, known);
  return m_directories[path.native()] = std::move(known);
}

/// `ccache /opt/clang --target=x`: every program before the first option, and the directory of `--sysroot=`.
Result<std::string> ToolContents::command(std::string_view words, const base::Path& cwd)
{
  std::vector<std::string> digests;
  bool has_options = false;
  for (const std::string& word : words_of(words)) {
    constexpr std::string_view k_sysroot = "--sysroot=";
    has_options = has_options || word.starts_with('-');
    if (word.starts_with(k_sysroot)) {
      CW_TRY_ASSIGN(const std::string digest, directory(cwd / word.substr(k_sysroot.size())));
      digests.push_back(digest);
    } else if (!has_options) {
      const auto path = base::Path(word).has_parent_path() ? std::optional<base::Path>(cwd / word) : m_env.program_on_path(word);
      if (path && m_env.fs.is_file(*path)) {
        CW_TRY_ASSIGN(const std::string digest, tool(*path));
        digests.push_back(digest);
      }
    }
  }
  return digests.empty() ? std::string() : digest_of_all(digests);
}

/// `set(CMAKE_C_COMPILER "/opt/llvm/bin/clang")`: its files, which are not asked for their version, since a text may name anything.
Result<std::vector<std::string>> ToolContents::programs_in(const base::Path& file)
{
  constexpr std::string_view k_ends = " \t\r\"'();=";
  CW_TRY_ASSIGN(const auto stat_of_file, m_env.fs.stat(file));
  if (!stat_of_file || stat_of_file->size_bytes > k_most_bytes_of_text) {
    return std::vector<std::string>();
  }
  CW_TRY_ASSIGN(const std::string text, m_env.fs.read(file));
  std::vector<std::string> digests;
  for (std::string_view line : base::split(text, '\n')) {
    line = line.substr(0, line.find('#'));
    for (std::size_t at = line.find('/'); at != std::string_view::npos; at = line.find('/', at)) {
      const std::size_t end = std::min(line.find_first_of(k_ends, at), line.size());
      const base::Path path = line.substr(at, end - at);
      const bool is_whole = at > 0 && k_ends.find(line[at - 1]) != std::string_view::npos;
      const auto stat = is_whole ? m_env.fs.stat(path) : Result<std::optional<base::FileStat>>(std::nullopt);
      if (stat && *stat && (*stat)->type == base::FileType::regular && ((*stat)->mode & 0111U) != 0) {
        CW_TRY_ASSIGN(const auto files, files_of_tool(path));
        digests.insert(digests.end(), files.begin(), files.end());
      }
      at = end;
    }
  }
  return digests;
}

/// A file for CMake: what it says, the programs that it names, and the SDK that it lies in, to which it leads by variables of its own.
Result<std::string> ToolContents::described_tools(const base::Path& file)
{
  if (const auto found = m_described.find(file.native()); found != m_described.end()) {
    return found->second;
  }
  CW_TRY_ASSIGN(const std::string own, program(file));
  CW_TRY_ASSIGN(std::vector<std::string> digests, programs_in(file));
  digests.insert(digests.begin(), own);
  CW_TRY_ASSIGN(const base::Path real, m_env.fs.canonicalize(file));
  for (base::Path above = real.parent_path(); above.has_relative_path(); above = above.parent_path()) {
    if (above != "/usr" && m_env.fs.is_file(above / "bin" / "clang")) {
      CW_TRY_ASSIGN(const std::string around, sdk(above));
      digests.push_back(around);
      break;
    }
  }
  return m_described[file.native()] = digest_of_all(digests);
}

/// `PKG_CONFIG_PATH`: the descriptions in these directories, which are not looked for below.
Result<std::string> ToolContents::descriptions(std::string_view directories, const base::Path& cwd)
{
  std::string table;
  for (const std::string_view each : base::split(directories, ':')) {
    if (each.empty()) {
      continue;
    }
    const base::Path at = cwd / each;
    const auto entries = m_env.fs.list(at);
    if (!entries) {
      continue; // pkg-config passes over it, too
    }
    std::map<std::string, std::string> digests;
    for (const base::DirectoryEntry& entry : *entries) {
      if (entry.name.ends_with(".pc") && m_env.fs.is_file(at / entry.name)) {
        const auto digest = program(at / entry.name);
        digests.emplace(entry.name, digest ? *digest : "unreadable");
      }
    }
    for (const auto& [name, digest] : digests) {
      table += fmt::format("{} {}\n", digest, name);
    }
    table += '\n';
  }
  return base::trim(table).empty() ? std::string() : base::to_hex(base::sha256(table));
}

Result<std::string> ToolContents::sdk(const base::Path& root)
{
  std::vector<std::string> digests;
  for (const std::string_view name : k_sdk_programs) {
    if (const base::Path path = root / "bin" / name; m_env.fs.is_file(path)) {
      CW_TRY_ASSIGN(const std::string digest, tool(path));
      digests.push_back(digest);
    }
  }
  CW_TRY_ASSIGN(const std::string sysroot, directory(root / "share" / "wasi-sysroot"));
  if (!sysroot.empty()) {
    digests.push_back(sysroot);
  }
  return digests.empty() ? std::string() : digest_of_all(digests);
}

Result<std::map<std::string, std::string>> ToolContents::of_build_scripts(const std::map<std::string, std::string>& variables,
                                                                          const base::Path& cwd)
{
  std::map<std::string, std::string> found;
  const auto add = [&](std::string_view name, const Result<std::string>& digest) {
    if (!digest) {
      found.emplace(name, "unreadable"); // it counts by its name, which the variable is
    } else if (!digest->empty()) {
      found.emplace(name, *digest);
    }
  };
  for (const std::string_view name : k_usual_programs) {
    add(name, command(name, cwd));
  }
  for (const auto& [name, value] : variables) {
    switch (tool_named_by(name)) {
    case NamedTool::program:
      add(name, command(value, cwd));
      break;
    case NamedTool::flags:
      add(name, command("- " + value, cwd)); // no word of it is a program
      break;
    case NamedTool::cmake_file:
      add(name, m_env.fs.is_file(cwd / value) ? described_tools(cwd / value) : std::string());
      break;
    case NamedTool::descriptions:
      add(name, descriptions(value, cwd));
      break;
    case NamedTool::directory:
      add(name, directory(cwd / value));
      break;
    case NamedTool::wasi_sdk:
      add(name, sdk(cwd / value));
      break;
    case NamedTool::libclang: {
      const base::Path place = cwd / value;
      const auto digests = libraries(m_env.fs.is_directory(place) ? place : place.parent_path(), {"libclang"});
      add(name, digests && !digests->empty() ? digest_of_all(*digests) : std::string());
      break;
    }
    case NamedTool::none:
      break;
    }
  }
  return found;
}

} // namespace cargo_wasm::exec
