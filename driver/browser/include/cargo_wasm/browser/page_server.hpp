// HTTP/1.1 on loopback for pages: what a Site answers, with the headers that isolate a page from others, without which browsers have no
// SharedArrayBuffer and no threads (Cross-Origin-Opener-Policy, Cross-Origin-Embedder-Policy), and none of it kept by the browser.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <cargo_wasm/browser/site.hpp>

namespace cargo_wasm::browser {

class PageServer
{
public:
  /// Listens on 127.0.0.1, on a free port when `port` is 0, and answers in a thread of its own until it is destroyed. `fs` lives as long.
  /// Errors: CW0978 the port cannot be had.
  static Result<std::unique_ptr<PageServer>> start(Site site, const base::ReadOnlyFilesystem& fs, std::uint16_t port = 0);
  virtual ~PageServer() = default;
  PageServer() = default;
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// "http://127.0.0.1:PORT"
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port()); }
};

} // namespace cargo_wasm::browser
