// `module check FILE --host NAME`, by hand and as the last step of a build for a host.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/host/check.hpp>
#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/verbs.hpp>

#include "host_choice.hpp"

namespace cargo_wasm::ops {

namespace {

std::string violations_json(const host::Profile& profile, const Path& file, const std::vector<Error>& violations)
{
  using nlohmann::ordered_json;
  ordered_json list = ordered_json::array();
  for (const Error& error : violations) {
    ordered_json entry{{"code", error.id}, {"message", error.message}};
    if (const auto* const span = std::get_if<base::BinarySpan>(&error.where)) {
      entry["offset"] = span->offset;
      entry["place"] = span->what;
    }
    entry["notes"] = error.notes;
    entry["helps"] = error.helps;
    list.push_back(std::move(entry));
  }
  return ordered_json{{"version", 1}, {"file", file.native()}, {"host", profile.id}, {"fits", violations.empty()}, {"violations", list}}
             .dump(1) +
         "\n";
}

} // namespace

Result<> module_check(const Env& env, const ModuleCheckRequest& request)
{
  CW_TRY_ASSIGN(const host::ProfilePlaces places, host_places(env, env.cwd));
  CW_TRY_ASSIGN(const host::Profile profile, host::find_profile(env.fs, places, request.host));
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(request.input));
  host::CheckRequest check{profile, wasm::Source(file.path(), file.bytes()), request.allowed, request.shown_name};
  std::optional<base::MappedFile> named;
  if (request.names) {
    CW_TRY_ASSIGN(named, env.fs.map(*request.names));
    check.names = wasm::Source(named->path(), named->bytes());
  }
  CW_TRY_ASSIGN(const std::vector<Error> violations, host::check(check));
  if (request.json) {
    env.reporter.result(violations_json(profile, request.input, violations));
  } else {
    for (const Error& violation : violations) {
      env.reporter.error(violation);
    }
  }
  if (!violations.empty()) {
    Error error = violations.front();
    error.already_reported = true;
    return fail(std::move(error));
  }
  if (request.output) {
    return env.fs.write_atomic(*request.output, file.bytes());
  }
  if (!request.json) {
    env.reporter.result(
        fmt::format("`{}` fits host `{}` ({})\n", request.input.filename().string(), profile.id, host::shown_name(profile)));
  }
  return {};
}

} // namespace cargo_wasm::ops
