#include "parser.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::wit {

Result<> WitParser::advance()
{
  CW_TRY_ASSIGN(m_token, m_lexer.next());
  return {};
}

Result<bool> WitParser::take_sign(std::string_view text)
{
  if (!at_sign(text)) {
    return false;
  }
  CW_TRY(advance());
  return true;
}

Result<bool> WitParser::take_word(std::string_view text)
{
  if (!at_word(text)) {
    return false;
  }
  CW_TRY(advance());
  return true;
}

Error WitParser::unexpected(std::string_view wanted) const
{
  const std::string found = m_token.kind == TokenKind::end ? std::string("the end of the file") : fmt::format("`{}`", m_token.text);
  return syntax_error(m_token.place, fmt::format("expected {}, found {}", wanted, found));
}

Result<> WitParser::expect_sign(std::string_view text)
{
  CW_TRY_ASSIGN(const bool found, take_sign(text));
  return found ? Result<>() : fail(unexpected(fmt::format("`{}`", text)));
}

Result<> WitParser::expect_word(std::string_view text)
{
  CW_TRY_ASSIGN(const bool found, take_word(text));
  return found ? Result<>() : fail(unexpected(fmt::format("`{}`", text)));
}

Result<Name> WitParser::name(std::string_view what)
{
  if (m_token.kind != TokenKind::word || m_token.text == "_") {
    return fail(unexpected(what));
  }
  Name found{std::string(m_token.text), m_token.place};
  CW_TRY(advance());
  return found;
}

/// `{ a, b, }`
template <class Action> Result<> WitParser::list(std::string_view open, std::string_view close, Action action)
{
  CW_TRY(expect_sign(open));
  while (true) {
    CW_TRY_ASSIGN(const bool ended, take_sign(close));
    if (ended) {
      return {};
    }
    CW_TRY(action());
    CW_TRY_ASSIGN(const bool goes_on, take_sign(","));
    if (!goes_on) {
      if (!at_sign(close)) {
        return fail(unexpected(fmt::format("`,` or `{}`", close)));
      }
    }
  }
}

Result<bool> WitParser::gates()
{
  bool unstable = false;
  while (at_sign("@")) {
    CW_TRY(advance());
    CW_TRY_ASSIGN(const Name kind, name("`since`, `unstable` or `deprecated`"));
    unstable = unstable || kind.text == "unstable";
    CW_TRY(expect_sign("("));
    CW_TRY_ASSIGN(const Name key, name("`version` or `feature`"));
    if (!at_sign("=")) {
      return fail(unexpected("`=`"));
    }
    if (key.text == "version") {
      // A blank may stand before it.
      CW_TRY(advance());
      if (m_token.kind != TokenKind::number) {
        return fail(unexpected("a version"));
      }
      CW_TRY_ASSIGN(const Token rest, m_lexer.version_from(m_token));
      static_cast<void>(rest);
      CW_TRY(advance());
    } else {
      CW_TRY(advance());
      CW_TRY_ASSIGN(const Name feature, name("the name of a feature"));
      static_cast<void>(feature);
    }
    CW_TRY(expect_sign(")"));
  }
  return unstable;
}

Result<PackageName> WitParser::package_name()
{
  PackageName package;
  CW_TRY_ASSIGN(Name space, name("the name of a package"));
  CW_TRY(expect_sign(":"));
  CW_TRY_ASSIGN(Name own, name("the name of a package"));
  package.space = std::move(space.text);
  package.name = std::move(own.text);
  if (at_sign("@")) {
    CW_TRY_ASSIGN(const Token version, m_lexer.version());
    package.version = version.text;
    CW_TRY(advance());
  }
  return package;
}

Result<FileSyntax> WitParser::file()
{
  FileSyntax out;
  CW_TRY(advance());
  CW_TRY(body_of_file(out, false));
  return out;
}

