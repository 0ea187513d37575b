#include <cargo_wasm/publish/outbox.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/digest.hpp>

namespace cargo_wasm::publish {

namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 7> k_state_names{"packed", "sent", "stored", "confirmed", "conflict", "refused", "failed"};

tl::unexpected<Error> unreadable(const Path& file, std::string why)
{
  return fail(Error("CW1053", fmt::format("`{}` of the outbox cannot be used", file.filename().string()), Blame::environment)
                  .note(std::move(why))
                  .note(fmt::format("it is in `{}`", file.parent_path().string()))
                  .help("remove it and its archive, and publish again: what a registry has already is found there"));
}

std::string text_of(const ordered_json& json, const char* key)
{
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::uint64_t> number_of(const ordered_json& json, const char* key)
{
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>()) : std::nullopt;
}

} // namespace

std::string_view name_of(TargetState state)
{
  return k_state_names.at(static_cast<std::size_t>(state));
}

std::string to_json(const OutboxEntry& entry)
{
  ordered_json targets = ordered_json::array();
  for (const Target& target : entry.targets) {
    ordered_json one = {{"registry", target.registry}, {"index", target.index}, {"state", name_of(target.state)}};
    if (target.entry) {
      one["entry"] = *target.entry;
    }
    if (target.retry_at) {
      one["retry_at"] = *target.retry_at;
    }
    if (!target.why.empty()) {
      one["why"] = target.why;
    }
    if (!target.canonical.empty()) {
      one["canonical"] = target.canonical;
    }
    if (target.follows) {
      one["follows"] = true;
    }
    one["request"] = target.request;
    targets.push_back(std::move(one));
  }
  ordered_json json = {{"v", 1},
                       {"name", entry.name},
                       {"version", entry.version},
                       {"sha256", entry.sha256},
                       {"order", entry.order},
                       {"after", entry.after},
                       {"quorum", entry.quorum},
                       {"targets", targets}};
  if (!entry.component.empty()) {
    json["component"] = entry.component;
  }
  constexpr int k_indent = 1;
  return json.dump(k_indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<OutboxEntry> parse_outbox_entry(const Path& file, std::string_view text)
{
  const ordered_json json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || number_of(json, "v") != 1 || !json.contains("targets") || !json["targets"].is_array()) {
    return unreadable(file, "it is not an entry of version 1");
  }
  OutboxEntry entry;
  entry.name = text_of(json, "name");
  entry.version = text_of(json, "version");
  entry.sha256 = text_of(json, "sha256");
  entry.order = number_of(json, "order").value_or(0);
  entry.quorum = text_of(json, "quorum");
  entry.component = text_of(json, "component");
  if (const auto after = json.find("after"); after != json.end() && after->is_array()) {
    for (const auto& name : *after) {
      entry.after.push_back(name.is_string() ? name.get<std::string>() : std::string());
    }
  }
  for (const auto& one : json["targets"]) {
    if (!one.is_object()) {
      return unreadable(file, "one of its registries is none");
    }
    Target target{text_of(one, "registry"),
                  text_of(one, "index"),
                  text_of(one, "request"),
                  {},
                  number_of(one, "entry"),
                  number_of(one, "retry_at"),
                  text_of(one, "why"),
                  text_of(one, "canonical"),
                  false,
                  one.contains("follows") && one["follows"] == true};
    const auto state = std::ranges::find(k_state_names, text_of(one, "state"));
    if (state == k_state_names.end() || target.index.empty()) {
      return unreadable(file, "one of its registries has no state or no index");
    }
    target.state = static_cast<TargetState>(state - k_state_names.begin());
    entry.targets.push_back(std::move(target));
  }
  const bool is_named = file.stem().string() == entry.id() && file.filename().string() == entry.id() + ".json";
  if (!is_named || entry.targets.empty()) {
    return unreadable(file, "it is the entry of something else");
  }
  return entry;
}

Path Outbox::file_of(const OutboxEntry& entry, std::string_view extension) const
{
  return m_directory / (entry.id() + std::string(extension));
}

Result<> Outbox::add(const OutboxEntry& entry, std::string_view crate, std::string_view component)
{
  if (!entry.component.empty()) {
    CW_TRY(m_fs.write_atomic(file_of(entry, ".component"), component));
  }
  CW_TRY(m_fs.write_atomic(file_of(entry, ".crate"), crate));
  return update(entry);
}

Result<> Outbox::update(const OutboxEntry& entry)
{
  return m_fs.write_atomic(file_of(entry, ".json"), to_json(entry));
}

Result<std::vector<OutboxEntry>> Outbox::entries() const
{
  std::vector<OutboxEntry> out;
  if (!m_fs.is_directory(m_directory)) {
    return out;
  }
  CW_TRY_ASSIGN(const auto files, m_fs.list(m_directory));
  for (const auto& file : files) {
    if (file.name.ends_with(".json")) {
      CW_TRY_ASSIGN(const auto text, m_fs.read(m_directory / file.name));
      CW_TRY_ASSIGN(OutboxEntry entry, parse_outbox_entry(m_directory / file.name, text));
      out.push_back(std::move(entry));
    }
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) { return std::pair(a.order, a.name) < std::pair(b.order, b.name); });
  return out;
}

Result<std::string> Outbox::crate_of(const OutboxEntry& entry) const
{
  const Path file = file_of(entry, ".crate");
  CW_TRY_ASSIGN(auto crate, m_fs.read_if_exists(file));
  if (!crate) {
    return unreadable(file, "it is not there");
  }
  if (base::to_hex(base::sha256(*crate)) != entry.sha256) {
    return unreadable(file, "it is not the archive that was packed");
  }
  return std::move(*crate);
}

Result<std::string> Outbox::component_of(const OutboxEntry& entry) const
{
  const Path file = file_of(entry, ".component");
  CW_TRY_ASSIGN(auto request, m_fs.read_if_exists(file));
  return request ? Result<std::string>(std::move(*request)) : unreadable(file, "it is not there");
}

Result<> Outbox::remove(const OutboxEntry& entry)
{
  // The entry first: an archive without one means nothing.
  CW_TRY(m_fs.remove(file_of(entry, ".json")));
  CW_TRY(m_fs.remove(file_of(entry, ".crate")));
  CW_TRY(m_fs.remove(file_of(entry, ".component")));
  return {};
}

} // namespace cargo_wasm::publish
