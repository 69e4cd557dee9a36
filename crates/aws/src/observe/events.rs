//! Amazon EventBridge: the default event bus, the only one CloudTrail and AWS services write to.

use aws_sdk_eventbridge::Client;
use logproof_estate::facts::{EventRule, RuleTarget};

use super::{optional, pages::all_pages, required};
use crate::failure::{Failure, absent};

/// See: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>
pub(super) async fn rules(events: &Client) -> Result<Vec<EventRule>, Failure> {
    all_pages(|token| async move {
        let output = events.list_rules().set_next_token(token).send().await?;
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
pub(super) async fn targets(events: &Client, rule: &str) -> Result<Vec<RuleTarget>, Failure> {
    all_pages(|token| async move {
        let answer = events.list_targets_by_rule().rule(rule).set_next_token(token).send().await;
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