Result<> WitParser::body_of_file(FileSyntax& file, bool nested)
{
  while (nested ? !at_sign("}") : m_token.kind != TokenKind::end) {
    CW_TRY_ASSIGN(const bool skipped, gates());
    if (at_word("package")) {
      CW_TRY(package_in_file(file, nested));
    } else if (at_word("use")) {
      CW_TRY_ASSIGN(FileUseSyntax use, file_use());
      file.uses.push_back(std::move(use));
    } else if (at_word("interface")) {
      CW_TRY(advance());
      CW_TRY_ASSIGN(Name called, name("the name of an interface"));
      CW_TRY_ASSIGN(InterfaceSyntax made, interface(std::move(called)));
      if (!skipped) {
        file.interfaces.push_back(std::move(made));
      }
    } else if (at_word("world")) {
      CW_TRY_ASSIGN(WorldSyntax made, world());
      if (!skipped) {
        file.worlds.push_back(std::move(made));
      }
    } else {
      return fail(unexpected("`package`, `use`, `interface` or `world`"));
    }
  }
  return {};
}

Result<> WitParser::package_in_file(FileSyntax& file, bool nested)
{
  const Place place = m_token.place;
  CW_TRY(advance());
  CW_TRY_ASSIGN(PackageName package, package_name());
  if (nested || at_sign("{")) {
    if (nested) {
      return fail(syntax_error(place, "a package stands within a package"));
    }
    CW_TRY(expect_sign("{"));
    FileSyntax inner;
    inner.package = std::move(package);
    inner.package_place = place;
    CW_TRY(body_of_file(inner, true));
    CW_TRY(expect_sign("}"));
    file.nested.push_back(std::move(inner));
    return {};
  }
  if (file.package) {
    return fail(syntax_error(place, "the file names its package twice"));
  }
  file.package = std::move(package);
  file.package_place = place;
  return expect_sign(";");
}

Result<> WitParser::rest_of_path(PathSyntax& path)
{
  CW_TRY_ASSIGN(Name package, name("the name of a package"));
  CW_TRY(expect_sign("/"));
  CW_TRY_ASSIGN(Name own, name("the name of an interface or world"));
  path.package = PackageName{path.name.text, package.text, {}};
  const std::size_t begin = path.name.place.offset;
  path.name.text = own.text;
  path.name.place.length = own.place.offset + own.place.length - begin;
  if (at_sign("@")) {
    CW_TRY_ASSIGN(const Token version, m_lexer.version());
    path.package->version = version.text;
    path.name.place.length = version.place.offset + version.place.length - begin;
    CW_TRY(advance());
  }
  return {};
}

Result<PathSyntax> WitParser::path()
{
  PathSyntax found;
  CW_TRY_ASSIGN(found.name, name("the name of an interface or world"));
  CW_TRY_ASSIGN(const bool has_package, take_sign(":"));
  if (has_package) {
    CW_TRY(rest_of_path(found));
  }
  return found;
}

Result<FileUseSyntax> WitParser::file_use()
{
  FileUseSyntax use;
  CW_TRY(advance());
  CW_TRY_ASSIGN(use.path, path());
  CW_TRY_ASSIGN(const bool renamed, take_word("as"));
  if (renamed) {
    CW_TRY_ASSIGN(use.as, name("a new name"));
  } else {
    use.as = use.path.name;
  }
  CW_TRY(expect_sign(";"));
  return use;
}

Result<InterfaceSyntax> WitParser::interface(Name called)
{
  InterfaceSyntax made;
  made.name = std::move(called);
  CW_TRY(expect_sign("{"));
  while (!at_sign("}")) {
    CW_TRY_ASSIGN(const bool skipped, gates());
    CW_TRY_ASSIGN(const bool taken, type_or_use(made.body, skipped));
    if (taken) {
      continue;
    }
    CW_TRY_ASSIGN(Name function_name, name("`use`, a type, a function or `}`"));
    CW_TRY(expect_sign(":"));
    CW_TRY_ASSIGN(FunctionSyntax parsed, function(std::move(function_name), FunctionKind::plain));
    CW_TRY(expect_sign(";"));
    if (!skipped) {
      made.body.functions.push_back(std::move(parsed));
    }
  }
  CW_TRY(advance());
  return made;
}

