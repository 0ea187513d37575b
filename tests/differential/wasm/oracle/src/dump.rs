//! A module or component in the order of its bytes. The first error ends it, except within custom sections, which are read by themselves.
use crate::{component, custom, feed, line, sink::Sink, text};
use std::ops::Range;
use wasmparser::*;

pub fn range(range: &Range<u64>) -> String {
    format!("{} {}", range.start, range.end)
}

pub fn dump(bytes: &[u8], out: &mut Sink) -> Result<()> {
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let Some((id, section)) = payload.as_section() {
            line!(out, "section {id} {}", range(&section));
        }
        match payload {
            Payload::Version { num, encoding, range: place } => {
                line!(out, "version {num} {encoding:?} {}", range(&place));
            }
            Payload::TypeSection(section) => types(section, out)?,
            Payload::ImportSection(section) => imports(section, out)?,
            Payload::FunctionSection(section) => {
                for item in section {
                    line!(out, "function {}", item?);
                }
            }
            Payload::TableSection(section) => {
                for item in section {
                    let item = item?;
                    let init = match &item.init {
                        TableInit::RefNull => "-".into(),
                        TableInit::Expr(expr) => feed::const_expr(expr)?,
                    };
                    line!(out, "{} {init}", text::table_type(&item.ty));
                }
            }
            Payload::MemorySection(section) => {
                for item in section {
                    line!(out, "{}", text::memory_type(&item?));
                }
            }
            Payload::TagSection(section) => {
                for item in section {
                    line!(out, "tag {}", item?.func_type_idx);
                }
            }
            Payload::GlobalSection(section) => {
                for item in section {
                    let item = item?;
                    line!(out, "{} {}", text::global_type(&item.ty), feed::const_expr(&item.init_expr)?);
                }
            }
            Payload::ExportSection(section) => {
                for item in section {
                    let item = item?;
                    line!(out, "export {} {} {}", item.name, text::external_kind(item.kind), item.index);
                }
            }
            Payload::StartSection { func, .. } => line!(out, "start {func}"),
            Payload::ElementSection(section) => elements(section, out)?,
            Payload::DataCountSection { count, .. } => line!(out, "data count {count}"),
            Payload::DataSection(section) => {
                for item in section {
                    let item = item?;
                    let place = match &item.kind {
                        DataKind::Passive => "passive".into(),
                        DataKind::Active { memory_index, offset_expr } => {
                            format!("active {memory_index} {}", feed::const_expr(offset_expr)?)
                        }
                    };
                    let end = item.range.end;
                    line!(out, "data {place} {} {}", range(&item.range), end - item.data.len() as u64);
                }
            }
            Payload::CodeSectionStart { count, .. } => line!(out, "code {count}"),
            Payload::CodeSectionEntry(body) => {
                let mut locals = String::new();
                for item in body.get_locals_reader()? {
                    let (count, ty) = item?;
                    locals += &format!(" {count} {}", text::val_type(ty));
                }
                let operators = feed::operators(body.get_operators_reader()?)?;
                line!(out, "body {}{locals} {operators}", range(&body.range()));
            }
            Payload::CustomSection(section) => custom::dump(&section, out),
            Payload::UnknownSection { .. } => {}
            Payload::End(offset) => line!(out, "end {offset}"),
            other => component::dump(other, out)?,
        }
    }
    Ok(())
}

pub fn rec_group(group: &RecGroup, out: &mut Sink) {
    line!(out, "rec {} {}", if group.is_explicit_rec_group() { "explicit" } else { "implicit" }, group.types().len());
    for ty in group.types() {
        line!(out, "type {}", text::sub_type(ty));
    }
}

fn types(section: TypeSectionReader<'_>, out: &mut Sink) -> Result<()> {
    for group in section {
        rec_group(&group?, out);
    }
    Ok(())
}

fn imports(section: ImportSectionReader<'_>, out: &mut Sink) -> Result<()> {
    for group in section {
        let group = group?;
        line!(out, "imports {}", match &group {
            Imports::Single(..) => "single",
            Imports::Compact1 { .. } => "compact names and types",
            Imports::Compact2 { .. } => "compact names",
        });
        for item in group {
            let (offset, item) = item?;
            line!(out, "import {offset} {} {} {}", item.module, item.name, text::type_ref(&item.ty));
        }
    }
    Ok(())
}

fn elements(section: ElementSectionReader<'_>, out: &mut Sink) -> Result<()> {
    for item in section {
        let item = item?;
        let place = match &item.kind {
            ElementKind::Passive => "passive".into(),
            ElementKind::Declared => "declared".into(),
            ElementKind::Active { table_index, offset_expr } => {
                let table = table_index.map(|index| index.to_string()).unwrap_or("-".into());
                format!("active {table} {}", feed::const_expr(offset_expr)?)
            }
        };
        line!(out, "element {place} {}", range(&item.range));
        match item.items {
            ElementItems::Functions(items) => {
                let mut all = String::from("functions");
                for index in items {
                    all += &format!(" {}", index?);
                }
                out.line(&all);
            }
            ElementItems::Expressions(ty, items) => {
                line!(out, "expressions {}", text::ref_type(ty));
                for expr in items {
                    line!(out, "{}", feed::const_expr(&expr?)?);
                }
            }
        }
    }
    Ok(())
}
