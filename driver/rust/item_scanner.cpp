#include "item_scanner.hpp"

#include "item_header.hpp"

#include <algorithm>

namespace cargo_wasm::rust {
namespace {

constexpr std::uint32_t k_most_items_around = 64;

/// An open group of tokens, and how far it has been read.
struct Frame
{
  std::uint32_t at = 0;
  std::uint32_t end = 0;
  std::uint32_t owner = k_none;      ///< the item whose body or header this is
  bool holds_items = true;           ///< false in parentheses, brackets and lists of fields
  bool at_start = true;              ///< an item could begin here
  std::uint32_t attributes = k_none; ///< the first of the attributes just read
  std::uint32_t pending = k_none;    ///< the item whose header is being read
  int angles = 0;                    ///< open angle brackets in that header
};

/// How an item ends, other than by `;`.
bool ends_with_braces(ItemKind kind)
{
  switch (kind) {
  case ItemKind::constant:
  case ItemKind::variable:
  case ItemKind::type_alias:
  case ItemKind::use:
  case ItemKind::extern_crate:
    return false;
  default:
    return true;
  }
}

bool is_list_of_fields(ItemKind kind)
{
  return kind == ItemKind::structure || kind == ItemKind::enumeration || kind == ItemKind::union_type;
}

class Scanner
{
public:
  explicit Scanner(const TokenTree& tokens) : m_tokens(tokens) {}

  std::vector<Item> run()
  {
    m_frames.push_back({.end = m_tokens.size()});
    while (!m_frames.empty()) {
      if (m_frames.back().at >= m_frames.back().end) {
        finish(m_frames.back(), m_frames.back().end);
        m_frames.pop_back();
      } else {
        step(m_frames.back());
      }
    }
    return std::move(m_items);
  }

private:
  /// `frame` may be gone afterwards: a group that opens is a frame of its own.
  void step(Frame& frame)
  {
    const std::uint32_t i = frame.at;
    if (m_tokens.is(i, '#') && attribute(frame)) {
      return;
    }
    if (frame.holds_items && frame.at_start && frame.pending == k_none && depth_in(frame.owner) <= k_most_items_around) {
      if (const ItemHeader header = read_item_header(m_tokens, {i, frame.end}); header.found) {
        begin_item(frame, header);
        return;
      }
    }
    frame.attributes = k_none;
    if (m_tokens.is(i, '!') && macro_in_expression(frame)) {
      return;
    }
    if (m_tokens.is_open(i) && m_tokens.partner(i) != k_none) {
      group(frame);
      return;
    }
    // A brace without a partner is an error in the text; items may begin behind it all the same.
    frame.at_start = m_tokens.is(i, ';') || m_tokens.is(i, '{') || m_tokens.is(i, '}');
    if (frame.pending != k_none) {
      frame.angles = std::max(0, frame.angles + angle_change(m_tokens, i));
      if (frame.at_start) {
        finish(frame, i + 1);
      }
    }
    ++frame.at;
  }

  bool attribute(Frame& frame)
  {
    const std::uint32_t open = m_tokens.is(frame.at + 1, '!') ? frame.at + 2 : frame.at + 1;
    if (!m_tokens.is(open, '[') || m_tokens.partner(open) == k_none || m_tokens.partner(open) >= frame.end) {
      return false;
    }
    const bool is_outer = open == frame.at + 1;
    if (is_outer && frame.attributes == k_none) {
      frame.attributes = frame.at;
    }
    frame.at = m_tokens.after(open);
    return true;
  }

  [[nodiscard]] std::uint32_t depth_in(std::uint32_t owner) const { return owner == k_none ? 0 : m_items[owner].depth + 1; }

  void begin_item(Frame& frame, const ItemHeader& header)
  {
    const std::uint32_t first = frame.at;
    m_items.push_back({.kind = header.kind,
                       .name = header.name == k_none ? std::string_view{} : m_tokens.name(header.name),
                       .name_span = m_tokens[header.name == k_none ? header.head : header.name].span(),
                       .parent = frame.owner,
                       .depth = depth_in(frame.owner),
                       .attributes = {frame.attributes == k_none ? first : frame.attributes, first},
                       .first = first,
                       .head = header.head,
                       .end = header.next});
    frame.attributes = k_none;
    frame.at = header.next;
    frame.at_start = false;
    if (header.closed_group != k_none) {
      close_macro(frame, header.closed_group);
    } else {
      frame.pending = static_cast<std::uint32_t>(m_items.size() - 1);
      frame.angles = 0;
    }
  }

  /// A macro's arguments are part of the item and not looked into.
  void close_macro(Frame& frame, std::uint32_t open)
  {
    m_items.back().body = open;
    m_items.back().end = m_tokens.after(open);
    frame.at = m_tokens.after(open);
    frame.at_start = m_tokens.is(open, '{');
  }

  bool macro_in_expression(Frame& frame)
  {
    const std::uint32_t i = frame.at;
    if (i == 0 || !m_tokens.is_name(i - 1) || is_strict_keyword(m_tokens, i - 1) || !m_tokens.is_open(i + 1) ||
        m_tokens.partner(i + 1) == k_none) {
      return false;
    }
    const std::uint32_t around = frame.pending != k_none ? frame.pending : frame.owner;
    m_items.push_back({.kind = ItemKind::macro_call,
                       .name = m_tokens.name(i - 1),
                       .name_span = m_tokens[i - 1].span(),
                       .parent = around,
                       .depth = depth_in(around),
                       .attributes = {i - 1, i - 1},
                       .first = i - 1,
                       .head = i - 1,
                       .is_statement = false});
    close_macro(frame, i + 1);
    frame.at_start = false;
    return true;
  }

  void group(Frame& frame)
  {
    const std::uint32_t open = frame.at;
    const bool braces = m_tokens.is(open, '{');
    Frame inner{.at = open + 1, .end = m_tokens.partner(open), .owner = frame.owner, .holds_items = braces};
    frame.at = m_tokens.after(open);
    frame.at_start = braces;
    if (frame.pending != k_none) {
      Item& item = m_items[frame.pending];
      inner.owner = frame.pending;
      frame.at_start = false;
      if (braces && frame.angles == 0 && ends_with_braces(item.kind)) {
        item.body = open;
        inner.holds_items = !is_list_of_fields(item.kind);
        finish(frame, frame.at);
        frame.at_start = true;
      }
    }
    m_frames.push_back(inner);
  }

  void finish(Frame& frame, std::uint32_t end)
  {
    if (frame.pending != k_none) {
      m_items[frame.pending].end = end;
      frame.pending = k_none;
    }
  }

  const TokenTree& m_tokens;
  std::vector<Frame> m_frames;
  std::vector<Item> m_items;
};

} // namespace

std::vector<Item> scan_items(const TokenTree& tokens)
{
  return Scanner(tokens).run();
}

} // namespace cargo_wasm::rust
