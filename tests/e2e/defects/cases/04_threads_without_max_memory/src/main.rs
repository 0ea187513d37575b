fn main() {
    match std::thread::Builder::new().spawn(|| ()) {
        Ok(_) => println!("started"),
        Err(problem) => println!("{problem}"),
    }
}
