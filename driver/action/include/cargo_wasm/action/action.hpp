// The action: everything that runs (rustc, a build script, a link, an uplift …) as a value with a canonical
// encoding and a digest. The encoding is REAPI v2's protobuf, so that one key serves the local store, an HTTP or gRPC cache and
// remote execution alike (docs/formats/action.md has the field numbers).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::action {

using base::Digest;

struct FileNode
{
  std::string name;
  Digest digest;
  bool is_executable = false;
};

/// One directory of an input tree; `encode` sorts by name.
struct Directory
{
  std::vector<FileNode> files;
  std::vector<std::pair<std::string, Digest>> directories;
  std::vector<std::pair<std::string, std::string>> symlinks; ///< name → target
};

struct Command
{
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::vector<std::string> output_paths;
  std::map<std::string, std::string> platform;
  std::string working_directory;
};

struct Action
{
  Digest command;
  Digest input_root;
  bool do_not_cache = false;
  std::map<std::string, std::string> platform;
};

struct OutputFile
{
  std::string path;
  Digest digest;
  bool is_executable = false;
  std::string contents = {}; ///< the bytes themselves, where they are few; empty: only by digest
};

struct OutputDirectory
{
  std::string path;
  Digest tree; ///< of the encoded Tree message
};

/// What running an action gave. Standard output and error are inline, because they are replayed.
struct ActionResult
{
  std::vector<OutputFile> output_files; ///< `encode` sorts by path
  std::vector<OutputDirectory> output_directories;
  std::int32_t exit_code = 0;
  std::string stdout_raw, stderr_raw;
};

/// Canonical bytes: fields in order of number, defaults absent, entries sorted. Equal values give equal bytes.
[[nodiscard]] std::string encode(const Directory& directory);
[[nodiscard]] std::string encode(const Command& command);
[[nodiscard]] std::string encode(const Action& action);
[[nodiscard]] std::string encode(const ActionResult& result);

/// What a server or a store gave; fields that are not ours are passed over. nullopt: no such message.
[[nodiscard]] std::optional<ActionResult> decode_action_result(std::string_view bytes);

/// A line per field, for people who compare two actions: hashes in hex, lists in encoded order.
[[nodiscard]] std::string dump(const Command& command);
[[nodiscard]] std::string dump(const Directory& directory);

/// Builds a Merkle tree from relative paths. `blobs`, when given, receives every encoded Directory by digest.
class InputTree
{
public:
  /// `path` is relative, '/'-separated, without "." and "..". Adding a path twice with different content is a bug.
  void add_file(std::string_view path, Digest digest, bool is_executable = false);
  void add_directory(std::string_view path, Digest directory_digest); ///< a memoised subtree
  [[nodiscard]] bool empty() const noexcept { return m_entries.empty(); }
  [[nodiscard]] Digest root_digest(std::map<Digest, std::string>* blobs = nullptr) const;

private:
  std::map<std::string, std::variant<FileNode, Digest>, std::less<>> m_entries;
};

} // namespace cargo_wasm::action
