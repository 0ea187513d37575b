#include "target_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "dependency_reader.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 15> k_target_keys{"name",
                                                         "crate-type",
                                                         "crate_type",
                                                         "path",
                                                         "filename",
                                                         "test",
                                                         "doctest",
                                                         "bench",
                                                         "doc",
                                                         "doc-scrape-examples",
                                                         "proc-macro",
                                                         "proc_macro",
                                                         "harness",
                                                         "required-features",
                                                         "edition"};

constexpr std::array<TargetKindTraits, 6> k_traits{{
    {TargetKind::lib, "lib", "library", "src", "src", "autolib"},
    {TargetKind::bin, "bin", "binary", "src/bin", "src/bins", "autobins"},
    {TargetKind::test, "test", "test", "tests", "test", "autotests"},
    {TargetKind::bench, "bench", "benchmark", "benches", "bench", "autobenches"},
    {TargetKind::example, "example", "example", "examples", "example", "autoexamples"},
    {TargetKind::custom_build, "build", "build script", "", "", "build"},
}};

} // namespace

const TargetKindTraits& traits_of(TargetKind kind)
{
  return *std::find_if(k_traits.begin(), k_traits.end(), [&](const TargetKindTraits& traits) { return traits.kind == kind; });
}

TargetSpec read_target_spec(
    TargetContext& context, const TomlDocument& document, const TomlTable& table, Position place, const TargetKindTraits& traits)
{
  const Fields fields(context.state, document, table, traits.key);
  TargetSpec target;
  target.document = &document;
  target.place = place;
  target.name = fields.copy("name");
  if (target.name) {
    target.place = table.find("name")->position;
  }
  target.path = fields.copy("path");
  target.crate_types = fields.strings("crate-type");
  if (!target.crate_types) {
    target.crate_types = fields.strings("crate_type");
  }
  target.filename = fields.copy("filename");
  target.test = fields.boolean("test");
  target.doctest = fields.boolean("doctest");
  target.bench = fields.boolean("bench");
  target.doc = fields.boolean("doc");
  static_cast<void>(fields.boolean("doc-scrape-examples")); // matters to rustdoc alone; the type is still checked
  target.harness = fields.boolean("harness");
  target.proc_macro = fields.boolean("proc-macro");
  if (!target.proc_macro) {
    target.proc_macro = fields.boolean("proc_macro");
  }
  if (!target.proc_macro && target.crate_types &&
      std::find(target.crate_types->begin(), target.crate_types->end(), "proc-macro") != target.crate_types->end()) {
    target.proc_macro = true;
  }
  target.required_features = fields.strings("required-features");
  static_cast<void>(fields.string("edition"));
  target.edition = fields.find("edition");
  fields.warn_unknown(k_target_keys);
  const std::string owner = fmt::format("{} `{}`", traits.noun, target.name.value_or(std::string(context.package_name)));
  check_old_spelling(
      context.state, context.edition, document, table.find_member("proc_macro"), table.find_member("proc-macro"), "proc-macro", owner);
  check_old_spelling(
      context.state, context.edition, document, table.find_member("crate_type"), table.find_member("crate-type"), "crate-type", owner);
  return target;
}

std::vector<FoundTarget> find_targets(const ReadState& state, std::string_view directory)
{
  std::vector<FoundTarget> found;
  const base::Path full = state.root / directory;
  const auto entries = state.fs.list(full);
  if (!entries) {
    return found; // no such directory: nothing implied
  }
  for (const base::DirectoryEntry& entry : *entries) {
    if (entry.name.starts_with('.')) {
      continue;
    }
    if (entry.type == base::FileType::directory) {
      if (state.fs.exists(full / entry.name / "main.rs")) {
        found.push_back({entry.name, fmt::format("{}/{}/main.rs", directory, entry.name)});
      }
    } else if (entry.name.size() > 3 && entry.name.ends_with(".rs")) {
      found.push_back({entry.name.substr(0, entry.name.size() - 3), fmt::format("{}/{}", directory, entry.name)});
    }
  }
  return found;
}

