#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/publish/publisher.hpp>
#include <cargo_wasm/publish/quorum.hpp>

namespace cargo_wasm::publish {

std::string table_of(const std::vector<OutboxEntry>& entries)
{
  std::vector<std::vector<std::string>> rows = {{"package", "registry", "state", "log entry", ""}};
  for (const OutboxEntry& entry : entries) {
    for (const Target& target : entry.targets) {
      rows.push_back({fmt::format("{} {}", entry.name, entry.version),
                      target.registry,
                      std::string(name_of(target.state)),
                      target.entry ? std::to_string(*target.entry) : "-",
                      target.why});
    }
  }
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    out += std::string(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  return out;
}

Result<std::optional<Error>> verdict_of(const std::vector<OutboxEntry>& entries)
{
  std::optional<Error> missed;
  for (const OutboxEntry& entry : entries) {
    CW_TRY_ASSIGN(const std::size_t required, required_registries(entry.quorum, entry.targets.size()));
    std::size_t confirmed = 0;
    for (const Target& target : entry.targets) {
      confirmed += target.state == TargetState::confirmed ? 1U : 0U;
      const bool is_conflict = target.state == TargetState::conflict;
      if (is_conflict || target.state == TargetState::refused) {
        Error error(is_conflict ? "CW1043" : "CW1044",
                    is_conflict ? fmt::format("registry `{}` has another `{} {}` already", target.registry, entry.name, entry.version)
                                : fmt::format("registry `{}` does not take `{} {}`", target.registry, entry.name, entry.version),
                    Blame::integrity);
        error.notes.push_back(is_conflict ? target.why : fmt::format("it says: {}", target.why));
        if (is_conflict) {
          error.helps.emplace_back("a version that is published stays as it is: publish these changes as another version");
        } else {
          error.helps.emplace_back("`cargo-wasm publish --resume` tries again");
        }
        return std::optional(std::move(error));
      }
    }
    const Target& primary = entry.targets.front();
    if (!missed && (confirmed < required || primary.state != TargetState::confirmed)) {
      missed = Error("CW1045",
                     fmt::format("`{} {}` is in {} of {} registries, and {} {} needed",
                                 entry.name,
                                 entry.version,
                                 confirmed,
                                 entry.targets.size(),
                                 required,
                                 required == 1 ? "is" : "are"),
                     Blame::network);
      for (const Target& target : entry.targets) {
        if (target.state != TargetState::confirmed) {
          missed->notes.push_back(
              fmt::format("`{}`: {}", target.registry, target.why.empty() ? std::string(name_of(target.state)) : target.why));
        }
      }
      const auto lacking = std::ranges::find_if(
          entry.targets, [](const Target& target) { return target.state == TargetState::failed && target.lacks_token; });
      if (lacking != entry.targets.end()) { // not the network: this machine can be mended
        missed->blame = Blame::environment;
        missed->helps.push_back(fmt::format("`cargo-wasm login --registry {}` stores a token; a private registry needs one to be read, too",
                                            lacking->registry));
      }
      missed->helps.emplace_back("nothing is lost: `cargo-wasm publish --resume` goes on from here");
    }
  }
  return missed;
}

} // namespace cargo_wasm::publish
