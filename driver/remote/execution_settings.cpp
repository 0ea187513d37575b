#include <cargo_wasm/remote/execution_settings.hpp>

#include "setting_checks.hpp"

namespace cargo_wasm::remote {
namespace {

using manifest::Config;
using manifest::Definition;

constexpr std::string_view k_execution_table = "cargo-wasm.execution";
constexpr std::array<std::string_view, 6> k_execution_keys = {"jobs", "platform", "sign", "timeout", "token-env", "url"};
constexpr std::int64_t k_most_jobs = 4096;
constexpr std::int64_t k_longest_execution_s = 7200;

std::string execution_key(std::string_view key)
{
  return fmt::format("{}.{}", k_execution_table, key);
}

tl::unexpected<Error> wrong_value(const Config& config, std::string message, const Definition& where, std::string help)
{
  return fail(in_file(config, Error("CW1135", std::move(message)), where).help(std::move(help)));
}

Result<std::optional<std::int64_t>> number_within(const Config& config, std::string_view key, std::int64_t most, std::string_view what)
{
  CW_TRY_ASSIGN(const auto number, config.get_integer(execution_key(key)));
  if (number && (number->value < 1 || number->value > most)) {
    return wrong_value(
        config, fmt::format("`{}` is no {}", number->value, what), number->definition, fmt::format("write a number from 1 to {}", most));
  }
  return number ? std::optional(number->value) : std::nullopt;
}

Result<> read_address(const Config& config, ExecutionSettings& out)
{
  const std::string key = execution_key("url");
  CW_TRY_ASSIGN(const auto url, config.get_string(key));
  if (!url) {
    return fail(Error("CW1135", fmt::format("`[{}]` has no address", k_execution_table)).help(fmt::format("set `{}`", key)));
  }
  const Protocol protocol = protocol_of(url->value);
  if ((protocol != Protocol::grpc && protocol != Protocol::grpcs) || url->value.find_first_of(" \t\r\n?#") != std::string::npos) {
    return wrong_value(config,
                       fmt::format("`{}` is no address of an executor", url->value),
                       url->definition,
                       "write `grpcs://HOST:PORT/INSTANCE` (without TLS `grpc`)");
  }
  if (holds_secret(url->value)) {
    // Without its place: the line would show what must not be shown.
    return fail(Error("CW1265", fmt::format("the address in `[{}]` holds a secret", k_execution_table))
                    .note(fmt::format("it is set by {}", url->definition.display()))
                    .help("take it out, and name a variable that holds a token: `token-env = \"NAME\"`"));
  }
  out.url = url->value;
  return {};
}

Result<> read_token_variable(const Config& config, ExecutionSettings& out)
{
  CW_TRY_ASSIGN(const auto variable, config.get_string(execution_key("token-env")));
  if (!variable) {
    return {};
  }
  if (!is_variable_name(variable->value)) {
    return wrong_value(config,
                       fmt::format("`{}` is no name of a variable", variable->value),
                       variable->definition,
                       "the variable holds the token; the token itself is never written down");
  }
  if (is_sent_in_the_clear(out.url)) {
    return fail(in_file(config, Error("CW1265", "the token of the executor would be sent in the clear"), variable->definition)
                    .note(fmt::format("its address is `{}`", out.url))
                    .help("use `grpcs`"));
  }
  out.token_variable = variable->value;
  return {};
}

} // namespace

Result<std::optional<ExecutionSettings>> read_execution_settings(const Config& config)
{
  if (config.get_table(std::string(k_execution_table)) == nullptr) {
    return std::nullopt;
  }
  for (const std::string& key : config.table_keys(std::string(k_execution_table))) {
    if (std::find(k_execution_keys.begin(), k_execution_keys.end(), key) == k_execution_keys.end()) {
      return fail(Error("CW1135", fmt::format("`{}` is no key of remote execution", execution_key(manifest::config_key_part(key))))
                      .help(fmt::format("there are `{}`", fmt::join(k_execution_keys, "`, `"))));
    }
  }
  ExecutionSettings out;
  CW_TRY(read_address(config, out));
  CW_TRY(read_token_variable(config, out));
  CW_TRY_ASSIGN(const auto jobs, number_within(config, "jobs", k_most_jobs, "number of units to compile at once"));
  CW_TRY_ASSIGN(const auto timeout, number_within(config, "timeout", k_longest_execution_s, "number of seconds to wait for a unit"));
  if (jobs) {
    out.jobs = static_cast<std::uint32_t>(*jobs);
  }
  if (timeout) {
    out.timeout = std::chrono::seconds(*timeout);
  }
  CW_TRY_ASSIGN(const auto sign, config.get_bool(execution_key("sign")));
  out.sign = sign && sign->value;
  for (const std::string& name : config.table_keys(execution_key("platform"))) {
    CW_TRY_ASSIGN(const auto value, config.get_string(execution_key("platform." + manifest::config_key_part(name))));
    if (value) {
      out.platform.emplace(name, value->value);
    }
  }
  return out;
}

} // namespace cargo_wasm::remote
