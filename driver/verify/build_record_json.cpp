#include <cargo_wasm/verify/build_record.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::verify {

namespace {

using nlohmann::json;

/// Raised when a reader of version 1 would misunderstand what is written.
constexpr int k_version = 1;
constexpr const char* k_what = "cargo-wasm build";

json digest_json(const base::Digest& digest)
{
  return {{"bytes", digest.size_bytes}, {"sha256", base::to_hex(digest.hash)}};
}

json named(const char* key, const std::string& name, const base::Digest& digest)
{
  json object = digest_json(digest);
  object[key] = name;
  return object;
}

json action_json(const ActionOfBuild& action)
{
  json object{{"identity", action.identity},
              {"kind", action.kind},
              {"unit", action.unit},
              {"command", base::to_hex(action.command.hash)},
              {"inputs", base::to_hex(action.inputs.hash)},
              {"after", action.after},
              {"outputs", json::array()}};
  for (const OutputOfAction& output : action.outputs) {
    json& entry = object["outputs"].emplace_back(named("name", output.name, output.digest));
    for (const FilePart& part : output.parts) {
      entry["parts"].push_back(named("name", part.name, part.digest));
    }
  }
  if (!action.differs.empty()) {
    object["differs"] = action.differs;
  }
  return object;
}

/// Takes values out of JSON that anybody may have written: the first that is not as it should be is kept as a fault.
class Reader
{
public:
  std::string text(const json& object, const char* key)
  {
    const auto* const found = member(object, key);
    if (found == nullptr || !found->is_string()) {
      return refuse(key, "a string"), std::string();
    }
    return found->get<std::string>();
  }
  std::string text_or_nothing(const json& object, const char* key)
  {
    return object.is_object() && object.contains(key) ? text(object, key) : std::string();
  }
  std::uint64_t number(const json& object, const char* key)
  {
    const auto* const found = member(object, key);
    if (found == nullptr || !found->is_number_unsigned()) {
      return refuse(key, "a number"), 0;
    }
    return found->get<std::uint64_t>();
  }
  base::Digest hash(const json& object, const char* key)
  {
    const auto parsed = base::parse_sha256(text(object, key));
    if (!parsed) {
      refuse(key, "64 hexadecimal digits");
    }
    return {parsed.value_or(base::Sha256()), 0};
  }
  base::Digest digest(const json& object)
  {
    base::Digest digest = hash(object, "sha256");
    digest.size_bytes = number(object, "bytes");
    return digest;
  }
  const json& list(const json& object, const char* key)
  {
    static const json none = json::array();
    const auto* const found = member(object, key);
    if (found == nullptr || !found->is_array()) {
      return refuse(key, "a list"), none;
    }
    return *found;
  }
  std::vector<std::string> texts(const json& object, const char* key)
  {
    std::vector<std::string> words;
    for (const json& word : list(object, key)) {
      if (!word.is_string()) {
        refuse(key, "a list of strings");
        break;
      }
      words.push_back(word.get<std::string>());
    }
    return words;
  }
  const json& list_or_nothing(const json& object, const char* key)
  {
    static const json none = json::array();
    return object.is_object() && object.contains(key) ? list(object, key) : none;
  }
  const json& object(const json& from, const char* key)
  {
    static const json none = json::object();
    const auto* const found = member(from, key);
    if (found == nullptr || !found->is_object()) {
      return refuse(key, "an object"), none;
    }
    return *found;
  }
  void refuse(const char* key, const char* wanted)
  {
    if (fault.empty()) {
      fault = fmt::format("`{}` is not {}", key, wanted);
    }
  }
  std::string fault;

private:
  static const json* member(const json& object, const char* key)
  {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return !object.is_object() || found == object.end() ? nullptr : &*found;
  }
};

ActionOfBuild read_action(Reader& in, const json& object, std::size_t position)
{
  ActionOfBuild action;
  action.identity = in.text(object, "identity");
  action.kind = in.text(object, "kind");
  action.unit = in.text(object, "unit");
  action.command = in.hash(object, "command");
  action.inputs = in.hash(object, "inputs");
  for (const json& before : in.list(object, "after")) {
    if (!before.is_number_unsigned() || before.get<std::uint64_t>() >= position) {
      in.refuse("after", "a list of positions of earlier actions");
      continue;
    }
    action.after.push_back(before.get<std::uint32_t>());
  }
  for (const json& entry : in.list(object, "outputs")) {
    OutputOfAction& output = action.outputs.emplace_back(OutputOfAction{in.text(entry, "name"), in.digest(entry), {}});
    for (const json& part : in.list_or_nothing(entry, "parts")) {
      output.parts.push_back({in.text(part, "name"), in.digest(part)});
    }
  }
  action.differs = in.text_or_nothing(object, "differs");
  return action;
}

Error no_record(const base::Path& file, std::string why)
{
  return Error("CW1175", fmt::format("`{}` is no record of a build", file.string()), Blame::integrity)
      .note(std::move(why))
      .help("`cargo-wasm build --reproducible` writes one");
}

} // namespace

