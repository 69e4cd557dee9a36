//! Rebuilds the application when a control is added, changed or removed: they are embedded in the binary.

#[expect(clippy::disallowed_methods, reason = "cargo reads what a build script prints")]
fn main() {
    // The macro that embeds the folder notices changed files, not new ones.
    let mut out = std::io::stdout();
    let _ = std::io::Write::write_all(&mut out, b"cargo:rerun-if-changed=features\n");
}
