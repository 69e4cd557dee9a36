//! Questions about trails.

use logproof_estate::{
    AccountId, Answer, Region,
    facts::{EventSelectors, Trail, TrailStatus},
};

use crate::{
    edit::{Change, Edit, TrailChange},
    overlay::{
        Overlay,
        lay::{Asked, Pen, State},
        trail,
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_trails(&self, account: &AccountId, region: &Region) -> Answer<Vec<Trail>> {
        let edits = self.of_trails();
        let directory = if self.plans_organization_trail() { Some(self.planned_directory().await?) } else { None };
        let seen = trail::Seen { account, region, directory: directory.as_deref() };
        let asked = Asked {
            question: "trails",
            operation: "cloudtrail:DescribeTrails",
            account,
            region: Some(region),
            subject: "the trails of the account",
        };
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| seen.apply(state, change);
        self.lay(asked, None, self.base.trails(account, region), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_trail_status(
        &self,
        account: &AccountId,
        region: &Region,
        trail_arn: &str,
    ) -> Answer<Option<TrailStatus>> {
        let asked = Asked {
            question: "trail_status",
            operation: "cloudtrail:GetTrailStatus",
            account,
            region: Some(region),
            subject: trail_arn,
        };
        let edits = self.chosen(|edit| {
            let change = trail::change_of(&edit.change, trail_arn);
            change.is_some_and(|change| !matches!(change, TrailChange::Selectors(_)))
        });
        let fresh = self.creates_trail(trail_arn).then_some(None);
        let as_of = self.setting.as_of;
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, _: &mut Pen| {
            if let Some(change) = trail::change_of(change, trail_arn) {
                trail::status(state, (account, region), change, (edit, as_of));
            }
        };
        self.lay(asked, fresh, self.base.trail_status(account, region, trail_arn), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_event_selectors(
        &self,
        account: &AccountId,
        region: &Region,
        trail_arn: &str,
    ) -> Answer<EventSelectors> {
        let asked = Asked {
            question: "event_selectors",
            operation: "cloudtrail:GetEventSelectors",
            account,
            region: Some(region),
            subject: trail_arn,
        };
        let creates = self.creates_trail(trail_arn);
        let edits = self.chosen(|edit| match trail::change_of(&edit.change, trail_arn) {
            Some(TrailChange::Selectors(_)) => true,
            Some(TrailChange::Set(_)) => creates,
            _ => false,
        });
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| {
            if let Some(TrailChange::Selectors(to)) = trail::change_of(change, trail_arn) {
                state.set(to, Clone::clone);
            }
        };
        let fresh = creates.then(trail::default_selectors);
        self.lay(asked, fresh, self.base.event_selectors(account, region, trail_arn), &edits, apply).await
    }
}
