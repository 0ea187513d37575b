#include <cargo_wasm/rust/locate.hpp>

#include <algorithm>

namespace cargo_wasm::rust {

base::TextSpan to_text_span(const base::Path& file, std::string_view text, Span span)
{
  const std::size_t begin = std::min<std::size_t>(span.begin, text.size());
  const std::string_view before = text.substr(0, begin);
  const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  std::size_t line_end = std::min(text.find('\n', begin), text.size());
  line_end -= line_end > line_begin && text[line_end - 1] == '\r' ? 1U : 0U;
  const std::size_t stop = std::clamp<std::size_t>(span.end, begin + 1, std::max(line_end, begin + 1));
  base::TextSpan out;
  out.file = file;
  out.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
  out.column = static_cast<std::uint32_t>(begin - line_begin + 1);
  out.length = static_cast<std::uint32_t>(stop - begin);
  out.line_text = std::string(text.substr(line_begin, line_end - std::min(line_begin, line_end)));
  return out;
}

} // namespace cargo_wasm::rust