Result<WorldSyntax> WitParser::world()
{
  WorldSyntax made;
  CW_TRY(advance());
  CW_TRY_ASSIGN(made.name, name("the name of a world"));
  CW_TRY(expect_sign("{"));
  while (!at_sign("}")) {
    CW_TRY_ASSIGN(const bool skipped, gates());
    CW_TRY_ASSIGN(const bool taken, type_or_use(made.body, skipped));
    if (taken) {
      continue;
    }
    if (at_word("import") || at_word("export")) {
      CW_TRY_ASSIGN(ExternSyntax parsed, external(at_word("export")));
      if (!skipped) {
        made.externs.push_back(std::move(parsed));
      }
    } else if (at_word("include")) {
      CW_TRY_ASSIGN(IncludeSyntax parsed, include());
      if (!skipped) {
        made.includes.push_back(std::move(parsed));
      }
    } else {
      return fail(unexpected("`import`, `export`, `include`, `use`, a type or `}`"));
    }
  }
  CW_TRY(advance());
  return made;
}

Result<ExternSyntax> WitParser::external(bool is_export)
{
  ExternSyntax made;
  made.is_export = is_export;
  CW_TRY(advance());
  CW_TRY_ASSIGN(Name first, name("a name"));
  CW_TRY_ASSIGN(const bool has_colon, take_sign(":"));
  if (has_colon && at_word("interface")) {
    CW_TRY(advance());
    CW_TRY_ASSIGN(made.interface, interface(std::move(first)));
    return made;
  }
  if (has_colon && (at_word("func") || at_word("async"))) {
    CW_TRY_ASSIGN(made.function, function(std::move(first), FunctionKind::plain));
    CW_TRY(expect_sign(";"));
    return made;
  }
  made.path.emplace();
  made.path->name = std::move(first);
  if (has_colon) {
    CW_TRY(rest_of_path(*made.path));
  }
  CW_TRY(expect_sign(";"));
  return made;
}

Result<std::vector<std::pair<Name, Name>>> WitParser::renamed_names(bool needs_new_name)
{
  std::vector<std::pair<Name, Name>> names;
  CW_TRY(list("{", "}", [&]() -> Result<> {
    CW_TRY_ASSIGN(Name there, name("a name"));
    Name here = there;
    CW_TRY_ASSIGN(const bool renamed, take_word("as"));
    if (renamed || needs_new_name) {
      if (!renamed) {
        return fail(unexpected("`as`"));
      }
      CW_TRY_ASSIGN(here, name("a new name"));
    }
    names.emplace_back(std::move(there), std::move(here));
    return {};
  }));
  return names;
}

Result<IncludeSyntax> WitParser::include()
{
  IncludeSyntax made;
  CW_TRY(advance());
  CW_TRY_ASSIGN(made.path, path());
  CW_TRY_ASSIGN(const bool renames, take_word("with"));
  if (renames) {
    CW_TRY_ASSIGN(made.renames, renamed_names(true));
    static_cast<void>(take_sign(";"));
    return made;
  }
  CW_TRY(expect_sign(";"));
  return made;
}

Result<UseSyntax> WitParser::use()
{
  UseSyntax made;
  CW_TRY(advance());
  CW_TRY_ASSIGN(made.from, path());
  CW_TRY(expect_sign("."));
  CW_TRY_ASSIGN(made.names, renamed_names(false));
  CW_TRY(expect_sign(";"));
  return made;
}

Result<FileSyntax> parse_file(const SourceText& source)
{
  return WitParser(source).file();
}

} // namespace cargo_wasm::wit
