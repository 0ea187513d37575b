// lock_tool DIRECTORY…: writes the Cargo.lock of each directory's Cargo.toml to standard output,
// resolved from scratch against cargo's own index cache. For the differential suite of locks; the
// driver itself is not involved.
#include "support/cached_index.hpp"

#include <cargo_wasm/manifest/toml.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace cargo_wasm;

namespace {

std::string read(const std::filesystem::path& file)
{
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

resolve::DependencyPtr dependency_of(const manifest::TomlMember& member,
                                     manifest::DependencyKind kind,
                                     std::optional<std::string> target)
{
  auto out = std::make_shared<manifest::Dependency>();
  out->package_name = member.key;
  out->name_in_toml = member.key;
  out->kind = kind;
  if (target) {
    out->platform = spec::parse_platform(*target).value();
  }
  if (const auto* text = member.value->as_string()) {
    out->req_text = *text;
  } else if (const auto* table = member.value->as_table()) {
    for (const manifest::TomlMember& field : table->members) {
      if (field.key == "version") {
        out->req_text = *field.value->as_string();
      } else if (field.key == "package") {
        out->package_name = *field.value->as_string();
        out->is_renamed = true;
      } else if (field.key == "optional") {
        out->optional = *field.value->as_bool();
      } else if (field.key == "default-features") {
        out->default_features = *field.value->as_bool();
      } else if (field.key == "features") {
        for (const manifest::TomlValue& feature : *field.value->as_array()) {
          out->features.emplace_back(*feature.as_string());
        }
      }
    }
  }
  out->req = spec::parse_version_req(out->req_text).value();
  return out;
}

void add_tables(const manifest::TomlTable& table,
                const std::optional<std::string>& target,
                std::vector<resolve::DependencyPtr>& out)
{
  const auto add = [&](std::string_view key, manifest::DependencyKind kind) {
    if (const manifest::TomlValue* found = table.find(key)) {
      for (const manifest::TomlMember* member : found->as_table()->sorted()) {
        out.push_back(dependency_of(*member, kind, target));
      }
    }
  };
  add("dependencies", manifest::DependencyKind::normal);
  add(target ? "build-dependencies" : "dev-dependencies",
      target ? manifest::DependencyKind::build : manifest::DependencyKind::development);
  add(target ? "dev-dependencies" : "build-dependencies",
      target ? manifest::DependencyKind::development : manifest::DependencyKind::build);
}

resolve::SummaryPtr read_summary(const std::filesystem::path& directory,
                                 std::string& rust_version,
                                 std::string& resolver)
{
  const auto document =
      manifest::parse_toml(directory / "Cargo.toml", read(directory / "Cargo.toml")).value();
  const manifest::TomlTable& package = *document->root.find("package")->as_table();
  const auto text = [&](std::string_view key) {
    return package.find(key) ? *package.find(key)->as_string() : std::string();
  };
  auto summary = std::make_shared<manifest::Summary>(
      manifest::Summary{spec::PackageId(text("name"),
                                        spec::parse_version(text("version")).value(),
                                        spec::SourceId::for_path(directory)),
                        {},
                        {},
                        {},
                        {},
                        {},
                        false});
  add_tables(document->root, std::nullopt, summary->dependencies);
  if (const manifest::TomlValue* targets = document->root.find("target")) {
    for (const manifest::TomlMember* target : targets->as_table()->sorted()) {
      add_tables(*target->value->as_table(), target->key, summary->dependencies);
    }
  }
  manifest::RawFeatureMap raw;
  if (const manifest::TomlValue* features = document->root.find("features")) {
    for (const manifest::TomlMember& member : features->as_table()->members) {
      auto& values = raw[InternedString(member.key)];
      for (const manifest::TomlValue& value : *member.value->as_array()) {
        values.emplace_back(*value.as_string());
      }
    }
  }
  summary->features = manifest::build_feature_map(raw, summary->dependencies).value();
  rust_version = text("rust-version");
  resolver = text("resolver");
  if (resolver.empty()) {
    resolver = text("edition") == "2024" ? "3" : text("edition") == "2021" ? "2" : "1";
  }
  return summary;
}

} // namespace

int main(int argc, char** argv)
{
  const char* home = std::getenv("CARGO_HOME");
  const std::filesystem::path cargo_home =
      home != nullptr ? std::filesystem::path(home)
                      : std::filesystem::path(std::getenv("HOME")) / ".cargo";
  const char* rustc = std::getenv("LOCK_TOOL_RUSTC");
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    const auto start = std::chrono::steady_clock::now();
    support::CachedIndex index(cargo_home, std::getenv("LOCK_TOOL_OFFLINE") != nullptr);
    std::string rust_version;
    std::string resolver;
    resolve::ResolveRequest request;
    const auto summary =
        read_summary(std::filesystem::absolute(argv[i]).lexically_normal(), rust_version, resolver);
    request.roots.push_back({summary, {{}, true, true}, true});
    if (resolver == "3") {
      const std::string version =
          rust_version.empty() ? (rustc != nullptr ? rustc : "1.99.1") : rust_version;
      request.preferences.rust_versions = {spec::parse_rust_version(version).value()};
    }
    auto resolved = resolve::resolve_versions(index, request);
    const auto elapsed =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (!resolved) {
      std::cerr << base::render(resolved.error(), base::Severity::error, false);
      status = 1;
      continue;
    }
    if (!rust_version.empty()) {
      const auto lowest = spec::parse_rust_version(rust_version).value();
      resolved->lock_version = lowest >= spec::RustVersion{1, 83, {}}   ? 4
                               : lowest >= spec::RustVersion{1, 53, {}} ? 3
                               : lowest >= spec::RustVersion{1, 41, {}} ? 2
                                                                        : 1;
    }
    std::cout << manifest::to_string(resolve::to_lock(*resolved));
    std::cerr << fmt::format("{}: {} packages, {:.1f} ms; files {}, loaded {} of {} entries\n",
                             argv[i],
                             resolved->packages.size(),
                             elapsed,
                             index.files(),
                             index.loaded(),
                             index.heads());
  }
  return status;
}
