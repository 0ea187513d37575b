#include <cargo_wasm/remote/remotes.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "remotes_state.hpp"

namespace cargo_wasm::remote {
namespace {

bool is_transport(const Error& error)
{
  return error.id.starts_with("CW00");
}

Error warning_of(const Remote& remote, const Error& why)
{
  const std::string& name = remote.settings().name;
  Error out = why;
  if (why.id == "CW1267") {
    out.message = fmt::format("remote cache `{}` sent other bytes than those that were asked for", name);
    out.notes.emplace_back("none of them are used, and it is left out of this build");
    return out;
  }
  if (why.id == "CW1271") {
    out.message = fmt::format("remote cache `{}` takes no results", name);
    out.notes.insert(out.notes.begin(), why.message);
    out.helps.emplace_back(fmt::format("write `mode = \"read\"` if it is not to be written to, or see to its room and its limits"));
    return out;
  }
  if (why.id == "CW1248") {
    out.message = fmt::format("remote cache `{}` refuses what is sent to it", name);
    out.notes.insert(out.notes.begin(), why.message);
    out.notes.emplace_back("it is read from, and not written to for the rest of this build");
    out.helps.emplace_back("write `mode = \"read\"` if it is not to be written to from here");
    return out;
  }
  out.id = why.id == "CW1265" ? "CW1265" : "CW1266";
  out.message = fmt::format("remote cache `{}` is left out of this build", name);
  out.notes.insert(out.notes.begin(), why.message);
  if (is_transport(why)) {
    out.helps = {"nothing else is lost: what it has is built here; its `timeout` says how long it is waited for"};
  }
  return out;
}

} // namespace

Remotes::State::State(const Env& env_, RemotesOptions options_) : env(env_), options(std::move(options_)), spool(env.fs, options.spool)
{
  for (const RemoteSettings& settings : options.settings.remotes) {
    std::optional<std::string> token = std::string();
    if (settings.token_variable) {
      const std::string* const value = env.var(*settings.token_variable);
      token = value == nullptr || value->empty() ? std::nullopt : std::optional(*value);
    }
    remotes.push_back(std::make_unique<Remote>(settings, std::move(token)));
  }
}

Result<std::unique_ptr<CacheService>> Remotes::State::connection(Remote& remote, Use use)
{
  if (auto idle = remote.take(use)) {
    return idle;
  }
  const RemoteSettings& settings = remote.settings();
  if (!remote.token()) {
    return fail(Error(
        "CW1265", fmt::format("variable `{}`, which should hold its token, is not set", *settings.token_variable), Blame::environment));
  }
  const std::stop_token token = use == Use::write ? stop.get_token() : std::stop_token();
  if (options.make_service) {
    return options.make_service(settings, *remote.token(), token);
  }
  return remote::make_service(
      env.http, {.url = settings.url, .token = *remote.token(), .timeout = settings.timeout, .http = options.http, .stop = token});
}

void Remotes::State::trouble(Remote& remote, const Error& error)
{
  if (error.id == "CW1277") {
    return; // by ourselves
  }
  if (error.id == "CW1273") {
    if (!told_local.exchange(true)) {
      env.reporter.warning(Error(error).note("what remote caches have is not used as long as that is so"));
    }
    return;
  }
  if (error.id == "CW1267") {
    remote.note_lie();
  }
  const bool is_new = error.id == "CW1271" ? remote.stop_writing() : error.id == "CW1248" ? remote.note_refusal() : remote.leave_out();
  if (is_new) {
    env.reporter.warning(warning_of(remote, error));
  }
}

Delivery Remotes::State::deliver(Remote& remote, const UploadJob& job)
{
  if (!remote.writes()) {
    return remote.writes_later() ? Delivery::later : Delivery::never;
  }
  const Result<> done = with_service(remote, Use::write, [&](CacheService& service) -> Result<> {
    std::vector<Digest> digests;
    for (const Blob& blob : job.blobs) {
      digests.push_back(blob.digest);
    }
    CW_TRY_ASSIGN(std::vector<Digest> missing, service.find_missing(digests));
    std::sort(missing.begin(), missing.end());
    std::vector<Blob> to_send;
    for (const Blob& blob : job.blobs) {
      if (std::binary_search(missing.begin(), missing.end(), blob.digest)) {
        to_send.push_back(blob);
      }
    }
    CW_TRY(service.upload(to_send));
    return service.put_action_result(job.action, job.entry);
  });
  if (done) {
    return Delivery::sent;
  }
  return done.error().id != "CW1273" && remote.writes_later() ? Delivery::later : Delivery::never;
}

Delivery Remotes::State::deliver_all(UploadJob& job)
{
  std::vector<SpoolTarget> left;
  bool is_lost = false;
  bool is_later = false;
  for (const SpoolTarget& target : job.remotes) {
    const auto remote = std::find_if(remotes.begin(), remotes.end(), [&](const auto& known) {
      const RemoteSettings& settings = known->settings();
      return settings.name == target.name && settings.url == target.url && settings.writes;
    });
    const Delivery delivery = remote == remotes.end() ? Delivery::elsewhere : deliver(**remote, job);
    if (delivery == Delivery::later || delivery == Delivery::elsewhere) {
      left.push_back(target);
    }
    is_later = is_later || delivery == Delivery::later;
    is_lost = is_lost || delivery == Delivery::never;
  }
  job.remotes = std::move(left);
  if (!job.remotes.empty()) {
    return is_later ? Delivery::later : Delivery::elsewhere;
  }
  return is_lost ? Delivery::never : Delivery::sent;
}

void Remotes::State::to_spool(const UploadJob& job)
{
  const Result<> added = spool.add(job);
  if (!added && !told_local.exchange(true)) {
    env.reporter.warning(Error("CW1272", fmt::format("the spool `{}` cannot be used", options.spool.native()), Blame::environment)
                             .note(fmt::format("{} [{}]", added.error().message, added.error().id))
                             .note("what could not be sent in time is not sent at all"));
  }
  const std::lock_guard lock(mutex);
  ++(added ? summary.spooled : summary.dropped);
}

void Remotes::State::upload_loop()
{
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return is_closed || !queue.empty(); });
    if (queue.empty() || stop.stop_requested()) {
      return;
    }
    UploadJob job = std::move(queue.front());
    queue.pop_front();
    ++running;
    lock.unlock();
    const Delivery delivery = deliver_all(job);
    if (delivery == Delivery::later) {
      to_spool(job);
    }
    lock.lock();
    summary.sent += delivery == Delivery::sent ? 1U : 0U;
    summary.dropped += delivery == Delivery::never ? 1U : 0U;
    --running;
    changed.notify_all();
  }
}

