//! The metric filters on what the organization trail records, and how far their alarms get.
//!
//! An event is heard when a filter counts it, one event is enough to set an alarm on its metric off, and the alarm, or a
//! composite alarm that passes it on, leads somewhere.

use logproof_estate::{
    AccountId, ExchangeId, Region, Unseen,
    facts::{self, AlarmCondition, MetricFilter},
    world::{LogproofWorld, Stop},
};
use serde_json::Value;

use crate::{
    judgement::{
        alarm::{Destination, Reach},
        event_pattern::Matched,
        metric_alarm::{Fires, fires, passed_on},
        metric_pattern::MetricPattern,
    },
    scene::{
        alerts::{publisher::Topics, targets::actions_of},
        trail::organization_trail,
    },
};

/// An alarm on the metric of a filter.
struct Alert {
    alarm: String,
    fires: Fires,
    reach: Reach,
    /// The topic of which it is not decided whether it takes the alert, and why; only where nothing gets further.
    undecided: Option<(String, String)>,
    /// Why topics of the alarm do not take its alert.
    refused: Vec<String>,
    /// What it leads to that is not followed further.
    unfollowed: Vec<String>,
}

impl Alert {
    /// What is to be said where nothing tells whether the topic takes the alert.
    fn open(&self) -> Hearing {
        match &self.undecided {
            Some((subject, reason)) => Hearing::Open { subject: subject.clone(), reason: reason.clone() },
            None => Hearing::Nobody,
        }
    }
}

/// A metric filter of the organization trail's log group, with every alarm on its metrics.
struct Filter {
    name: String,
    pattern: Result<MetricPattern, String>,
    alerts: Vec<Alert>,
}

impl Filter {
    /// Alarms that lead somewhere and may go off.
    fn live(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| alert.reach > Reach::Nobody && !matches!(alert.fires, Fires::No(_)))
    }
}

/// What becomes of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// Its alert gets so far.
    By {
        /// Name of the filter.
        filter: String,
        /// How far.
        reach: Reach,
        /// What it gets to that is not followed further; empty where it gets further.
        unfollowed: Vec<String>,
    },
    /// It cannot be said.
    Open {
        /// Of what.
        subject: String,
        /// Why, as a fragment in lower case.
        reason: String,
    },
    /// Nobody hears of it.
    Nobody,
}

/// Every metric filter that counts what the organization trail records.
pub(crate) struct Filters {
    filters: Vec<Filter>,
    /// What there is, for a finding.
    pub(crate) described: String,
    /// Why filters or alarms could not be seen.
    pub(crate) unseen: Option<Unseen>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Filters {
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let none = |described: &str, exchanges: &[ExchangeId]| Self {
            filters: Vec::new(),
            described: described.to_owned(),
            unseen: None,
            exchanges: exchanges.to_vec(),
        };
        let Some(trail) = organization_trail(w).await? else { return Ok(none("there is no organization trail", &[])) };
        let Some((account, region, group)) = trail.log_group_arn.as_deref().and_then(log_group) else {
            return Ok(none("the organization trail delivers to no CloudWatch Logs log group", trail.exchanges()));
        };
        let (listed, alarms) =
            match (estate.metric_filters(&account, &region, &group).await, estate.alarms(&account, &region).await) {
                (Ok(listed), Ok(alarms)) => (listed, alarms),
                (Err(unseen), _) | (_, Err(unseen)) => {
                    return Ok(Self {
                        unseen: Some(unseen),
                        ..none("its metric filters could not be seen", trail.exchanges())
                    });
                }
            };
        let mut exchanges = [trail.exchanges(), listed.exchanges(), alarms.exchanges()].concat();
        let (mut filters, mut topics) = (Vec::new(), Topics::default());
        for filter in listed.iter() {
            let mut alerts = Vec::new();
            for (alarm, fires) in alarms_on(filter, &alarms) {
                let destinations = actions_of(w, &mut topics, &account, &region, alarm).await?;
                exchanges.extend(destinations.iter().flat_map(|(_, seen)| seen.iter().cloned()));
                let reach = destinations
                    .iter()
                    .map(|(destination, _)| Destination::reach(destination))
                    .max()
                    .unwrap_or(Reach::Nobody);
                let open = destinations.iter().find_map(|(destination, _)| {
                    Some((destination.target.arn.clone(), destination.undecided()?.to_owned()))
                });
                let undecided = open.filter(|_| reach == Reach::Undecided);
                let refused = destinations
                    .iter()
                    .filter_map(|(destination, _)| destination.refused())
                    .map(str::to_owned)
                    .collect();
                let unfollowed = destinations.iter().flat_map(|(destination, _)| destination.unfollowed());
                let unfollowed = unfollowed.map(str::to_owned).collect();
                alerts.push(Alert { alarm: alarm.name.clone(), fires, reach, undecided, refused, unfollowed });
            }
            let pattern = MetricPattern::parse(&filter.pattern);
            filters.push(Filter { name: filter.name.clone(), pattern, alerts });
        }
        let described = described(&group, &filters);
        Ok(Self { filters, described, unseen: None, exchanges })
    }

