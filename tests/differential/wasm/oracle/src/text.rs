//! Types as text.
use wasmparser::*;

pub fn heap_type(ty: HeapType) -> String {
    match ty {
        HeapType::Concrete(index) => format!("{}", index.as_module_index().unwrap()),
        HeapType::Exact(index) => format!("(exact {})", index.as_module_index().unwrap()),
        HeapType::Abstract { shared, ty } => {
            use AbstractHeapType::*;
            let name = match ty {
                Func => "func",
                Extern => "extern",
                Any => "any",
                None => "none",
                NoExtern => "noextern",
                NoFunc => "nofunc",
                Eq => "eq",
                Struct => "struct",
                Array => "array",
                I31 => "i31",
                Exn => "exn",
                NoExn => "noexn",
                Cont => "cont",
                NoCont => "nocont",
            };
            if shared {
                format!("(shared {name})")
            } else {
                name.into()
            }
        }
    }
}

pub fn ref_type(ty: RefType) -> String {
    if let (true, HeapType::Abstract { shared: false, ty }) = (ty.is_nullable(), ty.heap_type()) {
        use AbstractHeapType::*;
        let null = match ty {
            NoExtern | NoFunc | NoExn | NoCont => "null",
            _ => "",
        };
        let name = heap_type(HeapType::Abstract { shared: false, ty });
        let rest = if null.is_empty() { &name[..] } else { &name["no".len()..] };
        return if ty == None { "nullref".into() } else { format!("{null}{rest}ref") };
    }
    format!("(ref {}{})", if ty.is_nullable() { "null " } else { "" }, heap_type(ty.heap_type()))
}

pub fn val_type(ty: ValType) -> String {
    match ty {
        ValType::I32 => "i32".into(),
        ValType::I64 => "i64".into(),
        ValType::F32 => "f32".into(),
        ValType::F64 => "f64".into(),
        ValType::V128 => "v128".into(),
        ValType::Ref(ty) => ref_type(ty),
    }
}

pub fn val_types(types: &[ValType]) -> String {
    types.iter().map(|ty| val_type(*ty)).collect::<Vec<_>>().join(" ")
}

fn field(field: &FieldType) -> String {
    let storage = match field.element_type {
        StorageType::I8 => "i8".into(),
        StorageType::I16 => "i16".into(),
        StorageType::Val(ty) => val_type(ty),
    };
    if field.mutable {
        format!("(mut {storage})")
    } else {
        storage
    }
}

pub fn sub_type(ty: &SubType) -> String {
    let mut out = String::from(if ty.is_final { "final" } else { "open" });
    for index in &ty.supertype_idxs {
        out += &format!(" super {}", index.as_module_index().unwrap());
    }
    let composite = &ty.composite_type;
    if composite.shared {
        out += " shared";
    }
    if let Some(index) = composite.describes_idx {
        out += &format!(" describes {}", index.as_module_index().unwrap());
    }
    if let Some(index) = composite.descriptor_idx {
        out += &format!(" descriptor {}", index.as_module_index().unwrap());
    }
    out += &match &composite.inner {
        CompositeInnerType::Func(ty) => format!(" func ({}) -> ({})", val_types(ty.params()), val_types(ty.results())),
        CompositeInnerType::Array(ty) => format!(" array {}", field(&ty.0)),
        CompositeInnerType::Struct(ty) => {
            format!(" struct {{{}}}", ty.fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        CompositeInnerType::Cont(ty) => format!(" cont {}", ty.0.as_module_index().unwrap()),
    };
    out
}

fn limits(is_64: bool, initial: u64, maximum: Option<u64>, shared: bool) -> String {
    let maximum = maximum.map(|maximum| format!(" {maximum}")).unwrap_or_default();
    format!("{}{initial}{maximum}{}", if is_64 { "i64 " } else { "" }, if shared { " shared" } else { "" })
}

pub fn table_type(ty: &TableType) -> String {
    format!("table {} {}", limits(ty.table64, ty.initial, ty.maximum, ty.shared), ref_type(ty.element_type))
}

pub fn memory_type(ty: &MemoryType) -> String {
    let page = ty.page_size_log2.map(|log| format!(" (pagesize 2^{log})")).unwrap_or_default();
    format!("memory {}{page}", limits(ty.memory64, ty.initial, ty.maximum, ty.shared))
}

pub fn global_type(ty: &GlobalType) -> String {
    let inner = format!("{}{}", if ty.shared { "shared " } else { "" }, val_type(ty.content_type));
    if ty.mutable {
        format!("global (mut {inner})")
    } else {
        format!("global {inner}")
    }
}

pub fn type_ref(ty: &TypeRef) -> String {
    match ty {
        TypeRef::Func(index) => format!("func {index}"),
        TypeRef::FuncExact(index) => format!("func exact {index}"),
        TypeRef::Table(ty) => table_type(ty),
        TypeRef::Memory(ty) => memory_type(ty),
        TypeRef::Global(ty) => global_type(ty),
        TypeRef::Tag(ty) => format!("tag {}", ty.func_type_idx),
    }
}

pub fn external_kind(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func => "func",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
        ExternalKind::FuncExact => "func exact",
    }
}
