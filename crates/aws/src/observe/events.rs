//! Amazon EventBridge: event buses, their rules and targets. The default bus is the one AWS services write to.

use aws_sdk_eventbridge::Client;
use logproof_estate::facts::{DEFAULT_BUS, EventBus, EventRule, RuleTarget};

use super::{optional, pages::all_pages, policy, required};
use crate::failure::{Failure, absent};

/// The bus as requests name it: the default one needs no name.
fn named(bus: &str) -> Option<String> {
    (bus != DEFAULT_BUS).then(|| bus.to_owned())
}

/// A bus with its policy, `None` when there is no such bus.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>
pub(super) async fn bus(events: &Client, bus: &str) -> Result<Option<EventBus>, Failure> {
    let answer = events.describe_event_bus().set_name(named(bus)).send().await;
    let Some(output) = absent(answer, &["ResourceNotFoundException"])? else { return Ok(None) };
    let text = optional(output.policy());
    let policy = text.map(|text| policy(Some(&text), "policy of the event bus")).transpose()?;
    let arn = required(output.arn(), "event bus ARN")?;
    Ok(Some(EventBus { arn, policy, kms_key: optional(output.kms_key_identifier()) }))
}

/// Rules of a bus; a bus that does not exist has none.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>
pub(super) async fn rules(events: &Client, bus: &str) -> Result<Vec<EventRule>, Failure> {
    all_pages(|token| async move {
        let answer = events.list_rules().set_event_bus_name(named(bus)).set_next_token(token).send().await;
        let Some(output) = absent(answer, &["ResourceNotFoundException"])? else { return Ok((Vec::new(), None)) };
        let rules = output.rules().iter().map(|rule| {
            Ok(EventRule {
                name: required(rule.name(), "rule name")?,
                arn: required(rule.arn(), "rule ARN")?,
                state: required(rule.state().map(|state| state.as_str()), "rule state")?,
                pattern: optional(rule.event_pattern()),
            })
        });
        Ok((rules.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

/// Targets of a rule; a rule that does not exist has none.
///
/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html>
pub(super) async fn targets(events: &Client, bus: &str, rule: &str) -> Result<Vec<RuleTarget>, Failure> {
    all_pages(|token| async move {
        let asked = events.list_targets_by_rule().rule(rule).set_event_bus_name(named(bus));
        let answer = asked.set_next_token(token).send().await;
        let Some(output) = absent(answer, &["ResourceNotFoundException"])? else { return Ok((Vec::new(), None)) };
        let targets = output.targets().iter().map(|target| {
            Ok(RuleTarget {
                id: required(target.id(), "target id")?,
                arn: required(target.arn(), "target ARN")?,
                role: optional(target.role_arn()),
            })
        });
        Ok((targets.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}
