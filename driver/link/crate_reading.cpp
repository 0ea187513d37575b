#include "crate_reading.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/plan/front_end.hpp>

#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// Runs the compiler's front end with one more argument and returns its stdout.
Result<std::string> ask(const Env& env, const plan::ActionTemplate& crate, base::Command command, const std::string& question)
{
  command.args.push_back(question);
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink));
  if (!exit.success()) {
    Error error("CW0821", fmt::format("rustc does not expand crate `{}`", shown_package(crate.label)));
    error.notes.push_back(fmt::format("rustc ended with {}", base::to_string(exit)));
    if (const auto end = sink.err.find('\n'); end != 0 && !sink.err.empty()) {
      error.notes.push_back(sink.err.substr(0, end));
    }
    return fail(std::move(error));
  }
  return std::move(sink.out);
}

Result<std::vector<spec::Cfg>> parse_cfgs(std::string_view text)
{
  std::vector<spec::Cfg> cfgs;
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.empty()) {
      CW_TRY_ASSIGN(auto cfg, spec::parse_cfg(line));
      cfgs.push_back(std::move(cfg));
    }
  }
  std::sort(cfgs.begin(), cfgs.end());
  return cfgs;
}

} // namespace

rust::Edition edition_of(const plan::ActionTemplate& crate)
{
  const std::string edition = crate.message_target->at("edition").get<std::string>();
  if (edition == "2015") {
    return rust::Edition::e2015;
  }
  if (edition == "2018") {
    return rust::Edition::e2018;
  }
  return edition == "2024" ? rust::Edition::e2024 : rust::Edition::e2021;
}

base::Command front_end_command(const base::Command& compile)
{
  constexpr std::array<std::string_view, 3> k_diagnostics{"--error-format", "--json", "--diagnostic-width"};
  base::Command command = compile;
  command.args.clear();
  for (std::size_t i = 0; i < compile.args.size(); ++i) {
    const std::string_view argument = compile.args[i];
    const std::string_view name = argument.substr(0, argument.find('='));
    std::size_t left_out = plan::output_arguments(argument, i + 1 < compile.args.size() ? compile.args[i + 1] : std::string_view());
    if (std::ranges::find(k_diagnostics, name) != k_diagnostics.end()) {
      left_out = name == argument ? 2 : 1; // its value is the next argument, or behind `=`
    }
    if (left_out != 0) {
      i += left_out - 1;
      continue;
    }
    command.args.emplace_back(argument);
  }
  command.env.insert_or_assign("RUSTC_BOOTSTRAP", "1"); // for `-Z`; the crate itself is compiled without
  command.env.erase("CARGO_MAKEFLAGS");
  command.inherited_fds.clear();
  return command;
}

Result<std::unique_ptr<CrateReading>> CrateReading::read(const Env& env, const plan::ActionTemplate& crate, const base::Command& compile)
{
  const base::Command command = front_end_command(compile);
  std::unique_ptr<CrateReading> reading(new CrateReading);
  CW_TRY_ASSIGN(reading->m_expanded, ask(env, crate, command, "-Zunpretty=expanded"));
  CW_TRY_ASSIGN(const std::string facts, ask(env, crate, command, "--print=cfg"));
  CW_TRY_ASSIGN(std::vector<spec::Cfg> cfgs, parse_cfgs(facts));

  const nlohmann::json& target = *crate.message_target;
  rust::SourceMapOptions options;
  options.edition = edition_of(crate);
  options.cfg = cfgs;
  options.environment = std::map<std::string, std::string>(compile.env.begin(), compile.env.end());
  CW_TRY_ASSIGN(reading->m_sources, rust::read_source_map(env.fs, target.at("src_path").get<std::string>(), options));
  reading->m_locator = std::make_unique<rust::Locator>(reading->m_sources, reading->m_expanded, options.edition, cfgs);
  return reading;
}

} // namespace cargo_wasm::link
