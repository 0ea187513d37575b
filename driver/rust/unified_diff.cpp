// The shortest edit between two lists of lines (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), as a unified diff.
#include <cargo_wasm/rust/split_block.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace cargo_wasm::rust {
namespace {

constexpr std::ptrdiff_t k_most_changes = 1'000;
constexpr std::size_t k_context_lines = 3;

/// One line of the result: kept, removed or added.
struct Step
{
  char kind = ' ';
  std::string_view line; ///< with its line end
};

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text)
{
  Lines out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1);
    out.push_back(text.substr(begin, end + 1 - begin));
    begin = end + 1;
  }
  return out;
}

/// The steps between two stretches, last one first.
class Myers
{
public:
  Myers(const Lines& before, const Lines& after, std::size_t prefix, std::size_t before_end, std::size_t after_end)
      : m_a(before.begin() + static_cast<std::ptrdiff_t>(prefix), before.begin() + static_cast<std::ptrdiff_t>(before_end)),
        m_b(after.begin() + static_cast<std::ptrdiff_t>(prefix), after.begin() + static_cast<std::ptrdiff_t>(after_end))
  {
  }

  std::vector<Step> run()
  {
    const auto n = static_cast<std::ptrdiff_t>(m_a.size());
    const auto m = static_cast<std::ptrdiff_t>(m_b.size());
    const std::ptrdiff_t most = std::min(n + m, k_most_changes);
    m_furthest.assign(static_cast<std::size_t>(2 * most + 3), 0);
    for (std::ptrdiff_t changes = 0; changes <= most; ++changes) {
      m_history.push_back({m_furthest.begin() + (most + 1 - changes), m_furthest.begin() + (most + 2 + changes)});
      for (std::ptrdiff_t diagonal = -changes; diagonal <= changes; diagonal += 2) {
        const bool down = diagonal == -changes || (diagonal != changes && at(most, diagonal - 1) < at(most, diagonal + 1));
        std::ptrdiff_t x = down ? at(most, diagonal + 1) : at(most, diagonal - 1) + 1;
        while (x < n && x - diagonal < m && m_a[static_cast<std::size_t>(x)] == m_b[static_cast<std::size_t>(x - diagonal)]) {
          ++x;
        }
        at(most, diagonal) = x;
        if (x >= n && x - diagonal >= m) {
          return path(changes);
        }
      }
    }
    return replaced();
  }

private:
  std::ptrdiff_t& at(std::ptrdiff_t most, std::ptrdiff_t diagonal) { return m_furthest[static_cast<std::size_t>(most + 1 + diagonal)]; }

  /// Backwards through what each round began with.
  std::vector<Step> path(std::ptrdiff_t changes)
  {
    std::vector<Step> out;
    auto x = static_cast<std::ptrdiff_t>(m_a.size());
    auto y = static_cast<std::ptrdiff_t>(m_b.size());
    const auto keep = [&] { out.push_back({' ', m_a[static_cast<std::size_t>(--x)]}), --y; };
    for (; changes > 0; --changes) {
      const auto& furthest = m_history[static_cast<std::size_t>(changes)];
      const auto was = [&](std::ptrdiff_t diagonal) { return furthest[static_cast<std::size_t>(changes + diagonal)]; };
      const std::ptrdiff_t diagonal = x - y;
      const bool down = diagonal == -changes || (diagonal != changes && was(diagonal - 1) < was(diagonal + 1));
      const std::ptrdiff_t from = was(down ? diagonal + 1 : diagonal - 1);
      const std::ptrdiff_t start = down ? from : from + 1;
      while (x > start) {
        keep();
      }
      if (down) {
        out.push_back({'+', m_b[static_cast<std::size_t>(--y)]});
      } else {
        out.push_back({'-', m_a[static_cast<std::size_t>(--x)]});
      }
    }
    while (x > 0) {
      keep();
    }
    return out;
  }

  [[nodiscard]] std::vector<Step> replaced() const
  {
    std::vector<Step> out;
    std::for_each(m_b.rbegin(), m_b.rend(), [&](std::string_view line) { out.push_back({'+', line}); });
    std::for_each(m_a.rbegin(), m_a.rend(), [&](std::string_view line) { out.push_back({'-', line}); });
    return out;
  }

  Lines m_a;
  Lines m_b;
  std::vector<std::ptrdiff_t> m_furthest;
  std::vector<std::vector<std::ptrdiff_t>> m_history; ///< of round d: the diagonals -d … d, as the round before left them
};

std::vector<Step> steps_between(const Lines& before, const Lines& after)
{
  std::size_t prefix = 0;
  while (prefix < before.size() && prefix < after.size() && before[prefix] == after[prefix]) {
    ++prefix;
  }
  std::size_t suffix = 0;
  while (suffix < before.size() - prefix && suffix < after.size() - prefix &&
         before[before.size() - 1 - suffix] == after[after.size() - 1 - suffix]) {
    ++suffix;
  }
  std::vector<Step> out;
  for (std::size_t i = 0; i < prefix; ++i) {
    out.push_back({' ', before[i]});
  }
  const auto middle = Myers(before, after, prefix, before.size() - suffix, after.size() - suffix).run();
  out.insert(out.end(), middle.rbegin(), middle.rend());
  for (std::size_t i = before.size() - suffix; i < before.size(); ++i) {
    out.push_back({' ', before[i]});
  }
  return out;
}

/// `10,3`, or `9,0` for nothing behind line 9.
std::string range_of(std::size_t first, std::size_t count)
{
  return fmt::format("{},{}", count == 0 ? first - 1 : first, count);
}

void append_line(std::string& out, const Step& step)
{
  out += step.kind;
  out += step.line;
  if (!step.line.ends_with('\n')) {
    out += "\n\\ No newline at end of file\n";
  }
}

} // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view path)
{
  if (before == after) {
    return {};
  }
  const std::vector<Step> steps = steps_between(lines_of(before), lines_of(after));
  std::string out = fmt::format("--- a/{}\n+++ b/{}\n", path, path);
  std::size_t old_line = 1;
  std::size_t new_line = 1;
  std::size_t done = 0;
  const auto advance = [&](std::size_t to) {
    for (; done < to; ++done) {
      old_line += steps[done].kind != '+' ? 1U : 0U;
      new_line += steps[done].kind != '-' ? 1U : 0U;
    }
  };
  const auto next_change = [&](std::size_t from) {
    return static_cast<std::size_t>(
        std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end(), [](const Step& step) { return step.kind != ' '; }) -
        steps.begin());
  };
  for (std::size_t change = next_change(0); change < steps.size();) {
    const std::size_t begin = std::max(done, change - std::min(change, k_context_lines));
    std::size_t end = change;
    for (std::size_t next = change; next < steps.size() && next <= end + 2 * k_context_lines; next = next_change(next)) {
      while (next < steps.size() && steps[next].kind != ' ') {
        ++next;
      }
      end = next;
    }
    end = std::min(end + k_context_lines, steps.size());
    advance(begin);
    const std::size_t old_first = old_line;
    const std::size_t new_first = new_line;
    advance(end);
    out += fmt::format("@@ -{} +{} @@\n", range_of(old_first, old_line - old_first), range_of(new_first, new_line - new_first));
    for (std::size_t i = begin; i < end; ++i) {
      append_line(out, steps[i]);
    }
    change = next_change(end);
  }
  return out;
}

} // namespace cargo_wasm::rust
