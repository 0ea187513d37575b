#include <cargo_wasm/ops/become.hpp>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::ops {

namespace {
constexpr std::string_view k_mark("\0run", 4);
}

std::string encode_become(const base::Command& command, const base::EnvMap& caller)
{
  std::string bytes(k_mark);
  const auto add = [&](std::string_view text) { bytes.append(text).push_back('\0'); };
  add(command.program.native());
  add(command.cwd.native());
  add(std::to_string(command.args.size()));
  for (const auto& arg : command.args) {
    add(arg);
  }
  for (const auto& [name, value] : command.env) {
    const auto found = caller.find(name);
    if (found == caller.end() || found->second != value) {
      add(name + "=" + value);
    }
  }
  return bytes;
}

std::optional<base::Command> decode_become(std::string_view bytes, const base::EnvMap& caller)
{
  if (!bytes.starts_with(k_mark)) {
    return std::nullopt;
  }
  auto fields = base::split(bytes.substr(k_mark.size()), '\0');
  if (fields.size() < 4) {
    return std::nullopt;
  }
  fields.pop_back(); // after the last NUL
  base::Command command;
  command.program = fields[0];
  command.cwd = fields[1];
  command.env = caller;
  command.inherit_stdio = true;
  std::size_t count = 0;
  for (const char c : fields[2]) {
    count = count * 10 + static_cast<std::size_t>(c - '0');
  }
  if (fields.size() < 3 + count) {
    return std::nullopt;
  }
  for (std::size_t i = 3; i < fields.size(); ++i) {
    if (i < 3 + count) {
      command.args.emplace_back(fields[i]);
      continue;
    }
    const auto equals = fields[i].find('=');
    command.env[std::string(fields[i].substr(0, equals))] = fields[i].substr(equals + 1);
  }
  return command;
}

} // namespace cargo_wasm::ops
