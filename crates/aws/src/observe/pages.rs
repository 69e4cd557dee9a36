//! Reads all pages of a list, or none.

use std::collections::HashSet;

use crate::failure::Failure;

/// One page: its items and the token of the next page.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// Calls `page` with no token, then with the token of the page before, until a page has none.
///
/// NOTE: the SDK's own paginators end in silence when a service repeats a token, so that a partial list looks whole.
///
/// # Errors
/// The failure of a page; [`Failure::Malformed`] when a token comes back.
pub(super) async fn all_pages<T, F, Fut>(page: F) -> Result<Vec<T>, Failure>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    at_most(usize::MAX, page).await
}

/// As [`all_pages`], refusing a list of more than `limit` items.
///
/// # Errors
/// As [`all_pages`]; [`Failure::Malformed`] when there are more items.
pub(super) async fn at_most<T, F, Fut>(limit: usize, mut page: F) -> Result<Vec<T>, Failure>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, Failure>>,
{
    let mut all = Vec::new();
    let mut tokens = HashSet::new();
    let mut token = None;
    loop {
        let (mut items, next) = page(token).await?;
        all.append(&mut items);
        if all.len() > limit {
            return Err(Failure::Malformed(format!("more than {limit} items: not read to the end")));
        }
        let Some(next) = next.filter(|next| !next.is_empty()) else { return Ok(all) };
        if !tokens.insert(next.clone()) {
            return Err(Failure::Malformed("a page token came back: the list cannot be read to the end".to_owned()));
        }
        token = Some(next);
    }
}

/// The next token where the service also says whether there is more.
///
/// # Errors
/// [`Failure::Malformed`] when there is more and no token to ask for it with.
pub(super) fn next_token(truncated: bool, token: Option<&str>) -> Result<Option<String>, Failure> {
    match (truncated, token.filter(|token| !token.is_empty())) {
        (false, _) => Ok(None),
        (true, Some(token)) => Ok(Some(token.to_owned())),
        (true, None) => Err(Failure::Malformed("a list says it is truncated but has no token".to_owned())),
    }
}
