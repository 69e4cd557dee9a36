//! Questions about event buses, rules, topics, queues, metric filters, alarms and analyzers.

use logproof_estate::{
    AccountId, Answer, Region,
    facts::{AccessAnalyzer, Alarm, EventBus, EventRule, MetricFilter, Queue, RuleTarget, Subscription, Tags, Topic},
};

use crate::{
    edit::{AlertingChange, Change, Edit},
    overlay::{
        Overlay, alerting,
        lay::{Asked, Pen, State},
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_event_bus(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
    ) -> Answer<Option<EventBus>> {
        let new = self.creates_bus(account, region, bus);
        regional!(self.event_bus(account, region, bus), "events:DescribeEventBus", about bus,
            fresh new.then_some(None), |change| alerting::of(change).is_some_and(|change| alerting::is_bus(change, bus)) =>
            |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| alerting::bus(state, change, pen))
    }

    pub(in crate::overlay) async fn planned_event_rules(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
    ) -> Answer<Vec<EventRule>> {
        let about = format!("the rules of the {bus} bus");
        let new = self.creates_bus(account, region, bus);
        regional!(self.event_rules(account, region, bus), "events:ListRules", about &about,
            fresh new.then(Vec::new),
            |change| matches!(alerting::of(change), Some(AlertingChange::Rule { bus: other, .. }) if other == bus) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::rules(state, change))
    }

    pub(in crate::overlay) async fn planned_rule_targets(
        &self,
        account: &AccountId,
        region: &Region,
        bus: &str,
        rule: &str,
    ) -> Answer<Vec<RuleTarget>> {
        let new = self.creates(account, region, |change| {
            matches!(change, AlertingChange::Rule { bus: other, name, to: Some(_) } if other == bus && name == rule)
        });
        regional!(self.rule_targets(account, region, bus, rule), "events:ListTargetsByRule", about rule,
            fresh new.then(Vec::new),
            |change| matches!(
                alerting::of(change),
                Some(AlertingChange::Target { bus: of, rule: other, .. }) if of == bus && other == rule
            ) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::targets(state, change))
    }

    pub(in crate::overlay) async fn planned_topics(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        regional!(self.topics(account, region), "sns:ListTopics", about "the topics", fresh None,
            |change| matches!(
                alerting::of(change),
                Some(AlertingChange::Topic { .. } | AlertingChange::TopicDeleted { .. })
            ) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::topics(state, change))
    }

    pub(in crate::overlay) async fn planned_topic_tags(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Tags>> {
        let (asked, edits, new) =
            self.asked_topic("topic_tags", "sns:ListTagsForResource", (account, region), topic_arn);
        let edits: Vec<&Edit> = edits
            .into_iter()
            .filter(|edit| match alerting::of(&edit.change) {
                Some(AlertingChange::TopicTags { .. } | AlertingChange::TopicDeleted { .. }) => true,
                Some(AlertingChange::Topic { .. }) => new,
                _ => false,
            })
            .collect();
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::tags(state, change);
        let base = self.base.topic_tags(account, region, topic_arn);
        self.lay(asked, new.then_some(None), base, &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_topic(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Topic>> {
        let (asked, edits, new) = self.asked_topic("topic", "sns:GetTopicAttributes", (account, region), topic_arn);
        let apply =
            |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| alerting::topic(state, change, pen);
        let edits: Vec<&Edit> = edits
            .into_iter()
            .filter(|edit| {
                !matches!(
                    alerting::of(&edit.change),
                    Some(
                        AlertingChange::Subscribed { .. }
                            | AlertingChange::Unsubscribed { .. }
                            | AlertingChange::TopicTags { .. }
                    )
                )
            })
            .collect();
        self.lay(asked, new.then_some(None), self.base.topic(account, region, topic_arn), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_topic_subscriptions(
        &self,
        account: &AccountId,
        region: &Region,
        topic_arn: &str,
    ) -> Answer<Option<Vec<Subscription>>> {
        let (asked, edits, new) =
            self.asked_topic("topic_subscriptions", "sns:ListSubscriptionsByTopic", (account, region), topic_arn);
        let edits: Vec<&Edit> = edits
            .into_iter()
            .filter(|edit| match alerting::of(&edit.change) {
                Some(AlertingChange::TopicPolicy { .. } | AlertingChange::TopicTags { .. }) => false,
                Some(AlertingChange::Topic { .. }) => new,
                _ => true,
            })
            .collect();
        let apply =
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::subscriptions(state, change);
        let base = self.base.topic_subscriptions(account, region, topic_arn);
        self.lay(asked, new.then_some(None), base, &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_queues(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        regional!(self.queues(account, region), "sqs:ListQueues", about "the queues", fresh None,
            |change| matches!(
                alerting::of(change),
                Some(AlertingChange::Queue { .. } | AlertingChange::QueueDeleted { .. })
            ) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::queues(state, change))
    }

    pub(in crate::overlay) async fn planned_queue_tags(
        &self,
        account: &AccountId,
        region: &Region,
        queue_arn: &str,
    ) -> Answer<Option<Tags>> {
        let new = self.creates_queue(account, region, queue_arn);
        regional!(self.queue_tags(account, region, queue_arn), "sqs:ListQueueTags", about queue_arn,
            fresh new.then_some(None),
            |change| match alerting::of(change) {
                Some(AlertingChange::QueueTags { arn, .. } | AlertingChange::QueueDeleted { arn }) => arn == queue_arn,
                Some(AlertingChange::Queue { arn, .. }) => new && arn == queue_arn,
                _ => false,
            } =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::tags(state, change))
    }

    pub(in crate::overlay) async fn planned_queue(
        &self,
        account: &AccountId,
        region: &Region,
        queue_arn: &str,
    ) -> Answer<Option<Queue>> {
        let new = self.creates_queue(account, region, queue_arn);
        regional!(self.queue(account, region, queue_arn), "sqs:GetQueueAttributes", about queue_arn,
            fresh new.then_some(None),
            |change| alerting::of(change).is_some_and(|change| alerting::is_queue(change, queue_arn)) =>
            |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| alerting::queue(state, change, pen))
    }

    pub(in crate::overlay) async fn planned_metric_filters(
        &self,
        account: &AccountId,
        region: &Region,
        log_group: &str,
    ) -> Answer<Vec<MetricFilter>> {
        let asked = Asked {
            question: "metric_filters",
            operation: "logs:DescribeMetricFilters",
            account,
            region: Some(region),
            subject: log_group,
        };
        let mut edits = self.here(account, region, |change| {
            alerting::of(change).is_some_and(|change| alerting::is_of_log_group(change, log_group))
        });
        edits.sort_by_key(|edit| !matches!(alerting::of(&edit.change), Some(AlertingChange::LogGroupDeleted { .. })));
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::filters(state, change);
        self.lay(asked, None, self.base.metric_filters(account, region, log_group), &edits, apply).await
    }

    pub(in crate::overlay) async fn planned_alarms(&self, account: &AccountId, region: &Region) -> Answer<Vec<Alarm>> {
        regional!(self.alarms(account, region), "cloudwatch:DescribeAlarms", about "the alarms", fresh None,
            |change| matches!(alerting::of(change), Some(AlertingChange::Alarm { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::alarms(state, change))
    }

    pub(in crate::overlay) async fn planned_access_analyzers(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Answer<Vec<AccessAnalyzer>> {
        regional!(self.access_analyzers(account, region), "access-analyzer:ListAnalyzers", about "the analyzers",
            fresh None, |change| matches!(alerting::of(change), Some(AlertingChange::Analyzer { .. })) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| alerting::analyzers(state, change))
    }

    /// Whether the plan creates something of alerting that is asked about.
    fn creates(&self, account: &AccountId, region: &Region, is: impl Fn(&AlertingChange) -> bool) -> bool {
        let new = |edit: &&Edit| edit.origin.action == "create" && alerting::of(&edit.change).is_some_and(&is);
        self.here(account, region, |_| true).iter().any(new)
    }

    fn creates_queue(&self, account: &AccountId, region: &Region, queue: &str) -> bool {
        self.creates(account, region, |change| matches!(change, AlertingChange::Queue { arn, .. } if arn == queue))
    }

    fn creates_bus(&self, account: &AccountId, region: &Region, bus: &str) -> bool {
        self.creates(
            account,
            region,
            |change| matches!(change, AlertingChange::Bus { name, to: Some(_) } if name == bus),
        )
    }

    fn asked_topic<'a>(
        &'a self,
        question: &'static str,
        operation: &'static str,
        (account, region): (&'a AccountId, &'a Region),
        topic: &'a str,
    ) -> (Asked<'a>, Vec<&'a Edit>, bool) {
        let edits = self.of_topic(topic);
        let new = edits.iter().any(|edit| {
            edit.origin.action == "create" && matches!(alerting::of(&edit.change), Some(AlertingChange::Topic { .. }))
        });
        (Asked { question, operation, account, region: Some(region), subject: topic }, edits, new)
    }
}
