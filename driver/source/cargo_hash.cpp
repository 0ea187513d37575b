#include "cargo_hash.hpp"

#include <bit>

#include <fmt/format.h>

namespace cargo_wasm::source {

namespace {

struct SipState
{
  // The constants of SipHash with both key halves zero; 0xee marks the 128-bit variant.
  std::uint64_t v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d ^ 0xee, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;

  void round()
  {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word)
  {
    v3 ^= word;
    round();
    v0 ^= word;
  }

  std::uint64_t squeeze()
  {
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

std::uint64_t little_endian(std::string_view bytes)
{
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

/// `SourceKind`'s discriminants as its enum declares them (cargo-util-schemas/src/core/source_kind.rs).
char discriminant(spec::SourceKind kind)
{
  switch (kind) {
  case spec::SourceKind::git:
    return 0;
  case spec::SourceKind::path:
    return 1;
  case spec::SourceKind::registry:
    return 2;
  case spec::SourceKind::sparse_registry:
    return 3;
  case spec::SourceKind::local_registry:
    return 4;
  case spec::SourceKind::directory:
    return 5;
  }
  return 0;
}

/// What Rust's `str` hashes to: its bytes and 0xff.
std::string hashed_text(std::string_view text)
{
  return std::string(text) + '\xff';
}

} // namespace

std::uint64_t stable_hash(std::string_view bytes)
{
  SipState state;
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    state.absorb(little_endian(bytes.substr(at, 8)));
  }
  state.absorb(little_endian(bytes.substr(at)) | (std::uint64_t{bytes.size()} << 56));
  state.v2 ^= 0xee;
  const std::uint64_t low = state.squeeze();
  state.v1 ^= 0xdd;
  const std::uint64_t high = state.squeeze();
  return low * 3 + high;
}

std::string hash_digits(std::uint64_t hash)
{
  std::string out;
  for (int i = 0; i < 8; ++i) {
    fmt::format_to(std::back_inserter(out), "{:02x}", (hash >> (8 * i)) & 0xff);
  }
  return out;
}

std::string source_hash(spec::SourceId source)
{
  std::string message(1, discriminant(source.kind()));
  if (source.kind() == spec::SourceKind::sparse_registry) {
    message += "sparse+";
  }
  message += hashed_text(source.canonical());
  return hash_digits(stable_hash(message));
}

std::string git_directory_name(spec::SourceId source)
{
  std::string_view path = source.canonical();
  const std::size_t scheme = path.find("://");
  path = scheme == std::string_view::npos ? path : path.substr(scheme + 3);
  const std::size_t slash = path.rfind('/');
  std::string_view last = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  last = last.substr(0, last.find_first_of("?#"));
  return fmt::format("{}-{}", last.empty() ? "_empty" : last, hash_digits(stable_hash(hashed_text(source.canonical()))));
}

std::string_view url_host(std::string_view url)
{
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  url = url.substr(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  url = user == std::string_view::npos ? url : url.substr(user + 1);
  if (url.starts_with('[')) {
    return url.substr(0, url.find(']') + 1);
  }
  return url.substr(0, url.find(':'));
}

std::string url_without_secrets(std::string_view url)
{
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return std::string(url);
  }
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t user = authority.rfind('@');
  const std::size_t skipped = user == std::string_view::npos ? 0 : user + 1;
  return std::string(url.substr(0, scheme + 3)) + std::string(rest.substr(skipped));
}

} // namespace cargo_wasm::source
