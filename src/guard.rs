//! Catches panics with their place, quietly, without touching what the rest of the process does about panics.
//!
//! A step of cucumber reports `Err` by panicking, so a panic is ordinary here; what matters is *where* it came from:
//! from the step's registration (the step returned `Err`) or from anywhere else (a defect).

use std::{
    any::Any,
    cell::RefCell,
    future::poll_fn,
    panic::{self, AssertUnwindSafe},
    pin::pin,
    sync::Once,
    task::Poll,
};

/// A caught panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panic {
    /// Its message.
    pub message: String,
    /// File and line it came from.
    pub at: Option<(String, u32)>,
}

thread_local! {
    /// `Some` while something is watched on this thread; filled by the panic hook.
    static WATCHED: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

/// Calls `body` and catches its panic.
///
/// # Errors
/// The panic.
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    install();
    let outer = WATCHED.with(|watched| watched.replace(Some(None)));
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    let seen = WATCHED.with(|watched| watched.replace(outer)).flatten();
    result.map_err(|payload| seen.unwrap_or_else(|| Panic { message: message(payload.as_ref()), at: None }))
}

/// Awaits `future` and catches its panic; other futures on this thread are not watched meanwhile.
///
/// # Errors
/// The panic.
pub(crate) async fn watch<F: Future>(future: F) -> Result<F::Output, Panic> {
    let mut future = pin!(future);
    poll_fn(|context| match catch(|| future.as_mut().poll(context)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// Puts a hook in front of the process's own that takes the panics watched here and passes on all others.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let caught = Panic {
                message: message(info.payload()),
                at: info.location().map(|place| (place.file().to_owned(), place.line())),
            };
            let taken = WATCHED.with(|watched| match watched.borrow_mut().as_mut() {
                Some(slot) => {
                    *slot = Some(caught);
                    true
                }
                None => false,
            });
            if !taken {
                others(info);
            }
        }));
    });
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_place() {
        let line = line!() + 1;
        let caught = catch(|| -> () { panic!("broken {}", 1) }).unwrap_err();
        assert_eq!(caught.message, "broken 1");
        assert_eq!(caught.at, Some((file!().to_owned(), line)));
        assert_eq!(catch(|| 7), Ok(7));
    }

    #[tokio::test]
    async fn a_panic_after_an_await_is_caught() {
        let body = async {
            tokio::task::yield_now().await;
            let nothing: Vec<u8> = Vec::new();
            nothing[0]
        };
        assert!(watch(body).await.unwrap_err().message.contains("out of bounds"));
        assert_eq!(watch(async { 7 }).await, Ok(7));
    }
}
