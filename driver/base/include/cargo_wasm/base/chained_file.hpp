// A file of lines that only grows, each with the hash of the one before it: a line that was changed, removed or put in is seen.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {

/// What stands for the hash of a line before the first one.
inline constexpr std::string_view k_no_line_before = "-";

/// Makes a line, without its newline, that holds the hash of the one before it.
using ChainedLine = std::function<std::string(const std::string& previous)>;

/// Hexadecimal SHA-256 of a line without its newline.
[[nodiscard]] std::string chained_line_hash(std::string_view line);

/// Adds lines at the end, under a lock that other processes respect; parents are made. What a process that was killed left of a line is
/// replaced. `before_first`: what the first line of the file follows. The hash of the last line. Cost: reads the last line, and one write,
/// which survives a killed process and not a power cut. Errors: CW0003.
Result<std::string> append_chained(Filesystem& fs,
                                   const Path& file,
                                   const std::vector<ChainedLine>& lines,
                                   const std::string& before_first = std::string(k_no_line_before));

/// Bytes of a last line that has no end: a process was killed while it wrote it.
[[nodiscard]] std::size_t torn_bytes(std::string_view text);

} // namespace cargo_wasm::base
