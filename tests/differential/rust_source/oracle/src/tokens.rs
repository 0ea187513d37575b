//! Tokens under the names of `cargo_wasm::rust::TokenKind`.

use ra_ap_rustc_lexer::{DocStyle, FrontmatterAllowed, LiteralKind, TokenKind, strip_shebang, tokenize};
use std::io::Write;
use unicode_properties::UnicodeEmoji;

const MALFORMED: u8 = 1;
const OUTER_DOC: u8 = 2;
const INNER_DOC: u8 = 4;

struct Fact {
    kind: &'static str,
    flags: u8,
    size: u32,
    suffix: u32,
}

fn malformed(condition: bool) -> u8 {
    if condition { MALFORMED } else { 0 }
}

fn doc(style: Option<DocStyle>) -> u8 {
    match style {
        Some(DocStyle::Outer) => OUTER_DOC,
        Some(DocStyle::Inner) => INNER_DOC,
        None => 0,
    }
}

fn literal(kind: LiteralKind) -> (&'static str, u8) {
    match kind {
        LiteralKind::Int { empty_int, .. } => ("integer", malformed(empty_int)),
        LiteralKind::Float { empty_exponent, .. } => ("floating", malformed(empty_exponent)),
        LiteralKind::Char { terminated } => ("character", malformed(!terminated)),
        LiteralKind::Byte { terminated } => ("byte", malformed(!terminated)),
        LiteralKind::Str { terminated } => ("string", malformed(!terminated)),
        LiteralKind::ByteStr { terminated } => ("byte_string", malformed(!terminated)),
        LiteralKind::CStr { terminated } => ("c_string", malformed(!terminated)),
        LiteralKind::RawStr { n_hashes } => ("raw_string", malformed(n_hashes.is_none())),
        LiteralKind::RawByteStr { n_hashes } => ("raw_byte_string", malformed(n_hashes.is_none())),
        LiteralKind::RawCStr { n_hashes } => ("raw_c_string", malformed(n_hashes.is_none())),
    }
}

fn classify(kind: TokenKind) -> (&'static str, u8) {
    match kind {
        TokenKind::LineComment { doc_style } => ("line_comment", doc(doc_style)),
        TokenKind::BlockComment { doc_style, terminated } => ("block_comment", doc(doc_style) | malformed(!terminated)),
        TokenKind::Whitespace => ("white_space", 0),
        TokenKind::Frontmatter { has_invalid_preceding_whitespace, invalid_infostring } => {
            ("frontmatter", malformed(has_invalid_preceding_whitespace || invalid_infostring))
        }
        TokenKind::Ident => ("identifier", 0),
        TokenKind::InvalidIdent => ("invalid_identifier", 0),
        TokenKind::RawIdent => ("raw_identifier", 0),
        TokenKind::ForcedKeywordIdent => ("forced_keyword", 0),
        TokenKind::UnknownPrefix => ("reserved_prefix", 0),
        TokenKind::UnknownPrefixLifetime => ("reserved_lifetime_prefix", 0),
        TokenKind::RawLifetime => ("raw_lifetime", 0),
        TokenKind::GuardedStrPrefix => ("guarded_prefix", 0),
        TokenKind::Lifetime { starts_with_number } => ("lifetime", malformed(starts_with_number)),
        TokenKind::Literal { kind, .. } => literal(kind),
        TokenKind::Unknown => ("unknown", 0),
        TokenKind::Eof => ("end", 0),
        _ => ("punctuation", 0),
    }
}

fn each(text: &str, mut take: impl FnMut(Fact)) {
    let mut rest = text;
    // rustc takes the byte order mark away before it lexes.
    if let Some(behind) = rest.strip_prefix('\u{feff}') {
        take(Fact { kind: "byte_order_mark", flags: 0, size: 3, suffix: 3 });
        rest = behind;
    }
    if let Some(size) = strip_shebang(rest) {
        take(Fact { kind: "shebang", flags: 0, size: size as u32, suffix: size as u32 });
        rest = &rest[size..];
    }
    for token in tokenize(rest, FrontmatterAllowed::Yes) {
        let (kind, flags) = classify(token.kind);
        let suffix = match token.kind {
            TokenKind::Literal { suffix_start, .. } => suffix_start,
            _ => token.len,
        };
        take(Fact { kind, flags, size: token.len, suffix });
    }
}

/// FNV-1a over the tokens' names, flags and sizes.
pub fn digest(text: &str) -> (u64, usize) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut count = 0;
    each(text, |fact| {
        count += 1;
        let numbers = [fact.size.to_le_bytes(), fact.suffix.to_le_bytes()];
        for byte in fact.kind.bytes().chain([fact.flags]).chain(numbers.into_iter().flatten()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    });
    (hash, count)
}

pub fn show(text: &str, out: &mut impl Write) {
    let mut begin = 0;
    each(text, |fact| {
        writeln!(out, "{begin}\t{}\t{}\t{}\t{}", fact.size, fact.suffix, fact.kind, fact.flags).unwrap();
        begin += fact.size;
    });
}

fn ranges(class: impl Fn(char) -> bool) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for c in ('\u{80}'..=char::MAX).filter(|c| class(*c)).map(u32::from) {
        match out.last_mut() {
            Some(last) if last.1 + 1 == c => last.1 = c,
            _ => out.push((c, c)),
        }
    }
    out
}

pub fn characters(out: &mut impl Write) {
    let only_continues = |c| unicode_ident::is_xid_continue(c) && !unicode_ident::is_xid_start(c);
    for (name, found) in
        [("start", ranges(unicode_ident::is_xid_start)), ("continue", ranges(only_continues)), ("emoji", ranges(|c| c.is_emoji_char()))]
    {
        for (first, last) in found {
            writeln!(out, "{name}\t{first:x}\t{last:x}").unwrap();
        }
    }
}
