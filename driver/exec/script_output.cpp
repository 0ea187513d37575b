#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/script_output.hpp>

namespace cargo_wasm::exec {
namespace {

constexpr std::string_view k_reference =
    "https://doc.rust-lang.org/cargo/reference/build-scripts.html#outputs-of-the-build-script lists the instructions";

/// Keys the old syntax knows; any other `cargo:KEY=VALUE` is metadata for dependents, for ever.
constexpr std::array k_old_keys = {
    std::string_view("rustc-flags="),
    std::string_view("rustc-link-lib="),
    std::string_view("rustc-link-search="),
    std::string_view("rustc-link-arg-cdylib="),
    std::string_view("rustc-cdylib-link-arg="),
    std::string_view("rustc-link-arg-bins="),
    std::string_view("rustc-link-arg-bin="),
    std::string_view("rustc-link-arg-tests="),
    std::string_view("rustc-link-arg-benches="),
    std::string_view("rustc-link-arg-examples="),
    std::string_view("rustc-link-arg="),
    std::string_view("rustc-cfg="),
    std::string_view("rustc-check-cfg="),
    std::string_view("rustc-env="),
    std::string_view("warning="),
    std::string_view("rerun-if-changed="),
    std::string_view("rerun-if-env-changed="),
};

bool is_old_key(std::string_view data)
{
  return std::any_of(k_old_keys.begin(), k_old_keys.end(), [&](std::string_view key) { return data.starts_with(key); });
}

struct Directive
{
  bool old_syntax = false;
  std::string_view line, key;
  std::string value; ///< OUT_DIR rewritten

  [[nodiscard]] std::string_view prefix() const { return old_syntax ? "cargo:" : "cargo::"; }
};

std::string_view trim_end(std::string_view text)
{
  const std::size_t last = text.find_last_not_of(" \t\r\n\v\f");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to)
{
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t found = from.empty() ? std::string_view::npos : text.find(from, at);
    if (found == std::string_view::npos) {
      return out += text.substr(at);
    }
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
  }
}

/// "1.60" or "1.60.1": is it below 1.77?
bool is_before_double_colon(std::string_view version)
{
  const auto parts = base::split(version, '.');
  const auto number = [&](std::size_t i) { return i < parts.size() ? std::strtoul(std::string(parts[i]).c_str(), nullptr, 10) : 0UL; };
  return number(0) < 1 || (number(0) == 1 && number(1) < 77);
}

class Parser
{
public:
  explicit Parser(const ScriptContext& context) : m_context(context) {}

  Result<> line(std::string_view line)
  {
    Directive directive;
    directive.line = line;
    std::string_view data;
    if (line.starts_with("cargo::")) {
      data = line.substr(7);
      CW_TRY(check_rust_version(data));
    } else if (line.starts_with("cargo:")) {
      data = line.substr(6);
      directive.old_syntax = true;
    } else {
      return {};
    }
    if (directive.old_syntax && !is_old_key(data)) {
      directive.key = "metadata";
      directive.value = rewritten(data);
      return apply(directive);
    }
    const std::size_t equals = data.find('=');
    if (equals == std::string_view::npos) {
      return fail(malformed(directive, fmt::format("an instruction reads `{}KEY=VALUE`", directive.prefix())));
    }
    directive.key = data.substr(0, equals);
    directive.value = rewritten(trim_end(data.substr(equals + 1)));
    return apply(directive);
  }

  ScriptOutput take() && { return std::move(m_out); }

private:
  /// Directives name files in OUT_DIR; after the target directory was moved they must name the new place.
  [[nodiscard]] std::string rewritten(std::string_view value) const
  {
    return m_context.out_dir_then == m_context.out_dir_now ? std::string(value)
                                                           : replace_all(value, m_context.out_dir_then, m_context.out_dir_now);
  }

  [[nodiscard]] std::string whence() const { return fmt::format("the build script of `{}`", m_context.package_display); }

  [[nodiscard]] Error malformed(const Directive& directive, std::string note) const
  {
    return Error("CW0640", fmt::format("{} printed an instruction without `=`: `{}`", whence(), directive.line))
        .note(std::move(note))
        .note(std::string(k_reference));
  }

  Result<> check_rust_version(std::string_view data) const
  {
    if (!m_context.minimum_rust_version || !is_before_double_colon(*m_context.minimum_rust_version)) {
      return {};
    }
    Error error =
        Error("CW0645",
              fmt::format(
                  "{} uses the `cargo::` syntax, which its `rust-version` {} does not know", whence(), *m_context.minimum_rust_version))
            .note("compilers before 1.77.0 ignore `cargo::` instructions");
    if (is_old_key(data)) {
      error.helps.push_back(fmt::format("write `cargo:{}`, with one colon", data));
    } else if (data.starts_with("metadata=")) {
      error.helps.push_back(fmt::format("write `cargo:{}`, with one colon", data.substr(9)));
    } else {
      error.helps.push_back("raise `rust-version` to 1.77");
    }
    return fail(std::move(error));
  }

