//! A sum that workers add up in memory that they share, without wasm-bindgen: the page gives each its stack and its thread-locals.
use std::alloc::{alloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};

static SUM: AtomicU64 = AtomicU64::new(0);
static ARRIVED: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

thread_local! {
    static OWN: Cell<u64> = const { Cell::new(0) };
}

/// Memory for the stack or the thread-locals of a worker.
#[no_mangle]
pub extern "C" fn room(bytes: usize, align: usize) -> *mut u8 {
    unsafe { alloc(Layout::from_size_align(bytes.max(1), align).unwrap()) }
}

#[no_mangle]
pub extern "C" fn add(from: u32, to: u32) -> u64 {
    for number in u64::from(from)..u64::from(to) {
        SUM.fetch_add(number, Ordering::Relaxed);
        OWN.with(|own| own.set(own.get() + number));
    }
    OWN.with(Cell::get)
}

/// Waits until `workers` are here, which only a worker may: `memory.atomic.wait32`.
#[no_mangle]
pub extern "C" fn meet(workers: u32) {
    let (count, all) = &ARRIVED;
    let mut arrived = count.lock().unwrap();
    *arrived += 1;
    all.notify_all();
    while *arrived < workers {
        arrived = all.wait(arrived).unwrap();
    }
}

#[no_mangle]
pub extern "C" fn sum() -> u64 {
    SUM.load(Ordering::SeqCst)
}
