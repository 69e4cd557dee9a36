//! What the program says about its own work, on standard error: nothing by default, calls with `-v`, or as `RUST_LOG`
//! asks.

use tracing_subscriber::{EnvFilter, filter::Directive};

use crate::console;

/// Where the SDK calls it an error that a served answer came over no connection it could close.
const UNCONNECTED: &str = "aws_smithy_runtime::client::http::connection_poisoning";

/// Sets up logging once.
pub fn init(verbosity: u8) {
    let level = match verbosity {
        0 => "",
        1 => "logproof=info",
        2 => "logproof=debug,logproof_aws=debug,logproof_estate=debug",
        _ => "debug",
    };
    let level = format!("warn,{UNCONNECTED}=off,{level}");
    let asked = std::env::var("RUST_LOG").ok().filter(|text| !text.trim().is_empty());
    let filter = match asked {
        // A directive that cannot be read is left out, as `RUST_LOG` is read elsewhere.
        Some(text) => {
            EnvFilter::builder().with_default_directive(Directive::from(tracing::Level::WARN)).parse_lossy(text)
        }
        None => EnvFilter::new(level),
    };
    // Somebody else's subscriber (a test's) stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(console::stderr)
        .with_ansi(false)
        .with_target(verbosity > 1)
        .without_time()
        .try_init();
}
