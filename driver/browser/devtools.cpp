#include "devtools.hpp"

#include <map>

#include <fmt/format.h>

namespace cargo_wasm::browser {

namespace {

Error refused(const std::string& method, std::string why)
{
  return Error("CW0971", fmt::format("Chromium does not do what it is asked for: `{}`", method), Blame::environment).note(std::move(why));
}

} // namespace

std::optional<std::string> MessageSplitter::next()
{
  const std::size_t end = m_bytes.find('\0', m_searched);
  if (end == std::string::npos) {
    m_searched = m_bytes.size();
    return std::nullopt;
  }
  std::string message = m_bytes.substr(0, end);
  m_bytes.erase(0, end + 1);
  m_searched = 0;
  return message;
}

Result<std::optional<nlohmann::json>> Devtools::receive(SteadyTime until)
{
  while (true) {
    CW_TRY_ASSIGN(const std::optional<std::string> text, m_channel.receive(until));
    if (!text) {
      return std::nullopt;
    }
    auto message = nlohmann::json::parse(*text, nullptr, false);
    if (message.is_object()) {
      return std::optional(std::move(message));
    }
  }
}

bool Devtools::is_heard(const nlohmann::json& message) const
{
  const auto session = message.find("sessionId");
  return session == message.end() || *session == m_session || (session->is_string() && m_others.contains(session->get<std::string>()));
}

std::optional<Event> Devtools::event_of(nlohmann::json& message) const
{
  const auto method = message.find("method");
  if (method == message.end() || !method->is_string() || !is_heard(message)) {
    return std::nullopt;
  }
  return Event{method->get<std::string>(), message.contains("params") ? std::move(message["params"]) : nlohmann::json::object()};
}

Result<std::int64_t> Devtools::send(const std::string& session, const std::string& method, nlohmann::json params)
{
  const std::int64_t id = ++m_last_id;
  nlohmann::json command = {{"id", id}, {"method", method}, {"params", std::move(params)}};
  if (!session.empty()) {
    command["sessionId"] = session;
  }
  CW_TRY(m_channel.send(command.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return id;
}

Result<> Devtools::tell(const std::string& session, const std::string& method, nlohmann::json params)
{
  CW_TRY(send(session, method, std::move(params)));
  return {};
}

Result<> Devtools::hear_out(const std::set<std::string>& sessions, SteadyTime until)
{
  std::map<std::int64_t, std::string> open;
  for (const std::string& session : sessions) {
    CW_TRY_ASSIGN(const std::int64_t id, send(session, "Runtime.evaluate", {{"expression", "0"}}));
    open.emplace(id, session);
  }
  while (!open.empty()) {
    CW_TRY_ASSIGN(auto message, receive(until));
    if (!message) {
      return {};
    }
    open.erase(message->value("id", std::int64_t{0})); // a refusal is an answer, too: the target has gone
    if (auto event = event_of(*message)) {
      if (event->method == "Target.detachedFromTarget") {
        std::erase_if(open, [&](const auto& entry) { return entry.second == event->params.value("sessionId", ""); });
      }
      m_waiting.push_back(std::move(*event));
    }
  }
  return {};
}

Result<nlohmann::json> Devtools::call(const std::string& method, nlohmann::json params, SteadyTime until)
{
  CW_TRY_ASSIGN(const std::int64_t id, send(m_session, method, std::move(params)));
  while (true) {
    CW_TRY_ASSIGN(auto message, receive(until));
    if (!message) {
      return fail(refused(method, "it did not answer in time"));
    }
    if (message->value("id", std::int64_t{0}) == id) {
      if (const auto error = message->find("error"); error != message->end()) {
        return fail(refused(method, "it says: " + error->value("message", std::string("nothing"))));
      }
      return message->contains("result") ? std::move((*message)["result"]) : nlohmann::json::object();
    }
    if (auto event = event_of(*message)) {
      m_waiting.push_back(std::move(*event));
    }
  }
}

Result<std::optional<Event>> Devtools::next_event(SteadyTime until)
{
  if (!m_waiting.empty()) {
    Event event = std::move(m_waiting.front());
    m_waiting.pop_front();
    return std::optional(std::move(event));
  }
  while (true) {
    CW_TRY_ASSIGN(auto message, receive(until));
    if (!message) {
      return std::nullopt;
    }
    if (auto event = event_of(*message)) {
      return event;
    }
  }
}

} // namespace cargo_wasm::browser
