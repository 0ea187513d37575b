use std::sync::atomic::{AtomicU64, Ordering};

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
    #[wasm_bindgen(thread_local_v2, js_namespace = cargoWasm, js_name = args)]
    static ARGUMENTS: Vec<String>;
}

static SUM: AtomicU64 = AtomicU64::new(0);

fn main() {
    let fails = ARGUMENTS.with(|arguments| arguments.iter().any(|argument| argument == "fail"));
    let workers: Vec<_> = (0..4u64)
        .map(|number| {
            wasm_thread::spawn(move || {
                assert!(!fails, "in vain");
                let part = (number * 250_000..(number + 1) * 250_000).sum::<u64>();
                SUM.fetch_add(part, Ordering::SeqCst);
                log(&format!("worker {number}"));
                part
            })
        })
        .collect();
    wasm_bindgen_futures::spawn_local(async move {
        let mut sum = 0;
        for worker in workers {
            sum += worker.join_async().await.unwrap();
        }
        log(&format!("{sum} {}", SUM.load(Ordering::SeqCst)));
    });
    log("main has ended");
}