  Result<> apply(const Directive& directive)
  {
    const std::string_view key = directive.key;
    const std::string& value = directive.value;
    if (key == "rustc-flags") {
      return rustc_flags(value);
    }
    if (key == "rustc-link-lib") {
      m_out.library_links.push_back(value);
    } else if (key == "rustc-link-search") {
      add_library_path(value);
    } else if (key == "rustc-cfg") {
      m_out.cfgs.push_back(value);
    } else if (key == "rustc-check-cfg") {
      m_out.check_cfgs.push_back(value);
    } else if (key == "rustc-env") {
      return rustc_env(value);
    } else if (key == "warning") {
      m_out.messages.push_back({ScriptMessage::Severity::warning, value});
    } else if (key == "error") {
      m_out.messages.push_back({ScriptMessage::Severity::error, value});
    } else if (key == "rerun-if-changed") {
      m_out.rerun_if_changed.push_back(value);
    } else if (key == "rerun-if-env-changed") {
      m_out.rerun_if_env_changed.push_back(value);
    } else if (key == "metadata") {
      return metadata(directive);
    } else if (key.starts_with("rustc-link-arg") || key == "rustc-cdylib-link-arg") {
      return link_arg(directive);
    } else {
      return fail(unknown(directive));
    }
    return {};
  }

  [[nodiscard]] Error unknown(const Directive& directive) const
  {
    return Error("CW0641", fmt::format("{} printed an unknown instruction `{}`", whence(), directive.key))
        .note(fmt::format("the line is `{}`", directive.line))
        .note(std::string(k_reference));
  }

  Result<> metadata(const Directive& directive)
  {
    const std::size_t equals = directive.value.find('=');
    if (equals == std::string::npos) {
      return fail(malformed(directive, fmt::format("metadata reads `{}KEY=VALUE`", directive.old_syntax ? "cargo:" : "cargo::metadata=")));
    }
    m_out.metadata.emplace_back(directive.value.substr(0, equals),
                                std::string(trim_end(std::string_view(directive.value).substr(equals + 1))));
    return {};
  }

  Result<> link_arg(const Directive& directive)
  {
    const std::string_view key = directive.key;
    const plan::ScriptPackage& package = m_context.package;
    if (key == "rustc-link-arg") {
      m_out.link_args.push_back({"all", directive.value});
    } else if (key == "rustc-link-arg-cdylib" || key == "rustc-cdylib-link-arg") {
      if (!package.has_cdylib) {
        m_out.messages.push_back({ScriptMessage::Severity::warning,
                                  fmt::format("{}{} was given by {}, which has no cdylib target; this may become an error "
                                              "(<https://github.com/rust-lang/cargo/issues/9562>)",
                                              directive.prefix(),
                                              key,
                                              whence())});
      }
      m_out.link_args.push_back({"cdylib", directive.value});
    } else if (key == "rustc-link-arg-bins") {
      return target_link_arg(directive, "bins", !package.bins.empty(), "bin");
    } else if (key == "rustc-link-arg-tests") {
      return target_link_arg(directive, "tests", package.has_tests, "test");
    } else if (key == "rustc-link-arg-benches") {
      return target_link_arg(directive, "benches", package.has_benches, "benchmark");
    } else if (key == "rustc-link-arg-examples") {
      return target_link_arg(directive, "examples", package.has_examples, "example");
    } else if (key == "rustc-link-arg-bin") {
      return bin_link_arg(directive);
    } else {
      return fail(unknown(directive));
    }
    return {};
  }

  Result<> target_link_arg(const Directive& directive, std::string_view kind, bool exists, std::string_view name)
  {
    if (!exists) {
      return fail(Error(
          "CW0642", fmt::format("{} printed `{}{}`, but the package has no {} target", whence(), directive.prefix(), directive.key, name)));
    }
    m_out.link_args.push_back({std::string(kind), directive.value});
    return {};
  }

  Result<> bin_link_arg(const Directive& directive)
  {
    const std::size_t equals = directive.value.find('=');
    if (equals == std::string::npos) {
      return fail(malformed(directive, fmt::format("this one reads `{}rustc-link-arg-bin=BIN=ARG`", directive.prefix())));
    }
    const std::string bin = directive.value.substr(0, equals);
    const auto& bins = m_context.package.bins;
    if (std::find(bins.begin(), bins.end(), bin) == bins.end()) {
      return fail(Error("CW0642",
                        fmt::format("{} printed `{}{}` for `{}`, but the package has no program of that name",
                                    whence(),
                                    directive.prefix(),
                                    directive.key,
                                    bin)));
    }
    m_out.link_args.push_back({"bin=" + bin, directive.value.substr(equals + 1)});
    return {};
  }

