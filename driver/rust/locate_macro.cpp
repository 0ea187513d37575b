#include "locate_macro.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace cargo_wasm::rust {

/// One possible origin. `rank` orders those with the same evidence: more is better.
struct MacroSearch::Candidate
{
  Evidence evidence = Evidence::neighbours;
  int rank = 0;
  std::size_t invocation = 0;
  std::size_t file = 0;
  Span span;
  std::optional<Span> block;
  std::optional<base::TextSpan> definition;
};

struct MacroSearch::Wanted
{
  const ForeignBlock& block;
  const ForeignItem& item;
  std::string module;   ///< the innermost one that is written
  std::string function; ///< the name of the innermost function around it; empty if there is none
  std::string types;    ///< the heads of the impls around it
  std::string type;     ///< what the innermost of them is for
};

/// The stretch of a module between the nearest landmarks that both texts have.
struct MacroSearch::Gap
{
  std::pair<std::size_t, std::uint32_t> after{0, 0};
  std::pair<std::size_t, std::uint32_t> before{static_cast<std::size_t>(-1), 0};
  [[nodiscard]] bool contains(const Invocation& invocation) const
  {
    const std::pair at{invocation.file, invocation.kind == Invocation::Kind::call ? invocation.name_span.begin : invocation.tokens.end};
    return after < at && std::pair{invocation.file, invocation.name_span.begin} < before;
  }
};

namespace {

char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word_byte(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

/// `part` stands in `whole` with no letter or digit at its sides, whatever the case; `_` separates.
bool contains_part(std::string_view whole, std::string_view part)
{
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  for (auto from = whole.begin(); !part.empty();) {
    const auto found = std::search(from, whole.end(), part.begin(), part.end(), same);
    if (found == whole.end()) {
      return false;
    }
    const auto end = found + static_cast<std::ptrdiff_t>(part.size());
    const bool starts = found == whole.begin() || !is_word_byte(*(found - 1));
    if (starts && (end == whole.end() || !is_word_byte(*end))) {
      return true;
    }
    from = found + 1;
  }
  return false;
}

std::string lower(std::string_view text)
{
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

/// The parts of a name between underscores, and what several of them in a row make: a, a_b, b for a_b. In lower case, the whole first.
/// Of names with more than 16 parts only the first 16 count.
std::vector<std::string> parts_of(std::string_view name)
{
  constexpr std::size_t k_most_parts = 16;
  const std::string all = lower(name);
  std::vector<std::size_t> begins{0};
  for (std::size_t i = all.find('_'); i != std::string::npos && begins.size() < k_most_parts; i = all.find('_', i + 1)) {
    begins.push_back(i + 1);
  }
  begins.push_back(all.size() + 1);
  std::vector<std::string> out{all};
  for (std::size_t first = 0; first + 1 < begins.size(); ++first) {
    for (std::size_t last = first + 1; last < begins.size(); ++last) {
      if (begins[last] > begins[first] + 1) {
        out.push_back(all.substr(begins[first], begins[last] - begins[first] - 1));
      }
    }
  }
  return out;
}

/// The first token of the text that is this name; empty span if none is.
Span find_token(std::string_view text, std::string_view name)
{
  if (text.find(name) == std::string_view::npos) {
    return {};
  }
  Lexer lexer(text, {Edition::e2021, false});
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const bool is_raw = token.kind == TokenKind::raw_identifier;
    if ((is_raw || token.kind == TokenKind::identifier) && token.of(text).substr(is_raw ? 2 : 0) == name) {
      return token.span();
    }
  }
  return {};
}

/// How closely the text of an item belongs to a type: 3 it is the receiver (`this: &T`), 2 it is the result or named by an attribute's `=
/// T`, 1 it occurs, 0 it does not.
int belongs_to(std::string_view type, std::string_view text)
{
  const TokenTree tokens(text, {Edition::e2021, false});
  int out = 0;
  for (std::uint32_t i = 0; i < tokens.size() && !type.empty(); ++i) {
    if (!tokens.is_name(i) || tokens.name(i) != type) {
      continue;
    }
    const bool is_receiver = i >= 3 && tokens.is(i - 1, '&') && tokens.is(i - 2, ':') && tokens.is_word(i - 3, "this");
    const bool is_result = i >= 2 && (tokens.is_pair(i - 2, '-', '>') || tokens.is(i - 1, '='));
    out = std::max(out, is_receiver ? 3 : is_result ? 2 : 1);
  }
  return out;
}

/// The type that `impl … {` is for: its name, without a path.
std::string self_type(std::string_view head)
{
  const TokenTree tokens(head, {Edition::e2021, false});
  std::uint32_t begin = 0;
  int depth = 0;
  for (std::uint32_t i = 1; i < tokens.size(); ++i) {
    depth += angle_change(tokens, i);
    begin = depth == 0 && (begin == 0 || tokens.is_word(i, "for")) && (tokens.is(i, '>') || tokens.is_name(i)) ? i : begin;
  }
  begin += begin != 0 && (tokens.is(begin, '>') || tokens.is_word(begin, "for")) ? 1U : 0U;
  std::string out;
  for (std::uint32_t i = begin; i < tokens.size() && !(out.size() > 0 && !tokens.is(i, ':') && !tokens.is_name(i)); ++i) {
    out = tokens.is_name(i) ? std::string(tokens.name(i)) : out;
  }
  return out;
}

/// A type that the heads of `types` name occurs in the text.
bool shares_a_type(std::string_view types, std::string_view text)
{
  Lexer lexer(types, {Edition::e2021, false});
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string_view word = token.of(types);
    if (token.kind == TokenKind::identifier && word.front() >= 'A' && word.front() <= 'Z' && find_token(text, word).size() != 0) {
      return true;
    }
  }
  return false;
}

} // namespace

