//! The terminal and the signals: the only module of the application that prints, and the one that notices when somebody
//! wants a run to stop.

use std::{
    future::poll_fn,
    io::{self, BufRead as _, IsTerminal as _, Write},
    task::Poll,
};

use futures::FutureExt as _;
use tokio::sync::oneshot;

use crate::exit::Exit;

/// Watches for somebody who wants the run to stop: Ctrl-C, or SIGTERM as CI systems send it.
///
/// The first signal resolves what is returned, and the run ends in good order. The second ends the process at once,
/// whatever it is doing: nothing more is written.
pub(crate) fn interrupt() -> impl Future<Output = ()> + Clone + Send {
    let mut signals = Signals::listen();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        signals.next().await;
        say("interrupted: the run ends in good order; a second signal ends it at once");
        // Nobody listens when the run is over.
        let _ = tell.send(());
        signals.next().await;
        say(
            "ended at once\nhint: `check --resume` takes over what was observed, `trail verify --checkpoint` what was verified",
        );
        std::process::exit(i32::from(Exit::Unassessed.code()));
    });
    told.map(|_| ()).shared()
}

/// The signals that ask a program to end.
#[cfg(unix)]
struct Signals([Option<tokio::signal::unix::Signal>; 2]);

#[cfg(unix)]
impl Signals {
    /// From now on the signals do not end the process by themselves. One that cannot be listened to keeps that effect.
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    async fn next(&mut self) {
        poll_fn(|context| {
            let mut signals = self.0.iter_mut().flatten();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the application prints")]
fn stdout() -> io::Stdout {
    io::stdout()
}

/// Standard error, for what the program writes about its own work.
#[expect(clippy::disallowed_methods, reason = "the one place where the application prints")]
pub(crate) fn stderr() -> io::Stderr {
    io::stderr()
}

/// Prints to standard output; a reader that has gone away (`| head`) is no failure.
pub fn print(body: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(stdout().lock());
    if let Err(error) = body(&mut out).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        say(&format!("cannot write to standard output: {error}"));
    }
}

/// Writes a message for people to standard error.
pub fn say(message: &str) {
    // Nothing can be done when standard error is closed.
    let _ = writeln!(stderr().lock(), "{message}");
}

/// Somebody who answers questions.
pub trait Person {
    /// The answer, or nothing when there will be none any more.
    ///
    /// # Errors
    /// When the person cannot be reached.
    fn answer(&mut self, question: &str) -> io::Result<Option<String>>;
}

/// The person at a terminal.
#[derive(Debug)]
pub struct AtTerminal;

impl Person for AtTerminal {
    fn answer(&mut self, question: &str) -> io::Result<Option<String>> {
        ask(question)?;
        let mut line = String::new();
        Ok(if io::stdin().lock().read_line(&mut line)? == 0 { None } else { Some(line) })
    }
}

/// Asks a person something, on standard error; the answer comes on the same line.
fn ask(question: &str) -> io::Result<()> {
    let mut shown = stderr().lock();
    write!(shown, "{question}: ")?;
    shown.flush()
}

/// Whether somebody is at the terminal who can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && stderr().is_terminal()
}

/// Whether somebody can see a progress bar.
pub(crate) fn shows_progress() -> bool {
    stderr().is_terminal()
}

/// Whether standard output takes colour. See: <https://no-color.org>
pub(crate) fn colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stdout().is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Columns of standard output: those that `COLUMNS` names, or the terminal has; none where the text goes elsewhere.
pub(crate) fn columns() -> Option<usize> {
    let named = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let seen = || ::console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    named.or_else(seen).filter(|columns| *columns > 0)
}

/// A person whose answers are known beforehand, for tests: the answers still to give, and the questions so far.
#[cfg(test)]
pub(crate) struct Script {
    answers: std::collections::VecDeque<&'static str>,
    pub(crate) questions: Vec<String>,
}

#[cfg(test)]
impl Script {
    pub(crate) fn of(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().copied().collect(), questions: Vec::new() }
    }
}

#[cfg(test)]
impl Person for Script {
    fn answer(&mut self, question: &str) -> io::Result<Option<String>> {
        self.questions.push(question.to_owned());
        Ok(self.answers.pop_front().map(|answer| format!("{answer}\n")))
    }
}
