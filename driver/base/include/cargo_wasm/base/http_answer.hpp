// The whole answer to a request, for callers who want it in one piece.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::base {

struct HttpAnswer
{
  std::string body;
  std::optional<Result<HttpResponse>> outcome; ///< nullopt while it is under way
};

/// A handler that fills `answer`. It shares it with the caller, who may have given up waiting.
[[nodiscard]] std::unique_ptr<HttpHandler> collect_into(std::shared_ptr<HttpAnswer> answer);

} // namespace cargo_wasm::base
