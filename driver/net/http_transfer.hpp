// One transfer: a request, its handler, and the easy handle of the attempt under way.
#pragma once
#include <array>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::net {

struct Server;

class Transfer
{
public:
  Transfer(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Prepares a new attempt and tells the handler. The result is to be added to a multi handle; nullptr when the URL cannot be
  /// used at all.
  [[nodiscard]] CURL* start(const base::HttpOptions& options);

  struct Ending
  {
    Result<base::HttpResponse> outcome;
    bool passing = false; ///< worth another try
  };
  /// What became of the attempt; the easy handle must have left its multi handle.
  [[nodiscard]] Ending finish(CURLcode code);
  /// As `finish` for an attempt that was given up because nothing arrived.
  [[nodiscard]] Ending time_out(std::string why);
  /// What became of a transfer that nobody wanted any more when its turn came.
  [[nodiscard]] Ending unwanted() const;

  [[nodiscard]] CURL* easy() const { return m_easy.get(); }
  [[nodiscard]] base::HttpHandler& handler() const { return *m_handler; }
  [[nodiscard]] std::uint64_t received_bytes() const { return m_received_bytes; } ///< over all attempts, as sent by the server

  [[nodiscard]] std::uint32_t most_retries(const base::HttpOptions& options) const { return m_request.retries.value_or(options.retries); }

  /// Whether the answer came by a protocol that has one request a connection at a time; nullopt: none has come.
  [[nodiscard]] std::optional<bool> is_one_by_one() const;

  std::uint32_t retries = 0; ///< that were begun
  Server* server = nullptr;  ///< that is asked

private:
  static std::size_t write_callback(char* data, std::size_t one, std::size_t count, void* self);
  static std::size_t header_callback(char* data, std::size_t one, std::size_t count, void* self);
  static int debug_callback(CURL* easy, curl_infotype type, char* data, std::size_t size, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void set_method(CURL* easy) const;
  bool receive(std::string_view bytes);
  void read_header(std::string_view line);
  [[nodiscard]] Error transfer_error(CURLcode code) const;
  [[nodiscard]] Error redirect_error() const;
  [[nodiscard]] std::string redacted(std::string text) const;

  struct EasyDeleter
  {
    void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
  };
  struct ListDeleter
  {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  base::HttpRequest m_request;
  std::unique_ptr<base::HttpHandler> m_handler;
  std::unique_ptr<curl_slist, ListDeleter> m_headers;
  std::unique_ptr<CURL, EasyDeleter> m_easy;
  std::array<char, CURL_ERROR_SIZE> m_curl_text{};
  const base::HttpOptions* m_options = nullptr;
  base::HttpResponse m_response;
  bool m_is_head_complete = false;
  std::optional<Error> m_refusal; ///< of the handler, or the limit
  std::uint64_t m_body_bytes = 0;
  std::uint64_t m_received_bytes = 0;
};

/// The URL without user name and password.
[[nodiscard]] std::string shown_url(std::string_view url);

} // namespace cargo_wasm::net
