#include <cargo_wasm/rust/lexer.hpp>

#include "token_tree.hpp"

#include <string>
#include <support/catch.hpp>

using namespace cargo_wasm::rust;

namespace {

/// The tokens apart from blanks, as `kind:text`, one after another; `!` marks what is malformed.
std::string lex(std::string_view text, LexOptions options = {Edition::e2021, false})
{
  static constexpr const char* k_names[] = {"end",    "blank", "bom",      "shebang", "front", "line",  "block", "id",     "raw",  "forced",
                                            "prefix", "bad",   "lifetime", "rlife",   "plife", "guard", "int",   "float",  "char", "byte",
                                            "str",    "bstr",  "cstr",     "rstr",    "rbstr", "rcstr", "",      "unknown"};
  std::string out;
  std::uint32_t at = 0;
  for (const Token& token : tokenize(text, options)) {
    REQUIRE(token.begin == at); // no byte is left out
    REQUIRE(token.size > 0);
    at = token.end();
    if (token.kind != TokenKind::white_space) {
      const std::string name = k_names[static_cast<int>(token.kind)];
      out += (out.empty() ? "" : " ") + name + (name.empty() ? "" : ":") + std::string(token.of(text)) +
             ((token.flags & Token::malformed) != 0 ? "!" : "");
    }
  }
  REQUIRE(at == text.size());
  return out;
}

} // namespace

TEST_CASE("lexer: lifetimes and characters differ by the closing quote", "[rust][lexer]")
{
  CHECK(lex("'a 'a' '\\'' 'ab' ' ' '\xe2\x86\x92'") == "lifetime:'a char:'a' char:'\\'' char:'ab' char:' ' char:'\xe2\x86\x92'");
  CHECK(lex("b'x' b'\\\\' '_ 'static: loop") == "byte:b'x' byte:b'\\\\' lifetime:'_ lifetime:'static : id:loop");
  CHECK(lex("'r#fn 'a#") == "rlife:'r#fn plife:'a #");
  CHECK(lex("'r#fn", {Edition::e2018, false}) == "plife:'r # id:fn");
  CHECK(lex("'1a") == "lifetime:'1a!");
}

