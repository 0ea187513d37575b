// The entry point of `cargo_wasm_net.so`.
#include "http_client.hpp"
#include "module_interface.hpp"

namespace cargo_wasm::net {
#ifdef CW_NET_HAS_GIT
[[nodiscard]] Result<std::unique_ptr<GitClient>> make_libgit2_client();
[[nodiscard]] std::string libgit2_version();
[[nodiscard]] std::optional<std::string> libgit2_http_proxy();
#endif

namespace {

std::string versions()
{
  std::string text = curl_versions();
#ifdef CW_NET_HAS_GIT
  text += " " + libgit2_version();
#endif
  return text;
}

Result<std::unique_ptr<base::HttpClient>> make_http_client(const base::HttpOptions& options)
{
  base::HttpOptions complete = options;
#ifdef CW_NET_HAS_GIT
  if (!complete.proxy) {
    complete.proxy = libgit2_http_proxy();
  }
#endif
  return make_curl_client(complete);
}

} // namespace
} // namespace cargo_wasm::net

extern "C" __attribute__((visibility("default"))) const cargo_wasm::net::ModuleFunctions* cargo_wasm_net_functions()
{
  using namespace cargo_wasm::net;
  static const ModuleFunctions functions = {
      k_interface,
      &make_http_client,
#ifdef CW_NET_HAS_GIT
      &make_libgit2_client,
#else
      nullptr,
#endif
      &versions,
  };
  return &functions;
}
