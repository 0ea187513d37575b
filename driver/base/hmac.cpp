#include <cargo_wasm/base/hmac.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cargo_wasm/base/digest.hpp>

namespace cargo_wasm::base {

std::string hmac_sha256_hex(std::string_view key, std::string_view text)
{
  Sha256 sum;
  unsigned int size = 0;
  HMAC(EVP_sha256(),
       key.data(),
       static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()),
       text.size(),
       sum.bytes.data(),
       &size);
  return to_hex(sum);
}

} // namespace cargo_wasm::base
