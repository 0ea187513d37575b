// What a person (or a program) sees. stdout carries results, stderr everything else. Libraries report
// events; the reporter decides what is shown: a bar on a terminal, plain lines in CI, JSON for tools.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::base {

enum class Verbosity : std::uint8_t { quiet, normal, verbose, very_verbose };
enum class StatusColor : std::uint8_t { green, cyan, yellow, red };

/// One moving bar: `Building [====>   ] 83/120: syn, serde`.
struct Progress
{
  std::string verb; ///< "Building", "Downloading", "Updating"
  std::uint64_t done = 0, total = 0;
  std::string detail; ///< what is under way, already joined
};

class Reporter
{
public:
  virtual ~Reporter() = default;
  /// `   Compiling serde v1.0.0`: the verb right-aligned to 12 columns. Hidden when quiet.
  virtual void status(std::string_view verb, std::string_view text, StatusColor color = StatusColor::green) noexcept = 0;
  /// As `status`, shown only with -v.
  virtual void verbose(std::string_view verb, std::string_view text) noexcept = 0;
  virtual void error(const Error& error) noexcept = 0;
  virtual void warning(const Error& warning) noexcept = 0;
  virtual void note(std::string_view text) noexcept = 0;
  /// Draws or replaces the bar; cheap enough to call on every event (it limits its own rate).
  virtual void progress(const Progress& progress) noexcept = 0;
  virtual void clear_progress() noexcept = 0;
  /// A child's own text for stderr, byte for byte.
  virtual void passthrough(std::string_view bytes) noexcept = 0;
  /// A result, for stdout; one locked write.
  virtual void result(std::string_view bytes) noexcept = 0;
  [[nodiscard]] virtual Verbosity verbosity() const noexcept = 0;
  [[nodiscard]] virtual bool color() const noexcept = 0; ///< of stderr
  [[nodiscard]] virtual bool is_terminal() const noexcept = 0;
};

enum class ColorChoice : std::uint8_t { automatic, always, never };
enum class ProgressChoice : std::uint8_t { automatic, always, never };

struct TerminalOptions
{
  Verbosity verbosity = Verbosity::normal;
  ColorChoice color = ColorChoice::automatic;
  ProgressChoice progress = ProgressChoice::automatic;
  std::optional<std::uint32_t> progress_width;
  bool no_color_variable = false; ///< NO_COLOR is set and not empty
  bool in_ci = false;             ///< CI is set: no bar
  bool term_is_dumb = false;
};

/// Writes to the process's stdout and stderr. Thread safe.
[[nodiscard]] std::unique_ptr<Reporter> make_terminal_reporter(const TerminalOptions& options);

} // namespace cargo_wasm::base