    /// What becomes of an event, by the record CloudTrail writes of it.
    pub(crate) fn hear(&self, record: &Value) -> Hearing {
        let mut best = Hearing::Nobody;
        for filter in &self.filters {
            let counted = match &filter.pattern {
                Ok(pattern) => pattern.matches(record),
                Err(reason) => Matched::Undecided(reason.clone()),
            };
            for alert in filter.live() {
                match (Matched::all([counted.clone(), alert.fires.matched()]), &best) {
                    (Matched::Yes, Hearing::Nobody) if alert.undecided.is_some() => {
                        best = alert.open();
                    }
                    (Matched::Yes, Hearing::Open { .. }) if alert.undecided.is_some() => {}
                    (Matched::Yes, Hearing::By { reach, .. }) if *reach >= alert.reach => {}
                    (Matched::Yes, _) => {
                        let unfollowed = match alert.reach {
                            Reach::Unfollowed => alert.unfollowed.clone(),
                            _ => Vec::new(),
                        };
                        best = Hearing::By { filter: filter.name.clone(), reach: alert.reach, unfollowed };
                    }
                    (Matched::Undecided(reason), Hearing::Nobody) => {
                        best = Hearing::Open { subject: format!("metric filter {}", filter.name), reason };
                    }
                    (Matched::Undecided(_) | Matched::No, _) => {}
                }
            }
        }
        best
    }
}

/// Alarms on the metrics of a filter whose actions are on, and composite alarms that pass on one of them.
fn alarms_on<'a>(filter: &MetricFilter, alarms: &'a [facts::Alarm]) -> Vec<(&'a facts::Alarm, Fires)> {
    let first: Vec<(&facts::Alarm, Fires)> =
        alarms.iter().filter_map(|alarm| Some((alarm, fires(alarm, &filter.metrics)?))).collect();
    let composite = alarms.iter().filter(|alarm| matches!(alarm.condition, AlarmCondition::Composite { .. }));
    let passing = composite
        .flat_map(|one| first.iter().filter_map(move |(alarm, fires)| Some((one, passed_on(one, alarm, fires)?))));
    let all: Vec<(&facts::Alarm, Fires)> = passing.chain(first.iter().cloned()).collect();
    all.into_iter().filter(|(alarm, _)| alarm.actions_enabled).collect()
}

fn described(group: &str, filters: &[Filter]) -> String {
    let heard = filters.iter().filter(|filter| filter.live().next().is_some()).count();
    let count = format!(
        "log group `{group}` has {} metric filters, {heard} with an alarm that reaches somebody",
        filters.len()
    );
    let quiet = filters.iter().flat_map(|filter| &filter.alerts).filter_map(|alert| match &alert.fires {
        Fires::No(why) => Some(format!("alarm `{}` stays quiet: {why}", alert.alarm)),
        Fires::Yes | Fires::Undecided(_) => None,
    });
    let refused = filters.iter().flat_map(|filter| &filter.alerts).flat_map(|alert| {
        alert.refused.iter().map(|why| format!("alarm `{}` does not get through: {why}", alert.alarm))
    });
    std::iter::once(count).chain(quiet).chain(refused).collect::<Vec<_>>().join("; ")
}

/// Account, Region and name in the ARN of a log group.
fn log_group(arn: &str) -> Option<(AccountId, Region, String)> {
    let mut parts = arn.splitn(7, ':').skip(3);
    let region = parts.next()?.parse().ok()?;
    let account = parts.next()?.parse().ok()?;
    let name = parts.nth(1)?.trim_end_matches(":*");
    Some((account, region, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_log_group_names_its_place() {
        let found = log_group("arn:aws:logs:eu-central-1:111111111111:log-group:aws/org-trail:*").unwrap();
        assert_eq!(
            (found.0.as_str(), found.1.as_str(), found.2.as_str()),
            ("111111111111", "eu-central-1", "aws/org-trail")
        );
        assert!(log_group("arn:aws:logs:eu-central-1").is_none());
        assert!(log_group("nothing").is_none());
    }
}
