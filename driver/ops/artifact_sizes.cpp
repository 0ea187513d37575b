#include "artifact_sizes.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/compressed_size.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/cache/store.hpp>

namespace cargo_wasm::ops {

namespace {

using SizeJson = nlohmann::json;
using manifest::SizeKind;

constexpr int k_sizes_version = 1;

Path sizes_file(const plan::ActionGraph& graph)
{
  return graph.state_directory / fmt::format("sizes-{}.json", graph.profile_directory);
}

/// The artifacts as the last build left them; nothing where that cannot be read.
SizeJson read_sizes(const Env& env, const Path& file)
{
  const auto text = env.fs.read_if_exists(file);
  SizeJson known = text && *text ? SizeJson::parse(**text, nullptr, false) : SizeJson();
  const bool is_ours = known.is_object() && known.value("version", 0) == k_sizes_version && known["artifacts"].is_object();
  return is_ours ? std::move(known["artifacts"]) : SizeJson::object();
}

std::optional<std::uint64_t> number_in(const SizeJson& entry, const char* key)
{
  const auto found = entry.find(key);
  return found != entry.end() && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>()) : std::nullopt;
}

/// What another checkout measured: compressing costs more than everything else where all results come from the store.
base::Digest key_of_sizes(std::string_view digest)
{
  return base::digest_of(fmt::format("compressed sizes 1\n{}\n", digest));
}

void recall_sizes(cache::Store& store, std::string_view digest, SizeJson& entry)
{
  const auto bytes = store.entry(key_of_sizes(digest));
  const auto result = bytes && *bytes ? action::decode_action_result(**bytes) : std::nullopt;
  const SizeJson known = result ? SizeJson::parse(result->stdout_raw, nullptr, false) : SizeJson();
  for (const char* const key : {"gzip", "brotli"}) {
    if (known.is_object() && number_in(known, key)) {
      entry[key] = known[key];
    }
  }
}

/// Where it cannot be kept it is measured again.
void keep_sizes(cache::Store& store, std::string_view digest, const SizeJson& entry)
{
  action::ActionResult result;
  result.stdout_raw = SizeJson{{"gzip", entry["gzip"]}, {"brotli", entry["brotli"]}}.dump();
  (void)store.put_entry(key_of_sizes(digest), action::encode(result));
}

/// Measures one artifact and brings its entry up to date.
Result<ArtifactSize> measure_artifact(
    const Env& env, const PlannedBuild& planned, cache::Store* store, plan::ActionIndex action, const Path& path, SizeJson& entry)
{
  CW_TRY_ASSIGN(const base::MappedFile file, env.fs.map(path));
  const std::string_view bytes = file.bytes();
  ArtifactSize size;
  size.action = action;
  size.path = path;
  size.bytes = bytes.size();
  size.previous_bytes = number_in(entry, "bytes");
  const std::string digest = base::to_hex(base::sha256(bytes));
  if (!entry.is_object() || entry.value("sha256", "") != digest) {
    entry = {{"sha256", digest}, {"bytes", bytes.size()}};
  }
  const bool wants_more = planned.shows_compressed_sizes && store != nullptr && !(number_in(entry, "gzip") && number_in(entry, "brotli"));
  if (wants_more) {
    recall_sizes(*store, digest, entry);
  }
  const bool is_new = wants_more && !(number_in(entry, "gzip") && number_in(entry, "brotli"));
  const auto compressed = [&](const char* key, std::uint64_t (*measure)(std::string_view)) -> std::optional<std::uint64_t> {
    if (!planned.shows_compressed_sizes) {
      return std::nullopt;
    }
    if (!number_in(entry, key)) {
      entry[key] = measure(bytes);
    }
    return number_in(entry, key);
  };
  size.gzip_bytes = compressed("gzip", base::gzip_size);
  size.brotli_bytes = compressed("brotli", base::brotli_size);
  if (is_new) {
    keep_sizes(*store, digest, entry);
  }
  return size;
}

std::optional<std::uint64_t> bytes_of(const ArtifactSize& size, SizeKind kind)
{
  switch (kind) {
  case SizeKind::raw:
    return size.bytes;
  case SizeKind::gzip:
    return size.gzip_bytes;
  case SizeKind::brotli:
    return size.brotli_bytes;
  }
  return std::nullopt;
}

std::string_view form_name(SizeKind kind)
{
  switch (kind) {
  case SizeKind::raw:
    return "";
  case SizeKind::gzip:
    return " compressed with gzip";
  case SizeKind::brotli:
    return " compressed with brotli";
  }
  return "";
}

Error over_budget(const Env& env, const ArtifactSize& size, std::uint64_t bytes, const manifest::SizeLimit& limit)
{
  const std::string path = base::shown_path(env.cwd, size.path).string();
  Error error(
      std::string(k_over_budget),
      fmt::format("`{}` is {} larger than `{}` allows", size.path.filename().native(), base::human_bytes(bytes - limit.bytes), limit.key));
  error.where = limit.where;
  error.notes.push_back(
      fmt::format("it has {} bytes{}; the limit is {} bytes, {} less", bytes, form_name(limit.kind), limit.bytes, bytes - limit.bytes));
  error.notes.push_back(fmt::format("it is built, and stays at `{}`", path));
  error.helps.push_back(fmt::format("`cargo-wasm inspect {}` shows what is in it", path));
  error.helps.emplace_back("`--profile size` builds the smallest; or raise the limit");
  return error;
}

std::string size_message(const plan::ActionGraph& graph, const ArtifactSize& size, std::optional<std::uint64_t> previous)
{
  const plan::ActionTemplate& last = graph.actions[size.action];
  const plan::ActionTemplate& made_by = graph.actions[last.finishes.value_or(size.action)];
  const auto or_null = [](std::optional<std::uint64_t> bytes) { return bytes ? SizeJson(*bytes) : SizeJson(); };
  const SizeJson message{{"reason", "cargo-wasm-size"},
                         {"package_id", made_by.label.package_id},
                         {"target", made_by.message_target ? SizeJson::parse(made_by.message_target->dump()) : SizeJson()},
                         {"file", size.path.native()},
                         {"bytes", size.bytes},
                         {"gzip_bytes", or_null(size.gzip_bytes)},
                         {"brotli_bytes", or_null(size.brotli_bytes)},
                         {"previous_bytes", or_null(previous)}};
  return message.dump(-1, ' ', false, SizeJson::error_handler_t::replace);
}

} // namespace