MacroSearch::MacroSearch(const SourceMap& sources, const ItemList& expanded, const Written& written)
    : m_sources(sources), m_expanded(expanded), m_written(written)
{
  for (std::uint32_t i = 0; i < expanded.items.size(); ++i) {
    if (expanded.is_module_level(expanded.items[i])) {
      m_expanded_items[to_string(expanded.modules_of(expanded.items[i]))].push_back(i);
    }
  }
  for (std::size_t i = 0; i < written.annotated.size(); ++i) {
    m_annotated.emplace(lower(written.annotated[i].name), i);
  }
}

std::string MacroSearch::written_module(const std::vector<std::string>& modules) const
{
  std::vector<std::string> path = modules;
  while (!path.empty() && !m_written.modules.contains(to_string(path))) {
    path.pop_back();
  }
  return to_string(path);
}

std::vector<MacroSearch::Candidate> MacroSearch::best_candidates(const Request& request) const
{
  Wanted wanted{*request.block, *request.item, written_module(request.block->place.modules), {}, {}, {}};
  for (const std::string& body : request.block->place.bodies) {
    if (body.starts_with("fn ")) {
      wanted.function = body.substr(3);
    } else if (body.starts_with("impl")) {
      wanted.types += body + " ";
      wanted.type = self_type(body);
    }
  }
  std::vector<Candidate> found = candidates(wanted);
  if (found.empty()) {
    return found;
  }
  const auto weight = [](const Candidate& candidate) { return std::tuple(-static_cast<int>(candidate.evidence), candidate.rank); };
  const auto best =
      weight(*std::max_element(found.begin(), found.end(), [&](const auto& a, const auto& b) { return weight(a) < weight(b); }));
  std::erase_if(found, [&](const Candidate& candidate) { return weight(candidate) != best; });
  if (found.size() > 1) {
    // As good as each other: the place among the neighbours may decide.
    const Gap gap = gap_around(wanted);
    const auto lies_in_gap = [&](const Candidate& candidate) { return gap.contains(m_written.invocations[candidate.invocation]); };
    if (std::any_of(found.begin(), found.end(), lies_in_gap)) {
      std::erase_if(found, [&](const Candidate& candidate) { return !lies_in_gap(candidate); });
    }
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(a.file, a.span.begin) < std::pair(b.file, b.span.begin);
  });
  return found;
}

