extern "C" {
    fn twice(x: i64) -> i64;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { twice(x.into()) as i32 }
}
