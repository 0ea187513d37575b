//! Where a dump goes: into a digest (FNV-1a, 64 bits), or kept as text as well.

pub struct Fnv(pub u64);

impl Fnv {
    pub fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

pub struct Sink {
    hash: Fnv,
    kept: Option<Vec<u8>>,
}

impl Sink {
    pub fn digest() -> Sink {
        Sink { hash: Fnv::new(), kept: None }
    }

    pub fn text() -> Sink {
        Sink { hash: Fnv::new(), kept: Some(Vec::new()) }
    }

    pub fn hash(&self) -> u64 {
        self.hash.0
    }

    pub fn bytes(&self) -> &[u8] {
        self.kept.as_deref().unwrap_or_default()
    }

    pub fn line(&mut self, line: &str) {
        self.hash.add(line.as_bytes());
        self.hash.add(b"\n");
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(line.as_bytes());
            kept.push(b'\n');
        }
    }
}

#[macro_export]
macro_rules! line {
    ($sink:expr, $($arguments:tt)*) => { $sink.line(&format!($($arguments)*)) };
}
