//! Custom sections. An error in one is a line of the dump: it does not make the file unreadable.
use crate::{dump::range, line, sink::Sink};
use wasmparser::*;

pub fn dump(section: &CustomSectionReader<'_>, out: &mut Sink) {
    line!(out, "custom {} {}", section.name(), range(&section.data_range()));
    let result = match section.name() {
        "name" => names(NameSectionReader::new(section.data_reader()), out),
        "component-name" => component_names(section.data_reader(), out),
        "producers" => producers(section.data_reader(), out),
        "dylink.0" => dylink(section.data_reader(), out),
        "linking" => linking(section.data_reader(), out),
        name if name.starts_with("reloc.") => relocations(section.data_reader(), out),
        _ => Ok(()),
    };
    if let Err(e) = result {
        line!(out, "custom error {}", e.offset());
    }
}

fn name_map(kind: &str, map: NameMap<'_>, out: &mut Sink) -> Result<()> {
    line!(out, "names {kind}");
    for naming in map {
        let naming = naming?;
        line!(out, "name {} {}", naming.index, naming.name);
    }
    Ok(())
}

fn indirect(kind: &str, map: IndirectNameMap<'_>, out: &mut Sink) -> Result<()> {
    line!(out, "indirect names {kind}");
    for naming in map {
        let naming = naming?;
        line!(out, "of {}", naming.index);
        for inner in naming.names {
            let inner = inner?;
            line!(out, "name {} {}", inner.index, inner.name);
        }
    }
    Ok(())
}

fn names(reader: NameSectionReader<'_>, out: &mut Sink) -> Result<()> {
    for section in reader {
        match section? {
            Name::Module { name, .. } => line!(out, "module name {name}"),
            Name::Function(map) => name_map("function", map, out)?,
            Name::Local(map) => indirect("local", map, out)?,
            Name::Label(map) => indirect("label", map, out)?,
            Name::Type(map) => name_map("type", map, out)?,
            Name::Table(map) => name_map("table", map, out)?,
            Name::Memory(map) => name_map("memory", map, out)?,
            Name::Global(map) => name_map("global", map, out)?,
            Name::Element(map) => name_map("element", map, out)?,
            Name::Data(map) => name_map("data", map, out)?,
            Name::Field(map) => indirect("field", map, out)?,
            Name::Tag(map) => name_map("tag", map, out)?,
            Name::Parameter(map) => indirect("parameter", map, out)?,
            Name::TagParameter(map) => indirect("tag parameter", map, out)?,
            Name::Unknown { ty, range: place, .. } => line!(out, "unknown subsection {ty} {}", range(&place)),
        }
    }
    Ok(())
}

fn component_names(reader: BinaryReader<'_>, out: &mut Sink) -> Result<()> {
    for section in ComponentNameSectionReader::new(reader) {
        let (kind, map) = match section? {
            ComponentName::Component { name, .. } => {
                line!(out, "component name {name}");
                continue;
            }
            ComponentName::Unknown { ty, range: place, .. } => {
                line!(out, "unknown subsection {ty} {}", range(&place));
                continue;
            }
            ComponentName::CoreFuncs(map) => ("core function", map),
            ComponentName::CoreGlobals(map) => ("core global", map),
            ComponentName::CoreMemories(map) => ("core memory", map),
            ComponentName::CoreTables(map) => ("core table", map),
            ComponentName::CoreTags(map) => ("core tag", map),
            ComponentName::CoreModules(map) => ("core module", map),
            ComponentName::CoreInstances(map) => ("core instance", map),
            ComponentName::CoreTypes(map) => ("core type", map),
            ComponentName::Types(map) => ("type", map),
            ComponentName::Instances(map) => ("instance", map),
            ComponentName::Components(map) => ("component", map),
            ComponentName::Funcs(map) => ("function", map),
            ComponentName::Values(map) => ("value", map),
        };
        name_map(kind, map, out)?;
    }
    Ok(())
}

fn producers(reader: BinaryReader<'_>, out: &mut Sink) -> Result<()> {
    for field in ProducersSectionReader::new(reader)? {
        let field = field?;
        line!(out, "producers {}", field.name);
        for value in field.values {
            let value = value?;
            line!(out, "producer {} {}", value.name, value.version);
        }
    }
    Ok(())
}

