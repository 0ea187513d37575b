#include <cargo_wasm/registry_client/static_files.hpp>

#include <cargo_wasm/base/http_answer.hpp>

#include <fmt/format.h>

#include <memory>

namespace cargo_wasm::registry_client {
namespace {

constexpr int k_ok = 200;

bool says_absent(int status)
{
  return status == 404 || status == 410 || status == 451;
}

} // namespace

ServerFiles::ServerFiles(base::HttpClient& client, std::string base, std::vector<std::string> headers)
    : m_client(client), m_base(std::move(base)), m_headers(std::move(headers))
{
}

Result<std::vector<std::optional<std::string>>> ServerFiles::get(std::span<const FileWanted> wanted)
{
  std::vector<std::shared_ptr<base::HttpAnswer>> answers;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    base::HttpRequest request{m_base + wanted[i].path, m_headers, wanted[i].max_bytes};
    request.max_redirects = 0;
    m_client.enqueue(std::move(request), base::collect_into(answers.emplace_back(std::make_shared<base::HttpAnswer>())));
  }
  bool more = !wanted.empty();
  while (more) {
    CW_TRY_ASSIGN(more, m_client.poll(std::chrono::milliseconds(200)));
  }
  std::vector<std::optional<std::string>> files;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!answers[i]->outcome) {
      return fail(Error("CW0032", fmt::format("the transfer of `{}{}` ended without an answer", m_base, wanted[i].path), Blame::network));
    }
    CW_TRY_ASSIGN(const base::HttpResponse response, std::move(*answers[i]->outcome));
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
