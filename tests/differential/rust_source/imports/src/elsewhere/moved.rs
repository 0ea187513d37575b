pub mod deeper;
unsafe extern "C" {
    pub fn moved();
}
