//! `Given` sentences that name accounts.

use cucumber::given;
use logproof_estate::{
    subjects::Members,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::accounts::Accounts,
};

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[Entry::given(
    "{accounts}",
    "One account by its id or name, all active ones, or those of a unit and of the units below it.",
    "every active account",
)
.of(&[Kind::Account])];

#[given(expr = "{accounts}")]
async fn the_accounts(w: &mut LogproofWorld, accounts: Accounts) -> Judged {
    let searched = accounts.searched(w).await?;
    let members = Members {
        called: Some(searched.called),
        source: "organizations:ListAccounts".to_owned(),
        left_out: searched.left_out,
        exchanges: Vec::new(),
        all: searched.accounts,
    };
    w.subjects.accounts.push(members);
    w.settle()
}
