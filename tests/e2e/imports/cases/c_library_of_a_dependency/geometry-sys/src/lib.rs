extern "C" {
    pub fn area(width: i64, height: i64) -> i32;
}
