// The option table handed to CLI11, and CLI11's complaints turned into ours.
#include <cargo_wasm/cli/options.hpp>

#include <algorithm>
#include <deque>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::cli {

namespace {

/// Where CLI11 stores one option's values until they are copied into ParsedArguments.
struct Slot
{
  const OptionSpec* spec = nullptr;
  CLI::Option* option = nullptr;
  std::vector<std::string> values;
};

std::string cli11_name(const OptionSpec& spec)
{
  std::string name;
  if (spec.short_name != '\0') {
    name += fmt::format("-{},", spec.short_name);
  }
  return name + "--" + std::string(spec.name);
}

void add_options(CLI::App& app, const std::vector<OptionSpec>& specs, std::deque<Slot>& slots)
{
  for (const auto& spec : specs) {
    auto& slot = slots.emplace_back();
    slot.spec = &spec;
    switch (spec.kind) {
    case OptionKind::flag:
    case OptionKind::count:
      slot.option = app.add_flag(cli11_name(spec));
      slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      break;
    case OptionKind::value:
      slot.option = app.add_option(cli11_name(spec), slot.values)
                        ->expected(1)
                        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                        ->allow_extra_args(false);
      break;
    case OptionKind::values:
      slot.option = app.add_option(cli11_name(spec), slot.values)
                        ->expected(1)
                        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
                        ->allow_extra_args(false);
      break;
    case OptionKind::optional_value:
      slot.option = app.add_option(cli11_name(spec), slot.values)
                        ->expected(0, 1)
                        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
                        ->allow_extra_args(false);
      break;
    case OptionKind::positionals:
      slot.option = app.add_option(std::string(spec.name), slot.values);
      break;
    case OptionKind::trailing:
      break; // taken off before CLI11 sees the arguments
    }
  }
}

std::vector<std::string> long_names(const std::vector<OptionSpec>& specs)
{
  std::vector<std::string> names;
  for (const auto& spec : specs) {
    if (!spec.hidden && spec.kind != OptionKind::positionals && spec.kind != OptionKind::trailing) {
      names.push_back("--" + std::string(spec.name));
    }
  }
  return names;
}

Error unknown_option(std::string_view word, std::string_view verb, const std::vector<OptionSpec>& specs)
{
  const auto name = word.substr(0, word.find('='));
  Error error("CW0781", fmt::format("unexpected argument `{}`", name), Blame::usage);
  const auto candidates = long_names(specs);
  if (const auto near = base::nearest(name, candidates)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(verb.empty() ? "`cargo-wasm --help` lists the options"
                                     : fmt::format("`cargo-wasm {} --help` lists the options", verb));
  return error;
}

const OptionSpec* takes_value(const VerbSpec& verb, std::string_view word)
{
  for (const auto& spec : verb.options) {
    const bool named = word == "--" + std::string(spec.name) || (spec.short_name != '\0' && word == std::string{'-', spec.short_name});
    if (named && (spec.kind == OptionKind::value || spec.kind == OptionKind::values)) {
      return &spec;
    }
  }
  return nullptr;
}

/// Splits off what belongs to the program that `run` starts: all after `--`, or from the first free word on, unless free words are the
/// verb's own.
std::vector<std::string> split_trailing(const VerbSpec& verb, std::vector<std::string>& words)
{
  const bool has_trailing =
      std::any_of(verb.options.begin(), verb.options.end(), [](const OptionSpec& o) { return o.kind == OptionKind::trailing; });
  if (!has_trailing) {
    return {};
  }
  // Of `test` the first free word is a filter, and more options may follow it.
  const bool has_positionals =
      std::any_of(verb.options.begin(), verb.options.end(), [](const OptionSpec& o) { return o.kind == OptionKind::positionals; });
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      words.resize(i);
      return rest;
    }
    if (has_positionals) {
      continue;
    }
    if (takes_value(verb, words[i]) != nullptr) {
      ++i;
      continue;
    }
    const bool optional_value_before = i > 0 && (words[i - 1] == "--bin" || words[i - 1] == "--example");
    if (!words[i].starts_with('-') && !optional_value_before) {
      std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      words.resize(i);
      return rest;
    }
  }
  return {};
}

Result<> check_choices(const Slot& slot)
{
  if (slot.spec->choices.empty()) {
    return {};
  }
  for (const auto& value : slot.values) {
    // `--message-format` takes a comma-separated list; each part must be known.
    for (const auto part : base::split(value, ',')) {
      if (std::find(slot.spec->choices.begin(), slot.spec->choices.end(), part) != slot.spec->choices.end()) {
        continue;
      }
      Error error("CW0782", fmt::format("invalid value `{}` for `--{}`", part, slot.spec->name), Blame::usage);
      const std::vector<std::string> candidates(slot.spec->choices.begin(), slot.spec->choices.end());
      error.notes.push_back("possible values: " + base::join(candidates, ", "));
      if (const auto near = base::nearest(part, candidates)) {
        error.helps.push_back(fmt::format("did you mean `{}`?", *near));
      }
      return fail(std::move(error));
    }
  }
  return {};
}

