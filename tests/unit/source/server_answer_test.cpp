#include "server_answer.hpp"

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::source;

namespace {

base::HttpResponse response(int status, std::vector<std::pair<std::string, std::string>> headers = {})
{
  base::HttpResponse out;
  out.status = status;
  out.headers = std::move(headers);
  return out;
}

constexpr std::string_view k_url = "https://me:secret@r.example/in/de/x?key=1";

} // namespace

TEST_CASE("each refusal of a server has its own error, which names the host and no secret", "[source][errors]")
{
  struct Row
  {
    int status;
    std::string id, message;
  };
  const Row rows[] = {{401, "CW0402", "`r.example` rejected the token for the index file of `x`"},
                      {403, "CW0403", "`r.example` refuses access to the index file of `x`"},
                      {429, "CW0404", "`r.example` answers no more requests for now"},
                      {500, "CW0405", "`r.example` failed to deliver the index file of `x`"},
                      {503, "CW0405", "`r.example` failed to deliver the index file of `x`"},
                      {418, "CW0400", "`r.example` gave an unexpected answer for the index file of `x`"}};
  for (const auto& row : rows) {
    INFO(row.status);
    const auto error = status_error(response(row.status), k_url, "the index file of `x`", spec::SourceId::crates_io(), Token::sent);
    CHECK(error.id == row.id);
    CHECK(error.message == row.message);
    CHECK(error.blame == Blame::network);
    const auto text = base::render(error, base::Severity::error, false);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find("key=1") == std::string::npos);
    CHECK_FALSE(error.notes.empty());
  }
}

TEST_CASE("a web page in a registry's place is called one", "[source][errors]")
{
  const auto error = wrong_content_error(k_url, "the index file of `x`", "\n <!DOCTYPE html><title>Login</title>");
  CHECK(base::render(error, base::Severity::error, false) ==
        "error[CW0406]: `r.example` sent something else for the index file of `x`\n"
        "   = note: the request was for https://r.example/in/de/x\n"
        "   = note: what came is a web page\n"
        "   = help: a proxy or login page may answer in its place, or the registry's URL may be wrong: open it from this machine\n");
}

TEST_CASE("the page that hands out tokens is found in the answer", "[source][auth]")
{
  CHECK(login_url_of(response(401, {{"www-authenticate", "Cargo login_url=\"https://r.example/me\""}})) == "https://r.example/me");
  CHECK_FALSE(login_url_of(response(401, {{"www-authenticate", "Basic realm=\"x\""}})).has_value());
}
