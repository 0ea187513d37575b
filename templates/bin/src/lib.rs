//! What the program does, apart from its input and output.

/// "Hello, Ada and Grace!"; the world where nobody is named.
pub fn greeting(names: &[String]) -> String {
    match names {
        [] => "Hello, world!".to_string(),
        [only] => format!("Hello, {only}!"),
        [others @ .., last] => format!("Hello, {} and {last}!", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted(names: &[&str]) -> String {
        greeting(&names.iter().map(|name| name.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn nobody_is_the_world() {
        assert_eq!(greeted(&[]), "Hello, world!");
    }

    #[test]
    fn the_last_name_is_joined_by_and() {
        assert_eq!(greeted(&["Ada"]), "Hello, Ada!");
        assert_eq!(greeted(&["Ada", "Grace", "Barbara"]), "Hello, Ada, Grace and Barbara!");
    }
}
