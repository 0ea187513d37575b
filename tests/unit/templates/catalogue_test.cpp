// The templates as data: what is in the program is complete, and names are filled in everywhere.
#include <cargo_wasm/templates/catalogue.hpp>

#include <algorithm>
#include <set>

#include <support/catch.hpp>

using namespace cargo_wasm;
using templates::File;
using templates::Template;

TEST_CASE("templates: those of the guide are in the program", "[templates]")
{
  std::vector<std::string> ids;
  for (const Template& one : templates::all()) {
    ids.push_back(one.id);
  }
  CHECK(ids == std::vector<std::string>{"bin", "browser", "component", "freestanding", "lib", "plugin", "workspace"});
  CHECK(templates::find("plugin")->id == "plugin");
  CHECK(templates::find("plug") == nullptr);
}

TEST_CASE("templates: each says what it is, and has a manifest, sources below its folder, and a .gitignore", "[templates]")
{
  for (const Template& one : templates::all()) {
    INFO(one.id);
    CHECK_FALSE(one.title.empty());
    CHECK_FALSE(one.host.empty());
    CHECK(one.run.starts_with("cargo-wasm run"));
    std::set<std::string> paths;
    for (const File& file : one.files) {
      paths.insert(file.path);
    }
    CHECK(paths.contains("Cargo.toml"));
    CHECK(paths.contains(".gitignore"));
    CHECK_FALSE(paths.contains("template.toml"));
    CHECK(std::any_of(paths.begin(), paths.end(), [](const std::string& path) { return path.ends_with("src/lib.rs"); }));
    CHECK(one.is_workspace == (one.id == "workspace"));
  }
}

TEST_CASE("templates: no placeholder is left when names are filled in", "[templates]")
{
  for (const Template& one : templates::all()) {
    for (const File& file : templates::filled(one, {"two-words", "2021"})) {
      INFO(one.id << "/" << file.path);
      for (const char* const placeholder : {"{{name}}", "{{crate_name}}", "{{edition}}"}) {
        CHECK(file.text.find(placeholder) == std::string::npos);
        CHECK(file.path.find(placeholder) == std::string::npos);
      }
    }
  }
  const auto files = templates::filled(*templates::find("bin"), {"two-words", "2021"});
  const auto text_of = [&](std::string_view path) {
    return std::find_if(files.begin(), files.end(), [&](const File& file) { return file.path == path; })->text;
  };
  CHECK(text_of("Cargo.toml") == "[package]\nname = \"two-words\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n");
  CHECK(text_of("src/main.rs").find("use two_words::greeting;") != std::string::npos);
}

TEST_CASE("templates: what begins with an interpreter's path is a script", "[templates]")
{
  CHECK(File{"host/run.mjs", "#!/usr/bin/env node\n"}.is_executable());
  CHECK_FALSE(File{"src/main.rs", "#![no_std]\n"}.is_executable());
}

TEST_CASE("templates: a member goes behind the last one, in the way the others are written", "[templates]")
{
  CHECK(templates::with_member("[workspace]\nmembers = [\"a\"] # all\n", "b") == "[workspace]\nmembers = [\"a\", \"b\"] # all\n");
  CHECK(templates::with_member("[workspace]\nmembers = [\n  \"a\",\n  'c', # last\n]\n", "b/d") ==
        "[workspace]\nmembers = [\n  \"a\",\n  'c',\n  \"b/d\", # last\n]\n");
}

TEST_CASE("templates: where there is no list to extend, the manifest stays as it is", "[templates]")
{
  CHECK(templates::with_member("[workspace]\n", "b").empty());
  CHECK(templates::with_member("[workspace]\nmembers = []\n", "b").empty());
  CHECK(templates::with_member("[workspace]\nmembers = [\"\"\"a\"\"\"]\n", "b").empty());
  CHECK(templates::with_member("no TOML", "b").empty());
}
