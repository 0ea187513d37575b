#include "result_store.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/project.hpp>

namespace cargo_wasm::ops {
namespace {

constexpr std::uint64_t k_usual_limit = std::uint64_t{10} << 30U;
constexpr const char* k_size_variable = "CARGO_WASM_CACHE_SIZE";
constexpr double k_most_bytes = 9e18;

struct Unit
{
  std::string_view name;
  double bytes;
};
constexpr std::array<Unit, 10> k_units{{{"", 1},
                                        {"b", 1},
                                        {"kb", 1e3},
                                        {"mb", 1e6},
                                        {"gb", 1e9},
                                        {"tb", 1e12},
                                        {"kib", 1024.0},
                                        {"mib", 1048576.0},
                                        {"gib", 1073741824.0},
                                        {"tib", 1099511627776.0}}};

} // namespace

std::optional<std::uint64_t> parse_store_size(std::string_view text)
{
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0)) {
    return std::nullopt;
  }
  const std::string unit = base::to_lower(base::trim(text.substr(static_cast<std::size_t>(end - text.data()))));
  for (const Unit& known : k_units) {
    if (known.name == unit && number * known.bytes < k_most_bytes) {
      return static_cast<std::uint64_t>(number * known.bytes);
    }
  }
  return std::nullopt;
}

base::Path store_directory(const base::Env& env)
{
  const auto* const directory = env.var("CARGO_WASM_CACHE_DIR");
  return directory != nullptr && !directory->empty() ? (env.cwd / *directory).lexically_normal() : cache_home(env) / "store";
}

bool is_store_switched_off(const base::Env& env)
{
  const auto* const text = env.var("CARGO_WASM_CACHE");
  return text != nullptr && (*text == "off" || *text == "0" || *text == "false");
}

Result<std::uint64_t> store_limit(const base::Env& env)
{
  const auto* const text = env.var(k_size_variable);
  if (text == nullptr || text->empty()) {
    return k_usual_limit;
  }
  if (const auto size = parse_store_size(*text)) {
    return *size;
  }
  return fail(Error("CW1241", fmt::format("`{}={}` is no size", k_size_variable, *text), Blame::usage)
                  .help("a number of bytes, or with a unit: `20 GiB`, `500 MB`"));
}

Result<std::unique_ptr<cache::Store>> store_for_build(const base::Env& env)
{
  auto store = cache::Store::open(env.fs, env.clock, store_directory(env));
  if (!store) {
    env.reporter.warning(store.error());
    return std::unique_ptr<cache::Store>();
  }
  return std::move(*store);
}

void collect_after_build(const base::Env& env, cache::Store& store, std::uint64_t limit)
{
  if (const auto collected = store.collect_if_grown(limit); !collected) {
    Error warning(
        "CW1247", fmt::format("the store of results `{}` cannot be made smaller", store.directory().string()), Blame::environment);
    warning.notes.push_back(collected.error().message);
    warning.notes.insert(warning.notes.end(), collected.error().notes.begin(), collected.error().notes.end());
    warning.helps.emplace_back("who may write there runs `cargo-wasm cache gc`; `CARGO_WASM_CACHE_SIZE` is the limit");
    env.reporter.warning(warning);
  }
}

exec::CacheUse cache_use(const base::Env& env, cache::Store& store, const base::Path& driver_program)
{
  exec::CacheUse use;
  use.store = &store;
  use.memo_directory = cache_home(env);
  use.driver_program = driver_program;
  if (const auto* const home = env.var("HOME")) {
    use.home = *home;
  }
  return use;
}

RemoteCaches::RemoteCaches(const base::Env& env, const manifest::ConfigOptions& config, base::Path spool)
    : m_env(env), m_options(config), m_spool(std::move(spool))
{
}

Result<remote::Remotes*> RemoteCaches::open()
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(m_env, m_options));
  CW_TRY_ASSIGN(m_remotes, remote::open_remotes(m_env, *config, m_spool));
  return m_remotes.get();
}

void RemoteCaches::finish(std::chrono::steady_clock::duration elapsed)
{
  if (m_remotes != nullptr) {
    const auto tenth = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed) / 10;
    const remote::UploadSummary summary = m_remotes->finish(tenth);
    if (summary.spooled > 0) {
      m_env.reporter.verbose("Spooled", fmt::format("{} results wait for `cargo-wasm cache push`", summary.spooled));
    }
  }
}

RemoteExecutor::RemoteExecutor(const base::Env& env, const manifest::ConfigOptions& config, std::stop_token stop)
    : m_env(env), m_options(config), m_stop(std::move(stop))
{
}

Result<remote::ExecutionPool*> RemoteExecutor::open()
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(m_env, m_options));
  CW_TRY_ASSIGN(m_pool, remote::open_execution_pool(m_env, *config, m_stop));
  return m_pool.get();
}

base::Path spool_directory(const cache::Store& store)
{
  return store.directory() / "spool";
}

} // namespace cargo_wasm::ops
