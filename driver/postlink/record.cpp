#include <cargo_wasm/postlink/record.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/postlink/wasm_opt.hpp>
#include <cargo_wasm/wasm/parser.hpp>
#include <cargo_wasm/wasm/rewrite.hpp>

#include "module_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

using RecordJson = nlohmann::json; // objects are sorted by key: one form for one content

constexpr int k_record_version = 1;

/// "profile.lto" → record["profile"]["lto"].
void put_fact(RecordJson& record, std::string_view name, const std::string& value)
{
  RecordJson* at = &record;
  for (const std::string_view part : base::split(name, '.')) {
    at = &(*at)[std::string(part)];
  }
  *at = value;
}

RecordJson dependency_json(std::string_view written)
{
  constexpr std::array<const char*, 4> k_fields{"name", "version", "source", "checksum"};
  RecordJson dependency;
  std::size_t field = 0;
  for (const std::string_view word : base::split(written, ' ')) {
    if (field < k_fields.size()) {
      dependency[k_fields[field++]] = std::string(word);
    }
  }
  return dependency;
}

Result<std::string> said_version(const base::Env& env, const std::string& name, const base::Path& program)
{
  base::Command command;
  command.program = program;
  command.args = {"--version"};
  command.env = env.vars;
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink));
  const std::string_view said = base::trim(sink.out);
  if (!exit.success() || said.empty()) {
    Error error("CW0892", fmt::format("`{}` does not say its version", name));
    add_tool_notes(error, command, exit, sink.err);
    error.helps.emplace_back("`--no-provenance` builds without a record");
    return fail(std::move(error));
  }
  return std::string(said.substr(0, said.find('\n')));
}

Result<std::string> version_of(const base::Env& env, const RecordRequest& request, const std::string& name, const base::Path& program)
{
  if (name != "wasm-opt") {
    return said_version(env, name, program);
  }
  CW_TRY_ASSIGN(const WasmOpt tool, probe_wasm_opt(env, program, request.tool_cache)); // asked before, by the step that ran it
  return tool.version;
}

/// A record that exists has these bytes already: its name says so.
Result<> keep_record(const base::Env& env, const RecordRequest& request, const base::Sha256& digest, const std::string& text)
{
  Result<> last;
  bool is_kept = request.stores.empty();
  for (const base::Path& store : request.stores) {
    const base::Path file = record_file(store, digest);
    last = env.fs.is_file(file) ? Result<>() : env.fs.write_atomic(file, text);
    is_kept = is_kept || last.has_value();
  }
  return is_kept ? Result<>() : last;
}

} // namespace

Result<> record_build(const base::Env& env, const RecordRequest& request)
{
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.input));
  RecordJson record{{"version", k_record_version}, {"features", RecordJson::array()}, {"dependencies", RecordJson::array()}};
  for (const auto& [name, value] : request.facts) {
    put_fact(record, name, value);
  }
  for (const auto& [name, path] : request.fact_files) {
    CW_TRY_ASSIGN(const std::string text, env.fs.read(path));
    put_fact(record, name, std::string(base::trim(text)));
  }
  std::vector<std::string> words = request.features;
  std::sort(words.begin(), words.end());
  for (const std::string& feature : words) {
    record["features"].push_back(feature);
  }
  words = request.dependencies;
  std::sort(words.begin(), words.end());
  for (const std::string& dependency : words) {
    record["dependencies"].push_back(dependency_json(dependency));
  }
  for (const auto& [name, program] : request.tools) {
    CW_TRY_ASSIGN(record["tools"][name]["version"], version_of(env, request, name, program));
  }
  record["artifact"] = {{"sha256", base::to_hex(base::sha256(file.bytes()))}, {"bytes", file.bytes().size()}};
  const std::string text = record.dump(-1, ' ', false, RecordJson::error_handler_t::replace);
  const base::Sha256 digest = base::sha256(text);
  const wasm::CustomSection section{std::string(k_record_section),
                                    std::string(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size())};
  CW_TRY_ASSIGN(const std::string marked, wasm::with_custom_section(source_of(file), section));
  CW_TRY(keep_record(env, request, digest, text));
  return env.fs.write_atomic(request.output, marked);
}

Result<std::optional<base::Sha256>> record_digest(const wasm::Source& binary)
{
  wasm::Parser parser(binary);
  wasm::Payload payload;
  std::optional<base::Sha256> digest;
  while (parser.next(payload)) {
    if (payload.kind == wasm::PayloadKind::code) {
      parser.skip_bodies();
    } else if (payload.kind == wasm::PayloadKind::core_module || payload.kind == wasm::PayloadKind::component) {
      parser.skip_nested();
    }
    if (payload.kind != wasm::PayloadKind::custom || payload.name != k_record_section) {
      continue;
    }
    const std::string_view content = payload.content.rest();
    base::Sha256 found;
    if (content.size() != found.bytes.size()) {
      return fail(
          Error("CW0893",
                fmt::format("the section `{}` holds {} bytes, and a digest has {}", k_record_section, content.size(), found.bytes.size()))
              .at(base::BinarySpan{*binary.path, payload.begin, payload.end - payload.begin, "custom section"})
              .help("another tool wrote it: build again"));
    }
    std::copy(content.begin(), content.end(), found.bytes.begin());
    digest = found;
  }
  CW_TRY(parser.finish());
  return digest;
}

base::Path record_file(const base::Path& store, const base::Sha256& digest)
{
  return store / (base::to_hex(digest) + ".json");
}

} // namespace cargo_wasm::postlink
