//! Whether anybody hears of it when the trail, AWS Config, the log key or the policy of the log bucket is changed.
//!
//! An event is heard by one of two ways: a metric filter on the log group of the organization trail with an alarm, or
//! an EventBridge rule of the account and Region it happens in. Either way must end at a confirmed subscription.

use std::collections::BTreeMap;

use cucumber::then;
use logproof_estate::{
    AccountId, ExchangeId, Reason, Region, Unseen,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    alerting::{follow, subscriptions_of},
    judgement::{
        alarm::{Alarm, Lead, Reach},
        event_pattern::{EventPattern, Matched},
        guard_events::{Guard, GuardEvent, events, in_words},
        metric_pattern::MetricPattern,
    },
    population::{ask_each, organization_trail},
};

const HINT: &str = "put a metric filter for these events on the log group of the organization trail, with an alarm that notifies an SNS topic somebody has subscribed to, or an EventBridge rule in that account and Region";

#[then("changing or stopping the organization trail raises an alert")]
async fn changing_the_trail_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let (account, region) = (config.organization.management_account.clone(), config.organization.home_region.clone());
    let cell = Cell {
        subject: Subject::arn(&trail.arn).at(&account, Some(&region)),
        resource: trail.arn.clone(),
        account,
        region,
    };
    raises_an_alert(w, Guard::Trail, vec![cell]).await
}

#[then("disabling the log key or scheduling its deletion raises an alert")]
async fn disabling_the_key_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (asked, key) = w.key()?;
    let subject = Subject::arn(&key.arn).at(&asked.account, Some(&asked.region));
    let cell = Cell { subject, resource: key.arn.clone(), account: asked.account, region: asked.region };
    raises_an_alert(w, Guard::Key, vec![cell]).await
}

#[then("changing the policy or the lifecycle of the bucket raises an alert")]
async fn changing_the_bucket_policy_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let bucket = w.bucket()?;
    let subject = Subject::arn(bucket.arn()).at(&bucket.owner, Some(&bucket.region));
    let cell = Cell { subject, resource: bucket.name, account: bucket.owner, region: bucket.region };
    raises_an_alert(w, Guard::BucketPolicy, vec![cell]).await
}

#[then("stopping or changing AWS Config raises an alert in each of these accounts and Regions")]
async fn changing_config_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let everywhere = w.everywhere()?;
    let cells: Vec<Cell> = everywhere
        .cells()
        .into_iter()
        .map(|(account, region)| {
            let arn = format!("arn:{}:config:{region}:{account}:configuration-recorder", region.partition());
            Cell { subject: Subject::arn(arn).at(&account, Some(&region)), resource: String::new(), account, region }
        })
        .collect();
    let examined = cells.len();
    let judged = raises_an_alert(w, Guard::Config, cells).await;
    w.population(everywhere.cells_examined(examined));
    judged
}

/// Where events of one kind happen, and on what.
struct Cell {
    subject: Subject,
    resource: String,
    account: AccountId,
    region: Region,
}

/// What becomes of the events of one cell.
#[derive(Default)]
struct Heard {
    silent: Vec<GuardEvent>,
    unfollowed: bool,
    by: Vec<String>,
    undecided: Option<(String, String)>,
}

async fn raises_an_alert(w: &mut LogproofWorld, guard: Guard, cells: Vec<Cell>) -> Judged {
    let filters = Filters::read(w).await?;
    let (mut open, mut judged) = (Vec::new(), Vec::new());
    for cell in cells {
        let made_up = events(guard, &cell.account, &cell.region, &cell.resource);
        let heard = filters.hear(&made_up);
        if heard.silent.is_empty() && heard.undecided.is_none() {
            judged.push((cell, made_up.len(), heard, Vec::new()));
        } else {
            open.push((cell, made_up.len(), heard));
        }
    }
    // Rules are asked for only where no filter hears the event: they stand in every account and Region.
    let estate = w.estate()?;
    let places: Vec<(AccountId, Region)> =
        open.iter().map(|(cell, ..)| (cell.account.clone(), cell.region.clone())).collect();
    let answers = ask_each(places, |(account, region)| {
        let estate = std::sync::Arc::clone(&estate);
        async move { estate.event_rules(&account, &region).await }
    })
    .await;
    for ((cell, made_up, mut heard), answer) in open.into_iter().zip(answers) {
        let Some(rules) = w.see_or_note(answer) else { continue };
        let mut exchanges = rules.exchanges().to_vec();
        let mut alarms = Vec::new();
        for rule in rules.iter() {
            let Some(text) = &rule.pattern else { continue };
            let alarm = Alarm {
                rule: rule.clone(),
                pattern: EventPattern::parse(text),
                leads: Vec::new(),
                exchanges: Vec::new(),
            };
            if heard.silent.iter().any(|event| alarm.sees_event(&event.event) != Matched::No) {
                let followed = follow(w, &cell.account, &cell.region, alarm).await?;
                exchanges.extend_from_slice(&followed.exchanges);
                alarms.push(followed);
            }
        }
        heard.through_rules(&alarms);
        judged.push((cell, made_up, heard, exchanges));
    }
    for (cell, made_up, heard, exchanges) in judged {
        record(w, &filters, &cell, made_up, heard, exchanges);
    }
    w.settle()
}

