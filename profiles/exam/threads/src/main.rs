use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

static SUM: AtomicI32 = AtomicI32::new(0);

fn main() {
    let spawned = thread::Builder::new().spawn(|| {
        SUM.fetch_add(20, Ordering::SeqCst);
        22
    });
    match spawned {
        Ok(handle) => {
            let returned = handle.join().expect("join");
            println!("{}", SUM.load(Ordering::SeqCst) + returned);
        }
        Err(error) => println!("no thread: {:?}", error.kind()),
    }
}
