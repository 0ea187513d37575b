#include <cargo_wasm/registry_client/mirror_pool.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_client {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_moment{20};
/// Of a file. Where no mirror has answered anything yet, there is no network, and one is enough.
constexpr unsigned k_most_patient_rounds = 3;
/// One file in this many may be asked of a second mirror because the first is slow: 5 %.
constexpr std::size_t k_files_per_hedge = 20;
/// And so many more, over one a mirror: short commands have few files.
constexpr std::size_t k_spare_hedges = 2;

double ms_since(Steady::time_point start, Steady::time_point now)
{
  return std::chrono::duration<double, std::milli>(now - start).count();
}

bool is_passing(int status)
{
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

bool is_absence(int status)
{
  return status == 404 || status == 410 || status == 451;
}

bool is_page(std::string_view body)
{
  return base::trim(body).starts_with('<');
}

std::string phrase_of(const Error& error)
{
  return error.notes.empty() ? error.message : fmt::format("{} ({})", error.message, error.notes.front());
}

} // namespace

/// One file that is wanted, and what was done for it.
struct MirrorPool::Job
{
  PoolFile file;
  PoolDone done;
  std::vector<std::size_t> order; ///< of mirrors to ask
  std::size_t asked = 0;          ///< how many of them were
  unsigned patient_rounds = 0;    ///< those that were begun after the first one: with the client's own retries
  bool finished = false;
  std::vector<Attempt*> under_way;
  std::vector<std::size_t> in_trouble; ///< mirrors whose trouble may pass
  std::vector<std::string> troubles;   ///< one a mirror, for the message
  std::vector<std::size_t> behind;     ///< mirrors that do not have it yet
  std::size_t denied = 0;              ///< mirrors that want another token
  bool had_wrong_bytes = false, had_page = false;
  std::string partial; ///< the beginning of a large file, from an attempt that was cut off
};

class MirrorPool::Attempt final : public base::HttpHandler
{
public:
  Attempt(MirrorPool& pool, std::shared_ptr<Job> job, std::size_t place) : m_pool(pool), m_job(std::move(job)), mirror(place)
  {
    m_job->under_way.push_back(this);
    started = pool.m_env.clock.monotonic();
  }
  ~Attempt() override { std::erase(m_job->under_way, this); }

  // Behind the client's other requests to a slow mirror it may wait until long after another one has answered.
  [[nodiscard]] bool is_wanted() const override { return !m_job->finished; }
  void on_start() override
  {
    body.clear();
    first_data.reset();
    sent = m_pool.m_env.clock.monotonic();
  }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    if (m_job->finished) {
      return fail(Error("CW0032", "another mirror was faster", Blame::network));
    }
    body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    if (!m_job->file.small) {
      note_data();
    }
    return {};
  }
  void on_done(Result<base::HttpResponse> outcome) override
  {
    const std::shared_ptr<Job> job = m_job;
    std::erase(job->under_way, this);
    if (!job->finished) {
      m_pool.ended(job, *this, std::move(outcome));
    }
  }

  /// Whether what has come of a large file came slower than that.
  [[nodiscard]] bool is_below(std::uint64_t bytes_per_s, Steady::time_point now) const
  {
    return static_cast<double>(body.size()) < ms_since(*first_data, now) / 1000 * static_cast<double>(bytes_per_s);
  }

private:
  void note_data()
  {
    const Steady::time_point now = m_pool.m_env.clock.monotonic();
    first_data = first_data.value_or(now);
    if (!is_below(m_pool.m_options.slow_bytes_per_s, now)) {
      m_pool.m_alive[mirror] = now;
    }
  }

  MirrorPool& m_pool;
  std::shared_ptr<Job> m_job;

