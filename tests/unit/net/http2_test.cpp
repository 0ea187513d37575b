// HTTP/2 needs TLS and a server that speaks it: nginx, where it is installed.
#include "http_client.hpp"

#include "recording_handler.hpp"

#include <cargo_wasm/base/process.hpp>

#include <thread>

#include <support/catch.hpp>
#include <support/http_server.hpp>
#include <support/temp_dir.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;

namespace {

constexpr std::string_view k_nginx_config = R"(
daemon off;
master_process off;
pid {0}/nginx.pid;
error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3;
  uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;
  server {{
    listen 127.0.0.1:{1} ssl http2;
    ssl_certificate {0}/cert.pem;
    ssl_certificate_key {0}/key.pem;
    root {0}/www;
  }}
}}
)";

Command tool(Path program, std::vector<std::string> args)
{
  Command command;
  command.program = std::move(program);
  command.args = std::move(args);
  command.env = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
  command.cwd = "/";
  return command;
}

} // namespace

TEST_CASE("http: many transfers share one HTTP/2 connection, and an unknown certificate is refused", "[net][http2]")
{
  const auto fs = make_filesystem();
  const auto nginx = find_program(*fs, "nginx", "/usr/sbin:/usr/bin");
  const auto openssl = find_program(*fs, "openssl", "/usr/bin");
  if (!nginx || !openssl) {
    WARN("nginx or openssl is not installed: skipped");
    return;
  }
  const test::TempDir dir;
  const auto runner = make_process_runner();
  CapturingSink sink;
  REQUIRE(runner
              ->run(tool(*openssl,
                         {"req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:prime256v1",
                          "-nodes",
                          "-subj",
                          "/CN=127.0.0.1",
                          "-addext",
                          "subjectAltName=IP:127.0.0.1",
                          "-days",
                          "2",
                          "-keyout",
                          (dir / "key.pem").string(),
                          "-out",
                          (dir / "cert.pem").string()}),
                    sink)
              ->success());
  for (int i = 0; i < 60; ++i) {
    dir.write("www/" + std::to_string(i), std::string(5000, static_cast<char>('a' + i % 26)) + std::to_string(i));
  }
  const std::uint16_t port = test::closed_port();
  dir.write("nginx.conf", fmt::format(k_nginx_config, dir.path().string(), port));
  std::jthread server([&](std::stop_token stop) {
    CapturingSink output;
    (void)runner->run(tool(*nginx, {"-e", (dir / "error.log").string(), "-c", (dir / "nginx.conf").string()}), output, stop);
  });
  const std::string url = fmt::format("https://127.0.0.1:{}/", port);

  HttpOptions options;
  options.cainfo = (dir / "cert.pem").string();
  options.retries = 10;
  options.debug = true;
  int connects = 0;
  int http2_answers = 0;
  options.on_debug = [&](std::string_view line) {
    connects += line.starts_with("* Connected to");
    http2_answers += line.starts_with("< HTTP/2 200");
  };
  net::HttpHooks hooks = net::real_hooks();
  hooks.jitter = [] { return 0.0; };
  auto client = net::make_curl_client(options, hooks);
  REQUIRE(client.has_value());
  for (int i = 0; i < 1200 && !fs->exists(dir / "nginx.pid"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::vector<test::Recording> recordings(60);
  for (int i = 0; i < 60; ++i) {
    (*client)->enqueue({url + std::to_string(i), {}, 0}, std::make_unique<test::RecordingHandler>(recordings[static_cast<std::size_t>(i)]));
  }
  test::drive(**client);
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    REQUIRE(recordings[i].outcome);
    REQUIRE(recordings[i].outcome->has_value());
    CHECK(recordings[i].body == dir.read("www/" + std::to_string(i)));
  }
  CHECK(http2_answers == 60);
  CHECK(connects == 1);

  // http.multiplexing = false
  options.multiplexing = false;
  http2_answers = 0;
  auto plain = net::make_curl_client(options, hooks);
  test::Recording alone;
  (*plain)->enqueue({url + "1", {}, 0}, std::make_unique<test::RecordingHandler>(alone));
  test::drive(**plain);
  CHECK(alone.body == dir.read("www/1"));
  CHECK(http2_answers == 0);

  // http.ssl-version: nginx speaks up to 1.3, the oldest versions not at all.
  options.max_tls = TlsVersion::tls_1_1;
  options.retries = 0;
  auto old = net::make_curl_client(options, hooks);
  test::Recording too_old;
  (*old)->enqueue({url + "1", {}, 0}, std::make_unique<test::RecordingHandler>(too_old));
  test::drive(**old);
  REQUIRE_FALSE(too_old.outcome->has_value());
  CHECK(too_old.outcome->error().id == "CW0030");
  options.max_tls.reset();

  options.cainfo.reset();
  auto stranger = net::make_curl_client(options);
  test::Recording refused;
  (*stranger)->enqueue({url, {}, 0}, std::make_unique<test::RecordingHandler>(refused));
  test::drive(**stranger);
  REQUIRE(refused.outcome);
  REQUIRE_FALSE(refused.outcome->has_value());
  CHECK(refused.outcome->error().id == "CW0037");
  CHECK(refused.starts == 1);
}