  void add_library_path(std::string value)
  {
    std::string_view path = value;
    for (const std::string_view kind : {"native=", "crate=", "dependency=", "framework=", "all="}) {
      if (path.starts_with(kind)) {
        path.remove_prefix(kind.size());
        break;
      }
    }
    const std::string& out_dir = m_context.out_dir_now;
    const bool inside = !out_dir.empty() && path.starts_with(out_dir) && (path.size() == out_dir.size() || path[out_dir.size()] == '/');
    m_out.library_paths.push_back({std::move(value), inside});
  }

  Result<> rustc_flags(std::string_view value)
  {
    std::vector<std::string> words;
    const std::string spaced = replace_all(value, "\t", " ");
    for (const std::string_view piece : base::split(spaced, ' ')) {
      if (!piece.empty()) {
        words.emplace_back(piece);
      }
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool links = words[i].starts_with("-l");
      if (!links && !words[i].starts_with("-L")) {
        return fail(Error("CW0643", fmt::format("{} may only give `-l` and `-L` in `rustc-flags`, but gave `{}`", whence(), value)));
      }
      std::string argument = words[i].substr(2);
      if (argument.empty()) {
        if (++i == words.size()) {
          return fail(Error("CW0643", fmt::format("a flag in `rustc-flags` of {} has no value: `{}`", whence(), value)));
        }
        argument = words[i];
      }
      if (links) {
        m_out.library_links.push_back(std::move(argument));
      } else {
        add_library_path(std::move(argument));
      }
    }
    return {};
  }

  Result<> rustc_env(std::string_view value)
  {
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos) {
      return fail(Error("CW0643", fmt::format("`rustc-env` of {} has no value: `{}`", whence(), value)));
    }
    const std::string name(value.substr(0, equals));
    const std::string setting(value.substr(equals + 1));
    if (name != "RUSTC_BOOTSTRAP") {
      m_out.env.emplace_back(name, setting);
      return {};
    }
    if (!m_context.nightly && !bootstrap_is_allowed()) {
      const std::string& library = m_context.package.library_crate_name;
      return fail(Error("CW0644", fmt::format("{} may not set `RUSTC_BOOTSTRAP={}`", whence(), setting))
                      .note("a crate cannot turn unstable features on by itself")
                      .help(fmt::format("set RUSTC_BOOTSTRAP={} yourself if you want this", library.empty() ? "1" : library)));
    }
    m_out.messages.push_back({ScriptMessage::Severity::warning,
                              fmt::format("`RUSTC_BOOTSTRAP={}` from {} is ignored: only the caller may set it", setting, whence())});
    return {};
  }

  [[nodiscard]] bool bootstrap_is_allowed() const
  {
    if (!m_context.rustc_bootstrap) {
      return false;
    }
    const std::string& library = m_context.package.library_crate_name;
    if (library.empty() || *m_context.rustc_bootstrap == "1") {
      return true;
    }
    const auto names = base::split(*m_context.rustc_bootstrap, ',');
    return std::find(names.begin(), names.end(), library) != names.end();
  }

  const ScriptContext& m_context;
  ScriptOutput m_out;
};

} // namespace

bool ScriptOutput::has_errors() const
{
  return std::any_of(messages.begin(), messages.end(), [](const ScriptMessage& m) { return m.severity == ScriptMessage::Severity::error; });
}

Result<ScriptOutput> parse_script_output(std::string_view stdout_bytes, const ScriptContext& context)
{
  Parser parser(context);
  for (const std::string_view raw : base::split(stdout_bytes, '\n')) {
    if (base::is_valid_utf8(raw)) {
      CW_TRY(parser.line(base::trim(raw)));
    }
  }
  return std::move(parser).take();
}

std::vector<ScriptMessage> script_messages(std::string_view stdout_bytes)
{
  std::vector<ScriptMessage> messages;
  for (const std::string_view raw : base::split(stdout_bytes, '\n')) {
    const std::string_view line = base::trim(raw);
    if (!base::is_valid_utf8(line)) {
      continue;
    }
    if (line.starts_with("cargo::error=")) {
      messages.push_back({ScriptMessage::Severity::error, std::string(line.substr(13))});
    } else if (line.starts_with("cargo::warning=")) {
      messages.push_back({ScriptMessage::Severity::warning, std::string(line.substr(15))});
    } else if (line.starts_with("cargo:warning=")) {
      messages.push_back({ScriptMessage::Severity::warning, std::string(line.substr(14))});
    }
  }
  return messages;
}

} // namespace cargo_wasm::exec