public:
  std::size_t mirror;
  Steady::time_point started;                   ///< of the wait for it, which may begin behind many others
  std::optional<Steady::time_point> sent;       ///< what a mirror is measured by
  std::optional<Steady::time_point> first_data; ///< of a large file
  std::string body;
  std::string before;      ///< what is there already: the request was for the rest
  bool followed = false;   ///< by a request to another mirror, as this one was slow
  bool with_token = false; ///< its request had one
};

MirrorPool::MirrorPool(const Env& env,
                       base::HttpClient& client,
                       std::string registry,
                       std::vector<registry_trust::Mirror> mirrors,
                       HealthTable& health,
                       PoolOptions options)
    : m_env(env), m_client(client), m_registry(std::move(registry)), m_mirrors(std::move(mirrors)), m_health(health),
      m_options(std::move(options)), m_left(m_mirrors.size()), m_slow(m_mirrors.size()), m_told(m_mirrors.size()),
      m_alive(m_mirrors.size()), m_tokens(m_options.tokens)
{
}

MirrorPool::~MirrorPool()
{
  for (const std::shared_ptr<Job>& job : m_jobs) {
    job->finished = true; // what is still under way in the client leads nowhere
  }
}

std::uint64_t MirrorPool::now() const
{
  return registry_trust::utc_seconds(m_env.clock.now());
}

double MirrorPool::usual_latency_ms(std::size_t mirror) const
{
  const auto found = m_health.find(m_mirrors[mirror].id);
  return found == m_health.end() ? 0 : found->second.latency_ms;
}

std::vector<std::size_t> MirrorPool::order() const
{
  std::vector<std::size_t> places = asking_order(m_mirrors, m_health, m_options.preferred, now());
  std::ranges::stable_sort(places, {}, [&](std::size_t place) { return m_left[place].has_value(); });
  return places;
}

void MirrorPool::request(PoolFile file, PoolDone done)
{
  auto job = std::make_shared<Job>();
  job->file = std::move(file);
  job->done = std::move(done);
  job->order = order();
  job->patient_rounds = job->order.size() == 1 ? k_most_patient_rounds : 0;
  start(job);
}

void MirrorPool::request_of(std::size_t mirror, PoolFile file, PoolDone done)
{
  auto job = std::make_shared<Job>();
  job->file = std::move(file);
  job->done = std::move(done);
  job->order = {mirror};
  start(job);
}

void MirrorPool::start(const std::shared_ptr<Job>& job)
{
  m_jobs.push_back(job);
  ++m_pending;
  ++m_begun;
  next(job);
}

// Asks the next mirror. When there is none left, and nobody is still to answer, the file is not to be had.
void MirrorPool::next(const std::shared_ptr<Job>& job)
{
  if (job->asked == job->order.size()) {
    if (!job->under_way.empty()) {
      return;
    }
    if (!job->behind.empty() && job->in_trouble.empty()) {
      finish(*job, PoolAnswer{std::nullopt, job->behind.front()});
      return;
    }
    const unsigned most = m_has_answered ? k_most_patient_rounds : 1;
    if (job->patient_rounds >= most || job->in_trouble.empty() || job->order.size() == 1) {
      finish(*job, fail(exhausted(*job)));
      return;
    }
    ++job->patient_rounds;
    job->order = std::exchange(job->in_trouble, {});
    job->asked = 0;
    job->troubles.clear();
    job->denied = 0;
  }
  // Others may have been left since the order was made.
  const auto rest = job->order.begin() + static_cast<std::ptrdiff_t>(job->asked);
  if (const auto good = std::find_if(rest, job->order.end(), [&](std::size_t one) { return !m_left[one]; }); good != job->order.end()) {
    std::rotate(rest, good, good + 1);
  }
  const std::size_t place = job->order[job->asked++];
  base::HttpRequest request{m_mirrors[place].base + job->file.path, {}, job->file.max_bytes, job->file.small};
  request.max_redirects = 0;
  request.delay = job->file.delay;
  request.connect_limit = m_options.connect_limit;
  request.limit = job->file.small ? m_options.small_limit : m_options.large_limit;
  if (job->patient_rounds == 0) {
    request.retries = 0;
  }
  auto attempt = std::make_unique<Attempt>(*this, job, place);
  if (const auto token = m_tokens.header(m_mirrors[place].base)) {
    request.headers.push_back(*token);
    attempt->with_token = true;
  }
  if (!job->partial.empty()) {
    attempt->before = job->partial;
    request.headers.push_back(fmt::format("range: bytes={}-", job->partial.size()));
  }
  m_client.enqueue(std::move(request), std::move(attempt));
}

