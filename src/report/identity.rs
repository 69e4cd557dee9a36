//! Identities and shared vocabulary of the machine-readable reports: the same thing has the same id in each of them.

use std::borrow::Cow;

use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{ActionGroup, AllowedActions, Ending, Observation, Proposal, ProposedPolicy, Record, Verdict},
    register::REGISTER,
};
use uuid::Uuid;

use super::owner::made_by_aws;

/// Namespace of every version 5 UUID this tool makes.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c6f_6770_726f_5f66_8e2a_5d1c_2f4b_9a07);

/// A UUID that is the same whenever it is made for the same thing of the same run.
#[must_use]
pub fn uuid(assessment: &Assessment, parts: &[&str]) -> String {
    let name = [&[assessment.run.id.as_str()], parts].concat().join("\u{1f}");
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

/// `LS-3.4 Nobody reaches the bucket over plain HTTP`: the stable name of a scenario in every report.
#[must_use]
pub fn scenario_name(control: &ControlResult, scenario: &ScenarioResult) -> String {
    format!("{} {}", control.id, scenario.name)
}

/// A text section of a control, empty when it has none.
#[must_use]
pub fn section<'a>(control: &'a ControlResult, heading: &str) -> &'a str {
    control.text.iter().find(|(name, _)| name == heading).map_or("", |(_, text)| text.as_str())
}

/// References of a control, one URL each.
#[must_use]
pub fn references(control: &ControlResult) -> Vec<String> {
    section(control, "References")
        .split_whitespace()
        .filter(|word| word.starts_with("http"))
        .map(str::to_owned)
        .collect()
}

/// The references of a control by framework, in the order in which the control names them.
#[must_use]
pub fn by_framework(control: &ControlResult) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for reference in &control.frameworks {
        let (framework, id) = reference.split_once(':').unwrap_or((reference, ""));
        match all.iter_mut().find(|(other, _)| *other == framework) {
            Some((_, ids)) => ids.push(id),
            None => all.push((framework, vec![id])),
        }
    }
    all
}

