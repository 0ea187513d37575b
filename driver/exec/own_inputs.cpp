#include "own_inputs.hpp"

#include <fmt/format.h>

namespace cargo_wasm::exec {

namespace {

/// Fields with their lengths, so that ("ab", "c") and ("a", "bc") differ.
class InputsText
{
public:
  explicit InputsText(const PlaceNames& places) : m_places(places) {}
  void add(std::string_view text)
  {
    const std::string neutral = m_places.neutral(text);
    m_text += fmt::format("{}:{}\n", neutral.size(), neutral);
  }
  void add(const RecordedFile& file)
  {
    add(file.name);
    m_text += fmt::format("{} {}\n", base::to_hex(file.known.digest.hash), file.known.executable);
  }
  void add_count(std::size_t count) { m_text += fmt::format("#{}\n", count); }
  [[nodiscard]] const std::string& text() const { return m_text; }

private:
  const PlaceNames& m_places;
  std::string m_text;
};

} // namespace

base::Digest own_inputs_digest(const Record& record, const PlaceNames& places)
{
  InputsText text(places);
  text.add(record.identity);
  text.add(record.working_directory);
  text.add_count(record.arguments.size());
  for (const std::string& argument : record.arguments) {
    text.add(argument);
  }
  text.add_count(record.environment.size());
  for (const auto& [name, value] : record.environment) {
    text.add(name);
    text.add(value);
  }
  text.add_count(record.observed.size());
  for (const auto& [name, value] : record.observed) {
    text.add(name);
    text.add_count(value ? 1 : 0);
    text.add(value.value_or(std::string()));
  }
  text.add_count(record.platform.size());
  for (const auto& [name, value] : record.platform) {
    text.add(name);
    text.add(value);
  }
  text.add_count(record.sources.size());
  for (const RecordedFile& file : record.sources) {
    text.add(file);
  }
  if (!record.out_dir.empty()) { // a build script's run
    text.add(record.stdout_text);
    for (const RecordedOutput& output : record.outputs) {
      text.add_count(output.files.size());
      for (const RecordedFile& file : output.files) {
        text.add(file);
      }
    }
  }
  return base::digest_of(text.text());
}

} // namespace cargo_wasm::exec
