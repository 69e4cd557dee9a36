//! Trails: where each is visible, and what each edit makes of it.

use jiff::Timestamp;
use logproof_estate::{
    AccountId, Region,
    facts::{BasicSelector, Directory, EventSelectors, Trail, TrailStatus},
};

use super::{Overlay, lay::State};
use crate::{
    edit::{Change, Edit, TrailChange},
    planned::{Planned, Unknown},
};

/// The change, when it is one of this trail.
pub(super) fn change_of<'c>(change: &'c Change, arn: &str) -> Option<&'c TrailChange> {
    match change {
        Change::Trail { arn: other, change } if other == arn => Some(change),
        _ => None,
    }
}

/// Account and Region of an ARN.
fn home(arn: &str) -> (Option<&str>, Option<&str>) {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next();
    (parts.next(), region)
}

/// Where trails are asked for.
pub(super) struct Seen<'a> {
    pub(super) account: &'a AccountId,
    pub(super) region: &'a Region,
    /// The organization, where a trail of it is planned.
    pub(super) directory: Option<&'a Directory>,
}

impl Seen<'_> {
    /// Whether a trail is listed here: the trail itself, or its shadow in another Region or a member account.
    ///
    /// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html>
    fn sees(&self, trail: &Trail) -> bool {
        let (owner, region) = home(&trail.arn);
        let owned = owner == Some(self.account.as_str());
        let member = || self.directory.is_some_and(|found| found.accounts.iter().any(|one| &one.id == self.account));
        (owned || trail.is_organization_trail && member())
            && (region == Some(self.region.as_str()) || trail.is_multi_region)
    }

    pub(super) fn apply(&self, state: &mut State<Vec<Trail>>, change: &Change) {
        let Change::Trail { arn, change } = change else { return };
        match change {
            TrailChange::Set(Planned::Known(trail)) => state.change(|trails| {
                let place = trails.iter().position(|other| &other.arn == arn);
                match (place, self.sees(trail)) {
                    (Some(place), true) => {
                        if let Some(slot) = trails.get_mut(place) {
                            *slot = trail.clone();
                        }
                    }
                    (Some(place), false) => drop(trails.remove(place)),
                    (None, true) => trails.push(trail.clone()),
                    (None, false) => {}
                }
            }),
            TrailChange::Set(Planned::Unknown(unknown)) => *state = State::Unknown(unknown.clone()),
            TrailChange::Deleted => state.change(|trails| trails.retain(|trail| &trail.arn != arn)),
            TrailChange::Logging(_) | TrailChange::Selectors(_) => {}
        }
    }
}

impl Overlay {
    /// Edits of any trail.
    pub(super) fn of_trails(&self) -> Vec<&Edit> {
        self.chosen(|edit| {
            matches!(&edit.change, Change::Trail { change: TrailChange::Set(_) | TrailChange::Deleted, .. })
        })
    }

    /// Whether an edit makes a trail of the organization.
    pub(super) fn plans_organization_trail(&self) -> bool {
        self.edits.iter().any(|edit| match &edit.change {
            Change::Trail { change: TrailChange::Set(Planned::Known(trail)), .. } => trail.is_organization_trail,
            _ => false,
        })
    }

    /// Whether the plan creates the trail.
    pub(super) fn creates_trail(&self, arn: &str) -> bool {
        self.edits.iter().any(|edit| {
            edit.origin.action == "create" && matches!(change_of(&edit.change, arn), Some(TrailChange::Set(_)))
        })
    }
}

/// What a new trail delivers can be observed only when it is there.
pub(super) fn status(
    state: &mut State<Option<TrailStatus>>,
    (account, region): (&AccountId, &Region),
    change: &TrailChange,
    (edit, as_of): (&Edit, Timestamp),
) {
    match change {
        TrailChange::Set(Planned::Known(trail)) => {
            let (owner, home) = home(&trail.arn);
            // Where the trail is not, it has no status: it has ceased to be one of every Region or account.
            let here = (trail.is_multi_region || home == Some(region.as_str()))
                && (trail.is_organization_trail || owner == Some(account.as_str()));
            if !here {
                *state = State::Is(None);
            } else if edit.origin.action == "create" {
                state.change(|status| {
                    status.get_or_insert_default();
                });
            }
        }
        TrailChange::Set(Planned::Unknown(unknown)) => *state = State::Unknown(unknown.clone()),
        TrailChange::Deleted => state.change(|status| *status = None),
        TrailChange::Logging(on) => {
            if matches!(state, State::Is(None)) && edit.origin.action != "create" {
                return;
            }
            state.change_by(on, |status, on| {
                let status = status.get_or_insert_default();
                if status.is_logging && !on {
                    status.stopped_logging = Some(as_of);
                }
                status.is_logging = *on;
            });
            let never = matches!(state, State::Is(Some(status)) if status.is_logging && status.started_logging.is_none()
                && status.latest_delivery.is_none());
            if never {
                *state = State::Unknown(Unknown {
                    address: edit.origin.address.clone(),
                    attribute: "latest delivery".to_owned(),
                    why: "whether the new trail delivers can be observed only after the apply".to_owned(),
                });
            }
        }
        TrailChange::Selectors(_) => {}
    }
}

/// A trail for which none are given records all management events.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>
pub(super) fn default_selectors() -> EventSelectors {
    EventSelectors {
        basic: vec![BasicSelector {
            read_write: "All".to_owned(),
            management_events: true,
            excluded_sources: Vec::new(),
            data_resources: Vec::new(),
        }],
        advanced: Vec::new(),
    }
}
