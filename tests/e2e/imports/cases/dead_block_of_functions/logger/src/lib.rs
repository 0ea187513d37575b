extern "C" {
    fn host_open() -> i32;
    fn host_close(handle: i32);
    fn host_level() -> i32;
}

pub struct Log(i32);

impl Log {
    pub fn open() -> Log {
        Log(unsafe { host_open() })
    }
    pub fn level(&self) -> i32 {
        self.0 + unsafe { host_level() }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        unsafe { host_close(self.0) }
    }
}

pub fn limit() -> i32 {
    3
}
