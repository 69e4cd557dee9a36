//! Whom identity providers let in to a role that matters.

use cucumber::then;
use logproof_estate::world::{Judged, LogproofWorld};

use crate::scene::{
    guardrails::exempt_roles, identity_providers::no_strangers, readers::reader_roles, role::with_those_behind,
};

#[then("no identity provider lets strangers assume an exempt role")]
async fn no_provider_lets_strangers_become_an_exempt_role(w: &mut LogproofWorld) -> Judged {
    let roles = exempt_roles(w).await?;
    for role in with_those_behind(w, roles).await? {
        no_strangers(w, &role).await?;
    }
    w.settle()
}

#[then("no identity provider lets strangers assume the role of a named reader")]
async fn no_provider_lets_strangers_become_readers(w: &mut LogproofWorld) -> Judged {
    let readers = reader_roles(w).await?;
    for role in with_those_behind(w, readers).await? {
        no_strangers(w, &role).await?;
    }
    w.settle()
}
