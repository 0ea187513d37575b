macro_rules! import {
    ($name:ident) => {
        #[link(wasm_import_module = "app-host")]
        extern "C" {
            fn $name() -> u64;
        }
    };
}

import!(host_now);

pub fn now() -> u64 {
    unsafe { host_now() }
}
