#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_form = "0000-00-00T00:00:00Z";
constexpr std::uint64_t k_seconds_a_day = 86400;

unsigned number_at(std::string_view text, std::size_t begin, std::size_t digits)
{
  unsigned number = 0;
  for (const char digit : text.substr(begin, digits)) {
    number = number * 10 + static_cast<unsigned>(digit - '0');
  }
  return number;
}

} // namespace

std::optional<std::uint64_t> parse_utc_time(std::string_view text)
{
  if (text.size() != k_form.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = k_form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == k_form[i];
    if (!fits) {
      return std::nullopt;
    }
  }
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number_at(text, 0, 4))),
                                        std::chrono::month(number_at(text, 5, 2)),
                                        std::chrono::day(number_at(text, 8, 2))};
  const unsigned hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
  if (!day.ok() || day.year() < std::chrono::year(1970) || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const auto days = static_cast<std::uint64_t>(std::chrono::sys_days(day).time_since_epoch().count());
  return days * k_seconds_a_day + hour * 3600U + minute * 60U + second;
}

std::string to_utc_text(std::uint64_t seconds)
{
  const std::chrono::year_month_day day(std::chrono::sys_days(std::chrono::days(seconds / k_seconds_a_day)));
  const std::uint64_t rest = seconds % k_seconds_a_day;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                     static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()),
                     rest / 3600,
                     rest / 60 % 60,
                     rest % 60);
}

} // namespace cargo_wasm::registry_trust
