//! Rules, topics, metric filters, alarms and analyzers.

use logproof_estate::{
    AccountId, Region,
    facts::{AccessAnalyzer, Alarm, EventBus, EventRule, MetricFilter, Queue, RuleTarget, Subscription, Topic},
};
use logproof_plan::{Change, Document, Planned, edit::AlertingChange};

use super::{Left, Making, document, listed, observed, value};
use crate::questions::Asked;

impl Making<'_> {
    pub(super) fn alerting(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
        let mut changes = Vec::new();
        match asked.question {
            "event_bus" => {
                let bus: String = asked.arg(2);
                let is: Option<EventBus> = value(&asked.after, asked)?;
                let policy = is.as_ref().and_then(|is| is.policy.clone()).map(Document::Text);
                let to = is.clone().map(|is| Planned::Known(EventBus { policy: None, ..is }));
                changes.push(AlertingChange::Bus { name: bus.clone(), to });
                if is.is_some() {
                    changes.push(AlertingChange::BusPolicy { bus, to: policy });
                }
            }
            "event_rules" => {
                let bus: String = asked.arg(2);
                listed(
                    asked,
                    |rule: &EventRule| rule.name.clone(),
                    |name, to| changes.push(AlertingChange::Rule { bus: bus.clone(), name, to }),
                )?;
            }
            "rule_targets" => {
                let (bus, rule): (String, String) = (asked.arg(2), asked.arg(3));
                if asked.before.is_err() && asked.after.is_ok() {
                    let is: Vec<RuleTarget> = value(&asked.after, asked)?;
                    for target in is {
                        let (bus, rule, id) = (bus.clone(), rule.clone(), target.id.clone());
                        changes.push(AlertingChange::Target { bus, rule, id, to: Some(Planned::Known(target)) });
                    }
                } else {
                    listed(
                        asked,
                        |target: &RuleTarget| target.id.clone(),
                        |id, to| {
                            changes.push(AlertingChange::Target { bus: bus.clone(), rule: rule.clone(), id, to });
                        },
                    )?;
                }
            }
            "metric_filters" => {
                let log_group: String = asked.arg(2);
                listed(
                    asked,
                    |filter: &MetricFilter| filter.name.clone(),
                    |name, to| {
                        changes.push(AlertingChange::MetricFilter { log_group: log_group.clone(), name, to });
                    },
                )?;
            }
            "alarms" => {
                listed(
                    asked,
                    |alarm: &Alarm| alarm.name.clone(),
                    |name, to| changes.push(AlertingChange::Alarm { name, to }),
                )?;
            }
            "access_analyzers" => {
                let (was, is): (Vec<AccessAnalyzer>, Vec<AccessAnalyzer>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let differs = |one: &AccessAnalyzer| match was.iter().find(|other| other.name == one.name) {
                    Some(was) => was.findings != one.findings || was.status != one.status,
                    None => !one.findings.is_empty(),
                };
                if is.iter().any(differs) {
                    return Err(observed("the findings of an analyzer"));
                }
                listed(
                    asked,
                    |one: &AccessAnalyzer| one.name.clone(),
                    |name, to| {
                        changes.push(AlertingChange::Analyzer { name, to });
                    },
                )?;
            }
            "topic" => {
                let (was, is): (Option<Topic>, Option<Topic>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let arn: String = asked.arg(2);
                match is {
                    None => changes.push(AlertingChange::TopicDeleted { arn }),
                    Some(is) => {
                        if was.as_ref().is_none_or(|was| was.kms_key != is.kms_key) {
                            let kms_key = Planned::Known(is.kms_key.clone());
                            changes.push(AlertingChange::Topic { arn: arn.clone(), kms_key });
                        }
                        changes.push(AlertingChange::TopicPolicy { arn, to: Some(document(&is.policy)) });
                    }
                }
            }
            "queue" => {
                let is: Option<Queue> = value(&asked.after, asked)?;
                let arn: String = asked.arg(2);
                match is {
                    None => changes.push(AlertingChange::QueueDeleted { arn }),
                    Some(is) => {
                        let kms_key = Planned::Known(is.kms_key);
                        changes.push(AlertingChange::Queue { arn: arn.clone(), kms_key });
                        changes.push(AlertingChange::QueuePolicy { arn, to: is.policy.map(Document::Text) });
                    }
                }
            }
            _ => {
                let (was, is): (Option<Vec<Subscription>>, Option<Vec<Subscription>>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let topic: String = asked.arg(2);
                let (was, is) = match (was, is) {
                    (Some(was), Some(is)) => (was, is),
                    (None, Some(is)) => (Vec::new(), is),
                    _ => return Ok(()),
                };
                for one in was.iter().filter(|one| !is.contains(one)) {
                    if is.iter().any(|other| other.endpoint == one.endpoint && other.arn != one.arn) {
                        return Err(observed("whether a subscription is confirmed"));
                    }
                    changes.push(AlertingChange::Unsubscribed { topic: topic.clone(), arn: one.arn.clone() });
                }
                for one in is.iter().filter(|one| !was.contains(one)) {
                    if !self.greenfield
                        && one.confirmed()
                        && (one.protocol.starts_with("email") || one.protocol.starts_with("http"))
                    {
                        return Err(observed("whether a subscription is confirmed"));
                    }
                    let (topic, to) = (topic.clone(), Planned::Known(one.clone()));
                    changes.push(AlertingChange::Subscribed { topic, to });
                }
            }
        }
        let action = if self.greenfield { "create" } else { "update" };
        changes.into_iter().for_each(|change| self.add_as(action, &account, &region, Change::Alerting(change)));
        Ok(())
    }
}
