use std::io::{Read, Write};

fn main() {
    let handle = unsafe { door::open(7) };
    let seen = door::look_through(handle);
    let closed = unsafe { door::close(handle) };
    println!("the door gave {handle}, {seen}, {closed}");

    // The same names in libc, which std calls.
    let mut file = std::fs::File::create("/room/door.txt").expect("create");
    file.write_all(b"a file").expect("write");
    drop(file);
    let mut text = String::new();
    std::fs::File::open("/room/door.txt").expect("open").read_to_string(&mut text).expect("read");
    println!("the file said {text}");
}