UploadSummary Remotes::State::finish(std::chrono::milliseconds patience)
{
  std::deque<UploadJob> left;
  {
    std::unique_lock lock(mutex);
    is_closed = true;
    changed.notify_all();
    changed.wait_for(lock, patience, [&] { return queue.empty() && running == 0; });
    left = std::exchange(queue, {});
  }
  stop.request_stop();
  changed.notify_all();
  for (std::thread& thread : threads) {
    thread.join();
  }
  threads.clear();
  for (const UploadJob& job : left) {
    to_spool(job);
  }
  const std::lock_guard lock(mutex);
  return summary;
}

Remotes::Remotes(const Env& env, RemotesOptions options) : m_state(std::make_unique<State>(env, std::move(options))) {}

Remotes::~Remotes()
{
  m_state->finish(std::chrono::milliseconds(0));
}

bool Remotes::reads() const
{
  return std::any_of(m_state->remotes.begin(), m_state->remotes.end(), [](const auto& remote) { return remote->reads(); });
}

bool Remotes::writes() const
{
  return std::any_of(m_state->remotes.begin(), m_state->remotes.end(), [](const auto& remote) { return remote->settings().writes; });
}

void Remotes::offer(const Digest& action, const action::ActionResult& result, std::vector<Blob> blobs)
{
  UploadJob job{.action = action, .entry = {}, .remotes = {}, .blobs = std::move(blobs)};
  for (const auto& remote : m_state->remotes) {
    if (remote->writes_later()) {
      job.remotes.push_back({remote->settings().name, remote->settings().url});
    }
  }
  const auto is_too_large = [](const Blob& blob) { return blob.digest.size_bytes > k_largest_blob_bytes; };
  const bool is_kept_here = job.remotes.empty() || std::any_of(job.blobs.begin(), job.blobs.end(), is_too_large);
  if (!is_kept_here) {
    job.entry = make_entry(action, result, m_state->options.settings.key.get());
  }
  {
    const std::lock_guard lock(m_state->mutex);
    if (is_kept_here || job.entry.size() > k_largest_result_bytes || m_state->is_closed) {
      m_state->summary.dropped += m_state->options.settings.remotes.empty() ? 0U : 1U;
      return;
    }
    if (m_state->queue.size() < m_state->options.most_queued) {
      m_state->queue.push_back(std::move(job));
      if (m_state->threads.size() < m_state->options.upload_threads) {
        m_state->threads.emplace_back([state = m_state.get()] { state->upload_loop(); });
      }
      m_state->changed.notify_all();
      return;
    }
  }
  m_state->to_spool(job);
}

UploadSummary Remotes::finish(std::chrono::milliseconds patience)
{
  return m_state->finish(patience);
}

Result<UploadSummary> Remotes::push()
{
  UploadSummary out;
  CW_TRY_ASSIGN(const auto lock, m_state->spool.lock());
  if (lock == nullptr) {
    return fail(Error("CW1276", "another process is sending the spool", Blame::environment)
                    .note(fmt::format("it holds the lock of `{}`", m_state->options.spool.native()))
                    .help("wait for it, and look again"));
  }
  CW_TRY_ASSIGN(const std::vector<Path> files, m_state->spool.files());
  for (const Path& file : files) {
    std::optional<UploadJob> job = m_state->spool.load(file);
    const std::vector<SpoolTarget> before = job ? job->remotes : std::vector<SpoolTarget>();
    const Delivery delivery = job ? m_state->deliver_all(*job) : Delivery::never;
    const bool stays = delivery == Delivery::later || delivery == Delivery::elsewhere;
    if (!stays || (job->remotes != before && m_state->spool.add(*job))) {
      m_state->spool.remove(file);
    }
    ++(delivery == Delivery::sent ? out.sent : stays ? out.spooled : out.dropped);
    out.elsewhere += delivery == Delivery::elsewhere ? 1U : 0U;
  }
  return out;
}

Result<std::uint64_t> count_spooled(const Env& env, const Path& spool)
{
  CW_TRY_ASSIGN(const std::vector<Path> files, Spool(env.fs, spool).files());
  return files.size();
}

Result<std::unique_ptr<Remotes>> open_remotes(const Env& env, const manifest::Config& config, Path spool)
{
  CW_TRY_ASSIGN(CacheSettings settings, read_cache_settings(env, config));
  if (settings.remotes.empty() || config.offline()) {
    return nullptr;
  }
  CW_TRY_ASSIGN(base::HttpOptions http, config.http_options());
  RemotesOptions options;
  options.settings = std::move(settings);
  options.http = std::move(http);
  options.spool = std::move(spool);
  return std::make_unique<Remotes>(env, std::move(options));
}

} // namespace cargo_wasm::remote
