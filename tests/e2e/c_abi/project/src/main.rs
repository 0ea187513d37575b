fn main() {
    let results: Vec<f64> = (0..geometry::FUNCTIONS).map(|function| geometry::run(function, 21)).collect();
    println!("{results:?}");
}