void MirrorPool::ended(const std::shared_ptr<Job>& job, Attempt& attempt, Result<base::HttpResponse> outcome)
{
  const std::size_t place = attempt.mirror;
  MirrorHealth& health = m_health[m_mirrors[place].id];
  const auto pass = [&](const std::string& why) {
    note_failure(health, why, now());
    leave(place, why);
    job->in_trouble.push_back(place);
    job->troubles.push_back(fmt::format("`{}`: {}", m_mirrors[place].id, why));
  };
  const auto refuse = [&](const std::string& why, bool is_doubtful = false) {
    job->troubles.push_back(fmt::format("`{}`: {}", m_mirrors[place].id, why));
    if (is_doubtful && job->file.doubt) {
      job->file.doubt(place, why);
    } else {
      strike(place, why);
    }
  };
  if (!outcome) {
    const Error& error = outcome.error();
    if (error.id == "CW0033" || error.id == "CW0038") {
      refuse(error.message);
    } else {
      if (!job->file.small && attempt.before.empty() && attempt.body.size() < job->file.max_bytes) {
        job->partial = attempt.body;
      }
      pass(phrase_of(error));
    }
  } else if (outcome->status == 401 || (outcome->status == 403 && attempt.with_token)) {
    if (try_with_token(*job, attempt, *outcome)) {
      job->order.insert(job->order.begin() + static_cast<std::ptrdiff_t>(job->asked), place);
    }
  } else if (is_passing(outcome->status)) {
    pass(fmt::format("`{}` was answered with status {}", job->file.path, outcome->status));
  } else if (is_absence(outcome->status) && job->file.absence == Absence::believed) {
    finish(*job, PoolAnswer{std::nullopt, place});
    return;
  } else if (is_absence(outcome->status) && job->file.absence == Absence::behind) {
    job->behind.push_back(place);
  } else if (outcome->status == 416 && !attempt.before.empty()) {
    // The file ends before what was to follow: its beginning, which another mirror had sent, is wrong. From this one, whole.
    job->partial.clear();
    job->order.insert(job->order.begin() + static_cast<std::ptrdiff_t>(job->asked), place);
  } else if (outcome->status != 200 && outcome->status != 206) {
    const bool is_redirect = outcome->status >= 300 && outcome->status < 400 && outcome->status != 304;
    refuse(is_redirect ? fmt::format("`{}` was redirected, which is not followed", job->file.path)
                       : fmt::format("`{}` was answered with status {}", job->file.path, outcome->status),
           is_absence(outcome->status));
  } else {
    const bool is_rest = outcome->status == 206 && !attempt.before.empty() &&
                         outcome->header("content-range").value_or("").starts_with(fmt::format("bytes {}-", attempt.before.size()));
    std::string bytes = is_rest ? attempt.before + attempt.body : std::move(attempt.body);
    const Result<> right = job->file.check ? job->file.check(bytes) : Result<>();
    if (right) {
      m_has_answered = true;
      m_alive[place] = m_env.clock.monotonic();
      note_answer(health, ms_since(attempt.sent.value_or(attempt.started), m_env.clock.monotonic()), now());
      finish(*job, PoolAnswer{std::move(bytes), place});
      return;
    }
    if (is_rest) {
      // Which of the two mirrors was wrong is not known: the file is got anew, whole.
      job->partial.clear();
      job->order.push_back(place);
    } else {
      job->had_wrong_bytes = true;
      job->had_page = job->had_page || is_page(bytes);
      const std::string why = is_page(bytes) ? fmt::format("`{}` was answered with a web page", job->file.path)
                                             : fmt::format("`{}`: {}", job->file.path, right.error().message);
      refuse(why, !is_page(bytes));
    }
  }
  next(job);
}

