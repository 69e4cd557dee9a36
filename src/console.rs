//! The terminal and the signals: the only module that prints, and the one that notices when somebody wants a run to stop.

use std::io::{self, Write};

/// Resolves when somebody wants the run to stop: Ctrl-C, or SIGTERM as CI systems send it.
pub(crate) async fn interrupted() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminated => {}
    }
}

/// Prints to standard output; a reader that has gone away (`| head`) is no failure.
pub fn print(body: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if let Err(error) = body(&mut out).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        say(&format!("cannot write to standard output: {error}"));
    }
}

/// Tells people something on standard error.
pub fn say(message: &str) {
    // Nothing can be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{message}");
}
