mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

extern "C" {
    fn host_count() -> u32;
}

#[cfg(feature = "more")]
#[link(wasm_import_module = "app-host")]
extern "C" {
    fn more(value: f64);
}

#[inline(never)]
fn announce(text: &str) {
    logger::log(text);
}

#[no_mangle]
pub extern "C" fn run(value: u64) -> u64 {
    announce("running");
    #[cfg(feature = "more")]
    unsafe {
        more(1.0)
    };
    unsafe { generated::generated(value + u64::from(host_count())) + clock::now() }
}
