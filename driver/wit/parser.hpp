#pragma once
#include "lexer.hpp"

namespace cargo_wasm::wit {

/// Recursive descent with one token of look-ahead.
class WitParser
{
public:
  explicit WitParser(const SourceText& source) : m_lexer(source) {}

  [[nodiscard]] Result<FileSyntax> file();

private:
  // Tokens.
  Result<> advance();
  [[nodiscard]] bool at_sign(std::string_view text) const { return m_token.kind == TokenKind::sign && m_token.text == text; }
  [[nodiscard]] bool at_word(std::string_view text) const
  {
    return m_token.kind == TokenKind::word && !m_token.is_escaped && m_token.text == text;
  }
  Result<bool> take_sign(std::string_view text);
  Result<bool> take_word(std::string_view text);
  Result<> expect_sign(std::string_view text);
  Result<> expect_word(std::string_view text);
  Result<Name> name(std::string_view what);
  [[nodiscard]] Error unexpected(std::string_view wanted) const;
  template <class Action> Result<> list(std::string_view open, std::string_view close, Action action);

  // Files.
  Result<bool> gates(); ///< true: what follows is only there with a feature
  Result<PackageName> package_name();
  Result<> body_of_file(FileSyntax& file, bool nested);
  Result<> package_in_file(FileSyntax& file, bool nested);
  Result<PathSyntax> path();
  Result<> rest_of_path(PathSyntax& path);
  Result<InterfaceSyntax> interface(Name name);
  Result<WorldSyntax> world();
  Result<ExternSyntax> external(bool is_export);
  Result<IncludeSyntax> include();
  Result<FileUseSyntax> file_use();
  Result<std::vector<std::pair<Name, Name>>> renamed_names(bool needs_new_name);

  // Types and functions.
  Result<bool> type_or_use(BodySyntax& body, bool skipped); ///< false: it is something else
  Result<UseSyntax> use();
  Result<TypeDefinitionSyntax> definition(TypeKind kind);
  Result<> resource(TypeDefinitionSyntax& definition);
  Result<FunctionSyntax> function(Name name, FunctionKind kind);
  Result<> parameters(FunctionSyntax& function);
  Result<std::unique_ptr<TypeSyntax>> type();
  Result<std::unique_ptr<TypeSyntax>> applied_type(TypeKind kind);

  Lexer m_lexer;
  Token m_token;
  std::uint32_t m_depth = 0;
};

} // namespace cargo_wasm::wit
