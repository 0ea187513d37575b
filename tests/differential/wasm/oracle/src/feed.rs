//! Instructions as a digest: every opcode by name, every immediate as eight bytes.
use crate::sink::Fnv;
use crate::text;
use wasmparser::*;

trait Feed {
    fn feed(&self, hash: &mut Fnv);
}

macro_rules! number {
    ($($ty:ty)*) => { $(impl Feed for $ty {
        fn feed(&self, hash: &mut Fnv) {
            hash.add(&(*self as i64).to_le_bytes());
        }
    })* };
}
number!(u8 u32 i32 i64 u64);

fn string(text: &str, hash: &mut Fnv) {
    hash.add(text.as_bytes());
    hash.add(&[0]);
}

impl Feed for Ieee32 {
    fn feed(&self, hash: &mut Fnv) {
        self.bits().feed(hash);
    }
}
impl Feed for Ieee64 {
    fn feed(&self, hash: &mut Fnv) {
        self.bits().feed(hash);
    }
}
impl Feed for V128 {
    fn feed(&self, hash: &mut Fnv) {
        hash.add(self.bytes());
    }
}
impl Feed for [u8; 16] {
    fn feed(&self, hash: &mut Fnv) {
        hash.add(self);
    }
}
impl Feed for ValType {
    fn feed(&self, hash: &mut Fnv) {
        string(&text::val_type(*self), hash);
    }
}
impl Feed for Vec<ValType> {
    fn feed(&self, hash: &mut Fnv) {
        string(&text::val_types(self), hash);
    }
}
impl Feed for RefType {
    fn feed(&self, hash: &mut Fnv) {
        string(&text::ref_type(*self), hash);
    }
}
impl Feed for HeapType {
    fn feed(&self, hash: &mut Fnv) {
        string(&text::heap_type(*self), hash);
    }
}
impl Feed for BlockType {
    fn feed(&self, hash: &mut Fnv) {
        match self {
            BlockType::Empty => string("empty", hash),
            BlockType::Type(ty) => ty.feed(hash),
            BlockType::FuncType(index) => index.feed(hash),
        }
    }
}
impl Feed for Ordering {
    fn feed(&self, hash: &mut Fnv) {
        string(if *self == Ordering::SeqCst { "seqcst" } else { "acqrel" }, hash);
    }
}
impl Feed for MemArg {
    fn feed(&self, hash: &mut Fnv) {
        self.align.feed(hash);
        self.max_align.feed(hash);
        self.offset.feed(hash);
        match self.target {
            MemArgTarget::Memory(index) => index.feed(hash),
            MemArgTarget::Array(index) => {
                string("array", hash);
                index.feed(hash);
            }
        }
        if let Some(MemArgOrdering::Op(ordering) | MemArgOrdering::Rmw(ordering)) = self.ordering {
            ordering.feed(hash);
        }
    }
}
impl Feed for BrTable<'_> {
    fn feed(&self, hash: &mut Fnv) {
        self.len().feed(hash);
        for target in self.targets() {
            target.unwrap().feed(hash);
        }
        self.default().feed(hash);
    }
}
impl Feed for TryTable {
    fn feed(&self, hash: &mut Fnv) {
        self.ty.feed(hash);
        (self.catches.len() as u32).feed(hash);
        for catch in &self.catches {
            match *catch {
                Catch::One { tag, label } => [0, tag, label].iter().for_each(|n| n.feed(hash)),
                Catch::OneRef { tag, label } => [1, tag, label].iter().for_each(|n| n.feed(hash)),
                Catch::All { label } => [2, label].iter().for_each(|n| n.feed(hash)),
                Catch::AllRef { label } => [3, label].iter().for_each(|n| n.feed(hash)),
            }
        }
    }
}
impl Feed for ResumeTable {
    fn feed(&self, hash: &mut Fnv) {
        (self.handlers.len() as u32).feed(hash);
        for handle in &self.handlers {
            match *handle {
                Handle::OnLabel { tag, label } => [0, tag, label].iter().for_each(|n| n.feed(hash)),
                Handle::OnSwitch { tag } => [1, tag].iter().for_each(|n| n.feed(hash)),
            }
        }
    }
}

macro_rules! define_operator {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn operator(op: &Operator<'_>, hash: &mut Fnv) {
            match op {
                $(Operator::$op $({ $($arg),* })? => {
                    string(&stringify!($visit)["visit_".len()..], hash);
                    $($($arg.feed(hash);)*)?
                })*
                _ => unreachable!(),
            }
        }
    };
}
wasmparser::for_each_operator!(define_operator);

/// `COUNT DIGEST` of the operators up to the end, which must be where it belongs.
pub fn operators(mut reader: OperatorsReader<'_>) -> Result<String> {
    let mut hash = Fnv::new();
    let mut count = 0u64;
    while !reader.eof() {
        let (op, offset) = reader.read_with_offset()?;
        offset.feed(&mut hash);
        operator(&op, &mut hash);
        count += 1;
    }
    reader.finish()?;
    Ok(format!("{count} {:016x}", hash.0))
}

pub fn const_expr(expr: &ConstExpr<'_>) -> Result<String> {
    let range = expr.get_binary_reader().range();
    Ok(format!("[{} {} {}]", range.start, range.end, operators(expr.get_operators_reader())?))
}
