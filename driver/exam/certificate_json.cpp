// {"format": 1, "rustc": …, "programs": […], "cells": […]}: docs/formats/exam-certificate.md.
#include <cargo_wasm/exam/certificate.hpp>

#include <array>

#include <nlohmann/json.hpp>

namespace cargo_wasm::exam {

namespace {

using nlohmann::json;

constexpr int k_certificate_format = 1;
constexpr std::array k_verdicts{Verdict::passed, Verdict::noted, Verdict::refused, Verdict::failed};

json cell_json(const Cell& cell)
{
  json findings = json::array();
  for (const Finding& finding : cell.findings) {
    findings.push_back({{"what", finding.what}, {"expected", finding.expected}, {"came", finding.came}});
  }
  const Observation& seen = cell.observed;
  return {{"program", cell.program},
          {"setting", cell.setting},
          {"built-by", to_string(cell.way)},
          {"verdict", to_string(cell.verdict)},
          {"findings", std::move(findings)},
          {"observed",
           {{"built", seen.built},
            {"message", seen.message},
            {"imports", seen.imports},
            {"wasi-imports", seen.wasi},
            {"exports", seen.exports},
            {"says", seen.says}}}};
}

Cell cell_of(const json& value)
{
  Cell cell;
  cell.program = value.at("program");
  cell.setting = value.at("setting");
  cell.way = value.at("built-by") == to_string(Way::rustc) ? Way::rustc : Way::ours;
  for (const Verdict verdict : k_verdicts) {
    if (value.at("verdict") == to_string(verdict)) {
      cell.verdict = verdict;
    }
  }
  for (const json& finding : value.at("findings")) {
    cell.findings.push_back({finding.at("what"), finding.at("expected"), finding.at("came")});
  }
  const json& seen = value.at("observed");
  cell.observed.built = seen.at("built");
  cell.observed.message = seen.at("message");
  cell.observed.imports = seen.at("imports").get<std::vector<std::string>>();
  cell.observed.wasi = seen.at("wasi-imports").get<std::vector<std::string>>();
  cell.observed.exports = seen.at("exports").get<std::vector<std::string>>();
  cell.observed.says = seen.at("says").get<std::vector<std::string>>();
  return cell;
}

Certificate certificate_of(const json& value)
{
  Certificate certificate;
  certificate.rustc = value.at("rustc");
  certificate.llvm = value.at("llvm");
  certificate.identity = value.at("identity");
  certificate.battery = value.at("battery");
  certificate.driver = value.at("examined-by");
  certificate.defect_data = value.at("defect-data");
  certificate.programs_ran = value.at("programs-ran");
  certificate.settings = value.at("settings").get<std::vector<std::string>>();
  for (const json& program : value.at("programs")) {
    certificate.programs.push_back({program.at("name"), program.at("title"), program.at("target"), program.at("left-out")});
  }
  for (const json& cell : value.at("cells")) {
    certificate.cells.push_back(cell_of(cell));
  }
  return certificate;
}

} // namespace

std::string certificate_json(const Certificate& certificate)
{
  json programs = json::array();
  for (const ExaminedProgram& program : certificate.programs) {
    programs.push_back({{"name", program.name}, {"title", program.title}, {"target", program.target}, {"left-out", program.left_out}});
  }
  json cells = json::array();
  for (const Cell& cell : certificate.cells) {
    cells.push_back(cell_json(cell));
  }
  const json value = {{"format", k_certificate_format},
                      {"rustc", certificate.rustc},
                      {"llvm", certificate.llvm},
                      {"identity", certificate.identity},
                      {"battery", certificate.battery},
                      {"examined-by", certificate.driver},
                      {"defect-data", certificate.defect_data},
                      {"programs-ran", certificate.programs_ran},
                      {"passes", certificate.passes()},
                      {"settings", certificate.settings},
                      {"programs", std::move(programs)},
                      {"cells", std::move(cells)}};
  return value.dump(1, '\t', false, json::error_handler_t::replace) + "\n";
}

std::optional<Certificate> parse_certificate(std::string_view text)
{
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object() || value.value("format", json()) != k_certificate_format) {
    return std::nullopt;
  }
  try {
    return certificate_of(value);
  } catch (const json::exception&) { // a member is missing or of another type: the file was changed by somebody else
    return std::nullopt;
  }
}

} // namespace cargo_wasm::exam
