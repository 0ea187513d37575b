//! Foreign items and definitions with a linker name, as syn's full visitor meets them.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::io::Write;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

pub fn print(path: &str, text: &str, out: &mut impl Write) {
    print_facts(path, text, out);
    // Every text that was parsed on this thread is kept until then.
    proc_macro2::extra::invalidate_current_thread_spans();
}

fn print_facts(path: &str, text: &str, out: &mut impl Write) {
    let parsed = std::panic::catch_unwind(|| syn::parse_file(text));
    let Ok(Ok(file)) = parsed else {
        writeln!(out, "{path}\t-").unwrap();
        return;
    };
    // syn takes a byte order mark and a shebang away before it counts.
    let mut base = if text.starts_with('\u{feff}') { 3 } else { 0 };
    base += file.shebang.as_ref().map_or(0, String::len);
    writeln!(out, "{path}").unwrap();
    let mut found = Found { base, text, modules: Vec::new(), facts: Vec::new() };
    found.visit_file(&file);
    found.facts.sort();
    for (_, fact) in found.facts {
        writeln!(out, "  {fact}").unwrap();
    }
}

struct Found<'a> {
    base: usize,
    text: &'a str,
    modules: Vec<String>,
    /// By the place where each begins.
    facts: Vec<(usize, String)>,
}

/// The tokens, a blank between each two; punctuation is one character a token.
fn canonical(tokens: TokenStream) -> String {
    let mut out = Vec::new();
    flatten(tokens, &mut out);
    out.join(" ")
}

fn flatten(tokens: TokenStream, out: &mut Vec<String>) {
    let mut lifetime = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push(open.to_string());
                flatten(group.stream(), out);
                out.push(close.to_string());
            }
            TokenTree::Punct(mark) if mark.as_char() == '\'' => lifetime = true,
            TokenTree::Ident(name) if lifetime => {
                out.push(format!("'{name}"));
                lifetime = false;
            }
            other => out.push(other.to_string()),
        }
    }
}

