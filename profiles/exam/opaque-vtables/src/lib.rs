//! Methods of trait objects whose types contain opaque types behind associated ones.
trait Length {
    fn length(&self) -> i32;
}

struct Made<T>(T);

trait Source {
    type Items;
    fn items(&self) -> Self::Items;
}

impl<F, I> Source for F
where
    F: Fn() -> I,
{
    type Items = I;
    fn items(&self) -> I {
        self()
    }
}

impl<T> Length for Made<T>
where
    T: Source,
    T::Items: IntoIterator,
    <T::Items as IntoIterator>::Item: AsRef<str>,
{
    fn length(&self) -> i32 {
        self.0.items().into_iter().map(|item| item.as_ref().len() as i32).sum()
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('-')
}

fn texts() -> Vec<Vec<&'static str>> {
    vec![vec!["a-b", "cc"], vec!["ddd-eeee"]]
}

#[no_mangle]
pub extern "C" fn length(which: usize) -> i32 {
    let all: [Box<dyn Length>; 3] = [
        Box::new(Made(|| parts("one-two"))),
        Box::new(Made(|| texts().into_iter().flatten())),
        Box::new(Made(|| texts().into_iter().flatten().flat_map(parts))),
    ];
    all[which].length()
}
