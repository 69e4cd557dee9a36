//! Questions about roles and the IAM of an account.

use logproof_estate::{
    AccountId, Answer,
    facts::{AccountAuthorization, Role},
};

use crate::{
    edit::{Change, Edit, Holder, IamChange},
    overlay::{
        Overlay, iam,
        lay::{Asked, Pen, State},
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_role(&self, account: &AccountId, name: &str) -> Answer<Option<Role>> {
        let asked = Asked { question: "role", operation: "iam:GetRole", account, region: None, subject: name };
        let edits = self.of_iam(account, |change| match change {
            IamChange::Role { name: other, .. } => other == name,
            IamChange::Deleted { holder, name: other } => *holder == Holder::Role && other == name,
            _ => false,
        });
        let new = edits.iter().any(|edit| {
            edit.origin.action == "create" && matches!(iam::of(&edit.change), Some(IamChange::Role { .. }))
        });
        let as_of = self.setting.as_of;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            iam::role(state, change, edit, as_of, pen)
        };
        self.lay(asked, new.then_some(None), self.base.role(account, name), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_account_authorization(
        &self,
        account: &AccountId,
    ) -> Answer<AccountAuthorization> {
        let asked = Asked {
            question: "account_authorization",
            operation: "iam:GetAccountAuthorizationDetails",
            account,
            region: None,
            subject: account.as_str(),
        };
        let edits = self.of_iam(account, |_| true);
        let whole = iam::Account::of(&edits);
        let apply =
            |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| whole.apply(state, change, edit, pen);
        self.lay(asked, None, self.base.account_authorization(account), &edits, apply).await
    }
}