// That somebody has no token is no fault of the mirror: it gets no strike, and is asked again by the next command.
bool MirrorPool::try_with_token(Job& job, const Attempt& attempt, const base::HttpResponse& response)
{
  const registry_trust::Mirror& mirror = m_mirrors[attempt.mirror];
  Result<> got;
  if (!attempt.with_token) {
    got = m_tokens.need(mirror.base);
    if (got) {
      return true;
    }
  }
  std::string why = attempt.with_token ? fmt::format("the token for it is refused: {}", reason_of_refusal(response.status, attempt.body))
                                       : fmt::format("it wants a token: {}", phrase_of(got.error()));
  ++job.denied;
  leave(attempt.mirror, why);
  job.troubles.push_back(fmt::format("`{}`: {}", mirror.id, why));
  return false;
}

void MirrorPool::finish(Job& job, Result<PoolAnswer> answer)
{
  job.finished = true;
  --m_pending;
  for (const Attempt* const attempt : job.under_way) {
    if (attempt->sent) {
      note_slow(attempt->mirror, ms_since(*attempt->sent, m_env.clock.monotonic()));
    }
  }
  PoolDone done = std::move(job.done);
  std::erase_if(m_jobs, [&](const std::shared_ptr<Job>& other) { return other.get() == &job; });
  done(std::move(answer));
}

// Somebody else has answered meanwhile: that is its latency, at least, and it is asked last from now on.
void MirrorPool::note_slow(std::size_t mirror, double waited_ms)
{
  MirrorHealth& health = m_health[m_mirrors[mirror].id];
  health.latency_ms = std::max(health.latency_ms, waited_ms);
  if (waited_ms >= static_cast<double>(m_options.longest_hedge_after.count())) {
    leave(mirror, fmt::format("nothing complete in {:.1f} s; another was faster", waited_ms / 1000)); // somebody has noticed that wait
  } else if (!m_left[mirror]) {
    m_env.reporter.verbose(
        "Slow",
        fmt::format("mirror `{}` of `{}`: no answer in {:.0f} ms; another was faster", m_mirrors[mirror].id, m_registry, waited_ms));
  }
  const Steady::time_point time = m_env.clock.monotonic();
  m_left[mirror] = m_left[mirror].value_or(time);
  m_slow[mirror] = m_slow[mirror].value_or(time);
}

double MirrorPool::patience_ms(std::size_t mirror) const
{
  return std::clamp(3 * usual_latency_ms(mirror),
                    static_cast<double>(m_options.hedge_after.count()),
                    static_cast<double>(m_options.longest_hedge_after.count()));
}

// Whoever waits behind others at a mirror that answers them is served soon. At one that was left meanwhile nobody waits for his turn.
bool MirrorPool::is_slow(const Job& job, const Attempt& attempt, Steady::time_point time) const
{
  const bool is_large = !job.file.small;
  if (is_large && attempt.first_data) {
    return ms_since(*attempt.first_data, time) > static_cast<double>(m_options.large_hedge_after.count()) &&
           attempt.is_below(m_options.slow_bytes_per_s, time);
  }
  if (was_left_behind(attempt)) {
    return ms_since(attempt.started, time) > static_cast<double>(m_options.hedge_after.count());
  }
  return ms_since(std::max(attempt.started, m_alive[attempt.mirror]), time) >
         (is_large ? static_cast<double>(m_options.large_hedge_after.count()) : patience_ms(attempt.mirror));
}