Result<std::vector<ArtifactSize>> measure_artifacts(const Env& env, const PlannedBuild& planned, cache::Store* store)
{
  const plan::ActionGraph& graph = planned.graph;
  const Path file = sizes_file(graph);
  SizeJson known = read_sizes(env, file);
  const SizeJson before = known;
  std::vector<ArtifactSize> sizes;
  std::set<Path> seen;
  for (const plan::ActionIndex root : graph.roots) {
    for (const auto& [output, path] : graph.actions[root].uplifted) {
      if (path.extension() != ".wasm" || !seen.insert(path).second || !env.fs.is_file(path)) {
        continue;
      }
      SizeJson& entry = known[path.lexically_relative(graph.target_directory).generic_string()];
      CW_TRY_ASSIGN(ArtifactSize size, measure_artifact(env, planned, store, root, path, entry));
      sizes.push_back(std::move(size));
    }
  }
  if (known != before) {
    const SizeJson written{{"version", k_sizes_version}, {"artifacts", std::move(known)}};
    static_cast<void>(env.fs.write_atomic(file, written.dump(1) + "\n")); // the next build has nothing to compare with, and that is all
  }
  return sizes;
}

exec::ArtifactReport size_report(const Env& env, const PlannedBuild& planned, const std::vector<ArtifactSize>& sizes)
{
  exec::ArtifactReport report;
  for (const ArtifactSize& size : sizes) {
    report.messages.push_back({size_message(planned.graph, size, size.previous_bytes), size_message(planned.graph, size, size.bytes)});
    for (const SizeBudget& budget : planned.budgets) {
      const auto bytes = bytes_of(size, budget.limit.kind);
      if (budget.action == size.action && bytes && *bytes > budget.limit.bytes) {
        const plan::ActionIndex made_by = planned.graph.actions[size.action].finishes.value_or(size.action);
        report.findings.emplace_back(made_by, over_budget(env, size, *bytes, budget.limit));
      }
    }
  }
  return report;
}

std::string size_text(const ArtifactSize& size, bool with_difference)
{
  std::string text = base::human_bytes(size.bytes);
  if (size.gzip_bytes) {
    text += ", gzip " + base::human_bytes(*size.gzip_bytes);
  }
  if (size.brotli_bytes) {
    text += ", brotli " + base::human_bytes(*size.brotli_bytes);
  }
  if (with_difference && size.previous_bytes && *size.previous_bytes != size.bytes) {
    const bool grew = size.bytes > *size.previous_bytes;
    text += fmt::format(
        ", {}{}", grew ? '+' : '-', base::human_bytes(grew ? size.bytes - *size.previous_bytes : *size.previous_bytes - size.bytes));
  }
  return text;
}

} // namespace cargo_wasm::ops
