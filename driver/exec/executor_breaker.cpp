#include "executor_breaker.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::exec {
namespace {

/// It was given less than a compiler here has: that is why it failed, and no fault of the server.
bool needs_what_was_not_sent(const ExecutorBreaker::Failure& failure, const Record& record)
{
  return std::ranges::any_of(record.sources, [&](const RecordedFile& file) { return !failure.files.contains(file.name); }) ||
         std::ranges::any_of(record.observed,
                             [&](const auto& variable) { return variable.second && !failure.variables.contains(variable.first); });
}

} // namespace

void ExecutorBreaker::failed_there(plan::ActionIndex action, Failure failure)
{
  const std::lock_guard lock(m_mutex);
  m_waiting.insert_or_assign(action, std::move(failure));
}

void ExecutorBreaker::compiled_there()
{
  const std::lock_guard lock(m_mutex);
  m_waiting.clear();
  m_in_a_row = 0;
}

void ExecutorBreaker::failed_here(plan::ActionIndex action)
{
  const std::lock_guard lock(m_mutex);
  m_waiting.erase(action);
}

std::optional<Error> ExecutorBreaker::compiled_here(plan::ActionIndex action, const Record& record)
{
  const std::lock_guard lock(m_mutex);
  const auto failed = m_waiting.extract(action);
  if (failed.empty() || needs_what_was_not_sent(failed.mapped(), record) || ++m_in_a_row != k_most_in_a_row) {
    return std::nullopt;
  }
  const Failure& last = failed.mapped();
  Error why("CW1143",
            fmt::format("{} units in a row did not compile there, and do here; the last was {}", m_in_a_row, last.unit),
            Blame::network);
  if (!last.said.empty()) {
    why.notes.push_back("of that one the compiler says there: " + last.said);
  }
  return why;
}

bool ExecutorBreaker::is_in_doubt() const
{
  const std::lock_guard lock(m_mutex);
  return m_in_a_row + m_waiting.size() >= k_most_in_a_row;
}

} // namespace cargo_wasm::exec
