//! What to do first: everything that does not pass, grouped by the one change that clears it, most severe and least work
//! first.
//!
//! A cause is where its change is made: the findings that a statement in one bucket policy closes are one group, however
//! many controls they are of. Made from the assessment alone, like every report.

mod change;
mod commands;

use std::collections::BTreeMap;

use logproof_estate::{
    Reason,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{Observation, Proposal, ProposedPolicy, Verdict},
};

use super::owner::made_by_aws;
use change::{Block, merged};

/// Groups that are shown; the others are counted.
pub const SHOWN: usize = 10;

/// How much work a change is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// A policy to paste.
    Paste,
    /// A line to run.
    Command,
    /// A setting or a part to be built.
    Setting,
    /// Somebody decides and signs.
    Decision,
}

impl Effort {
    /// As reports print it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Paste => "policy to paste",
            Self::Command => "one command",
            Self::Setting => "to set up",
            Self::Decision => "to decide",
        }
    }
}

/// One cause with the change that clears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The worst severity of what it clears, or `not assessed`.
    pub severity: String,
    /// How much work it is.
    pub effort: Effort,
    /// The change, in a sentence.
    pub what: String,
    /// Lines for a shell, when the change is one.
    pub commands: Vec<String>,
    /// Policies or statements to paste, when the change is one: each was proved by itself.
    pub blocks: Vec<Block>,
    /// Controls it helps, in catalogue order.
    pub controls: Vec<String>,
    /// Findings, or questions without an answer, that it clears.
    pub findings: usize,
    /// What is to be known when AWS made what is to be changed.
    pub made_by: Option<&'static str>,
    /// What is counted: `finding`, `unanswered question`, `attestation`.
    unit: &'static str,
}

impl Group {
    /// `2 findings of LS-1.1 LS-1.2`, of at most so many controls.
    #[must_use]
    pub fn clears(&self, most: usize) -> String {
        let plural = if self.findings == 1 { "" } else { "s" };
        let named = self.controls.get(..most).unwrap_or(&self.controls).join(" ");
        let more = match self.controls.len().saturating_sub(most) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("clears {} {}{plural} of {named}{more}", self.findings, self.unit)
    }
}

/// What is collected of one cause.
#[derive(Default)]
struct Cause<'a> {
    rank: Option<u8>,
    controls: Vec<&'a str>,
    findings: Vec<(&'a str, &'a Observation)>,
    policies: Vec<&'a ProposedPolicy>,
    hints: Vec<String>,
    /// Actions or roles the audit role lacks, with the accounts.
    lacking: BTreeMap<String, Vec<String>>,
    count: usize,
    decision: bool,
}

/// Where the change is made, or what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Access,
    Role(String),
    Unseen(String),
    Policy(Vec<(String, String)>),
    Change(String),
    Attestation,
    Register(String),
}

/// Every cause of what does not pass, in the order in which to mend.
#[must_use]
pub fn groups(assessment: &Assessment) -> Vec<Group> {
    let mut causes: BTreeMap<Key, Cause<'_>> = BTreeMap::new();
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            match scenario.verdict {
                Verdict::Error => unseen(control, scenario, &mut causes),
                Verdict::Fail => findings(control, scenario, &mut causes),
                Verdict::Manual => {
                    let cause = causes.entry(Key::Attestation).or_default();
                    cause.add(control, rank(control.severity_of(scenario)));
                    cause.decision = true;
                }
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => {}
            }
        }
    }
    for finding in assessment.register.iter().filter(|finding| finding.accepted.is_none()) {
        let cause = causes.entry(Key::Register(finding.hint.clone())).or_default();
        cause.rank = Some(cause.rank.map_or(HIGH, |other| other.min(HIGH)));
        cause.count += 1;
        cause.decision = true;
        cause
            .hints
            .push(format!("the {} of {}: {}; {}", finding.entry, finding.control, finding.problem, finding.hint));
    }
    let mut groups: Vec<(bool, u8, Group)> = causes
        .into_iter()
        .map(|(key, cause)| (key == Key::Attestation, cause.rank.unwrap_or(LAST), cause.group(&key)))
        .collect();
    groups.sort_by(|(one_last, one_rank, one), (other_last, other_rank, other)| {
        // Nothing fails for want of an attestation, so that comes last.
        let order = one_last.cmp(other_last).then(one_rank.cmp(other_rank)).then(one.effort.cmp(&other.effort));
        order.then(other.findings.cmp(&one.findings)).then(one.what.cmp(&other.what))
    });
    groups.into_iter().map(|(_, _, group)| group).collect()
}

const UNASSESSED: u8 = 0;
const HIGH: u8 = 2;
const LAST: u8 = 5;

fn rank(severity: &str) -> u8 {
    match severity {
        "critical" => 1,
        "high" => HIGH,
        "medium" => 3,
        _ => 4,
    }
}

fn word(rank: u8) -> &'static str {
    match rank {
        UNASSESSED => "not assessed",
        1 => "critical",
        HIGH => "high",
        3 => "medium",
        _ => "low",
    }
}

