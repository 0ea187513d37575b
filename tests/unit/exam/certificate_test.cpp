#include <support/catch.hpp>

#include <cargo_wasm/exam/certificate.hpp>

using namespace cargo_wasm;
using exam::Cell;
using exam::Certificate;
using exam::Verdict;
using exam::Way;

namespace {

Certificate sample()
{
  Certificate certificate;
  certificate.rustc = "rustc 1.91.0 (f8297e351 2025-10-28)";
  certificate.llvm = "21.1.2";
  certificate.identity = std::string(64, 'a');
  certificate.battery = "0123456789abcdef";
  certificate.driver = "cargo-wasm 0.1.0";
  certificate.settings = {"dev", "fat"};
  certificate.programs = {{"tables", "calls", "wasm32-unknown-unknown", ""},
                          {"threads", "a thread", "wasm32-wasip1-threads", "target not installed"}};
  for (const Way way : {Way::rustc, Way::ours}) {
    for (const char* const setting : {"dev", "fat"}) {
      Cell cell{"tables", setting, way, Verdict::passed, {}, {}};
      cell.observed.built = true;
      cell.observed.exports = {"step : (i32) -> (i32)"};
      cell.observed.says = {"> step(1)", "= 2"};
      certificate.cells.push_back(cell);
    }
  }
  return certificate;
}

Certificate with_failures()
{
  Certificate certificate = sample();
  for (std::size_t i : {0U, 1U}) {
    certificate.cells[i].verdict = Verdict::failed;
    certificate.cells[i].findings = {{"`step(1)` does something else", "= 2", "trapped: unreachable"}};
    certificate.cells[i].observed.says[1] = "trapped: unreachable";
  }
  certificate.cells[3].verdict = Verdict::refused;
  certificate.cells[3].findings = {{"cargo-wasm refuses to build it", "a module", "error[CW0912]: …"}};
  return certificate;
}

} // namespace

TEST_CASE("certificate: a table of the verdicts, each finding once with its settings, and the sums", "[exam]")
{
  CHECK_FALSE(with_failures().passes());
  CHECK(certificate_text(with_failures()) == "rustc 1.91.0 (f8297e351 2025-10-28), LLVM 21.1.2\n"
                                             "examined by cargo-wasm 0.1.0, battery 0123456789abcdef, compiler aaaaaaaaaaaaaaaa\n"
                                             "\n"
                                             "program   built by    dev      fat\n"
                                             "tables    rustc       FAILED   FAILED\n"
                                             "          cargo-wasm  ok       refused\n"
                                             "threads   not examined: target not installed (wasm32-wasip1-threads)\n"
                                             "\n"
                                             "tables (wasm32-unknown-unknown): calls\n"
                                             "  rustc alone, in every setting: `step(1)` does something else\n"
                                             "    expected: = 2\n"
                                             "    came:     trapped: unreachable\n"
                                             "  cargo-wasm, in fat: cargo-wasm refuses to build it\n"
                                             "    expected: a module\n"
                                             "    came:     error[CW0912]: …\n"
                                             "\n"
                                             "rustc alone: 0 of 2 builds are as they should be, 2 failed\n"
                                             "cargo-wasm: 1 of 2 builds are as they should be, 1 refused\n");
}

TEST_CASE("certificate: what cargo-wasm refuses does not fail an exam", "[exam]")
{
  Certificate certificate = with_failures();
  certificate.cells[0].verdict = certificate.cells[1].verdict = Verdict::noted;
  CHECK(certificate.passes());
}

TEST_CASE("certificate: JSON and back is the same", "[exam]")
{
  const Certificate before = with_failures();
  const std::string json = certificate_json(before);
  const auto after = exam::parse_certificate(json);
  REQUIRE(after);
  CHECK(certificate_json(*after) == json);
  CHECK(certificate_text(*after) == certificate_text(before));
}

TEST_CASE("certificate: a damaged file is no certificate", "[exam]")
{
  const std::string json = certificate_json(sample());
  CHECK_FALSE(exam::parse_certificate(""));
  CHECK_FALSE(exam::parse_certificate("[]"));
  CHECK_FALSE(exam::parse_certificate("{\"format\": 1}"));
  CHECK_FALSE(exam::parse_certificate("{\"format\": 2}"));
  CHECK_FALSE(exam::parse_certificate(json.substr(0, json.size() / 2)));
  std::string other = json;
  other.replace(other.find("\"cells\""), 7, "\"cellz\"");
  CHECK_FALSE(exam::parse_certificate(other));
}

TEST_CASE("comparison: every difference once, with the settings it shows in", "[exam]")
{
  Certificate after = sample();
  after.rustc = "rustc 1.92.0";
  after.cells[0].observed.imports = {"env.f : () -> ()"};
  for (std::size_t i : {2U, 3U}) {
    after.cells[i].observed = {};
    after.cells[i].observed.message = "undefined symbol: f";
  }
  CHECK(comparison_text(sample(), after) == "from rustc 1.91.0 (f8297e351 2025-10-28)\n"
                                            "to   rustc 1.92.0\n"
                                            "\n"
                                            "tables (wasm32-unknown-unknown): calls\n"
                                            "  rustc alone, in dev: imports now env.f : () -> ()\n"
                                            "  cargo-wasm, in every setting: was built, is not built (undefined symbol: f)\n"
                                            "\n"
                                            "4 builds compared\n");
  CHECK(comparison_text(sample(), sample()) == "from rustc 1.91.0 (f8297e351 2025-10-28)\n"
                                               "to   rustc 1.91.0 (f8297e351 2025-10-28)\n"
                                               "4 builds compared: no difference\n");
}