std::string to_json(const BuildRecord& record)
{
  json object{{"what", k_what},
              {"version", k_version},
              {"driver", record.driver},
              {"arguments", record.arguments},
              {"directory", record.directory},
              {"outside", record.outside},
              {"settings", record.settings},
              {"jobs", record.jobs},
              {"lock", digest_json(record.lock)},
              {"rustc",
               {{"version", record.rustc_version},
                {"commit", record.rustc_commit},
                {"llvm", record.rustc_llvm},
                {"host", record.rustc_host},
                {"toolchain", record.toolchain},
                {"contents", base::to_hex(record.toolchain_contents.hash)}}},
              {"tools", json::array()},
              {"actions", json::array()},
              {"artifacts", json::array()}};
  for (const ToolOfBuild& tool : record.tools) {
    object["tools"].push_back(named("name", tool.name, tool.digest));
  }
  for (const ActionOfBuild& action : record.actions) {
    object["actions"].push_back(action_json(action));
  }
  for (const ArtifactOfBuild& artifact : record.artifacts) {
    object["artifacts"].push_back(named("path", artifact.path, artifact.digest));
  }
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<BuildRecord> parse_build_record(std::string_view text, const base::Path& file)
{
  const json object = json::parse(text, nullptr, false);
  if (object.is_discarded() || !object.is_object()) {
    return fail(no_record(file, "it is not JSON"));
  }
  Reader in;
  if (in.text_or_nothing(object, "what") != k_what) {
    return fail(no_record(file, fmt::format("`what` is not `{}`", k_what)));
  }
  if (const auto version = in.number(object, "version"); version != k_version) {
    return fail(no_record(file, fmt::format("it is of version {}, and this program reads version {}", version, k_version)));
  }
  BuildRecord record;
  record.driver = in.text(object, "driver");
  record.arguments = in.texts(object, "arguments");
  record.outside = in.texts(object, "outside");
  record.directory = in.text(object, "directory");
  for (const auto& [name, value] : in.object(object, "settings").items()) {
    if (!value.is_string()) {
      in.refuse("settings", "an object of strings");
      break;
    }
    record.settings.emplace(name, value.get<std::string>());
  }
  record.jobs = static_cast<std::uint32_t>(in.number(object, "jobs"));
  record.lock = in.digest(in.object(object, "lock"));
  const json& rustc = in.object(object, "rustc");
  record.rustc_version = in.text(rustc, "version");
  record.rustc_commit = in.text(rustc, "commit");
  record.rustc_llvm = in.text(rustc, "llvm");
  record.rustc_host = in.text(rustc, "host");
  record.toolchain = in.text(rustc, "toolchain");
  record.toolchain_contents = in.hash(rustc, "contents");
  for (const json& tool : in.list(object, "tools")) {
    record.tools.push_back({in.text(tool, "name"), in.digest(tool)});
  }
  for (const json& action : in.list(object, "actions")) {
    record.actions.push_back(read_action(in, action, record.actions.size()));
  }
  for (const json& artifact : in.list(object, "artifacts")) {
    record.artifacts.push_back({in.text(artifact, "path"), in.digest(artifact)});
  }
  if (!in.fault.empty()) {
    return fail(no_record(file, in.fault));
  }
  return record;
}

} // namespace cargo_wasm::verify