Result<> check_exclusions(const ParsedArguments& parsed)
{
  static const std::vector<std::pair<std::string_view, std::string_view>> k_pairs = {{"release", "profile"},
                                                                                     {"quiet", "verbose"},
                                                                                     {"bin", "example"},
                                                                                     {"precise", "recursive"},
                                                                                     {"from", "manifest-path"},
                                                                                     {"from", "package"}};
  for (const auto& [a, b] : k_pairs) {
    const bool one_of_run = a == "bin" && parsed.verb != "run";
    if (!one_of_run && parsed.has(a) && parsed.has(b)) {
      return fail(Error("CW0783", fmt::format("`--{}` cannot be used with `--{}`", a, b), Blame::usage)
                      .help(fmt::format("leave one of them out; `cargo-wasm {} --help` shows both", parsed.verb)));
    }
  }
  return {};
}

Result<ParsedArguments> run_cli11(CLI::App& app, std::deque<Slot>& slots, std::vector<std::string> words, const VerbSpec* verb)
{
  const auto& specs = verb != nullptr ? verb->options : global_options();
  const std::string verb_name(verb != nullptr ? verb->name : std::string_view{});
  std::reverse(words.begin(), words.end()); // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::ExtrasError&) {
    const auto extras = app.remaining();
    return fail(unknown_option(extras.empty() ? std::string_view{} : std::string_view(extras.front()), verb_name, specs));
  } catch (const CLI::ParseError& problem) {
    return fail(
        Error("CW0782", base::to_lower(std::string_view(problem.what()).substr(0, 1)) + std::string(problem.what()).substr(1), Blame::usage)
            .help(fmt::format("`cargo-wasm{}{} --help` shows what it takes", verb_name.empty() ? "" : " ", verb_name)));
  }
  ParsedArguments parsed;
  parsed.verb = verb_name;
  for (auto& slot : slots) {
    if (slot.option == nullptr || slot.option->count() == 0) {
      continue;
    }
    const std::string name(slot.spec->name);
    if (slot.spec->kind == OptionKind::flag || slot.spec->kind == OptionKind::count) {
      parsed.counts[name] = static_cast<std::uint32_t>(slot.option->count());
      continue;
    }
    slot.values = slot.option->results();
    if (slot.spec->kind == OptionKind::optional_value && (slot.values.empty() || slot.values.back() == "{}")) {
      slot.values.assign(1, "");
    }
    CW_TRY(check_choices(slot));
    parsed.values[name] = slot.values;
  }
  return parsed;
}

Error no_such_command(std::string_view word, std::span<const std::string> known, std::string advice)
{
  Error error("CW0780", fmt::format("no such command: `{}`", word), Blame::usage);
  if (const auto near = base::nearest(word, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  return std::move(error).help(std::move(advice));
}

Error no_such_verb(const std::vector<const VerbSpec*>& verbs, std::string_view group, std::string_view word)
{
  std::vector<std::string> known;
  for (const auto* verb : verbs) {
    known.emplace_back(verb->name);
  }
  return no_such_command(fmt::format("{} {}", group, word), known, fmt::format("`cargo-wasm {} --help` shows its commands", group));
}

Error no_second_word(std::string_view group, const std::vector<const VerbSpec*>& verbs)
{
  Error error("CW0786", fmt::format("`{}` needs to know what to do", group), Blame::usage);
  for (const auto* verb : verbs) {
    error.helps.push_back(fmt::format("`cargo-wasm {}`", verb->name));
  }
  return error;
}

} // namespace

Result<ParsedArguments> parse_arguments(std::span<const std::string> arguments)
{
  // Options before the verb are global ones; those that every verb knows are handed on to it.
  std::vector<std::string> words(arguments.begin(), arguments.end());
  std::vector<std::string> before;
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    before.push_back(words[at]);
    const bool has_value = words[at] == "--config" || words[at] == "--color" || words[at] == "-C" || words[at] == "-Z";
    if (has_value && at + 1 < words.size()) {
      before.push_back(words[++at]);
    }
    ++at;
  }
  CLI::App app;
  app.set_help_flag();
  app.allow_extras(false);
  std::deque<Slot> slots;
  if (at == words.size()) {
    add_options(app, global_options(), slots);
    return run_cli11(app, slots, before, nullptr);
  }
  const auto* verb = find_verb(words[at]);
  if (const auto in_group = verbs_of_group(words[at]); !in_group.empty()) {
    const std::string group = words[at];
    ++at;
    if (at < words.size() && (words[at] == "--help" || words[at] == "-h")) {
      ParsedArguments parsed;
      parsed.verb = group;
      parsed.counts["help"] = 1;
      return parsed;
    }
    if (at == words.size() || words[at].starts_with('-')) {
      return fail(no_second_word(group, in_group));
    }
    verb = find_verb(fmt::format("{} {}", group, words[at]));
    if (verb == nullptr) {
      return fail(no_such_verb(in_group, group, words[at]));
    }
  }
  if (verb == nullptr) {
    return fail(no_such_command(words[at], first_words(), "`cargo-wasm --list` shows all commands"));
  }
  std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  auto trailing = split_trailing(*verb, rest);
  add_options(app, verb->options, slots);
  rest.insert(rest.begin(), before.begin(), before.end());
  CW_TRY_ASSIGN(auto parsed, run_cli11(app, slots, std::move(rest), verb));
  parsed.trailing = std::move(trailing);
  CW_TRY(check_exclusions(parsed));
  return parsed;
}

} // namespace cargo_wasm::cli