impl Heard {
    /// What the filters leave open, asked of the rules.
    fn through_rules(&mut self, alarms: &[Alarm]) {
        let mut silent = Vec::new();
        for event in std::mem::take(&mut self.silent) {
            let seen = alarms.iter().filter(|alarm| alarm.sees_event(&event.event) == Matched::Yes);
            match seen.max_by_key(|alarm| alarm.reach()).filter(|alarm| alarm.reach() > Reach::Nobody) {
                Some(alarm) => {
                    self.unfollowed |= alarm.reach() == Reach::Unfollowed;
                    self.by.push(format!("EventBridge rule `{}`", alarm.rule.name));
                }
                None => silent.push(event),
            }
        }
        let open = alarms.iter().filter(|alarm| alarm.reach() > Reach::Nobody).find_map(|alarm| {
            silent.iter().find_map(|event| match alarm.sees_event(&event.event) {
                Matched::Undecided(reason) => Some((alarm.rule.arn.clone(), reason)),
                Matched::Yes | Matched::No => None,
            })
        });
        if silent.is_empty() {
            self.undecided = None;
        } else if self.undecided.is_none() {
            self.undecided = open;
        }
        self.silent = silent;
    }
}

fn record(
    w: &mut LogproofWorld,
    filters: &Filters,
    cell: &Cell,
    made_up: usize,
    heard: Heard,
    exchanges: Vec<ExchangeId>,
) {
    if !heard.silent.is_empty() {
        if let Some(unseen) = &filters.unseen {
            if !w.record.unseen.contains(unseen) {
                w.unseen(unseen.clone());
            }
            return;
        }
        if let Some((subject, reason)) = heard.undecided {
            w.unseen(Unseen {
                operation: "filter and event pattern evaluation".to_owned(),
                account: cell.account.clone(),
                region: Some(cell.region.clone()),
                subject,
                reason: Reason::Undecided,
                detail: reason,
                hint: "write the pattern with operators this program knows".to_owned(),
                exchanges,
            });
            return;
        }
    }
    let mut by = heard.by;
    by.sort_unstable();
    by.dedup();
    let silent: Vec<&GuardEvent> = heard.silent.iter().collect();
    let found = match silent.as_slice() {
        [] => format!("an alert for each of {made_up} made-up events, by {}", by.join(", ")),
        silent => format!("no alert for {}; {}", in_words(silent), filters.described),
    };
    w.observe(
        Observation::new(
            cell.subject.clone(),
            "an alert for each of these events that reaches somebody",
            found,
            silent.is_empty(),
        )
        .place("metric filters of the organization trail's log group, EventBridge rules")
        .hint(HINT)
        .resting_on(&filters.exchanges)
        .resting_on(&exchanges),
    );
    if heard.unfollowed {
        w.needs_attestation("an alert that leads to a target other than an SNS topic is heard by the people on call");
    }
}

/// A metric filter of the organization trail's log group, and how far its alarms get.
struct Filter {
    name: String,
    pattern: Result<MetricPattern, String>,
    reach: Reach,
}

/// Every metric filter that counts what the organization trail records.
struct Filters {
    filters: Vec<Filter>,
    /// What there is, for a finding.
    described: String,
    /// Why filters or alarms could not be seen.
    unseen: Option<Unseen>,
    exchanges: Vec<ExchangeId>,
}