std::vector<std::optional<Location>> MacroSearch::find(const std::vector<Request>& requests) const
{
  std::vector<std::vector<Candidate>> found;
  std::map<std::vector<std::pair<std::size_t, std::uint32_t>>, std::vector<std::size_t>> alike;
  for (const Request& request : requests) {
    found.push_back(best_candidates(request));
    if (found.back().size() > 1) {
      std::vector<std::pair<std::size_t, std::uint32_t>> places;
      for (const Candidate& candidate : found.back()) {
        places.emplace_back(candidate.file, candidate.span.begin);
      }
      alike[std::move(places)].push_back(found.size() - 1);
    }
  }
  for (const auto& [places, indices] : alike) {
    for (std::size_t i = 0; indices.size() == places.size() && i < indices.size(); ++i) {
      found[indices[i]] = {found[indices[i]][i]};
    }
  }
  std::vector<std::optional<Location>> out;
  for (const std::vector<Candidate>& candidates : found) {
    out.emplace_back(candidates.empty() ? std::nullopt : std::optional(location(candidates.front())));
    for (std::size_t i = 1; i < candidates.size(); ++i) {
      out.back()->alternatives.push_back(location(candidates[i]).where);
    }
  }
  return out;
}

bool MacroSearch::is_eligible(const Wanted& wanted, const Invocation& invocation) const
{
  const auto& bodies = invocation.place.bodies;
  const auto& around = wanted.block.place.bodies;
  return invocation.module == wanted.module && bodies.size() <= around.size() && std::equal(bodies.begin(), bodies.end(), around.begin());
}

std::vector<MacroSearch::Candidate> MacroSearch::candidates(const Wanted& wanted) const
{
  std::vector<Candidate> out;
  add_annotated(wanted, out);
  for (std::size_t i = 0; i < m_written.invocations.size(); ++i) {
    if (m_written.invocations[i].kind == Invocation::Kind::call && is_eligible(wanted, m_written.invocations[i])) {
      add_call(wanted, i, out);
    }
  }
  if (!out.empty()) {
    return out;
  }
  const Gap gap = gap_around(wanted);
  std::set<std::pair<std::size_t, std::uint32_t>> items; // several attributes may stand on one
  for (std::size_t i = 0; i < m_written.invocations.size(); ++i) {
    const Invocation& invocation = m_written.invocations[i];
    if (is_eligible(wanted, invocation) && gap.contains(invocation) && items.emplace(invocation.file, invocation.tokens.begin).second) {
      out.push_back({Evidence::neighbours, 0, i, invocation.file, invocation.name_span, {}, {}});
    }
  }
  return out;
}

void MacroSearch::add_annotated(const Wanted& wanted, std::vector<Candidate>& out) const
{
  std::set<std::size_t> found;
  std::vector<std::string> names = parts_of(wanted.item.name);
  names.push_back(lower(wanted.function));
  for (const std::string& name : names) {
    const auto [first, last] = m_annotated.equal_range(name);
    std::for_each(first, last, [&](const auto& entry) { found.insert(entry.second); });
  }
  for (const std::size_t index : found) {
    const AnnotatedItem& annotated = m_written.annotated[index];
    const Invocation& invocation = m_written.invocations[annotated.invocation];
    const bool is_same = annotated.name == wanted.item.name || (annotated.block && annotated.name == wanted.function);
    if (!is_eligible(wanted, invocation) || (!is_same && !contains_part(wanted.item.name, annotated.name))) {
      continue;
    }
    const std::string_view text = annotated.tokens.of(m_sources.files[invocation.file].text);
    const int type = belongs_to(wanted.type, text);
    if (!wanted.type.empty() && type == 0 && !shares_a_type(wanted.types, text)) {
      continue; // a method of another type
    }
    const int shared = 1000 * type;
    const int nearness = 4000 * static_cast<int>(std::min<std::size_t>(invocation.place.bodies.size(), 99));
    const int length = is_same ? 0 : static_cast<int>(std::min<std::size_t>(annotated.name.size(), 999));
    out.push_back({is_same ? Evidence::annotated_item : Evidence::resembling_item,
                   nearness + shared + length,
                   annotated.invocation,
                   invocation.file,
                   annotated.name_span,
                   annotated.block,
                   {}});
  }
}

