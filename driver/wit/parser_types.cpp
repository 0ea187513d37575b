#include <array>
#include <charconv>

#include <fmt/format.h>

#include "parser.hpp"

namespace cargo_wasm::wit {

namespace {

constexpr std::uint32_t k_max_type_depth = 100;

struct AppliedWord
{
  std::string_view word;
  TypeKind kind;
  std::size_t least, most; ///< arguments
};
constexpr std::array<AppliedWord, 9> k_applied = {{{"list", TypeKind::list, 1, 1},
                                                   {"map", TypeKind::map, 2, 2},
                                                   {"option", TypeKind::option, 1, 1},
                                                   {"result", TypeKind::result, 0, 2},
                                                   {"tuple", TypeKind::tuple, 0, 10'000},
                                                   {"own", TypeKind::own, 1, 1},
                                                   {"borrow", TypeKind::borrow, 1, 1},
                                                   {"future", TypeKind::future, 0, 1},
                                                   {"stream", TypeKind::stream, 0, 1}}};

const AppliedWord* applied_word(std::string_view word)
{
  for (const AppliedWord& entry : k_applied) {
    if (entry.word == word) {
      return &entry;
    }
  }
  return nullptr;
}

std::optional<wasm::PrimitiveType> primitive_word(std::string_view word)
{
  for (int i = 0; i <= static_cast<int>(wasm::PrimitiveType::error_context); ++i) {
    if (const auto type = static_cast<wasm::PrimitiveType>(i); wasm::to_string(type) == word) {
      return type;
    }
  }
  return std::nullopt;
}

std::optional<TypeKind> definition_word(const Token& token)
{
  constexpr std::array<std::pair<std::string_view, TypeKind>, 6> k_words = {{{"type", TypeKind::alias},
                                                                             {"record", TypeKind::record},
                                                                             {"variant", TypeKind::variant},
                                                                             {"enum", TypeKind::enum_},
                                                                             {"flags", TypeKind::flags},
                                                                             {"resource", TypeKind::resource}}};
  for (const auto& [word, kind] : k_words) {
    if (token.kind == TokenKind::word && !token.is_escaped && token.text == word) {
      return kind;
    }
  }
  return std::nullopt;
}

} // namespace

Result<bool> WitParser::type_or_use(BodySyntax& body, bool skipped)
{
  if (at_word("use")) {
    CW_TRY_ASSIGN(UseSyntax made, use());
    if (!skipped) {
      body.uses.push_back(std::move(made));
    }
    return true;
  }
  const auto kind = definition_word(m_token);
  if (!kind) {
    return false;
  }
  CW_TRY(advance());
  CW_TRY_ASSIGN(TypeDefinitionSyntax made, definition(*kind));
  if (!skipped) {
    body.types.push_back(std::move(made));
  }
  return true;
}

Result<TypeDefinitionSyntax> WitParser::definition(TypeKind kind)
{
  TypeDefinitionSyntax made;
  made.kind = kind;
  CW_TRY_ASSIGN(made.name, name("the name of a type"));
  if (kind == TypeKind::alias) {
    CW_TRY(expect_sign("="));
    CW_TRY_ASSIGN(made.alias, type());
    CW_TRY(expect_sign(";"));
    return made;
  }
  if (kind == TypeKind::resource) {
    CW_TRY(resource(made));
    return made;
  }
  CW_TRY(expect_sign("{"));
  while (true) {
    CW_TRY_ASSIGN(const bool ended, take_sign("}"));
    if (ended) {
      break;
    }
    MemberSyntax member;
    CW_TRY_ASSIGN(member.name, name("a name or `}`"));
    if (kind == TypeKind::record) {
      CW_TRY(expect_sign(":"));
      CW_TRY_ASSIGN(member.type, type());
    } else if (kind == TypeKind::variant) {
      CW_TRY_ASSIGN(const bool has_type, take_sign("("));
      if (has_type) {
        CW_TRY_ASSIGN(member.type, type());
        CW_TRY(expect_sign(")"));
      }
    }
    made.members.push_back(std::move(member));
    CW_TRY_ASSIGN(const bool goes_on, take_sign(","));
    if (!goes_on && !at_sign("}")) {
      return fail(unexpected("`,` or `}`"));
    }
  }
  if (made.members.empty() && kind != TypeKind::flags) {
    return fail(syntax_error(made.name.place, fmt::format("`{}` has no members", made.name.text)));
  }
  return made;
}

Result<> WitParser::resource(TypeDefinitionSyntax& made)
{
  CW_TRY_ASSIGN(const bool is_empty, take_sign(";"));
  if (is_empty) {
    return {};
  }
  CW_TRY(expect_sign("{"));
  while (!at_sign("}")) {
    CW_TRY_ASSIGN(const bool skipped, gates());
    FunctionSyntax parsed;
    if (at_word("constructor")) {
      parsed.kind = FunctionKind::constructor;
      parsed.name = {made.name.text, m_token.place};
      CW_TRY(advance());
      CW_TRY(parameters(parsed));
    } else {
      CW_TRY_ASSIGN(Name called, name("`constructor`, a function or `}`"));
      CW_TRY(expect_sign(":"));
      CW_TRY_ASSIGN(const bool is_static, take_word("static"));
      CW_TRY_ASSIGN(parsed, function(std::move(called), is_static ? FunctionKind::static_ : FunctionKind::method));
    }
    CW_TRY(expect_sign(";"));
    if (!skipped) {
      made.functions.push_back(std::move(parsed));
    }
  }
  return advance();
}

Result<FunctionSyntax> WitParser::function(Name called, FunctionKind kind)
{
  FunctionSyntax made;
  made.name = std::move(called);
  made.kind = kind;
  CW_TRY_ASSIGN(made.is_async, take_word("async"));
  CW_TRY(expect_word("func"));
  CW_TRY(parameters(made));
  return made;
}

Result<> WitParser::parameters(FunctionSyntax& made)
{
  CW_TRY(expect_sign("("));
  while (true) {
    CW_TRY_ASSIGN(const bool ended, take_sign(")"));
    if (ended) {
      break;
    }
    MemberSyntax parameter;
    CW_TRY_ASSIGN(parameter.name, name("the name of a parameter or `)`"));
    CW_TRY(expect_sign(":"));
    CW_TRY_ASSIGN(parameter.type, type());
    made.parameters.push_back(std::move(parameter));
    CW_TRY_ASSIGN(const bool goes_on, take_sign(","));
    if (!goes_on && !at_sign(")")) {
      return fail(unexpected("`,` or `)`"));
    }
  }
  CW_TRY_ASSIGN(const bool has_result, take_sign("->"));
  if (has_result) {
    CW_TRY_ASSIGN(made.result, type());
  }
  return {};
}

Result<std::unique_ptr<TypeSyntax>> WitParser::type()
{
  if (m_token.kind != TokenKind::word || (m_token.text == "_" && !m_token.is_escaped)) {
    return fail(unexpected("a type"));
  }
  auto made = std::make_unique<TypeSyntax>();
  if (const auto primitive = m_token.is_escaped ? std::nullopt : primitive_word(m_token.text)) {
    made->primitive = *primitive;
    CW_TRY(advance());
    return made;
  }
  if (const AppliedWord* const applied = m_token.is_escaped ? nullptr : applied_word(m_token.text)) {
    if (++m_depth > k_max_type_depth) {
      return fail(syntax_error(m_token.place, fmt::format("more than {} types within one another", k_max_type_depth)));
    }
    auto found = applied_type(applied->kind);
    --m_depth;
    return found;
  }
  made->kind = TypeSyntax::Kind::named;
  CW_TRY_ASSIGN(made->name, name("a type"));
  return made;
}

Result<std::unique_ptr<TypeSyntax>> WitParser::applied_type(TypeKind kind)
{
  auto made = std::make_unique<TypeSyntax>();
  made->kind = TypeSyntax::Kind::applied;
  made->applied = kind;
  const Token word = m_token;
  const AppliedWord& rule = *applied_word(word.text);
  made->name = {std::string(word.text), word.place};
  CW_TRY(advance());
  CW_TRY_ASSIGN(const bool has_arguments, take_sign("<"));
  while (has_arguments && !at_sign(">")) {
    if (kind == TypeKind::list && made->arguments.size() == 1 && m_token.kind == TokenKind::number) {
      std::uint32_t length = 0;
      const char* const end = m_token.text.data() + m_token.text.size();
      if (std::from_chars(m_token.text.data(), end, length).ec != std::errc()) {
        return fail(unexpected("the length of a list, less than 2^32"));
      }
      made->length = length;
      CW_TRY(advance());
    } else if (kind == TypeKind::result && made->arguments.empty() && at_word("_")) {
      CW_TRY(advance());
      made->arguments.emplace_back();
    } else {
      CW_TRY_ASSIGN(auto argument, type());
      made->arguments.push_back(std::move(argument));
    }
    CW_TRY_ASSIGN(const bool goes_on, take_sign(","));
    if (!goes_on && !at_sign(">")) {
      return fail(unexpected("`,` or `>`"));
    }
  }
  if (has_arguments) {
    CW_TRY(advance());
  }
  if (made->arguments.size() < rule.least || made->arguments.size() > rule.most) {
    return fail(syntax_error(word.place,
                             rule.least == rule.most
                                 ? fmt::format("`{}` takes {} type{}", rule.word, rule.least, rule.least == 1 ? "" : "s")
                                 : fmt::format("`{}` takes {} to {} types", rule.word, rule.least, rule.most)));
  }
  return made;
}

} // namespace cargo_wasm::wit