/// The references of a control on one line: `hipaa:164.312.b nist-800-53r5:au-6.4,au-11`.
#[must_use]
pub fn frameworks(control: &ControlResult) -> String {
    let parts = by_framework(control).into_iter().map(|(framework, ids)| match ids.join(",") {
        none if none.is_empty() => framework.to_owned(),
        ids => format!("{framework}:{ids}"),
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Everything a finding allows, one line per kind of effect: `delete: s3:DeleteBucket`. At most `most` names each.
#[must_use]
pub fn effects(allowed: &AllowedActions, most: usize) -> Vec<String> {
    let names = |group: &ActionGroup| match group.actions.get(..most) {
        Some(shown) if shown.len() < group.actions.len() => {
            format!("{} and {} more", shown.join(", "), group.actions.len() - shown.len())
        }
        _ => group.actions.join(", "),
    };
    allowed.groups.iter().map(|group| format!("{}: {}", group.effect, names(group))).collect()
}

/// Which of a control's checks do not apply, where others decide its verdict: what a reader must know of a PASS.
#[must_use]
pub fn not_applicable(control: &ControlResult) -> Option<String> {
    let left_out: Vec<&ScenarioResult> =
        control.scenarios.iter().filter(|scenario| scenario.verdict == Verdict::NotApplicable).collect();
    let first = left_out.first().filter(|_| control.verdict != Verdict::NotApplicable)?;
    let (number, of) = (left_out.len(), control.scenarios.len());
    let verb = if number == 1 { "does" } else { "do" };
    Some(format!("{number} of {of} checks {verb} not apply: {}", first.reason))
}

/// What comes before the text of a proposed policy.
#[must_use]
pub fn introduction(policy: &ProposedPolicy) -> String {
    format!("{}: {}", policy.kind, policy.how)
}

/// What is said where no policy is shown.
#[must_use]
pub fn without_policy(proposal: &Proposal) -> Option<String> {
    match proposal {
        Proposal::Policies(_) => None,
        Proposal::AsFor(subject) => Some(format!("the policy proposed for {subject} covers this as well")),
        Proposal::NotOffered(why) => Some(format!("none, because none could be proved: {why}")),
    }
}

/// What a proposed policy was proved to do.
pub const PROVED: &str = "proved: with it nothing of this finding is allowed, and log services, log storage role, named \
                          readers and replication lose nothing";

/// What would close a finding, as lines of text.
fn proposal_text(proposal: &Proposal) -> String {
    let mut text = String::new();
    if let Proposal::Policies(policies) = proposal {
        for policy in policies {
            text.push_str(&format!("\nproposed {}\n{}", introduction(policy), policy.text));
        }
        text.push_str(&format!("\n{PROVED}"));
    }
    if let Some(instead) = without_policy(proposal) {
        text.push_str(&format!("; proposed policy: {instead}"));
    }
    text
}

/// Names of actions shown per effect where everything stands in one text.
const SHOWN: usize = 12;

/// A finding as text: expected, found, where, what is allowed, a witness, what to change, and the policy that would do
/// it below.
#[must_use]
pub fn finding_text(finding: &Observation) -> String {
    let mut text = format!("expected {}, found {}, at {}", finding.expected, finding.found, finding.subject.arn);
    if let Some(place) = &finding.place {
        text.push_str(&format!(" ({place})"));
    }
    if let Some(allowed) = finding.allowed.as_ref().filter(|allowed| allowed.count() > 1) {
        text.push_str(&format!("; allowed in all: {}", effects(allowed, SHOWN).join("; ")));
    }
    if let Some(allowed) = &finding.allowed {
        text.push_str(&format!("; by {}", allowed.callers.join(", ")));
        allowed.undecided.iter().for_each(|open| text.push_str(&format!("; {open}")));
    }
    if let Some(witness) = &finding.witness {
        text.push_str(&format!("; for example: {}", witness.sentence));
    }
    if let Some(hint) = &finding.hint {
        text.push_str(&format!("; to fix: {hint}"));
    }
    if let Some(owner) = made_by_aws(&finding.subject.arn) {
        text.push_str(&format!("; {owner}"));
    }
    if let Some(accepted) = &finding.accepted {
        text.push_str(&format!("; {}", accepted.sentence()));
    }
    if let Some(proposal) = &finding.proposal {
        text.push_str(&proposal_text(proposal));
    }
    text
}

/// The title of the run, with a caution when it did not look at live accounts.
#[must_use]
pub fn title(assessment: &Assessment) -> String {
    let organization = assessment.run.organization.as_deref().unwrap_or("unknown organization");
    match assessment.run.target.caution() {
        Some(caution) => format!("Log store of {organization}: {caution}"),
        None => format!("Log store of {organization}"),
    }
}

/// The assessment with what concerns the whole run as further controls, for forms that only have controls: an incomplete
/// run as one that could not be assessed, findings on waivers and attestations as one that fails.
#[must_use]
pub fn with_run(assessment: &Assessment) -> Cow<'_, Assessment> {
    let mut shown = Cow::Borrowed(assessment);
    if let Some(why) = &assessment.run.incomplete {
        shown.to_mut().controls.push(incomplete(assessment, why));
    }
    if !assessment.register.is_empty() {
        shown.to_mut().controls.push(register(assessment));
    }
    shown
}

fn incomplete(assessment: &Assessment, why: &str) -> ControlResult {
    let scenario = ScenarioResult {
        name: "The run is complete".to_owned(),
        reason: why.to_owned(),
        ..of_run(assessment, Record::default(), Verdict::Error)
    };
    control("RUN", "The run is complete and names who asked", Verdict::Error, vec![scenario])
}

fn register(assessment: &Assessment) -> ControlResult {
    let scenarios = assessment.register.iter().map(|finding| {
        let record = Record { observations: vec![finding.observation()], ..Record::default() };
        let (verdict, reason) = record.verdict(&Ending::AllStepsReturned);
        let (verdict, reason) = match &finding.accepted {
            Some(accepted) => (Verdict::Waived, format!("{}; {reason}", accepted.sentence())),
            None => (verdict, reason),
        };
        let name = format!("{}: {}", finding.scenario(), finding.problem);
        ScenarioResult { name, reason, ..of_run(assessment, record, verdict) }
    });
    let scenarios: Vec<ScenarioResult> = scenarios.collect();
    let verdict = Verdict::worst(scenarios.iter().map(|scenario| scenario.verdict)).unwrap_or(Verdict::Fail);
    control(REGISTER, "Waivers and attestations hold", verdict, scenarios)
}

/// A scenario that no step examined.
fn of_run(assessment: &Assessment, record: Record, verdict: Verdict) -> ScenarioResult {
    ScenarioResult {
        name: String::new(),
        rule: None,
        line: 1,
        severity: None,
        verdict,
        reason: String::new(),
        steps: Vec::new(),
        record,
        waivers: Vec::new(),
        attestation: None,
        started: assessment.run.ended,
        duration_ms: 0,
    }
}

fn control(id: &str, title: &str, verdict: Verdict, scenarios: Vec<ScenarioResult>) -> ControlResult {
    ControlResult {
        id: id.to_owned(),
        title: title.to_owned(),
        severity: "high".to_owned(),
        hardening: false,
        frameworks: Vec::new(),
        feature: id.to_lowercase(),
        feature_sha256: String::new(),
        text: Vec::new(),
        verdict,
        scenarios,
    }
}
