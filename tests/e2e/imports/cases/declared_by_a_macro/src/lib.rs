macro_rules! host {
    ($($name:ident),*) => { extern "C" { $(fn $name() -> u32;)* } };
}

host!(host_time, host_level);

#[no_mangle]
pub extern "C" fn run() -> u32 {
    unsafe { host_time() + host_level() }
}
