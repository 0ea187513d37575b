//! The sections of components.
use crate::{dump::rec_group, line, sink::Sink, text};
use wasmparser::*;

pub fn dump(payload: Payload<'_>, out: &mut Sink) -> Result<()> {
    match payload {
        Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {}
        Payload::InstanceSection(section) => {
            for item in section {
                match item? {
                    Instance::Instantiate { module_index, args } => {
                        line!(out, "core instance of {module_index} {}", args.len());
                        for arg in &args {
                            line!(out, "argument {} {}", arg.name, arg.index);
                        }
                    }
                    Instance::FromExports(exports) => {
                        line!(out, "core instance {}", exports.len());
                        for export in &exports {
                            line!(out, "export {} {} {}", export.name, text::external_kind(export.kind), export.index);
                        }
                    }
                }
            }
        }
        Payload::CoreTypeSection(section) => {
            for item in section {
                core_type(&item?, out);
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for item in section {
                match item? {
                    ComponentInstance::Instantiate { component_index, args } => {
                        line!(out, "instance of {component_index} {}", args.len());
                        for arg in &args {
                            line!(out, "argument {} {} {}", arg.name, arg.kind.desc(), arg.index);
                        }
                    }
                    ComponentInstance::FromExports(exports) => {
                        line!(out, "instance {}", exports.len());
                        for item in &exports {
                            export(item, out);
                        }
                    }
                }
            }
        }
        Payload::ComponentAliasSection(section) => {
            for item in section {
                alias(&item?, out);
            }
        }
        Payload::ComponentTypeSection(section) => {
            for item in section {
                component_type(&item?, out);
            }
        }
        Payload::ComponentCanonicalSection(section) => {
            for item in section {
                canonical(&item?, out);
            }
        }
        Payload::ComponentStartSection { start, .. } => {
            line!(out, "start {} {:?} {}", start.func_index, start.arguments, start.results);
        }
        Payload::ComponentImportSection(section) => {
            for item in section {
                let item = item?;
                line!(out, "import {} {}", extern_name(&item.name), type_ref(&item.ty));
            }
        }
        Payload::ComponentExportSection(section) => {
            for item in section {
                export(&item?, out);
            }
        }
        _ => unreachable!(),
    }
    Ok(())
}

fn extern_name(name: &ComponentExternName<'_>) -> String {
    let mut out = name.name.to_string();
    for (what, value) in [("implements", name.implements), ("suffix", name.version_suffix), ("id", name.external_id)] {
        if let Some(value) = value {
            out += &format!(" {what} {value}");
        }
    }
    out
}

fn val_type(ty: &ComponentValType) -> String {
    match ty {
        ComponentValType::Primitive(ty) => ty.to_string(),
        ComponentValType::Type(index) => index.to_string(),
    }
}

fn optional(ty: &Option<ComponentValType>) -> String {
    ty.as_ref().map(val_type).unwrap_or("-".into())
}

fn type_ref(ty: &ComponentTypeRef) -> String {
    match ty {
        ComponentTypeRef::Module(index) => format!("module {index}"),
        ComponentTypeRef::Func(index) => format!("func {index}"),
        ComponentTypeRef::Value(ty) => format!("value {}", val_type(ty)),
        ComponentTypeRef::Type(TypeBounds::Eq(index)) => format!("type {index}"),
        ComponentTypeRef::Type(TypeBounds::SubResource) => "type resource".into(),
        ComponentTypeRef::Instance(index) => format!("instance {index}"),
        ComponentTypeRef::Component(index) => format!("component {index}"),
    }
}

fn export(item: &ComponentExport<'_>, out: &mut Sink) {
    let ty = item.ty.as_ref().map(type_ref).unwrap_or("-".into());
    line!(out, "export {} {} {} {ty}", extern_name(&item.name), item.kind.desc(), item.index);
}

fn alias(item: &ComponentAlias<'_>, out: &mut Sink) {
    match item {
        ComponentAlias::InstanceExport { kind, instance_index, name } => {
            line!(out, "alias export {} {instance_index} {name}", kind.desc());
        }
        ComponentAlias::CoreInstanceExport { kind, instance_index, name } => {
            line!(out, "alias core export {} {instance_index} {name}", text::external_kind(*kind));
        }
        ComponentAlias::Outer { kind, count, index } => {
            let kind = match kind {
                ComponentOuterAliasKind::CoreModule => "core module",
                ComponentOuterAliasKind::CoreType => "core type",
                ComponentOuterAliasKind::Type => "type",
                ComponentOuterAliasKind::Component => "component",
            };
            line!(out, "alias outer {kind} {count} {index}");
        }
    }
}

fn core_type(ty: &CoreType<'_>, out: &mut Sink) {
    match ty {
        CoreType::Rec(group) => rec_group(group, out),
        CoreType::Module(declarations) => {
            line!(out, "module type {}", declarations.len());
            for declaration in declarations {
                match declaration {
                    ModuleTypeDeclaration::Type(group) => rec_group(group, out),
                    ModuleTypeDeclaration::Export { name, ty } => line!(out, "export {name} {}", text::type_ref(ty)),
                    ModuleTypeDeclaration::OuterAlias { count, index, .. } => line!(out, "alias outer type {count} {index}"),
                    ModuleTypeDeclaration::Import(item) => {
                        line!(out, "import {} {} {}", item.module, item.name, text::type_ref(&item.ty));
                    }
                }
            }
        }
    }
}

fn component_type(ty: &ComponentType<'_>, out: &mut Sink) {
    match ty {
        ComponentType::Defined(ty) => line!(out, "type {}", defined_type(ty)),
        ComponentType::Func(ty) => {
            line!(out, "type {}func ({}) -> {}", if ty.async_ { "async " } else { "" }, fields(&ty.params), optional(&ty.result));
        }
        ComponentType::Component(declarations) => {
            line!(out, "component type {}", declarations.len());
            for declaration in declarations {
                match declaration {
                    ComponentTypeDeclaration::CoreType(ty) => core_type(ty, out),
                    ComponentTypeDeclaration::Type(ty) => component_type(ty, out),
                    ComponentTypeDeclaration::Alias(item) => alias(item, out),
                    ComponentTypeDeclaration::Export { name, ty } => line!(out, "export {} {}", extern_name(name), type_ref(ty)),
                    ComponentTypeDeclaration::Import(item) => line!(out, "import {} {}", extern_name(&item.name), type_ref(&item.ty)),
                }
            }
        }
        ComponentType::Instance(declarations) => {
            line!(out, "instance type {}", declarations.len());
            for declaration in declarations {
                match declaration {
                    InstanceTypeDeclaration::CoreType(ty) => core_type(ty, out),
                    InstanceTypeDeclaration::Type(ty) => component_type(ty, out),
                    InstanceTypeDeclaration::Alias(item) => alias(item, out),
                    InstanceTypeDeclaration::Export { name, ty } => line!(out, "export {} {}", extern_name(name), type_ref(ty)),
                }
            }
        }
        ComponentType::Resource { rep, dtor } => {
            let dtor = dtor.map(|index| index.to_string()).unwrap_or("-".into());
            line!(out, "type resource {} {dtor}", text::val_type(*rep));
        }
    }
}

fn fields(fields: &[(&str, ComponentValType)]) -> String {
    fields.iter().map(|(name, ty)| format!("{name}: {}", val_type(ty))).collect::<Vec<_>>().join(", ")
}

fn defined_type(ty: &ComponentDefinedType<'_>) -> String {
    use ComponentDefinedType::*;
    match ty {
        Primitive(ty) => ty.to_string(),
        Record(items) => format!("record {}", fields(items)),
        Variant(cases) => {
            let cases = cases.iter().map(|case| format!("{}: {}", case.name, optional(&case.ty))).collect::<Vec<_>>();
            format!("variant {}", cases.join(", "))
        }
        List(ty) => format!("list {}", val_type(ty)),
        Map(key, value) => format!("map {} {}", val_type(key), val_type(value)),
        FixedLengthList(ty, length) => format!("list {} of {length}", val_type(ty)),
        Tuple(types) => format!("tuple {}", types.iter().map(val_type).collect::<Vec<_>>().join(" ")),
        Flags(names) => format!("flags {}", names.join(" ")),
        Enum(names) => format!("enum {}", names.join(" ")),
        Option(ty) => format!("option {}", val_type(ty)),
        Result { ok, err } => format!("result {} {}", optional(ok), optional(err)),
        Own(index) => format!("own {index}"),
        Borrow(index) => format!("borrow {index}"),
        Future(ty) => format!("future {}", optional(ty)),
        Stream(ty) => format!("stream {}", optional(ty)),
    }
}

fn options(options: &[CanonicalOption]) -> String {
    let options = options.iter().map(|option| match option {
        CanonicalOption::UTF8 => "utf8".into(),
        CanonicalOption::UTF16 => "utf16".into(),
        CanonicalOption::CompactUTF16 => "latin1+utf16".into(),
        CanonicalOption::Memory(index) => format!("memory {index}"),
        CanonicalOption::Realloc(index) => format!("realloc {index}"),
        CanonicalOption::PostReturn(index) => format!("post-return {index}"),
        CanonicalOption::Async => "async".into(),
        CanonicalOption::Callback(index) => format!("callback {index}"),
        CanonicalOption::CoreType(index) => format!("core-type {index}"),
        CanonicalOption::Gc => "gc".into(),
    });
    format!("[{}]", options.collect::<Vec<String>>().join(", "))
}

fn canonical(item: &CanonicalFunction, out: &mut Sink) {
    use CanonicalFunction::*;
    let text = match item {
        Lift { core_func_index, type_index, options: o } => format!("lift {core_func_index} {type_index} {}", options(o)),
        Lower { func_index, options: o } => format!("lower {func_index} {}", options(o)),
        ResourceNew { resource } => format!("resource.new {resource}"),
        ResourceDrop { resource } => format!("resource.drop {resource}"),
        ResourceRep { resource } => format!("resource.rep {resource}"),
        ThreadSpawnRef { func_ty_index } => format!("thread.spawn-ref {func_ty_index}"),
        ThreadSpawnIndirect { func_ty_index, table_index } => format!("thread.spawn-indirect {func_ty_index} {table_index}"),
        ThreadAvailableParallelism => "thread.available-parallelism".into(),
        BackpressureInc => "backpressure.inc".into(),
        BackpressureDec => "backpressure.dec".into(),
        TaskReturn { result, options: o } => format!("task.return {} {}", optional(result), options(o)),
        TaskCancel => "task.cancel".into(),
        ContextGet { ty, slot } => format!("context.get {} {slot}", text::val_type(*ty)),
        ContextSet { ty, slot } => format!("context.set {} {slot}", text::val_type(*ty)),
        ThreadYield => "thread.yield".into(),
        SubtaskDrop => "subtask.drop".into(),
        SubtaskCancel { async_ } => format!("subtask.cancel {}", u8::from(*async_)),
        StreamNew { ty } => format!("stream.new {ty}"),
        StreamRead { ty, options: o } => format!("stream.read {ty} {}", options(o)),
        StreamWrite { ty, options: o } => format!("stream.write {ty} {}", options(o)),
        StreamForward { ty } => format!("stream.forward {ty}"),
        StreamCancelRead { ty, async_ } => format!("stream.cancel-read {ty} {}", u8::from(*async_)),
        StreamCancelWrite { ty, async_ } => format!("stream.cancel-write {ty} {}", u8::from(*async_)),
        StreamDropReadable { ty } => format!("stream.drop-readable {ty}"),
        StreamDropWritable { ty } => format!("stream.drop-writable {ty}"),
        FutureNew { ty } => format!("future.new {ty}"),
        FutureRead { ty, options: o } => format!("future.read {ty} {}", options(o)),
        FutureWrite { ty, options: o } => format!("future.write {ty} {}", options(o)),
        FutureForward { ty } => format!("future.forward {ty}"),
        FutureCancelRead { ty, async_ } => format!("future.cancel-read {ty} {}", u8::from(*async_)),
        FutureCancelWrite { ty, async_ } => format!("future.cancel-write {ty} {}", u8::from(*async_)),
        FutureDropReadable { ty } => format!("future.drop-readable {ty}"),
        FutureDropWritable { ty } => format!("future.drop-writable {ty}"),
        ErrorContextNew { options: o } => format!("error-context.new {}", options(o)),
        ErrorContextDebugMessage { options: o } => format!("error-context.debug-message {}", options(o)),
        ErrorContextDrop => "error-context.drop".into(),
        WaitableSetNew => "waitable-set.new".into(),
        WaitableSetWait { memory } => format!("waitable-set.wait {memory}"),
        WaitableSetPoll { memory } => format!("waitable-set.poll {memory}"),
        WaitableSetDrop => "waitable-set.drop".into(),
        WaitableJoin => "waitable.join".into(),
        ThreadIndex => "thread.index".into(),
        ThreadNewIndirect { func_ty_index, table_index } => format!("thread.new-indirect {func_ty_index} {table_index}"),
        ThreadResumeLater => "thread.resume-later".into(),
        ThreadSuspend => "thread.suspend".into(),
        ThreadSuspendThenResume => "thread.suspend-then-resume".into(),
        ThreadYieldThenResume => "thread.yield-then-resume".into(),
        ThreadSuspendThenPromote => "thread.suspend-then-promote".into(),
        ThreadYieldThenPromote => "thread.yield-then-promote".into(),
    };
    line!(out, "canonical {text}");
}
