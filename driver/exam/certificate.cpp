#include <cargo_wasm/exam/certificate.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "finding_groups.hpp"

namespace cargo_wasm::exam {

namespace {

constexpr std::size_t k_cell_columns = 9;

std::string_view cell_text(Verdict verdict)
{
  return verdict == Verdict::passed ? "ok" : verdict == Verdict::failed ? "FAILED" : to_string(verdict);
}

std::string without_trailing_blanks(std::string line)
{
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

class CertificateText
{
public:
  explicit CertificateText(const Certificate& certificate) : m_certificate(certificate)
  {
    for (const ExaminedProgram& program : certificate.programs) {
      m_name_columns = std::max(m_name_columns, program.name.size() + 2);
    }
  }

  std::string make()
  {
    m_text = fmt::format("{}, LLVM {}\n", m_certificate.rustc, m_certificate.llvm);
    m_text += fmt::format("examined by {}{}, battery {}, compiler {}\n\n",
                          m_certificate.driver,
                          m_certificate.defect_data ? "" : " without its knowledge of defects",
                          m_certificate.battery,
                          m_certificate.identity.substr(0, 16));
    add_head();
    for (const ExaminedProgram& program : m_certificate.programs) {
      add_rows(program);
    }
    for (const ExaminedProgram& program : m_certificate.programs) {
      add_findings(program);
    }
    add_sum(Way::rustc);
    add_sum(Way::ours);
    if (!m_certificate.programs_ran) {
      m_text += "no program was run: there was no Node.js\n";
    }
    return std::move(m_text);
  }

private:
  void add_head()
  {
    std::string line = fmt::format("{:{}}{:12}", "program", m_name_columns, "built by");
    for (const std::string& setting : m_certificate.settings) {
      line += fmt::format("{:{}}", setting, k_cell_columns);
    }
    m_text += without_trailing_blanks(std::move(line));
  }

  void add_rows(const ExaminedProgram& program)
  {
    if (!program.left_out.empty()) {
      m_text += fmt::format("{:{}}not examined: {} ({})\n", program.name, m_name_columns, program.left_out, program.target);
      return;
    }
    for (const Way way : {Way::rustc, Way::ours}) {
      std::string line = fmt::format("{:{}}{:12}", way == Way::rustc ? program.name : "", m_name_columns, to_string(way));
      for (const Cell& cell : m_certificate.cells) {
        if (cell.program == program.name && cell.way == way) {
          line += fmt::format("{:{}}", cell_text(cell.verdict), k_cell_columns);
        }
      }
      m_text += without_trailing_blanks(std::move(line));
    }
  }

  void add_findings(const ExaminedProgram& program)
  {
    std::vector<SettingsOf<Finding>> groups;
    for (const Cell& cell : m_certificate.cells) {
      for (const Finding& finding : cell.findings) {
        if (cell.program == program.name) {
          add_to_groups(groups, cell.way, cell.setting, finding);
        }
      }
    }
    if (groups.empty()) {
      return;
    }
    m_text += fmt::format("\n{} ({}): {}\n", program.name, program.target, program.title);
    for (const auto& group : groups) {
      m_text += fmt::format("  {}, in {}: {}\n    expected: {}\n    came:     {}\n",
                            builder_text(group.way),
                            settings_text(group.settings, m_certificate.settings),
                            group.value.what,
                            group.value.expected,
                            group.value.came);
    }
  }

  void add_sum(Way way)
  {
    std::string line = fmt::format("{}{}: {} of {} builds are as they should be",
                                   way == Way::rustc ? "\n" : "",
                                   builder_text(way),
                                   m_certificate.count(way, Verdict::passed),
                                   std::ranges::count(m_certificate.cells, way, &Cell::way));
    for (const Verdict verdict : {Verdict::noted, Verdict::refused, Verdict::failed}) {
      if (const std::size_t count = m_certificate.count(way, verdict); count > 0) {
        line += fmt::format(", {} {}", count, to_string(verdict));
      }
    }
    m_text += line + "\n";
  }

  const Certificate& m_certificate;
  std::size_t m_name_columns = 10;
  std::string m_text;
};

} // namespace

std::string_view to_string(Way way)
{
  return way == Way::rustc ? "rustc" : "cargo-wasm";
}

std::string_view to_string(Verdict verdict)
{
  switch (verdict) {
  case Verdict::passed:
    return "passed";
  case Verdict::noted:
    return "noted";
  case Verdict::refused:
    return "refused";
  case Verdict::failed:
    return "failed";
  }
  return "failed";
}

std::string settings_text(const std::vector<std::string>& some, const std::vector<std::string>& all)
{
  return some.size() == all.size() && all.size() > 1 ? std::string("every setting") : base::join(some, ", ");
}

std::string_view builder_text(Way way)
{
  return way == Way::rustc ? "rustc alone" : "cargo-wasm";
}

std::size_t Certificate::count(Way way, Verdict verdict) const
{
  return static_cast<std::size_t>(
      std::ranges::count_if(cells, [&](const Cell& cell) { return cell.way == way && cell.verdict == verdict; }));
}

bool Certificate::passes() const
{
  return count(Way::rustc, Verdict::failed) + count(Way::ours, Verdict::failed) == 0;
}

std::string certificate_text(const Certificate& certificate)
{
  return CertificateText(certificate).make();
}

} // namespace cargo_wasm::exam
