#include <cargo_wasm/registry_client/static_files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace cargo_wasm::registry_client {
namespace {

constexpr int k_ok = 200;

bool says_absent(int status)
{
  return status == 404 || status == 410 || status == 451;
}

} // namespace

ServerFiles::ServerFiles(base::HttpClient& client, std::string base, TokenSource tokens)
    : m_client(client), m_base(std::move(base)), m_tokens(std::move(tokens))
{
}

Result<std::vector<std::shared_ptr<base::HttpAnswer>>> ServerFiles::ask(std::span<const FileWanted> wanted)
{
  std::vector<std::shared_ptr<base::HttpAnswer>> answers;
  for (const FileWanted& one : wanted) {
    base::HttpRequest request{m_base + one.path, {}, one.max_bytes};
    request.max_redirects = 0;
    if (const auto token = m_tokens.header(m_base)) {
      request.headers.push_back(*token);
    }
    m_client.enqueue(std::move(request), base::collect_into(answers.emplace_back(std::make_shared<base::HttpAnswer>())));
  }
  bool more = !wanted.empty();
  while (more) {
    CW_TRY_ASSIGN(more, m_client.poll(std::chrono::milliseconds(200)));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!answers[i]->outcome) {
      return fail(Error("CW0032", fmt::format("the transfer of `{}{}` ended without an answer", m_base, wanted[i].path), Blame::network));
    }
  }
  return answers;
}

Error ServerFiles::refusal(const FileWanted& wanted, std::string why) const
{
  Error error = refused_without_token(fmt::format("the registry at `{}`", m_base), wanted.path);
  error.notes.insert(error.notes.begin(), std::move(why));
  return error;
}

Result<std::vector<std::optional<std::string>>> ServerFiles::get(std::span<const FileWanted> wanted)
{
  const bool had_token = m_tokens.header(m_base).has_value();
  CW_TRY_ASSIGN(std::vector<std::shared_ptr<base::HttpAnswer>> answers, ask(wanted));
  const auto is_unknown = [](const auto& answer) { return *answer->outcome && (*answer->outcome)->status == 401; };
  if (!had_token && std::ranges::any_of(answers, is_unknown)) {
    if (const Result<> got = m_tokens.need(m_base); !got) {
      const Error& error = got.error();
      return fail(
          refusal(wanted.front(), error.notes.empty() ? error.message : fmt::format("{} ({})", error.message, error.notes.front())));
    }
    CW_TRY_ASSIGN(answers, ask(wanted));
  }
  std::vector<std::optional<std::string>> files;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CW_TRY_ASSIGN(const base::HttpResponse response, std::move(*answers[i]->outcome));
    const bool has_token = m_tokens.header(m_base).has_value();
    if (has_token && (response.status == 401 || response.status == 403)) {
      return fail(refusal(wanted[i], fmt::format("the token for it is refused: {}", reason_of_refusal(response.status, answers[i]->body))));
    }
    if (response.status != k_ok && !says_absent(response.status)) {
      return fail(
          Error("CW1100", fmt::format("`{}{}` was answered with status {}", m_base, wanted[i].path, response.status), Blame::network)
              .help("open the address in a browser, and ask whoever runs this server"));
    }
    files.push_back(response.status == k_ok ? std::optional(std::move(answers[i]->body)) : std::nullopt);
  }
  return files;
}

Result<std::string> get_file(StaticFiles& files, const FileWanted& wanted)
{
  CW_TRY_ASSIGN(std::vector<std::optional<std::string>> got, files.get(std::span(&wanted, 1)));
  if (!got.at(0)) {
    return fail(
        Error("CW1101", fmt::format("the registry has no file `{}`", wanted.path), Blame::network)
            .help("is the address that of a registry of cargo-wasm's kind? `.well-known/cargo-wasm/federation/latest` is below it"));
  }
  return std::move(*got[0]);
}

} // namespace cargo_wasm::registry_client
