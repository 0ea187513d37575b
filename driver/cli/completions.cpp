// Completion scripts and the man page, printed from the option table.
#include <cargo_wasm/cli/options.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::cli {

namespace {

std::vector<std::string> words_of(const VerbSpec& verb)
{
  std::vector<std::string> words;
  for (const auto& spec : verb.options) {
    if (spec.hidden || spec.kind == OptionKind::positionals || spec.kind == OptionKind::trailing) {
      continue;
    }
    words.push_back("--" + std::string(spec.name));
    if (spec.short_name != '\0') {
      words.push_back(std::string{'-', spec.short_name});
    }
  }
  return words;
}

std::string verb_names()
{
  return base::join(first_words(), " ");
}

std::string names_in(std::string_view group)
{
  std::vector<std::string> names;
  for (const auto* verb : verbs_of_group(group)) {
    names.emplace_back(last_word_of(*verb));
  }
  return base::join(names, " ");
}

std::string group_names(std::string_view separator)
{
  std::vector<std::string> names;
  for (const auto& group : verb_groups()) {
    names.emplace_back(group.name);
  }
  return base::join(names, separator);
}

std::string choices_of(const OptionSpec& spec)
{
  const std::vector<std::string> choices(spec.choices.begin(), spec.choices.end());
  return base::join(choices, " ");
}

std::string bash()
{
  std::string out = "# bash completion for cargo-wasm\n_cargo_wasm()\n{\n"
                    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i\n"
                    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                    "    case ${COMP_WORDS[i]} in [-+]*) continue ;; esac\n"
                    "    verb=${verb:+$verb }${COMP_WORDS[i]}\n"
                    "    case $verb in " +
                    group_names("|") +
                    ") ;; *) break ;; esac\n"
                    "  done\n"
                    "  case $prev in\n";
  std::vector<std::string> seen;
  for (const auto& verb : verbs()) {
    for (const auto& spec : verb.options) {
      const std::string name(spec.name);
      if (spec.choices.empty() || std::find(seen.begin(), seen.end(), name) != seen.end()) {
        continue;
      }
      seen.push_back(name);
      out += fmt::format("    --{}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return ;;\n", name, choices_of(spec));
    }
  }
  out += "    --manifest-path|--target-dir|--config|--dir) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
         "    --target) COMPREPLY=($(compgen -W 'wasm32-wasip1 wasm32-unknown-unknown wasm32-wasip2 host-tuple' -- \"$cur\")); return ;;\n"
         "  esac\n  case $verb in\n";
  for (const auto& verb : verbs()) {
    out += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n",
                       verb.alias.empty() ? fmt::format("'{}'", verb.name) : fmt::format("{}|{}", verb.name, verb.alias),
                       base::join(words_of(verb), " "));
  }
  for (const auto& group : verb_groups()) {
    out += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n", group.name, names_in(group.name));
  }
  out += fmt::format("    *) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n  esac\n}}\ncomplete -o default -F _cargo_wasm cargo-wasm\n",
                     verb_names());
  return out;
}