impl Filters {
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
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
        let mut filters = Vec::new();
        for filter in listed.iter() {
            let mut reach = Reach::Nobody;
            let counts = |alarm: &&logproof_estate::facts::Alarm| {
                let metric = (alarm.namespace.clone().unwrap_or_default(), alarm.metric.clone().unwrap_or_default());
                alarm.actions_enabled && filter.metrics.contains(&metric)
            };
            for alarm in alarms.iter().filter(counts) {
                let leads = subscriptions_of(w, &account, &region, &alarm.alarm_actions).await?;
                exchanges.extend(leads.iter().flat_map(|(_, seen)| seen.iter().cloned()));
                reach = leads.iter().map(|(lead, _)| Lead::reach(lead)).max().unwrap_or(Reach::Nobody).max(reach);
            }
            filters.push(Filter { name: filter.name.clone(), pattern: MetricPattern::parse(&filter.pattern), reach });
        }
        let heard = filters.iter().filter(|filter| filter.reach > Reach::Nobody).count();
        let described = format!(
            "log group `{group}` has {} metric filters, {heard} with an alarm that reaches somebody",
            filters.len()
        );
        Ok(Self { filters, described, unseen: None, exchanges })
    }

    fn hear(&self, events: &[GuardEvent]) -> Heard {
        let mut heard = Heard::default();
        let live: Vec<&Filter> = self.filters.iter().filter(|filter| filter.reach > Reach::Nobody).collect();
        for event in events {
            let sees = |filter: &Filter| match &filter.pattern {
                Ok(pattern) => pattern.matches(event.record()),
                Err(reason) => Matched::Undecided(reason.clone()),
            };
            match live.iter().filter(|filter| sees(filter) == Matched::Yes).max_by_key(|filter| filter.reach) {
                Some(filter) => {
                    heard.unfollowed |= filter.reach == Reach::Unfollowed;
                    heard.by.push(format!("metric filter `{}`", filter.name));
                }
                None => {
                    let open = live.iter().find_map(|filter| match sees(filter) {
                        Matched::Undecided(reason) => Some((format!("metric filter {}", filter.name), reason)),
                        Matched::Yes | Matched::No => None,
                    });
                    heard.undecided = heard.undecided.take().or(open);
                    heard.silent.push(event.clone());
                }
            }
        }
        heard
    }
}

/// Account, Region and name in the ARN of a log group.
fn log_group(arn: &str) -> Option<(AccountId, Region, String)> {
    let mut parts = arn.splitn(7, ':').skip(3);
    let region = parts.next()?.parse().ok()?;
    let account = parts.next()?.parse().ok()?;
    let name = parts.nth(1)?.trim_end_matches(":*");
    Some((account, region, name.to_owned()))
}

/// Whether an automatic correction is wired to a change of the log bucket: an EventBridge target that acts.
#[then("a change of the bucket's protection starts a correction, or a runbook for it is attested")]
async fn a_change_starts_a_correction(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let rules = w.see(estate.event_rules(&bucket.owner, &bucket.region).await)?;
    let made_up = events(Guard::BucketPolicy, &bucket.owner, &bucket.region, &bucket.name);
    let mut acting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut exchanges = rules.exchanges().to_vec();
    for rule in rules.iter() {
        let Some(text) = &rule.pattern else { continue };
        let alarm =
            Alarm { rule: rule.clone(), pattern: EventPattern::parse(text), leads: Vec::new(), exchanges: Vec::new() };
        if !made_up.iter().any(|event| alarm.sees_event(&event.event) == Matched::Yes) {
            continue;
        }
        let alarm = follow(w, &bucket.owner, &bucket.region, alarm).await?;
        exchanges.extend_from_slice(&alarm.exchanges);
        let acts =
            |arn: &&str| ["lambda", "ssm", "states", "codebuild"].contains(&arn.split(':').nth(2).unwrap_or_default());
        let targets = alarm.leads.iter().map(|lead| lead.target.arn.as_str()).filter(acts);
        if alarm.is_enabled() {
            acting.entry(rule.name.clone()).or_default().extend(targets.map(str::to_owned));
        }
    }
    acting.retain(|_, targets| !targets.is_empty());
    if acting.is_empty() {
        w.note("remediation actions of AWS Config rules are not read");
        w.needs_attestation(
            "a runbook says who restores the protection of the log store after a change, how, and within what time",
        );
        return w.settle();
    }
    let found: Vec<String> =
        acting.iter().map(|(rule, targets)| format!("rule `{rule}` starts {}", targets.join(", "))).collect();
    w.observe(
        Observation::new(
            Subject::arn(bucket.arn()).at(&bucket.owner, Some(&bucket.region)),
            "a change of the bucket's protection starts a correction",
            found.join("; "),
            true,
        )
        .resting_on(&exchanges),
    );
    w.note("what the correction does is not examined");
    w.settle()
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
