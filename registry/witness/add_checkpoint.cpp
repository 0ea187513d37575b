#include <cargo_wasm/registry_witness/add_checkpoint.hpp>

#include <cargo_wasm/base/base64.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cargo_wasm::registry_witness {
namespace {

tl::unexpected<Error> no_request(std::string why)
{
  return fail(Error("CW1261", "this is not a request to a witness", Blame::user).note(std::move(why)));
}

// Without leading zeros, as the specification has it.
std::optional<std::uint64_t> decimal(std::string_view text)
{
  std::uint64_t number = 0;
  const auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = !text.empty() && wrong == std::errc() && rest == text.data() + text.size() && fmt::format("{}", number) == text;
  return is_number ? std::optional(number) : std::nullopt;
}

std::optional<std::string_view> take_line(std::string_view& text)
{
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

} // namespace

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body)
{
  constexpr std::string_view k_old = "old ";
  AddCheckpoint request;
  const std::optional<std::string_view> first = take_line(body);
  const auto old_size = first && first->starts_with(k_old) ? decimal(first->substr(k_old.size())) : std::nullopt;
  if (!old_size) {
    return no_request("its first line is not `old SIZE`");
  }
  request.old_size = *old_size;
  while (true) {
    const std::optional<std::string_view> line = take_line(body);
    if (!line) {
      return no_request("an empty line behind the proof is missing");
    }
    if (line->empty()) {
      break;
    }
    const std::optional<std::string> bytes = base::parse_base64(*line);
    base::Sha256 hash;
    if (!bytes || bytes->size() != hash.bytes.size() || request.proof.size() == k_max_proof_lines) {
      return no_request(request.proof.size() == k_max_proof_lines ? fmt::format("its proof has more than {} hashes", k_max_proof_lines)
                                                                  : fmt::format("hash {} of its proof is none", request.proof.size() + 1));
    }
    std::ranges::transform(*bytes, hash.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    request.proof.push_back(hash);
  }
  request.note = body;
  return request;
}

std::string to_text(const AddCheckpoint& request)
{
  std::string text = fmt::format("old {}\n", request.old_size);
  for (const base::Sha256& hash : request.proof) {
    text += base::to_base64(std::string(hash.bytes.begin(), hash.bytes.end())) + "\n";
  }
  return text + "\n" + request.note;
}

} // namespace cargo_wasm::registry_witness
