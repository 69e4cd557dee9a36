//! Who can become a role that matters: what its trust policy says to those it does not name.
//!
//! A list of readers means nothing where anybody may put on a reader's role.

use cucumber::then;
use logproof_estate::world::{Judged, LogproofWorld};

use crate::scene::{guardrails::exempt_roles, readers::reader_roles, role::with_those_behind, trust::only_the_named};

#[then("nobody can assume an exempt role whom its trust policy does not name")]
async fn only_the_named_become_an_exempt_role(w: &mut LogproofWorld) -> Judged {
    let roles = exempt_roles(w).await?;
    for role in with_those_behind(w, roles).await? {
        only_the_named(w, &role).await?;
    }
    w.settle()
}

#[then("nobody can assume the role of a named reader whom its trust policy does not name")]
async fn only_the_named_become_readers(w: &mut LogproofWorld) -> Judged {
    let readers = reader_roles(w).await?;
    for role in with_those_behind(w, readers).await? {
        only_the_named(w, &role).await?;
    }
    w.settle()
}
