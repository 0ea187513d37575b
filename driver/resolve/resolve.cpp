#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

/// The shortest specs that tell these packages apart.
std::vector<std::string> distinguishing_specs(const std::vector<PackageId>& ids)
{
  std::vector<std::string> out;
  for (const PackageId id : ids) {
    const auto same_version = std::count_if(ids.begin(), ids.end(), [&](PackageId other) { return other.version() == id.version(); });
    out.push_back(same_version == 1 ? fmt::format("{}@{}", id.name(), spec::to_string(id.version())) : spec::to_spec_string(id));
  }
  return out;
}

std::vector<PackageId> matching(const Resolve& resolve, const spec::PackageIdSpec& spec)
{
  std::vector<PackageId> out;
  for (const auto& [id, package] : resolve.packages) {
    if (spec.matches(id)) {
      out.push_back(id);
    }
  }
  return out;
}

std::string quoted(const std::vector<std::string>& specs)
{
  std::string out;
  for (const std::string& spec : specs) {
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", spec);
  }
  return out;
}

Error no_match(const Resolve& resolve, std::string_view text, const spec::PackageIdSpec& spec)
{
  Error error("CW0340", fmt::format("`{}` matches no package of the graph", text), Blame::usage);
  spec::PackageIdSpec by_name;
  by_name.name = spec.name;
  if (const std::vector<PackageId> others = matching(resolve, by_name); !others.empty()) {
    error.helps.push_back("there is " + quoted(distinguishing_specs(others)));
    return error;
  }
  std::vector<std::string> names;
  for (const auto& [id, package] : resolve.packages) {
    names.push_back(id.name().str());
  }
  if (const std::optional<std::string> near = base::nearest(spec.name.value_or(""), names)) {
    error.helps.push_back(fmt::format("a package with a similar name exists: `{}`", *near));
  }
  return error;
}

} // namespace

const ResolvedPackage* Resolve::find(PackageId id) const
{
  const auto found = packages.find(id);
  return found == packages.end() ? nullptr : &found->second;
}

Result<PackageId> Resolve::query_spec(std::string_view text) const
{
  CW_TRY_ASSIGN(const spec::PackageIdSpec spec, spec::parse_package_id_spec(text));
  const std::vector<PackageId> found = matching(*this, spec);
  if (found.empty()) {
    return fail(no_match(*this, text, spec));
  }
  if (found.size() > 1) {
    return fail(Error("CW0341", fmt::format("`{}` matches {} packages", text, found.size()), Blame::usage)
                    .help("name one of them: " + quoted(distinguishing_specs(found))));
  }
  return found.front();
}

} // namespace cargo_wasm::resolve
