extern "C" {
    static HOST_LEVEL: i32;
}

pub fn level() -> i32 {
    unsafe { HOST_LEVEL }
}

pub fn limit() -> i32 {
    3
}
