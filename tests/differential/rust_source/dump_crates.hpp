#pragma once

/// Crates described on stdin, a word and a value a line (`root`, `edition`, `cfg`, `env NAME=VALUE`, `end`). Prints the files of each:
/// `compiled PATH`, `possible PATH` or `unread PATH`, then `end`. The exit status.
int print_sources();

/// The same crates, each with `expanded PATH`: where each of their foreign items was written, a line an item, then `end`.
int print_locations();
