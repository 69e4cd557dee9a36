//! What the rules make of every kind of object under a prefix: the first and the last of each thing that happens.

use logproof_estate::facts::{ArchiveTiering, LifecycleRule};

use super::{Kind, Moment, Move, Outcome, Reading, Versions, kinds_under};

/// Every kind of object under a prefix, and what becomes of it.
#[derive(Debug, Clone)]
pub(crate) struct Outcomes(Vec<(Kind, Outcome)>);

impl Outcomes {
    /// Plays the rules through.
    ///
    /// # Errors
    /// When they tell too many kinds of objects apart, as a fragment in lower case.
    pub(crate) fn under(prefix: &str, rules: &[LifecycleRule], versions: Versions) -> Result<Self, String> {
        let played = kinds_under(prefix, rules)?.into_iter().map(|kind| {
            let outcome = Outcome::of(&kind.object, rules, versions);
            (kind, outcome)
        });
        Ok(Self(played.collect()))
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Kind, &Outcome)> {
        self.0.iter().map(|(kind, outcome)| (kind, outcome))
    }

    /// The kind that is gone first, with the days after which nothing is left of it.
    pub(crate) fn first_gone(&self) -> Option<(i64, &Kind, &Outcome)> {
        self.iter()
            .filter_map(|(kind, outcome)| Some((outcome.gone_after_days?, kind, outcome)))
            .min_by_key(|gone| gone.0)
    }

    /// The kind that expires first.
    pub(crate) fn first_expiry(&self) -> Option<(&Kind, &Moment)> {
        self.iter()
            .filter_map(|(kind, outcome)| Some((kind, outcome.expires.as_ref()?)))
            .min_by_key(|(_, moment)| moment.days)
    }

    /// When the first kind can no longer be read without a restore, and why: it is moved out of reach, or expires.
    pub(crate) fn first_out_of_reach(&self) -> Option<(i64, String)> {
        let moved = self.iter().filter_map(|(kind, outcome)| {
            let to = outcome.first_move(Reading::AfterRestore)?;
            Some((to.moment.days, format!("{kind} moves to {to}")))
        });
        let gone = self.first_expiry().map(|(kind, expires)| (expires.days, format!("{kind} expires {expires}")));
        moved.chain(gone).min_by_key(|(days, _)| *days)
    }

    /// Whether a rule moves something to Intelligent-Tiering.
    pub(crate) fn use_intelligent_tiering(&self) -> bool {
        self.iter().any(|(_, outcome)| tiered(outcome).is_some())
    }

    /// When the first kind can no longer be read without a restore because nobody read it in Intelligent-Tiering, and why.
    ///
    /// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html>
    pub(crate) fn first_archived(&self, tierings: &[ArchiveTiering]) -> Option<(i64, String)> {
        let archived = self.iter().filter_map(|(kind, outcome)| {
            let from = tiered(outcome)?.moment.days;
            // A narrower prefix, or a tag, chooses some of the kind.
            let reaches = |tiering: &&ArchiveTiering| {
                let (narrow, under) = (&tiering.prefix, &kind.under);
                tiering.enabled && (kind.object.key.starts_with(narrow.as_str()) || narrow.starts_with(under.as_str()))
            };
            let tiers = tierings.iter().filter(reaches).flat_map(|tiering| {
                tiering.tiers.iter().map(move |tier| (from + tier.days, &tiering.id, &tier.tier))
            });
            let (days, id, tier) = tiers.min_by_key(|(days, ..)| *days)?;
            let why = format!(
                "{kind} that nobody reads moves to {tier} of INTELLIGENT_TIERING after {days} days (configuration `{id}`)"
            );
            Some((days, why))
        });
        archived.min_by_key(|(days, _)| *days)
    }

    /// A move, in fewer days than these, to a storage class of which it is not known whether it is read at once.
    pub(crate) fn unknown_move_before(&self, days: i64) -> Option<&Move> {
        self.iter().filter_map(|(_, outcome)| outcome.first_move(Reading::NotKnown)).find(|to| to.moment.days < days)
    }

    /// A kind that stays for ever. Tags only bring more rules to bear, so an object without any is the last to have an
    /// end.
    pub(crate) fn endless(&self) -> Option<(&Kind, &Outcome)> {
        self.untagged().find(|(_, outcome)| outcome.gone_after_days.is_none())
    }

    /// Days after which the last kind is gone.
    pub(crate) fn last_gone_days(&self) -> Option<i64> {
        self.untagged().filter_map(|(_, outcome)| outcome.gone_after_days).max()
    }

    fn untagged(&self) -> impl Iterator<Item = (&Kind, &Outcome)> {
        self.iter().filter(|(kind, _)| kind.object.tags.is_empty())
    }
}

/// The move of an object to Intelligent-Tiering.
fn tiered(outcome: &Outcome) -> Option<&Move> {
    outcome.moves.iter().find(|to| to.storage_class == "INTELLIGENT_TIERING")
}
