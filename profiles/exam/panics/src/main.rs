fn main() {
    println!("started");
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("exit") => std::process::exit(arguments.next().and_then(|status| status.parse().ok()).unwrap_or(1)),
        Some("panic") => panic!("wanted"),
        Some("index") => println!("{}", [1, 2, 3][arguments.count() + 3]),
        Some("overflow") => println!("{:?}", i32::MAX.checked_add(arguments.count() as i32 + 1)),
        _ => println!("ended"),
    }
}