impl Found<'_> {
    fn range(&self, first: Span, last: Span) -> (usize, usize) {
        (first.byte_range().start + self.base, last.byte_range().end + self.base)
    }

    /// Outer and inner attributes without doc comments: `BEGIN-END TOKENS`.
    fn attributes(&self, attributes: &[syn::Attribute]) -> String {
        let mut out = Vec::new();
        for attribute in attributes {
            let (begin, end) = self.range(attribute.pound_token.span(), attribute.bracket_token.span.close());
            if self.text[begin..].starts_with("//") || self.text[begin..].starts_with("/*") {
                continue;
            }
            out.push(format!("{begin}-{end} {}", canonical(attribute.meta.to_token_stream())));
        }
        out.join(" ; ")
    }

    fn foreign_item(&mut self, item: &syn::ForeignItem) {
        match item {
            syn::ForeignItem::Fn(item) => {
                let signature = &item.sig;
                let safety = match signature.safety {
                    syn::Safety::Safe(_) => "safe",
                    syn::Safety::Unsafe(_) => "unsafe",
                    syn::Safety::Default => "-",
                };
                let parameters: Vec<_> = signature
                    .inputs
                    .iter()
                    .map(|input| match input {
                        syn::FnArg::Typed(typed) => canonical(typed.ty.to_token_stream()),
                        syn::FnArg::Receiver(_) => "self".to_string(),
                    })
                    .collect();
                let result = match &signature.output {
                    syn::ReturnType::Default => String::new(),
                    syn::ReturnType::Type(_, ty) => canonical(ty.to_token_stream()),
                };
                let begin = self.begin(&item.vis, signature.span());
                self.item("fn", &signature.ident, begin, item.semi_token.span(), safety, &item.attrs, format!(
                    "({}){} -> {result}", parameters.join(" , "), if signature.variadic.is_some() { " ..." } else { "" }));
            }
            syn::ForeignItem::Static(item) => {
                let safety = match item.safety {
                    syn::Safety::Safe(_) => "safe",
                    syn::Safety::Unsafe(_) => "unsafe",
                    syn::Safety::Default => "-",
                };
                let inner = match item.safety {
                    syn::Safety::Safe(token) => token.span(),
                    syn::Safety::Unsafe(token) => token.span(),
                    syn::Safety::Default => item.static_token.span(),
                };
                let mutability = if matches!(item.mutability, syn::StaticMutability::Mut(_)) { "mut " } else { "" };
                let begin = self.begin(&item.vis, inner);
                self.item("static", &item.ident, begin, item.semi_token.span(), safety, &item.attrs,
                    format!("{mutability}{}", canonical(item.ty.to_token_stream())));
            }
            syn::ForeignItem::Type(item) => {
                let begin = self.begin(&item.vis, item.type_token.span());
                self.item("type", &item.ident, begin, item.semi_token.span(), "-", &item.attrs, String::new());
            }
            syn::ForeignItem::Macro(_) => {}
            other => self.facts.push((usize::MAX, format!("not understood: {}", canonical(other.to_token_stream())))),
        }
    }

    fn begin(&self, visibility: &syn::Visibility, inner: Span) -> Span {
        if matches!(visibility, syn::Visibility::Inherited) { inner } else { visibility.span() }
    }

    #[allow(clippy::too_many_arguments)]
    fn item(&mut self, kind: &str, name: &syn::Ident, begin: Span, end: Span, safety: &str, attributes: &[syn::Attribute], what: String) {
        let (begin, end) = self.range(begin, end);
        let (name_begin, name_end) = self.range(name.span(), name.span());
        let line = format!("{kind} {name} {name_begin}-{name_end} {begin}-{end} {safety} {what} | {}", self.attributes(attributes));
        self.facts.push((begin, line));
    }

    fn definition(&mut self, kind: &str, name: &syn::Ident, attributes: &[syn::Attribute]) {
        let mut symbol = None;
        let mut exported = None; // of several the first counts, as rustc 1.99.1 has it
        let mut section = None;
        let mut waiting: Vec<syn::Meta> = attributes.iter().rev().map(|attribute| attribute.meta.clone()).collect();
        while let Some(meta) = waiting.pop() {
            match &meta {
                syn::Meta::Path(path) if path.is_ident("no_mangle") => symbol = symbol.or(Some(name.to_string())),
                syn::Meta::NameValue(pair) if pair.path.is_ident("export_name") => exported = exported.or(text(&pair.value)),
                syn::Meta::NameValue(pair) if pair.path.is_ident("link_section") => section = section.or(text(&pair.value)),
                syn::Meta::List(list) if list.path.is_ident("unsafe") => waiting.extend(syn::parse2(list.tokens.clone())),
                syn::Meta::List(list) if list.path.is_ident("cfg_attr") => {
                    let parse = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
                    let inner = parse.parse2(list.tokens.clone()).unwrap_or_default();
                    waiting.extend(inner.into_iter().skip(1).collect::<Vec<_>>().into_iter().rev());
                }
                _ => {}
            }
        }
        symbol = exported.or(symbol);
        if symbol.is_some() || section.is_some() {
            let (begin, end) = self.range(name.span(), name.span());
            let line = format!("define {kind} {name} {begin}-{end} {} {symbol:?} {section:?}", self.modules.join("::"));
            self.facts.push((begin, line));
        }
    }
}

/// What a string literal stands for.
fn text(value: &syn::Expr) -> Option<String> {
    match value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(literal), .. }) => Some(literal.value()),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        self.modules.push(node.ident.to_string());
        visit::visit_item_mod(self, node);
        self.modules.pop();
    }

    fn visit_item_foreign_mod(&mut self, node: &'ast syn::ItemForeignMod) {
        let first = node.unsafety.map_or(node.abi.extern_token.span(), |token| token.span());
        let (begin, end) = self.range(first, node.brace_token.span.close());
        let abi = node.abi.name.as_ref().map_or("C".to_string(), |name| name.value());
        let safety = if node.unsafety.is_some() { "unsafe" } else { "-" };
        let line = format!("extern {begin}-{end} {} {abi} {safety} | {}", self.modules.join("::"), self.attributes(&node.attrs));
        self.facts.push((begin, line));
        for item in &node.items {
            self.foreign_item(item);
        }
        visit::visit_item_foreign_mod(self, node);
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        self.definition("fn", &node.sig.ident, &node.attrs);
        visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        self.definition("fn", &node.sig.ident, &node.attrs);
        visit::visit_impl_item_fn(self, node);
    }

    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        self.definition("fn", &node.sig.ident, &node.attrs);
        visit::visit_trait_item_fn(self, node);
    }

    fn visit_item_static(&mut self, node: &'ast syn::ItemStatic) {
        self.definition("static", &node.ident, &node.attrs);
        visit::visit_item_static(self, node);
    }
}
