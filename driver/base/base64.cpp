#include <cargo_wasm/base/base64.hpp>

#include <openssl/evp.h>

namespace cargo_wasm::base {
namespace {

// OpenSSL counts in int: long input goes through in pieces that leave no padding between them.
constexpr std::size_t k_piece_bytes = 3U << 20U;
constexpr std::size_t k_piece_digits = k_piece_bytes / 3 * 4;

const unsigned char* octets(std::string_view bytes)
{
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace

std::string to_base64(std::string_view bytes)
{
  std::string out;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, k_piece_bytes);
    std::string digits((piece.size() + 2) / 3 * 4 + 1, '\0'); // and the zero byte that it ends with
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(digits.data()), octets(piece), static_cast<int>(piece.size()));
    digits.pop_back();
    out += digits;
    bytes.remove_prefix(piece.size());
  }
  return out;
}

std::optional<std::string> parse_base64(std::string_view text)
{
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = rest.substr(0, k_piece_digits);
    std::string bytes(piece.size() / 4 * 3 + 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), octets(piece), static_cast<int>(piece.size()));
    if (size < 0 || piece.size() % 4 != 0) {
      return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(size));
    rest.remove_prefix(piece.size());
    // It gives zero bytes for the padding.
    for (std::size_t padding = 0; rest.empty() && padding < 2 && !bytes.empty() && piece[piece.size() - 1 - padding] == '='; ++padding) {
      bytes.pop_back();
    }
    out += bytes;
  }
  return to_base64(out) == text ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace cargo_wasm::base
