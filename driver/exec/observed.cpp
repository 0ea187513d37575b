#include <cargo_wasm/exec/observed.hpp>

#include <random>

#include <cargo_wasm/base/hmac.hpp>

namespace cargo_wasm::exec {

std::string hashed_value(std::string_view key, std::string_view value)
{
  return std::string(k_hashed_value) + base::hmac_sha256_hex(key, value);
}

void put_values_of_today(const Env& env, const plan::ActionTemplate& tmpl, Record& record)
{
  const auto today = [&](const std::string& name) {
    const auto configured = tmpl.env.find(name);
    return configured == tmpl.env.end() ? env.var(name) : &configured->second;
  };
  for (auto& [name, value] : record.observed) {
    const std::string* const now = today(name);
    if (!value || !value->starts_with(k_hashed_value) || now == nullptr) {
      continue;
    }
    if (const auto known = record.environment.find(name); known != record.environment.end() && known->second == *value) {
      known->second = *now;
    }
    value = *now;
  }
  for (auto& [name, value] : record.environment) {
    if (const auto configured = tmpl.env.find(name); value.starts_with(k_hashed_value) && configured != tmpl.env.end()) {
      value = configured->second;
    }
  }
}

Result<std::string> key_of_variables(base::Filesystem& fs, const base::Path& state_directory, bool writable)
{
  constexpr std::size_t k_key_bytes = 32;
  constexpr std::uint32_t k_mode = 0600;
  const base::Path file = state_directory / "secret";
  const auto read = [&]() -> Result<std::optional<std::string>> {
    CW_TRY_ASSIGN(auto known, fs.read_if_exists(file));
    return known && known->size() == k_key_bytes ? std::move(known) : std::nullopt;
  };
  CW_TRY_ASSIGN(auto known, read());
  if (known) {
    return std::move(*known);
  }
  std::random_device entropy; // getrandom(2)
  std::string key(k_key_bytes, '\0');
  for (char& byte : key) {
    byte = static_cast<char>(entropy() & 0xffU);
  }
  if (!writable) {
    return key;
  }
  // Builds of two profiles may come here at once: the first one's key counts.
  CW_TRY_ASSIGN(const auto lock, fs.lock(state_directory / "secret.lock", base::LockMode::exclusive, [] {}));
  CW_TRY_ASSIGN(auto other, read());
  if (other) {
    return std::move(*other);
  }
  CW_TRY(fs.remove(file));
  CW_TRY(fs.create_file(file, key, k_mode, 0));
  return key;
}

} // namespace cargo_wasm::exec
