#include <cargo_wasm/registry_tlog/checkpoint.hpp>

#include "note_text.hpp"

#include <fmt/format.h>

#include <optional>

namespace cargo_wasm::registry_tlog {
namespace {

Error no_checkpoint(std::string why)
{
  return Error("CW1006", "this is not the checkpoint of a log", Blame::integrity).note(std::move(why));
}

} // namespace

Result<Checkpoint> parse_checkpoint(std::string_view text)
{
  Checkpoint checkpoint;
  for (std::size_t line = 1; line <= 3 || !text.empty(); ++line) {
    const std::optional<std::string_view> content = take_line(text);
    if (!content || content->empty()) {
      return fail(
          no_checkpoint(fmt::format("line {}: {}", line, content ? "it is empty" : "it is missing, or does not end with a newline")));
    }
    if (line == 1) {
      checkpoint.origin = *content;
    } else if (line == 2) {
      const std::optional<std::uint64_t> size = parse_decimal(*content);
      if (!size) {
        return fail(no_checkpoint("line 2: the log's size is not a number"));
      }
      checkpoint.size = *size;
    } else if (line == 3) {
      const std::optional<base::Sha256> root = parse_base64_hash(*content);
      if (!root) {
        return fail(no_checkpoint("line 3: the root is not Base64 of 32 bytes"));
      }
      checkpoint.root = *root;
    } else {
      checkpoint.extensions.emplace_back(*content);
    }
  }
  return checkpoint;
}

std::string to_text(const Checkpoint& checkpoint)
{
  std::string text = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, base64_of(checkpoint.root));
  for (const std::string& line : checkpoint.extensions) {
    text += line + "\n";
  }
  return text;
}

} // namespace cargo_wasm::registry_tlog
