//! Every way to declare an import that a crate can write itself.

pub mod shapes;

#[cfg(target_os = "unknown")]
pub mod browser;
#[cfg(target_os = "wasi")]
pub mod host;