std::optional<std::string> infer_path(
    TargetContext& context, const TargetSpec& target, const std::vector<FoundTarget>& found, const TargetKindTraits& traits, bool has_lib)
{
  ReadState& state = context.state;
  const std::string& name = *target.name;
  std::vector<const FoundTarget*> matching;
  std::vector<std::string> names;
  for (const FoundTarget& candidate : found) {
    names.push_back(candidate.name);
    if (candidate.name == name) {
      matching.push_back(&candidate);
    }
  }
  if (matching.size() == 1) {
    return matching.front()->path;
  }
  if (context.edition == Edition::e2015) {
    // Places that cargo once searched by mistake and still accepts.
    std::vector<std::string> places;
    if (traits.kind == TargetKind::bin) {
      if (!has_lib) {
        places.push_back(fmt::format("src/{}.rs", name));
      }
      places.insert(places.end(), {"src/main.rs", "src/bin/main.rs"});
    } else if (traits.kind == TargetKind::bench && name == "bench") {
      places.push_back("src/bench.rs");
    }
    for (std::string& place : places) {
      if (state.fs.exists(state.root / place)) {
        state.warn("CW0131",
                   fmt::format("`{}` is taken for {} `{}` only in edition 2015", place, traits.noun, name),
                   *target.document,
                   target.place,
                   fmt::format("write `path = \"{}\"` in `[[{}]]`", place, traits.key));
        return std::move(place);
      }
    }
  }
  const std::string file = fmt::format("{}/{}.rs", traits.directory, name);
  const std::string nested = fmt::format("{}/{}/main.rs", traits.directory, name);
  Error error;
  if (matching.size() > 1) {
    error =
        Error("CW0110", fmt::format("two files could be {} `{}`: `{}` and `{}`", traits.noun, name, matching[0]->path, matching[1]->path));
    error.helps.push_back(fmt::format("name one of them with `path` in `[[{}]]`", traits.key));
  } else {
    error = Error("CW0110", fmt::format("no file for {} `{}`", traits.noun, name));
    error.notes.push_back(fmt::format("neither `{}` nor `{}` exists", file, nested));
    for (const auto& [wrong, right] :
         {std::pair{fmt::format("{}/{}.rs", traits.misspelt, name), file}, {fmt::format("{}/{}/main.rs", traits.misspelt, name), nested}}) {
      if (state.fs.exists(state.root / wrong)) {
        error.helps.push_back(fmt::format("`{}` exists; rename it to `{}`", wrong, right));
        break;
      }
    }
    if (const auto close = base::nearest(name, names)) {
      error.helps.push_back(fmt::format("a {} with a similar name exists: `{}`", traits.noun, *close));
    }
    error.helps.push_back(fmt::format("name the file with `path` in `[[{}]]`", traits.key));
  }
  error.where = target.document->span(target.place);
  if (traits.kind == TargetKind::bin) {
    state.fail(std::move(error));
  } else if (state.wants_warnings) {
    state.warnings.push_back({std::move(error), false, true});
  }
  return std::nullopt;
}

std::vector<TargetSpec> collect_targets(
    TargetContext& context, const Fields& manifest, std::optional<bool> autodiscover, const TargetKindTraits& traits, bool has_lib)
{
  ReadState& state = context.state;
  std::vector<TargetSpec> targets;
  const Located at = manifest.find(traits.key);
  if (at) {
    const TomlArray* array = at.value->as_array();
    if (array == nullptr) {
      state.fail(Error("CW0102", fmt::format("`{}` must be an array of tables, not {}", traits.key, at.value->type_name()))
                     .at(at.document->span(at.value->position))
                     .help(fmt::format("write `[[{}]]` with two brackets", traits.key)));
      return targets;
    }
    for (const TomlValue& element : *array) {
      if (element.as_table() == nullptr) {
        state.fail(
            "CW0102", fmt::format("`{}` must hold tables only, not {}", traits.key, element.type_name()), *at.document, element.position);
        return targets;
      }
      targets.push_back(read_target_spec(context, *at.document, *element.as_table(), element.position, traits));
    }
  }
  const bool all_explicit =
      std::all_of(targets.begin(), targets.end(), [](const TargetSpec& target) { return target.name && target.path; });
  std::vector<FoundTarget> found;
  if (autodiscover != false || !all_explicit) {
    if (traits.kind == TargetKind::bin && state.fs.exists(state.root / "src/main.rs")) {
      found.push_back({std::string(context.package_name), "src/main.rs"});
    }
    for (FoundTarget& target : find_targets(state, traits.directory)) {
      found.push_back(std::move(target));
    }
  }

  std::vector<const FoundTarget*> implied;
  for (const FoundTarget& candidate : found) {
    const bool taken = at && std::any_of(targets.begin(), targets.end(), [&](const TargetSpec& target) {
                         return target.name == candidate.name || (target.path && normalize_path(*target.path) == candidate.path);
                       });
    if (!taken) {
      implied.push_back(&candidate);
    }
  }
  bool joins = autodiscover.value_or(true);
  if (at && !autodiscover && context.edition == Edition::e2015) {
    joins = false;
    if (!implied.empty()) {
      std::string files;
      for (const FoundTarget* candidate : implied) {
        files += fmt::format("{}`{}`", files.empty() ? "" : ", ", candidate->path);
      }
      Error warning =
          Error("CW0132", fmt::format("`[[{}]]` keeps edition 2015 from building other {} targets: {}", traits.key, traits.noun, files))
              .at(at.document->span(at.value->position))
              .help(fmt::format("write `{} = false` in `[package]` to say that this is meant", traits.switch_key));
      state.warn(std::move(warning));
    }
  }
  if (joins) {
    for (const FoundTarget* candidate : implied) {
      TargetSpec target;
      target.name = candidate->name;
      target.path = candidate->path;
      targets.push_back(std::move(target));
    }
  }
  if (!all_explicit || autodiscover != false) { // a published manifest says everything, in the order that is kept
    std::stable_sort(targets.begin(), targets.end(), [](const TargetSpec& a, const TargetSpec& b) { return a.name < b.name; });
  }

  std::vector<TargetSpec> result;
  for (TargetSpec& target : targets) {
    if (!target.name || base::trim(*target.name).empty()) {
      state.fail("CW0103", fmt::format("a {} target has no name", traits.noun), *target.document, target.place);
      return result;
    }
    if (!target.path) {
      target.path = infer_path(context, target, found, traits, has_lib);
    }
    if (state.failed()) {
      return result;
    }
    if (target.path) {
      result.push_back(std::move(target));
    }
  }
  return result;
}

} // namespace cargo_wasm::manifest
