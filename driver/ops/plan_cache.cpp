#include <cargo_wasm/ops/plan_cache.hpp>

#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/ops/become.hpp>
#include <cargo_wasm/plan/actions.hpp>

namespace cargo_wasm::ops {

namespace {

void add_text(std::string& out, std::string_view text)
{
  out += fmt::format("{}:", text.size());
  out += text;
}

void add_number(std::string& out, std::uint64_t value)
{
  add_text(out, std::to_string(value));
}

/// Reads what `add_text` and `add_number` wrote; after the first fault `ok` is false and everything empty.
class Fields
{
public:
  explicit Fields(std::string_view rest) : m_rest(rest) {}
  std::string_view text()
  {
    const auto colon = m_rest.find(':');
    const auto size = colon == std::string_view::npos ? std::nullopt : number_in(m_rest.substr(0, colon));
    if (!size || *size > m_rest.size() - colon - 1) {
      ok = false;
      m_rest = {};
      return {};
    }
    const auto text = m_rest.substr(colon + 1, *size);
    m_rest.remove_prefix(colon + 1 + *size);
    return text;
  }
  std::uint64_t number(std::uint64_t largest)
  {
    const auto value = number_in(text());
    ok = ok && value && *value <= largest;
    return ok ? *value : 0;
  }
  [[nodiscard]] bool at_end() const { return m_rest.empty(); }
  bool ok = true;

private:
  static std::optional<std::uint64_t> number_in(std::string_view text)
  {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
  }
  std::string_view m_rest;
};

constexpr std::uint64_t k_any_u32 = 0xffff'ffff;
constexpr std::uint64_t k_any_size = std::uint64_t{1} << 40U;

void add_budget(std::string& out, const SizeBudget& budget)
{
  add_number(out, budget.action);
  add_number(out, static_cast<std::uint64_t>(budget.limit.kind));
  add_number(out, budget.limit.bytes);
  add_text(out, budget.limit.key);
  const base::TextSpan& where = budget.limit.where;
  add_text(out, where.file.native());
  add_number(out, where.line);
  add_number(out, where.column);
  add_number(out, where.length);
  add_text(out, where.line_text);
}

SizeBudget budget_in(Fields& fields)
{
  SizeBudget budget;
  budget.action = static_cast<plan::ActionIndex>(fields.number(k_any_u32));
  budget.limit.kind = static_cast<manifest::SizeKind>(fields.number(static_cast<std::uint64_t>(manifest::SizeKind::brotli)));
  budget.limit.bytes = fields.number(k_any_size);
  budget.limit.key = fields.text();
  base::TextSpan& where = budget.limit.where;
  where.file = std::string(fields.text());
  where.line = static_cast<std::uint32_t>(fields.number(k_any_u32));
  where.column = static_cast<std::uint32_t>(fields.number(k_any_u32));
  where.length = static_cast<std::uint32_t>(fields.number(k_any_u32));
  where.line_text = fields.text();
  return budget;
}

} // namespace

Path plan_file(const NoopContext& context)
{
  return context.file.parent_path().parent_path() / "plan" / context.file.filename();
}

std::string encode_planned(const PlannedBuild& planned, const TerminalSettings& terminal, const EnvMap& vars)
{
  std::string out;
  add_number(out, static_cast<std::uint64_t>(terminal.verbosity));
  add_number(out, static_cast<std::uint64_t>(terminal.color));
  add_number(out, static_cast<std::uint64_t>(terminal.progress));
  add_number(out, terminal.progress_width ? *terminal.progress_width + std::uint64_t{1} : 0);
  add_number(out, planned.jobs);
  add_number(out, planned.show_dependency_warnings ? 1 : 0);
  add_number(out, planned.reports_future_incompat ? 1 : 0);
  add_number(out, planned.shows_compressed_sizes ? 1 : 0);
  add_number(out, planned.budgets.size());
  for (const SizeBudget& budget : planned.budgets) {
    add_budget(out, budget);
  }
  add_text(out, planned.repeated_text);
  add_text(out, planned.become ? encode_become(*planned.become, vars) : std::string());
  add_text(out, planned.program ? planned.program->native() : std::string());
  add_text(out, plan::encode_plan(planned.graph));
  return out;
}

std::optional<DecodedPlan> decode_planned(std::string_view bytes, const EnvMap& vars)
{
  PlannedBuild planned;
  TerminalSettings terminal;
  Fields fields(bytes);
  terminal.verbosity = static_cast<base::Verbosity>(fields.number(static_cast<std::uint64_t>(base::Verbosity::very_verbose)));
  terminal.color = static_cast<base::ColorChoice>(fields.number(static_cast<std::uint64_t>(base::ColorChoice::never)));
  terminal.progress = static_cast<base::ProgressChoice>(fields.number(static_cast<std::uint64_t>(base::ProgressChoice::never)));
  if (const auto width = fields.number(k_any_u32); width > 0) {
    terminal.progress_width = static_cast<std::uint32_t>(width - 1);
  }
  planned.jobs = static_cast<std::uint32_t>(fields.number(k_any_u32));
  planned.show_dependency_warnings = fields.number(1) == 1;
  planned.reports_future_incompat = fields.number(1) == 1;
  planned.shows_compressed_sizes = fields.number(1) == 1;
  const std::uint64_t budgets = fields.number(k_any_u32);
  for (std::uint64_t i = 0; i < budgets && fields.ok; ++i) {
    planned.budgets.push_back(budget_in(fields));
  }
  planned.repeated_text = fields.text();
  const auto become = fields.text();
  const auto program = fields.text();
  const auto graph = fields.text();
  if (!fields.ok || !fields.at_end()) {
    return std::nullopt;
  }
  if (!become.empty()) {
    planned.become = decode_become(become, vars);
    if (!planned.become) {
      return std::nullopt;
    }
  }
  if (!program.empty()) {
    planned.program = Path(std::string(program));
  }
  auto decoded = plan::decode_plan(graph);
  if (!decoded) {
    return std::nullopt;
  }
  planned.graph = std::move(*decoded);
  return DecodedPlan{std::move(planned), terminal};
}

exec::NoopSnapshot snapshot_of(const NoopContext& context, const PlannedBuild& planned)
{
  exec::NoopSnapshot snapshot;
  snapshot.started_ns = context.started_ns;
  snapshot.paths = planned.looked_at;
  snapshot.variable_prefixes = {"CARGO", "RUST", "cargo"};
  snapshot.variables = planned.variables;
  return snapshot;
}

void store_plan(const NoopContext& context, const EnvMap& vars, const TerminalSettings& terminal, const PlannedBuild& planned)
{
  auto snapshot = snapshot_of(context, planned);
  snapshot.stdout_text = encode_planned(planned, terminal, vars);
  exec::record_noop(plan_file(context), context.key, snapshot, context.environment);
}

std::optional<StoredPlan> find_plan(const NoopContext& context, const EnvMap& vars)
{
  auto hit = exec::check_noop(plan_file(context), context.key, context.environment, true);
  if (!hit) {
    return std::nullopt;
  }
  auto decoded = decode_planned(hit->stdout_text, vars);
  if (!decoded) {
    return std::nullopt;
  }
  decoded->planned.looked_at = std::move(hit->looked_at);
  decoded->planned.variables = std::move(hit->variables);
  return StoredPlan{std::make_shared<const PlannedBuild>(std::move(decoded->planned)), decoded->terminal};
}

} // namespace cargo_wasm::ops