std::string zsh_quoted(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_arguments(const VerbSpec& verb)
{
  std::string out =
      fmt::format("    {}) _arguments", verb.alias.empty() ? std::string(last_word_of(verb)) : fmt::format("{}|{}", verb.name, verb.alias));
  for (const auto& spec : verb.options) {
    if (spec.hidden || spec.kind == OptionKind::positionals || spec.kind == OptionKind::trailing) {
      continue;
    }
    const bool takes = spec.kind != OptionKind::flag && spec.kind != OptionKind::count;
    out += fmt::format(" \\\n      '*--{}[{}]{}'",
                       spec.name,
                       zsh_quoted(spec.help),
                       takes ? fmt::format(":{}:{}",
                                           base::to_lower(spec.value_name.substr(0, spec.value_name.find('|'))),
                                           spec.choices.empty() ? "_files" : "(" + choices_of(spec) + ")")
                             : "");
  }
  return out + " '*:file:_files' ;;\n";
}

std::string zsh()
{
  std::string out = "#compdef cargo-wasm\n_cargo-wasm() {\n  local -a commands\n  commands=(\n";
  for (const auto& verb : verbs()) {
    if (group_of(verb).empty()) {
      out += fmt::format("    '{}:{}'\n", verb.name, zsh_quoted(verb.about));
    }
  }
  for (const auto& group : verb_groups()) {
    out += fmt::format("    '{}:{}'\n", group.name, zsh_quoted(group.about));
  }
  out += "  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  case $words[2] in\n";
  for (const auto& verb : verbs()) {
    if (group_of(verb).empty()) {
      out += zsh_arguments(verb);
    }
  }
  for (const auto& group : verb_groups()) {
    out += fmt::format("    {})\n    commands=(\n", group.name);
    for (const auto* verb : verbs_of_group(group.name)) {
      out += fmt::format("    '{}:{}'\n", last_word_of(*verb), zsh_quoted(verb->about));
    }
    out += "    )\n    if (( CURRENT == 3 )); then _describe command commands; return; fi\n    case $words[3] in\n";
    for (const auto* verb : verbs_of_group(group.name)) {
      out += zsh_arguments(*verb);
    }
    out += "    esac ;;\n";
  }
  return out + "  esac\n}\n_cargo-wasm \"$@\"\n";
}

std::string fish()
{
  std::string out = "# fish completion for cargo-wasm\n";
  for (const auto& group : verb_groups()) {
    out += fmt::format("complete -c cargo-wasm -n __fish_use_subcommand -f -a {} -d \"{}\"\n", group.name, group.about);
  }
  for (const auto& verb : verbs()) {
    const auto group = group_of(verb);
    const auto begun =
        group.empty() ? std::string("__fish_use_subcommand")
                      : fmt::format("'__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}'", group, names_in(group));
    const auto in_group = group.empty() ? std::string() : fmt::format("__fish_seen_subcommand_from {}; and ", group);
    out += fmt::format("complete -c cargo-wasm -n {} -f -a {} -d \"{}\"\n", begun, last_word_of(verb), verb.about);
    for (const auto& spec : verb.options) {
      if (spec.hidden || spec.kind == OptionKind::positionals || spec.kind == OptionKind::trailing) {
        continue;
      }
      std::string help(spec.help);
      std::replace(help.begin(), help.end(), '"', '\'');
      std::replace(help.begin(), help.end(), '`', '\'');
      out += fmt::format("complete -c cargo-wasm -n '{}__fish_seen_subcommand_from {}{}' -l {}{}{} -d \"{}\"\n",
                         in_group,
                         last_word_of(verb),
                         verb.alias.empty() ? "" : fmt::format(" {}", verb.alias),
                         spec.name,
                         spec.short_name != '\0' ? fmt::format(" -s {}", spec.short_name) : "",
                         spec.kind == OptionKind::flag || spec.kind == OptionKind::count ? ""
                         : spec.choices.empty()                                          ? " -r"
                                                                                         : fmt::format(" -x -a '{}'", choices_of(spec)),
                         help);
    }
  }
  return out;
}

std::string troff(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void append_man_options(std::string& out, const std::vector<OptionSpec>& options)
{
  for (const auto& spec : options) {
    if (spec.hidden) {
      continue;
    }
    const bool positional = spec.kind == OptionKind::positionals || spec.kind == OptionKind::trailing;
    std::string name =
        positional ? fmt::format("\\fI{}\\fR", troff(spec.value_name)) : fmt::format("\\fB{}\\fR", troff("--" + std::string(spec.name)));
    if (spec.short_name != '\0') {
      name = fmt::format("\\fB\\-{}\\fR, {}", spec.short_name, name);
    }
    if (!positional && !spec.value_name.empty()) {
      name += fmt::format(" \\fI{}\\fR", troff(spec.value_name));
    }
    out += fmt::format(".TP\n{}\n{}{}\n", name, troff(spec.help), spec.choices.empty() ? "" : troff(" (" + choices_of(spec) + ")"));
  }
}

} // namespace

std::string completions(std::string_view shell)
{
  return shell == "bash" ? bash() : shell == "zsh" ? zsh() : shell == "fish" ? fish() : std::string{};
}

std::string man_page()
{
  std::string out = ".TH CARGO\\-WASM 1\n.SH NAME\ncargo\\-wasm \\- build Cargo projects for WebAssembly\n"
                    ".SH SYNOPSIS\n\\fBcargo\\-wasm\\fR [+\\fITOOLCHAIN\\fR] [\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"
                    ".SH DESCRIPTION\nBuilds unmodified Cargo projects for WebAssembly without calling cargo: reads the manifests,\n"
                    "resolves and downloads dependencies, runs rustc and build scripts, and runs the result.\n.SH OPTIONS\n";
  append_man_options(out, global_options());
  out += ".SH COMMANDS\n";
  for (const auto& verb : verbs()) {
    out += fmt::format(".SS {}\n{}.\n", troff(verb.name), troff(verb.about));
    append_man_options(out, verb.options);
  }
  out += ".SH EXIT STATUS\n.TP\n0\nsuccess\n.TP\n1\nthe build failed\n.TP\n2\nusage\n.TP\n3\nthe environment: a tool, target or disk space "
         "is missing\n"
         ".TP\n4\nthe network\n.TP\n5\na checksum or signature does not hold\n.TP\n101\na bug in cargo\\-wasm\n.TP\n128+N\nended by signal "
         "N\n";
  return out;
}

} // namespace cargo_wasm::cli