TEST_CASE("lexer: strings of every kind, with prefixes and suffixes", "[rust][lexer]")
{
  CHECK(lex(R"x("a\"b" r"a\" r#"a"b"# br##"x"#"## c"z" cr#"q"# b"y")x") ==
        R"x(str:"a\"b" rstr:r"a\" rstr:r#"a"b"# rbstr:br##"x"#"## cstr:c"z" rcstr:cr#"q"# bstr:b"y")x");
  CHECK(lex("c\"z\"", {Edition::e2018, false}) == "prefix:c str:\"z\"");
  CHECK(lex("z\"x\" r#type k#fn") == "prefix:z str:\"x\" raw:r#type forced:k#fn");
  CHECK(lex("\"open") == "str:\"open!");
  CHECK(lex("r#\"open\"") == "rstr:r#\"open\"!");
  CHECK(lex("#\"x\"#") == "# str:\"x\" #");
  CHECK(lex("#\"x", {Edition::e2024, false}) == "guard:#\" id:x");
  const Token token = Lexer("\"x\"_kg", {Edition::e2021, false}).next();
  CHECK(token.suffix == 3);
  CHECK(token.size == 6);
}

TEST_CASE("lexer: a number ends where a range or a field begins", "[rust][lexer]")
{
  CHECK(lex("1..2 1.0 1. 1.e 1.foo 0x1F_u8 1e9 1e+ 0b 0o17 1f32") ==
        "int:1 . . int:2 float:1.0 float:1. int:1 . id:e int:1 . id:foo int:0x1F_u8 float:1e9 float:1e+! int:0b! int:0o17 int:1f32");
}

TEST_CASE("lexer: comments nest and know whether they document", "[rust][lexer]")
{
  CHECK(lex("/* a /* b */ c */ x // y\nz") == "block:/* a /* b */ c */ id:x line:// y id:z");
  CHECK(lex("/* /* */") == "block:/* /* */!");
  const auto flags = [](std::string_view text) { return Lexer(text, {Edition::e2021, false}).next().flags; };
  CHECK(flags("/// x") == Token::outer_doc);
  CHECK(flags("//// x") == 0);
  CHECK(flags("//! x") == Token::inner_doc);
  CHECK(flags("/** x */") == Token::outer_doc);
  CHECK(flags("/**/") == 0);
  CHECK(flags("/*** x */") == 0);
}

TEST_CASE("lexer: what only a file can begin with", "[rust][lexer]")
{
  CHECK(lex("#!/usr/bin/env x\nfn", {}) == "shebang:#!/usr/bin/env x id:fn");
  CHECK(lex("#!/usr/bin/env x\r\nfn", {}) == "shebang:#!/usr/bin/env x id:fn");
  CHECK(lex("#![no_std]", {}) == "# ! [ id:no_std ]");
  CHECK(lex("#! // c\n [x]", {}) == "# ! line:// c [ id:x ]");
  CHECK(lex("\xef\xbb\xbf#!x\ny", {}) == "bom:\xef\xbb\xbf shebang:#!x id:y");
  CHECK(lex("---cargo\n[d]\n---\nfn", {}) == "front:---cargo\n[d]\n--- id:fn");
  CHECK(lex("---\nnever closed", {}) == "front:---\nnever closed");
  CHECK(lex("fn\n---\n", {}) == "id:fn - - -");
}

TEST_CASE("lexer: any bytes are tokens that cover the text", "[rust][lexer]")
{
  CHECK(lex("\xff\xc3") == "unknown:\xff unknown:\xc3");
  CHECK(lex("gr\xc3\xb6\xc3\x9f"
            "e \xe2\x84\x96") == "id:gr\xc3\xb6\xc3\x9f"
                                 "e unknown:\xe2\x84\x96");
  CHECK(lex(std::string_view("a\0b", 3)) == std::string("id:a unknown:\0 id:b", 19));
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      lex(std::string{'\'', static_cast<char>(first), static_cast<char>(second), '\''});
    }
  }
}

TEST_CASE("lexer: a hundred thousand open comments and brackets cost no stack", "[rust][lexer]")
{
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += "{([";
  }
  const TokenTree tokens(text, {Edition::e2021, false});
  CHECK(tokens.size() == 300'000);
  CHECK(tokens.partner(0) == k_none);
  std::string comments;
  for (int i = 0; i < 100'000; ++i) {
    comments += "/*";
  }
  CHECK(tokenize(comments).size() == 1);
}

TEST_CASE("tokens: one customary form, which is read as the same tokens", "[rust][lexer]")
{
  const auto normal = [](std::string_view text) {
    const TokenTree tokens(text, {Edition::e2021, false});
    const std::string out = tokens.normalized({0, tokens.size()});
    const TokenTree again(out, {Edition::e2021, false});
    REQUIRE(again.size() == tokens.size());
    for (std::uint32_t i = 0; i < tokens.size(); ++i) {
      REQUIRE(again.text(i) == tokens.text(i));
    }
    return out;
  };
  CHECK(normal("* const  u8") == "*const u8");
  CHECK(normal("Option < unsafe extern \"C\" fn ( i32 , & 'a mut T ) -> [ u8 ; 4 ] >") ==
        "Option<unsafe extern \"C\" fn(i32, &'a mut T) -> [u8; 4]>");
  CHECK(normal("<<u32 as a :: B> :: C as D>::E") == "<<u32 as a::B>::C as D>::E");
  CHECK(normal("link(name=\"m\",kind = \"static\")") == "link(name = \"m\", kind = \"static\")");
  CHECK(normal("all(unix,not(x),)") == "all(unix, not(x),)");
  CHECK(normal("a / / b").find("//") == std::string::npos);
  CHECK(normal("x . 1 .2 r #\"s\"#") == "x.1 .2 r # \"s\" #");
}
