// rustc-info.json: {"format": 1, "identity": "…", "answers": {QUESTION: {"out": …, "err": …}}}. Only successes are kept: a
// failure may be mended (a target installed) without the compiler's identity changing.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/toolchain/toolchain.hpp>

#include "ask_rustc.hpp"

namespace cargo_wasm::toolchain {
namespace {

using Answers = std::map<std::string, RustcCache::Answer>;

constexpr int k_format = 1;
constexpr std::size_t k_most_for_all = 200; ///< answers in a user's file; with more of them it begins anew

const std::string* text_member(const nlohmann::json& object, const char* key)
{
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

Answers read_answers(const base::ReadOnlyFilesystem& fs, const Path& file, const std::string& identity)
{
  Answers answers;
  const auto text = fs.read_if_exists(file);
  if (!text || !*text) {
    return answers;
  }
  const auto json = nlohmann::json::parse(**text, nullptr, false);
  if (!json.is_object() || json.value("format", nlohmann::json()) != k_format || json.value("identity", nlohmann::json()) != identity ||
      !json.contains("answers") || !json["answers"].is_object()) {
    return answers;
  }
  for (const auto& [question, answer] : json["answers"].items()) {
    const std::string* out = answer.is_object() ? text_member(answer, "out") : nullptr;
    const std::string* err = answer.is_object() ? text_member(answer, "err") : nullptr;
    if (out != nullptr && err != nullptr) {
      answers.emplace(question, RustcCache::Answer{0, *out, *err});
    }
  }
  return answers;
}

void write_answers(base::Filesystem& fs, const Path& file, const std::string& identity, const Answers& answers)
{
  nlohmann::json json = {{"format", k_format}, {"identity", identity}, {"answers", nlohmann::json::object()}};
  for (const auto& [question, answer] : answers) {
    if (answer.status == 0) {
      json["answers"][question] = {{"out", answer.out}, {"err", answer.err}};
    }
  }
  static_cast<void>(fs.write_atomic(file, json.dump(1, '\t', false, nlohmann::json::error_handler_t::replace)));
}

/// Whether what it says of itself depends on itself alone.
bool speaks_for_itself(const Env& env, const ToolchainChoice& choice)
{
  return !choice.wrapper && !choice.workspace_wrapper && env.var("RUST_TARGET_PATH") == nullptr && has_driver_library(env, choice.rustc);
}

} // namespace

Path users_answers(const Path& directory, std::string_view identity)
{
  return directory / fmt::format("{}.json", identity);
}

RustcCache RustcCache::load(const base::ReadOnlyFilesystem& fs, const Path& file, std::string_view identity)
{
  RustcCache cache;
  cache.m_file = file;
  cache.m_identity = identity;
  cache.m_answers = read_answers(fs, file, cache.m_identity);
  return cache;
}

RustcCache RustcCache::load(const Env& env, const ToolchainChoice& choice, const RustcCachePlaces& places)
{
  const std::string* use_cache = env.var("CARGO_CACHE_RUSTC_INFO");
  if (places.of_project.empty() || (use_cache != nullptr && *use_cache == "0")) {
    return {};
  }
  RustcCache cache = load(env.fs, places.of_project, rustc_identity(env, choice));
  if (!places.of_user.empty() && speaks_for_itself(env, choice)) {
    cache.m_users_file = users_answers(places.of_user, cache.m_identity);
  }
  return cache;
}

void RustcCache::save(base::Filesystem& fs) const
{
  if (m_dirty && !m_file.empty()) {
    write_answers(fs, m_file, m_identity, m_answers);
  }
  if (!m_for_all.empty() && !m_users_file.empty()) {
    Answers answers = m_for_all;
    Answers before = read_answers(fs, m_users_file, m_identity); // again: another build may have added some
    if (before.size() + answers.size() <= k_most_for_all) {
      answers.merge(before);
    }
    write_answers(fs, m_users_file, m_identity, answers);
  }
}

const RustcCache::Answer* RustcCache::find(const std::string& question) const
{
  const auto found = m_answers.find(question);
  return found == m_answers.end() ? nullptr : &found->second;
}

const RustcCache::Answer* RustcCache::find_anywhere(const base::ReadOnlyFilesystem& fs, const std::string& question)
{
  if (const Answer* own = find(question); own != nullptr || m_users_file.empty()) {
    return own;
  }
  if (!m_users) {
    m_users = read_answers(fs, m_users_file, m_identity);
  }
  const auto found = m_users->find(question);
  if (found == m_users->end()) {
    return nullptr;
  }
  add(question, found->second);
  return &found->second;
}

void RustcCache::add(std::string question, Answer answer)
{
  m_dirty = m_dirty || answer.status == 0;
  m_answers.insert_or_assign(std::move(question), std::move(answer));
}

void RustcCache::add_for_all(const std::string& question, const Answer& answer)
{
  if (answer.status == 0) {
    m_for_all.insert_or_assign(question, answer);
  }
  add(question, answer);
}

} // namespace cargo_wasm::toolchain
