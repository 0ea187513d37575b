// `cargo-wasm explain CW0123` prints a page: every code that the sources can show has one, and no page is about a code that no
// longer exists.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <support/catch.hpp>

namespace {

namespace fs = std::filesystem;

const fs::path k_root = CW_SOURCE_DIR;

std::string read(const fs::path& path)
{
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The line up to a `//` that stands outside of string literals.
std::string without_comment(const std::string& line)
{
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && line.compare(i, 2, "//") == 0) {
      return line.substr(0, i);
    }
  }
  return line;
}

/// Code → the first place that uses it as a string literal.
std::map<std::string, std::string> codes_in_sources()
{
  // As a value of its own, or as part of a text that is printed: "error[CW0799]: …".
  const std::regex code("[\"\\[](CW[0-9]{4})[\"\\]]");
  std::map<std::string, std::string> found;
  for (const char* const top : {"driver", "registry"}) {
    for (const auto& entry : fs::recursive_directory_iterator(k_root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") {
        continue;
      }
      std::ifstream file(entry.path());
      std::string line;
      for (int number = 1; std::getline(file, line); ++number) {
        line = without_comment(line);
        for (std::sregex_iterator it(line.begin(), line.end(), code), end; it != end; ++it) {
          found.try_emplace((*it)[1], fs::relative(entry.path(), k_root).string() + ":" + std::to_string(number));
        }
      }
    }
  }
  return found;
}

std::set<std::string> codes_with_pages()
{
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(k_root / "docs/errors")) {
    if (entry.path().extension() == ".md") {
      found.insert(entry.path().stem().string());
    }
  }
  return found;
}

} // namespace

TEST_CASE("errors: every code of the sources has a page", "[errors]")
{
  const auto pages = codes_with_pages();
  std::string missing;
  for (const auto& [code, place] : codes_in_sources()) {
    if (!pages.contains(code)) {
      missing += code + " used at " + place + "\n";
    }
  }
  CHECK(missing == "");
}

TEST_CASE("errors: every page is about a code that is used", "[errors]")
{
  const auto codes = codes_in_sources();
  std::string unused;
  for (const std::string& page : codes_with_pages()) {
    if (!codes.contains(page)) {
      unused += page + "\n";
    }
  }
  CHECK(unused == "");
}

TEST_CASE("errors: pages have one form", "[errors]")
{
  const std::regex heading("# (CW[0-9]{4}): .*[^.]");
  std::string wrong;
  for (const std::string& code : codes_with_pages()) {
    const std::string text = read(k_root / "docs/errors" / (code + ".md"));
    const std::string first = text.substr(0, text.find('\n'));
    std::smatch match;
    if (!std::regex_match(first, match, heading) || match[1] != code) {
      wrong += code + ": the first line is `" + first + "`\n";
    }
    const auto lines = std::count(text.begin(), text.end(), '\n');
    if (lines < 5 || lines > 30 || text.back() != '\n') {
      wrong += code + ": " + std::to_string(lines) + " lines\n";
    }
  }
  CHECK(wrong == "");
}
