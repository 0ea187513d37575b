use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

fn main() {
    if std::env::args().nth(1).is_some() {
        println!("alone");
        return;
    }
    let sum = AtomicU64::new(0);
    let threads = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..4u64 {
            let (sum, threads) = (&sum, &threads);
            scope.spawn(move || {
                sum.fetch_add((number * 250_000..(number + 1) * 250_000).sum(), Ordering::Relaxed);
                threads.lock().unwrap().push(std::thread::current().id());
            });
        }
    });
    let mut threads = threads.into_inner().unwrap();
    threads.dedup();
    println!("{} from {} threads", sum.into_inner(), threads.len());
}

#[cfg(test)]
mod tests {
    #[test]
    fn joins() {
        assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 7);
    }
    #[test]
    fn fails() {
        assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 8);
    }
}
