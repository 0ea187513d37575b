// rustc-info.json: {"format": 1, "identity": "…", "answers": {QUESTION: {"out": …, "err": …}}}. Only successes are kept: a
// failure may be mended (a target installed) without the compiler's identity changing.
#include <nlohmann/json.hpp>

#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::toolchain {
namespace {

constexpr int k_format = 1;

const std::string* text_member(const nlohmann::json& object, const char* key)
{
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

} // namespace

RustcCache RustcCache::load(const base::ReadOnlyFilesystem& fs, const Path& file, std::string_view identity)
{
  RustcCache cache;
  cache.m_file = file;
  cache.m_identity = identity;
  const auto text = fs.read_if_exists(file);
  if (!text || !*text) {
    return cache;
  }
  const auto json = nlohmann::json::parse(**text, nullptr, false);
  if (!json.is_object() || json.value("format", nlohmann::json()) != k_format ||
      json.value("identity", nlohmann::json()) != cache.m_identity || !json.contains("answers") || !json["answers"].is_object()) {
    return cache;
  }
  for (const auto& [question, answer] : json["answers"].items()) {
    const std::string* out = answer.is_object() ? text_member(answer, "out") : nullptr;
    const std::string* err = answer.is_object() ? text_member(answer, "err") : nullptr;
    if (out != nullptr && err != nullptr) {
      cache.m_answers.emplace(question, Answer{0, *out, *err});
    }
  }
  return cache;
}

void RustcCache::save(base::Filesystem& fs) const
{
  if (!m_dirty || m_file.empty()) {
    return;
  }
  nlohmann::json json = {{"format", k_format}, {"identity", m_identity}, {"answers", nlohmann::json::object()}};
  for (const auto& [question, answer] : m_answers) {
    if (answer.status == 0) {
      json["answers"][question] = {{"out", answer.out}, {"err", answer.err}};
    }
  }
  const auto text = json.dump(1, '\t', false, nlohmann::json::error_handler_t::replace);
  static_cast<void>(fs.write_atomic(m_file, text));
}

const RustcCache::Answer* RustcCache::find(const std::string& question) const
{
  const auto found = m_answers.find(question);
  return found == m_answers.end() ? nullptr : &found->second;
}

void RustcCache::add(std::string question, Answer answer)
{
  m_dirty = m_dirty || answer.status == 0;
  m_answers.insert_or_assign(std::move(question), std::move(answer));
}

} // namespace cargo_wasm::toolchain
