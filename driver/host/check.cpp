#include <cargo_wasm/host/check.hpp>

#include <fmt/format.h>

#include <cargo_wasm/wasm/component.hpp>
#include <cargo_wasm/wasm/file_kind.hpp>

#include "checks.hpp"

namespace cargo_wasm::host {

namespace {

Error wrong_kind(const CheckRequest& request, bool is_component)
{
  Error error("CW0871",
              fmt::format("{} is a {}, and {} takes {} only",
                          shown_artifact(request),
                          is_component ? "component" : "module",
                          shown_host(request),
                          is_component ? "modules" : "components"));
  if (is_component) {
    error.helps.emplace_back("build for `wasm32-wasip1` or `wasm32-unknown-unknown`, whose artifacts are modules");
  } else {
    error.helps.emplace_back("build for `wasm32-wasip2`, whose artifacts are components");
  }
  return error;
}

Result<> check_module(const CheckRequest& request, const wasm::Source& source, Violations& violations, bool is_nested)
{
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  if (!is_nested) {
    CW_TRY(check_module_imports(request, module, violations));
    CW_TRY(check_exports(request, module, violations));
  }
  CW_TRY(check_features(request, module, violations));
  return check_sizes(request, module, violations);
}

Result<> check_component(const CheckRequest& request, Violations& violations)
{
  std::vector<wasm::Source> modules;
  wasm::ComponentHandlers handlers;
  handlers.on_import = [&](const wasm::ComponentImport& import) {
    const auto offset = static_cast<std::uint64_t>(import.name.name.data() - request.artifact.file.data());
    check_component_import(request, import.name.name, offset, violations);
  };
  handlers.on_nested = [&](const wasm::NestedBinary& nested) {
    if (nested.encoding == wasm::Encoding::module) {
      modules.push_back(nested.source);
    }
  };
  CW_TRY(wasm::read_component(request.artifact, handlers));
  for (const wasm::Source& source : modules) {
    CW_TRY(check_module(request, source, violations, true));
  }
  return {};
}

} // namespace

std::string shown_artifact(const CheckRequest& request)
{
  return fmt::format("`{}`", request.shown_name.empty() ? request.artifact.path->filename().string() : request.shown_name);
}

std::string_view shown_kind(wasm::ExternalKind kind)
{
  return kind == wasm::ExternalKind::func ? "function" : to_string(kind);
}

std::string shown_host(const CheckRequest& request)
{
  return fmt::format("host `{}`", request.profile.id);
}

base::BinarySpan place(const CheckRequest& request, std::uint64_t offset, std::string what)
{
  return {*request.artifact.path, offset, 1, std::move(what)};
}

Result<std::vector<Error>> check(const CheckRequest& request)
{
  Violations violations;
  const bool is_component = wasm::file_kind(request.artifact) == wasm::FileKind::component;
  for (const Profile* const part : parts_of(request.profile)) {
    if (is_component ? !part->takes_components : !part->takes_modules) {
      violations.push_back(wrong_kind(request, is_component));
      return violations; // everything else would be measured by the wrong rules
    }
  }
  check_file_size(request, violations);
  if (is_component) {
    CW_TRY(check_component(request, violations));
  } else {
    CW_TRY(check_module(request, request.artifact, violations, false));
  }
  return violations;
}

} // namespace cargo_wasm::host
