// Errors as values: what happened, where, why, what to do next.
//
// Everything that can fail for a reason outside the code returns Result<T>. Exceptions are for bugs and
// are caught once, in cli/main.cpp. No library function prints or exits.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace cargo_wasm::base {

/// Who can act on an error; it also decides the exit code (docs/reference/exit-codes.md).
enum class Blame : std::uint8_t {
  user,        ///< the project or its code: exit 1
  usage,       ///< the command line: exit 2
  environment, ///< the machine, a missing tool or target, a full disk: exit 3
  network,     ///< a registry or server that cannot be reached: exit 4
  integrity,   ///< a checksum or signature that does not hold: exit 5
  bug,         ///< ours: exit 101
};

/// Exit code of the process for an error of this blame.
[[nodiscard]] int exit_code_of(Blame blame) noexcept;

/// A place in a text file. Lines and columns count from 1; columns and length are bytes.
/// `line_text` is the source line itself, so that a caret can be drawn without reading the file again.
struct TextSpan
{
  std::filesystem::path file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;
  std::string line_text;
  std::string label; ///< printed after the carets; may be empty
  bool operator==(const TextSpan&) const = default;
};

/// A place in a binary file, `offset` bytes from its start.
struct BinarySpan
{
  std::filesystem::path file;
  std::uint64_t offset = 0;
  std::uint64_t length = 1;
  std::string what; ///< e.g. "import section, entry 7 of 9"
  bool operator==(const BinarySpan&) const = default;
};

struct Error
{
  std::string id;      ///< "CW0301": stable, tested, has a page in docs/errors/
  std::string message; ///< one phrase, lowercase, no full stop; values in `backticks`
  Blame blame = Blame::user;
  std::variant<std::monostate, TextSpan, BinarySpan> where;
  std::vector<TextSpan> related;    ///< further places, for programs that read the error as JSON; for people the notes name them
  std::vector<std::string> notes;   ///< facts
  std::vector<std::string> helps;   ///< next actions
  std::vector<std::string> context; ///< "while …", from the inside out
  bool already_reported = false;    ///< its text was printed as it happened (a child's own error)

  Error() = default;
  Error(std::string id_, std::string message_, Blame blame_ = Blame::user) : id(std::move(id_)), message(std::move(message_)), blame(blame_)
  {
  }

  [[nodiscard]] Error&& at(TextSpan span) &&
  {
    where = std::move(span);
    return std::move(*this);
  }
  [[nodiscard]] Error&& at(BinarySpan span) &&
  {
    where = std::move(span);
    return std::move(*this);
  }
  [[nodiscard]] Error&& note(std::string text) &&
  {
    notes.push_back(std::move(text));
    return std::move(*this);
  }
  [[nodiscard]] Error&& help(std::string text) &&
  {
    helps.push_back(std::move(text));
    return std::move(*this);
  }
  [[nodiscard]] Error&& during(std::string text) &&
  {
    context.push_back(std::move(text));
    return std::move(*this);
  }
  bool operator==(const Error&) const = default;
};

template <class T = void> using Result = tl::expected<T, Error>;

/// An error as the failed state of any Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error)
{
  return tl::unexpected<Error>(std::move(error));
}

/// A phrase for an `errno` value ("no such file or directory"), never the bare number.
[[nodiscard]] std::string describe_errno(int code);

enum class Severity : std::uint8_t { error, warning, note };
/// "error", "warning", "note".
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

/// Renders an error or warning the way the terminal shows it, caret line included, ending in a newline:
///   error[CW0301]: no version of `serde_json` matches `^2.0`
///     --> crates/host/Cargo.toml:14:14
///      |
///   14 | serde_json = "2.0"
///      |              ^^^^^ required by `host v0.3.1`
///      = note: …
///      = help: …
///     while resolving workspace ~/app
[[nodiscard]] std::string render(const Error& error, Severity severity, bool color);

} // namespace cargo_wasm::base

namespace cargo_wasm {
using base::Blame;
using base::Error;
using base::fail;
using base::Result;
} // namespace cargo_wasm

#define CW_CONCAT_INNER(a, b) a##b
#define CW_CONCAT(a, b) CW_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the calling function, if it failed.
#define CW_TRY(expression)                                                                                                                 \
  do {                                                                                                                                     \
    auto&& CW_CONCAT(cw_result_, __LINE__) = (expression);                                                                                 \
    if (!CW_CONCAT(cw_result_, __LINE__).has_value()) {                                                                                    \
      return ::cargo_wasm::base::fail(std::move(CW_CONCAT(cw_result_, __LINE__)).error());                                                 \
    }                                                                                                                                      \
  } while (false)

/// `CW_TRY_ASSIGN(auto x, f());`: assigns the value, or returns the error from the calling function.
#define CW_TRY_ASSIGN(target, expression)                                                                                                  \
  auto&& CW_CONCAT(cw_value_, __LINE__) = (expression);                                                                                    \
  if (!CW_CONCAT(cw_value_, __LINE__).has_value()) {                                                                                       \
    return ::cargo_wasm::base::fail(std::move(CW_CONCAT(cw_value_, __LINE__)).error());                                                    \
  }                                                                                                                                        \
  target = std::move(CW_CONCAT(cw_value_, __LINE__)).value()
