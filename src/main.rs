//! `logproof` with the steps it ships.

use std::process::ExitCode;

/// Many threads wait for answers and few compute: glibc gives each an arena, and with them a large run a fifth more memory
/// and a tenth more CPU. `.cargo/config.toml` sets the number of arenas. Elsewhere the page size of the machine that builds
/// may not be that of the one that runs, which this allocator takes amiss.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    logproof::own::main_with(&[])
}
