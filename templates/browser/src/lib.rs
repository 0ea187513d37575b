//! A wave that runs through a row of columns.

pub const COLUMNS: u32 = 32;

/// The height of the wave in column `x` at a time in milliseconds, 0 to 1.
pub fn height(x: u32, milliseconds: f64) -> f64 {
    let turns = f64::from(x) / f64::from(COLUMNS) - milliseconds / 4000.0;
    ((turns * std::f64::consts::TAU).sin() + 1.0) / 2.0
}

/// The whole wave as a line of letters.
pub fn line(milliseconds: f64) -> String {
    const SHADES: [char; 5] = [' ', '.', 'o', 'O', '@'];
    (0..COLUMNS).map(|x| SHADES[(height(x, milliseconds) * 4.0).round() as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_are_between_0_and_1() {
        assert!((0..COLUMNS).all(|x| (0.0..=1.0).contains(&height(x, 1234.0))));
    }

    #[test]
    fn the_wave_is_where_it_was_after_four_seconds() {
        assert_eq!(line(0.0), line(4000.0));
        assert_ne!(line(0.0), line(1000.0));
    }
}