void MacroSearch::add_call(const Wanted& wanted, std::size_t index, std::vector<Candidate>& out) const
{
  const Invocation& call = m_written.invocations[index];
  const std::string_view arguments = call.tokens.of(m_sources.files[call.file].text);
  Candidate candidate{Evidence::macro_token, 0, index, call.file, call.name_span, {}, {}};
  if (find_token(arguments, wanted.item.name).size() != 0) {
    out.push_back(std::move(candidate));
  } else if (auto defined = in_definitions(wanted, call.name)) {
    candidate.evidence = Evidence::macro_definition;
    candidate.definition = std::move(defined->definition);
    out.push_back(std::move(candidate));
  } else if (shares_a_type(wanted.types, arguments)) {
    candidate.evidence = Evidence::macro_type;
    out.push_back(std::move(candidate));
  } else if (contains_part(arguments, wanted.item.symbol())) {
    candidate.evidence = Evidence::macro_text;
    out.push_back(std::move(candidate));
  }
}

/// In the macro's definitions, or in those of the macros that they call.
std::optional<MacroSearch::Candidate> MacroSearch::in_definitions(const Wanted& wanted, const std::string& macro) const
{
  std::set<std::string, std::less<>> seen{macro};
  std::vector<std::string> waiting{macro};
  while (!waiting.empty()) {
    const std::string name = std::move(waiting.back());
    waiting.pop_back();
    const auto [first, last] = m_written.definitions.equal_range(name);
    for (auto it = first; it != last; ++it) {
      const SourceFile& file = m_sources.files[it->second.file];
      const std::string_view body = it->second.body.of(file.text);
      if (const Span found = find_token(body, wanted.item.name); found.size() != 0) {
        const std::uint32_t base = it->second.body.begin;
        Candidate out;
        out.definition = to_text_span(file.path, file.text, {base + found.begin, base + found.end});
        return out;
      }
      for (const auto& [other, definition] : m_written.definitions) {
        if (!seen.contains(other) && find_token(body, other).size() != 0) {
          seen.insert(other);
          waiting.push_back(other);
        }
      }
    }
  }
  return std::nullopt;
}

MacroSearch::Gap MacroSearch::gap_around(const Wanted& wanted) const
{
  Gap out;
  const auto landmarks = m_written.landmarks.find(wanted.module);
  const auto items = m_expanded_items.find(wanted.module);
  if (landmarks == m_written.landmarks.end() || items == m_expanded_items.end()) {
    return out;
  }
  // Names that both have once.
  const auto place_of = [&](std::uint32_t index) -> const Landmark* {
    const Item& item = m_expanded.items[index];
    const auto is_it = [&](const Landmark& mark) { return mark.kind == item.kind && mark.name == item.name; };
    const auto& marks = landmarks->second;
    const auto found = std::find_if(marks.begin(), marks.end(), is_it);
    return found == marks.end() || std::count_if(marks.begin(), marks.end(), is_it) > 1 ? nullptr : &*found;
  };
  for (const std::uint32_t index : items->second) {
    const Item& item = m_expanded.items[index];
    const Span span = m_expanded.tokens.span({item.first, item.end});
    const Landmark* const mark = item.name.empty() || span.contains(wanted.block.span.begin) ? nullptr : place_of(index);
    if (mark == nullptr) {
      continue;
    }
    if (span.begin < wanted.block.span.begin) {
      out.after = {mark->file, mark->begin};
    } else {
      out.before = {mark->file, mark->begin};
      break;
    }
  }
  return out;
}

Location MacroSearch::location(const Candidate& candidate) const
{
  const Invocation& invocation = m_written.invocations[candidate.invocation];
  const SourceFile& file = m_sources.files[candidate.file];
  Location out;
  out.evidence = candidate.evidence;
  out.where = to_text_span(file.path, file.text, candidate.span);
  out.file = candidate.file;
  out.span = candidate.span;
  out.macro = invocation.shown;
  out.block = candidate.block;
  out.definition = candidate.definition;
  return out;
}

} // namespace cargo_wasm::rust