// Its mirror was found to be slow, or to fail without a good answer since, after it was asked: a request to another one is no second one
// beside a good one then, but the one that counts.
bool MirrorPool::was_left_behind(const Attempt& attempt) const
{
  const std::size_t mirror = attempt.mirror;
  return (m_slow[mirror] && attempt.started < *m_slow[mirror]) ||
         (m_left[mirror] && attempt.started < *m_left[mirror] && m_alive[mirror] < *m_left[mirror]);
}

// Those who have waited at several mirrors go first: the last spare request is for the last mirror, which may be the only good one.
bool MirrorPool::may_hedge(const Job& job) const
{
  const std::size_t kept_for_others = job.order.size() - job.asked - 1;
  return m_hedges + kept_for_others < m_mirrors.size() + k_spare_hedges + m_begun / k_files_per_hedge;
}

void MirrorPool::tick()
{
  const Steady::time_point time = m_env.clock.monotonic();
  const std::vector<std::shared_ptr<Job>> jobs = m_jobs;
  for (const std::shared_ptr<Job>& job : jobs) {
    if (job->finished || job->under_way.empty() || job->asked == job->order.size()) {
      continue;
    }
    Attempt& attempt = *job->under_way.back();
    if (attempt.followed || !is_slow(*job, attempt, time)) {
      continue;
    }
    if (!was_left_behind(attempt)) {
      if (!may_hedge(*job)) {
        continue;
      }
      ++m_hedges;
    }
    attempt.followed = true;
    next(job);
  }
}

Result<bool> MirrorPool::poll()
{
  if (m_pending == 0) {
    return false;
  }
  CW_TRY_ASSIGN(const bool more, m_client.poll(k_moment));
  tick();
  if (!more && m_pending != 0) {
    // The client has nothing left, and somebody still waits: only a handler that was never answered does that.
    return fail(Error("CW0032", fmt::format("a transfer from the mirrors of `{}` ended without an answer", m_registry), Blame::network));
  }
  return m_pending != 0;
}

Result<PoolAnswer> MirrorPool::get(PoolFile file)
{
  std::optional<Result<PoolAnswer>> answer;
  request(std::move(file), [&answer](Result<PoolAnswer> got) { answer = std::move(got); });
  while (!answer) {
    CW_TRY(poll());
  }
  return std::move(*answer);
}

void MirrorPool::leave(std::size_t mirror, const std::string& why)
{
  m_left[mirror] = m_left[mirror].value_or(m_env.clock.monotonic());
  if (!m_told[mirror]) {
    m_told[mirror] = true;
    m_env.reporter.status(
        "Leaving", fmt::format("mirror `{}` of `{}`: {}", m_mirrors[mirror].id, m_registry, why), base::StatusColor::yellow);
  }
}

void MirrorPool::avoid(std::size_t mirror)
{
  m_left[mirror] = m_left[mirror].value_or(m_env.clock.monotonic());
}

void MirrorPool::strike(std::size_t mirror, const std::string& why)
{
  note_strike(m_health[m_mirrors[mirror].id], why, now());
  leave(mirror, why);
}

Error MirrorPool::exhausted(const Job& job) const
{
  if (job.denied != 0 && job.denied == job.troubles.size()) {
    Error error = refused_without_token(fmt::format("the registry `{}`", m_registry), job.file.path);
    error.notes.insert(error.notes.begin(), job.troubles.begin(), job.troubles.end());
    return error;
  }
  Error error("CW1103",
              fmt::format("no mirror of `{}` has `{}` as it should be", m_registry, job.file.path),
              job.had_wrong_bytes && job.in_trouble.empty() ? Blame::integrity : Blame::network);
  error.notes = job.troubles;
  if (job.had_page) {
    error.helps.emplace_back("web pages came in place of files: a network that wants a login does that; open a page in a browser");
  }
  error.helps.push_back(fmt::format("`cargo-wasm registry status {}` shows what each mirror does", m_registry));
  return error;
}

} // namespace cargo_wasm::registry_client