fn unseen<'a>(control: &'a ControlResult, scenario: &'a ScenarioResult, causes: &mut BTreeMap<Key, Cause<'a>>) {
    for unseen in &scenario.record.unseen {
        let (key, lacks) = match &unseen.reason {
            Reason::Denied { action } => (Key::Access, Some(action.clone())),
            Reason::RoleNotAssumable { role } => {
                (Key::Role(role.rsplit('/').next().unwrap_or(role).to_owned()), Some(role.clone()))
            }
            _ => (Key::Unseen(general(&unseen.hint)), None),
        };
        let cause = causes.entry(key).or_default();
        cause.add(control, UNASSESSED);
        cause.hints.push(unseen.hint.clone());
        if let Some(lacks) = lacks {
            let accounts = cause.lacking.entry(lacks).or_default();
            let account = unseen.account.to_string();
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
    }
    if scenario.record.unseen.is_empty() {
        let cause = causes.entry(Key::Unseen(general(&scenario.reason))).or_default();
        cause.add(control, UNASSESSED);
        cause.hints.push(scenario.reason.clone());
    }
}

fn findings<'a>(control: &'a ControlResult, scenario: &'a ScenarioResult, causes: &mut BTreeMap<Key, Cause<'a>>) {
    let policies = |finding: &'a Observation| match &finding.proposal {
        Some(Proposal::Policies(policies)) => Some(policies),
        _ => None,
    };
    let of_scenario = scenario.record.findings().find_map(policies);
    for finding in scenario.record.findings().filter(|finding| finding.accepted.is_none()) {
        let own = match &finding.proposal {
            Some(Proposal::AsFor(_)) => of_scenario,
            _ => policies(finding),
        };
        let key = match own {
            Some(policies) => {
                Key::Policy(policies.iter().map(|policy| (policy.kind.clone(), policy.target.clone())).collect())
            }
            None => Key::Change(general(finding.hint.as_deref().unwrap_or(&control.title))),
        };
        let cause = causes.entry(key).or_default();
        cause.add(control, rank(control.severity_of(scenario)));
        cause.decision |= finding.subject.arn.starts_with("register/");
        cause.findings.push((control.id.as_str(), finding));
        cause.hints.extend(finding.hint.clone());
        cause.policies.extend(own.into_iter().flatten());
    }
}

impl<'a> Cause<'a> {
    fn add(&mut self, control: &'a ControlResult, rank: u8) {
        self.rank = Some(self.rank.map_or(rank, |other| other.min(rank)));
        if !self.controls.contains(&control.id.as_str()) {
            self.controls.push(&control.id);
        }
        self.count += 1;
    }

    fn group(&self, key: &Key) -> Group {
        let blocks = merged(&self.policies);
        let commands = if blocks.is_empty() { self.commands() } else { Vec::new() };
        let effort = match (blocks.is_empty(), commands.is_empty()) {
            _ if self.decision => Effort::Decision,
            (false, _) => Effort::Paste,
            (true, false) => Effort::Command,
            (true, true) => Effort::Setting,
        };
        Group {
            severity: word(self.rank.unwrap_or(LAST)).to_owned(),
            effort,
            what: self.what(key, &blocks),
            commands,
            made_by: self.findings.iter().find_map(|(_, finding)| made_by_aws(&finding.subject.arn)),
            blocks,
            controls: self.controls.iter().map(|id| (*id).to_owned()).collect(),
            findings: self.count,
            unit: match key {
                Key::Access | Key::Role(_) | Key::Unseen(_) => "unanswered question",
                Key::Attestation => "missing attestation",
                Key::Policy(_) | Key::Change(_) | Key::Register(_) => "finding",
            },
        }
    }

    fn what(&self, key: &Key, blocks: &[Block]) -> String {
        let lacking: Vec<&str> = self.lacking.keys().map(String::as_str).collect();
        let mut accounts: Vec<&str> = self.lacking.values().flatten().map(String::as_str).collect();
        accounts.sort_unstable();
        accounts.dedup();
        match key {
            Key::Access => {
                format!("allow {} for the audit role in {}", lacking.join(", "), few(&accounts, "account"))
            }
            Key::Role(name) => format!("make the role {name} assumable in {}", few(&accounts, "account")),
            Key::Policy(_) => blocks.iter().map(|block| block.what.as_str()).collect::<Vec<_>>().join(", and "),
            Key::Attestation => "have the controls attested that no program can see".to_owned(),
            Key::Unseen(_) | Key::Change(_) | Key::Register(_) => {
                let first = self.hints.first().map_or("see the remediation of the control", String::as_str);
                let others = self.hints.iter().filter(|hint| *hint != first).collect::<std::collections::BTreeSet<_>>();
                match others.len() {
                    0 => first.to_owned(),
                    1 => format!("{first} (and the same for one more)"),
                    more => format!("{first} (and the same for {more} more)"),
                }
            }
        }
    }

    /// A line for each subject, when there is one for all of them.
    fn commands(&self) -> Vec<String> {
        let lines: Option<Vec<String>> =
            self.findings.iter().map(|(control, finding)| commands::command(control, finding)).collect();
        let mut lines = lines.unwrap_or_default();
        lines.sort();
        lines.dedup();
        lines
    }
}

/// `accounts 1, 2 and 3 more`.
fn few(names: &[&str], of: &str) -> String {
    const NAMED: usize = 3;
    let plural = if names.len() == 1 { "" } else { "s" };
    let shown = names.get(..NAMED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => format!("{of}{plural} {shown}"),
        more => format!("{of}{plural} {shown} and {more} more"),
    }
}

/// A text without the names of what it is about: the same hint for two accounts or buckets is one change.
fn general(text: &str) -> String {
    let is_name = |word: &str| {
        word.contains("arn:") || word.contains("s3://") || word.matches(|c: char| c.is_ascii_digit()).count() >= 8
    };
    text.split_whitespace().map(|word| if is_name(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{few, general};

    #[test]
    fn the_same_hint_for_other_names_is_the_same_change() {
        assert_eq!(
            general("allow `s3:Get` for the role in account 222222222222"),
            general("allow `s3:Get` for the role in account 333333333333")
        );
        assert_ne!(general("turn on versioning"), general("turn on logging"));
    }

    #[test]
    fn many_accounts_are_counted() {
        assert_eq!(few(&["1"], "account"), "account 1");
        assert_eq!(few(&["1", "2", "3", "4", "5"], "account"), "accounts 1, 2, 3 and 2 more");
    }
}
