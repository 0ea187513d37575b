extern "C" {
    fn host_01() -> u32;
    fn host_02() -> u32;
    fn host_03() -> u32;
    fn host_04() -> u32;
    fn host_05() -> u32;
    fn host_06() -> u32;
    fn host_07() -> u32;
    fn host_08() -> u32;
    fn host_09() -> u32;
    fn host_10() -> u32;
    fn host_11() -> u32;
    fn host_12() -> u32;
}

#[no_mangle]
pub extern "C" fn run() -> u32 {
    unsafe { host_01() + host_02() + host_03() + host_04() + host_05() + host_06() + host_07() + host_08() + host_09() + host_10() + host_11() + host_12() }
}
