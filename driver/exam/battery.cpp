#include <cargo_wasm/exam/battery.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/manifest/toml.hpp>

#include "battery_files.hpp"

namespace cargo_wasm::exam {

namespace {

using manifest::TomlDocument;
using manifest::TomlMember;
using manifest::TomlValue;

constexpr std::string_view k_description = "exam.toml";

class ProgramReader
{
public:
  ProgramReader(const TomlDocument& document, std::string_view name) : m_document(document) { m_program.name = name; }

  Result<Program> read()
  {
    for (const TomlMember& member : m_document.root.members) {
      CW_TRY(read(member.key, *member.value));
    }
    if (m_program.title.empty() || m_program.target.empty()) {
      return problem("`title` and `target` must be given", {1, 1, 1});
    }
    return std::move(m_program);
  }

private:
  [[nodiscard]] tl::unexpected<Error> problem(std::string message, manifest::Position position) const
  {
    return fail(Error("CW0693", std::move(message)).at(m_document.span(position)));
  }

  [[nodiscard]] Result<std::string> text(const TomlValue& value) const
  {
    if (value.as_string() == nullptr) {
      return problem(fmt::format("expected a string, found {}", value.type_name()), value.position);
    }
    return *value.as_string();
  }

  [[nodiscard]] Result<std::vector<std::string>> texts(const TomlValue& value) const
  {
    if (value.as_array() == nullptr) {
      return problem(fmt::format("expected an array of strings, found {}", value.type_name()), value.position);
    }
    std::vector<std::string> all;
    for (const TomlValue& element : *value.as_array()) {
      CW_TRY_ASSIGN(std::string one, text(element));
      all.push_back(std::move(one));
    }
    return all;
  }

  /// "A WORD B" as (A, B).
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> couples(const TomlValue& value, std::string_view word) const
  {
    CW_TRY_ASSIGN(const auto all, texts(value));
    std::vector<std::pair<std::string, std::string>> result;
    for (const std::string& one : all) {
      const std::size_t at = one.find(word);
      if (at == std::string::npos) {
        return problem(fmt::format("expected `A{}B`, found `{}`", word, one), value.position);
      }
      result.emplace_back(one.substr(0, at), one.substr(at + word.size()));
    }
    return result;
  }

  Result<> read(const std::string& key, const TomlValue& value)
  {
    if (key == "title") {
      CW_TRY_ASSIGN(m_program.title, text(value));
    } else if (key == "about") {
      CW_TRY_ASSIGN(m_program.about, text(value));
    } else if (key == "target") {
      CW_TRY_ASSIGN(m_program.target, text(value));
    } else if (key == "refused") {
      CW_TRY_ASSIGN(m_program.refused, text(value));
    } else if (key == "crates") {
      CW_TRY_ASSIGN(m_program.crates, texts(value));
    } else if (key == "imports") {
      CW_TRY_ASSIGN(m_program.imports, texts(value));
    } else if (key == "exports") {
      CW_TRY_ASSIGN(m_program.exports, texts(value));
    } else if (key == "runs") {
      CW_TRY_ASSIGN(m_program.runs, texts(value));
    } else if (key == "counts") {
      CW_TRY_ASSIGN(m_program.counts, texts(value));
    } else if (key == "says") {
      CW_TRY_ASSIGN(m_program.says, texts(value));
    } else if (key == "host") {
      CW_TRY_ASSIGN(const auto answers, couples(value, " = "));
      m_program.answers.insert(answers.begin(), answers.end());
    } else if (key == "pairs") {
      CW_TRY_ASSIGN(const auto pairs, couples(value, " needs "));
      for (const auto& [first, second] : pairs) {
        m_program.pairs.push_back({first, second});
      }
    } else {
      return problem(fmt::format("a program of the exam has no key `{}`", key), value.position);
    }
    return {};
  }

  const TomlDocument& m_document;
  Program m_program;
};

} // namespace

bool Program::is_library() const
{
  return std::ranges::any_of(files, [](const auto& file) { return file.first == "src/lib.rs"; });
}

Result<Program> parse_program(const base::Path& file, std::string_view name, std::string text)
{
  CW_TRY_ASSIGN(const auto document, manifest::parse_toml(file, std::move(text)));
  return ProgramReader(*document, name).read();
}

Result<std::vector<Program>> load_battery()
{
  std::vector<Program> programs;
  for (const BatteryFile& file : battery_files()) {
    const std::size_t slash = file.name.find('/');
    const std::string_view name = file.name.substr(0, slash);
    const std::string_view inner = file.name.substr(slash + 1);
    if (inner == k_description) {
      CW_TRY_ASSIGN(Program program, parse_program(std::string("exam/").append(file.name), name, std::string(file.text)));
      programs.push_back(std::move(program));
    }
  }
  std::ranges::sort(programs, {}, &Program::name);
  for (const BatteryFile& file : battery_files()) {
    const std::size_t slash = file.name.find('/');
    const auto owner = std::ranges::find(programs, file.name.substr(0, slash), &Program::name);
    if (owner != programs.end() && file.name.substr(slash + 1) != k_description) {
      owner->files.emplace_back(file.name.substr(slash + 1), file.text);
    }
  }
  return programs;
}

std::string battery_digest()
{
  base::StableHasher hasher;
  for (const auto& files : {battery_files(), host_scripts()}) {
    for (const BatteryFile& file : files) {
      hasher.add(file.name).add(file.text);
    }
  }
  return hasher.finish_hex();
}

const std::vector<Setting>& settings()
{
  // Cargo's dev and release as they are, and what people change about release.
  static const std::vector<Setting> table = {
      {"dev", "-Copt-level=0 -Cdebuginfo=2", "", ""},
      {"release", "-Copt-level=3", "", ""},
      {"thin", "-Copt-level=3", "-Clto=thin", "lto = \"thin\""},
      {"fat", "-Copt-level=3", "-Clto=fat", "lto = \"fat\""},
      {"units-1", "-Copt-level=3 -Ccodegen-units=1", "", "codegen-units = 1"},
      {"units-16", "-Copt-level=3 -Ccodegen-units=16", "-Clto=off", "codegen-units = 16\nlto = \"off\""},
      {"size", "-Copt-level=z", "", "opt-level = \"z\""},
  };
  return table;
}

} // namespace cargo_wasm::exam