fn dylink(reader: BinaryReader<'_>, out: &mut Sink) -> Result<()> {
    for section in Dylink0SectionReader::new(reader) {
        match section? {
            Dylink0Subsection::MemInfo(info) => line!(
                out,
                "dylink memory {} {} {} {}",
                info.memory_size,
                info.memory_alignment,
                info.table_size,
                info.table_alignment
            ),
            Dylink0Subsection::Needed(names) => line!(out, "dylink needed {}", names.join(" ")),
            Dylink0Subsection::ExportInfo(infos) => {
                for info in infos {
                    line!(out, "dylink export {} {}", info.name, info.flags.bits());
                }
            }
            Dylink0Subsection::ImportInfo(infos) => {
                for info in infos {
                    line!(out, "dylink import {} {} {}", info.module, info.field, info.flags.bits());
                }
            }
            Dylink0Subsection::RuntimePath(paths) => line!(out, "dylink paths {}", paths.join(" ")),
            Dylink0Subsection::TargetArch(name) => line!(out, "dylink target {name}"),
            Dylink0Subsection::Unknown { ty, range: place, .. } => line!(out, "unknown subsection {ty} {}", range(&place)),
        }
    }
    Ok(())
}

fn linking(reader: BinaryReader<'_>, out: &mut Sink) -> Result<()> {
    let reader = LinkingSectionReader::new(reader)?;
    for section in reader.subsections() {
        match section? {
            Linking::SegmentInfo(map) => {
                for segment in map {
                    let segment = segment?;
                    line!(out, "segment {} {} {}", segment.name, segment.alignment, segment.flags.bits());
                }
            }
            Linking::InitFuncs(map) => {
                for init in map {
                    let init = init?;
                    line!(out, "init {} {}", init.priority, init.symbol_index);
                }
            }
            Linking::ComdatInfo(map) => {
                for comdat in map {
                    let comdat = comdat?;
                    line!(out, "comdat {} {}", comdat.name, comdat.flags);
                    for symbol in comdat.symbols {
                        let symbol = symbol?;
                        line!(out, "comdat symbol {} {}", symbol.kind as u8, symbol.index);
                    }
                }
            }
            Linking::SymbolTable(map) => {
                for symbol in map {
                    symbol_line(symbol?, out);
                }
            }
            Linking::TargetArch(name) => line!(out, "target {name}"),
            Linking::Unknown { ty, range: place, .. } => line!(out, "unknown subsection {ty} {}", range(&place)),
        }
    }
    Ok(())
}

fn symbol_line(symbol: SymbolInfo<'_>, out: &mut Sink) {
    let mut indexed = |kind: &str, flags: SymbolFlags, index: u32, name: Option<&str>| {
        line!(out, "symbol {kind} {} {index} {}", flags.bits(), name.unwrap_or("-"));
    };
    match symbol {
        SymbolInfo::Func { flags, index, name } => indexed("function", flags, index, name),
        SymbolInfo::Global { flags, index, name } => indexed("global", flags, index, name),
        SymbolInfo::Event { flags, index, name } => indexed("tag", flags, index, name),
        SymbolInfo::Table { flags, index, name } => indexed("table", flags, index, name),
        SymbolInfo::Section { flags, section } => indexed("section", flags, section, None),
        SymbolInfo::Data { flags, name, symbol } => match symbol {
            Some(place) => {
                line!(out, "symbol data {} {name} {} {} {}", flags.bits(), place.index, place.offset, place.size)
            }
            None => line!(out, "symbol data {} {name} -", flags.bits()),
        },
    }
}

fn relocations(reader: BinaryReader<'_>, out: &mut Sink) -> Result<()> {
    let reader = RelocSectionReader::new(reader)?;
    line!(out, "relocations of {} {}", reader.section_index(), reader.entries().count());
    for entry in reader.entries() {
        let entry = entry?;
        line!(out, "relocation {} {} {} {} {}", entry.ty as u8, entry.offset, entry.index, entry.addend, entry.ty.extent());
    }
    Ok(())
}
