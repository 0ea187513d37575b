#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "doctor_rows.hpp"
#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

/// The first column: what is not fit and not needed is a note.
std::string_view state_of(const DoctorRow& row)
{
  if (row.fitness == Fitness::fit) {
    return "ok";
  }
  return !row.is_needed ? "note" : row.fitness == Fitness::unfit ? "unfit" : "missing";
}

std::string_view word_for(Fitness fitness)
{
  return fitness == Fitness::fit ? "fit" : fitness == Fitness::unfit ? "unfit" : "missing";
}

constexpr std::string_view k_below = "         "; // under the names

} // namespace

std::string doctor_text(const std::vector<DoctorRow>& rows, bool has_fixed)
{
  std::string text;
  std::size_t name_width = 0, version_width = 0, failing = 0;
  for (const DoctorRow& row : rows) {
    name_width = std::max(name_width, row.name.size());
    version_width = std::max(version_width, row.version.size());
  }
  for (const DoctorRow& row : rows) {
    failing += row.is_needed && row.fitness != Fitness::fit ? 1 : 0;
    std::string line = fmt::format("{:<8} {:<{}}  {:<{}}  {}",
                                   state_of(row),
                                   row.name,
                                   name_width,
                                   row.version,
                                   version_width,
                                   row.path                          ? row.path->string()
                                   : row.fitness == Fitness::missing ? "not found"
                                                                     : "");
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    for (const std::string& note : row.notes) {
      text += labelled(fmt::format("{}  ", k_below), note);
    }
    for (const std::string& advice : row.to_do) {
      text += fmt::format("{}> {}\n", k_below, advice); // whole: it is there to be copied
    }
  }
  if (failing == 0) {
    return text + fmt::format("\nNothing that is needed here is amiss.{}\n", has_fixed ? "" : " The network was not asked.");
  }
  return text + fmt::format("\n{} of {} {} to be mended.\n", failing, rows.size(), failing == 1 ? "has" : "have");
}

std::string doctor_json(const std::vector<DoctorRow>& rows)
{
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  bool is_fit = true;
  for (const DoctorRow& row : rows) {
    is_fit = is_fit && !(row.is_needed && row.fitness != Fitness::fit);
    list.push_back({{"name", row.name},
                    {"fitness", word_for(row.fitness)},
                    {"needed", row.is_needed},
                    {"version", row.version.empty() ? Json(nullptr) : Json(row.version)},
                    {"path", row.path ? Json(row.path->string()) : Json(nullptr)},
                    {"notes", row.notes},
                    {"to-do", row.to_do},
                    {"can-fix", static_cast<bool>(row.mend)}});
  }
  return Json({{"format", 1}, {"fit", is_fit}, {"rows", std::move(list)}}).dump(2) + "\n";
}

} // namespace cargo_wasm::ops
