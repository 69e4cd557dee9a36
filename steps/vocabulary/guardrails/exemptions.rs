//! Whom the policies that protect the log store leave out: one role by its whole ARN, or whoever can come to fit.
//!
//! A service control policy is read statement by statement. Where a statement denies an action that would harm the trail,
//! AWS Config, a bucket or the key, and exempts more than single principals by their whole ARNs, it is evaluated for an
//! administrator in each account the policy is attached to or above, as if what it protects were that account's own: a
//! role of the exempt name can be made in any account.

use std::{collections::BTreeMap, sync::Arc};

use cucumber::then;
use logproof_estate::{
    AccountId,
    record::{Observation, Proposal, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Policy, Question, Scene, Statement, Who};

use crate::scene::{
    actions::{administer, delete, stop_config, stop_trail, take_key_away},
    claim::{Answered, Claim},
    guardrails::keep_from_all,
    organization::OrganizationView,
    policies::parse,
    proposal::Asked,
    questions::pause,
};

/// Something that service control policies protect.
struct Protected {
    what: String,
    actions: Vec<&'static str>,
    resource: String,
}

impl Protected {
    fn new(what: impl Into<String>, actions: Vec<&'static str>, resource: impl Into<String>) -> Self {
        Self { what: what.into(), actions, resource: resource.into() }
    }

    fn is_key(&self) -> bool {
        self.actions.iter().any(|action| action.starts_with("kms:"))
    }
}

/// The trail, AWS Config, the buckets with what they hold, and the key.
async fn protected(w: &mut LogproofWorld) -> Result<Vec<Protected>, Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    let mut all = vec![
        Protected::new("the organization trail", stop_trail(), config.trail_arn()),
        Protected::new("AWS Config", stop_config(), "*"),
    ];
    for name in bucket_names(w).await? {
        let arn = estate.store_bucket(&name).arn();
        all.push(Protected::new(format!("what bucket {name} holds"), delete(), format!("{arn}/AWSLogs/x")));
        all.push(Protected::new(format!("bucket {name}"), administer(), arn));
    }
    let key = w.see(estate.key(&estate.log_key()).await)?;
    w.record.rest_on(key.exchanges());
    if let Some(key) = key.as_ref() {
        all.push(Protected::new("the log key", take_key_away(key.multi_region), key.arn.clone()));
    }
    Ok(all)
}

/// The log bucket, the bucket of AWS Config and the bucket of the access logs, each once.
async fn bucket_names(w: &mut LogproofWorld) -> Result<Vec<String>, Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    let log_bucket = estate.log_bucket();
    let mut names = vec![config.log_bucket_name(), config.config_bucket_name()];
    let owned = w.see(estate.buckets(&log_bucket.owner).await)?;
    w.record.rest_on(owned.exchanges());
    // Whose bucket it is, if not the log archive's, is found by LS-1.1.
    if owned.iter().any(|one| one.name == log_bucket.name) {
        let logging = w.see(estate.bucket_logging(&log_bucket).await)?;
        w.record.rest_on(logging.exchanges());
        names.extend(logging.as_ref().as_ref().map(|target| target.bucket.clone()));
    }
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    Ok(once)
}

/// An exemption that somebody else than the exempt role can make use of.
struct Open {
    statement: String,
    exempts: String,
    what: String,
    answered: Answered,
    /// The questions, with what they are about.
    asked: Vec<Use>,
}

/// A question about an exemption.
struct Use {
    scene: Scene,
    question: Question,
    answered: Answered,
    actions: Vec<&'static str>,
    /// What a statement would be about.
    on: String,
}

#[then(
    "every statement that protects the trail, AWS Config, the buckets or the key exempts single roles by their whole ARN, or the exempt role of the account alone"
)]
async fn exemptions_are_whole_arns(w: &mut LogproofWorld) -> Judged {
    let protected = protected(w).await?;
    let view = OrganizationView::read(w, &[], &[]).await?;
    if view.members().next().is_none() {
        return Err(w.not_applicable("organizations:ListAccounts returned no member account"));
    }
    let mut found: BTreeMap<AccountId, Vec<Open>> = BTreeMap::new();
    for member in view.members() {
        let representative = view.representative(&member.id).clone();
        if !found.contains_key(&representative) {
            let open = open_to_others(w, &view, &representative, &protected)?;
            found.insert(representative.clone(), open);
        }
        pause().await;
    }
    let mut proposals = proposals(w, &view, &found).await;
    w.record.rest_on(view.exchanges());
    for member in view.members() {
        let representative = view.representative(&member.id).clone();
        let role = view.exempt_role(&member.id)?;
        let subject = Subject::arn(&member.arn).at(&member.id, None);
        pause().await;
        let open = found.get(&representative).map_or(&[][..], Vec::as_slice);
        if open.is_empty() {
            let expected = format!("no statement that protects the log store exempts others than {role} here");
            w.observe(Observation::new(subject, expected, "single roles by their whole ARN, or nobody", true));
            continue;
        }
        for one in open {
            let claim = Claim {
                subject: subject.clone(),
                account: member.id.clone(),
                expected: format!("{} exempts no others than {role} from what protects {}", one.statement, one.what),
                change: format!("name the role's whole ARN, account id included, in place of {}", one.exempts),
                exchanges: view.exchanges().to_vec(),
                represented_by: Some(representative.clone()),
            };
            let offered = one.answered.found().and_then(|_| proposals.get(&one.statement).cloned());
            if let Some(Proposal::Policies(_)) = &offered {
                proposals.insert(one.statement.clone(), Proposal::AsFor(member.arn.clone()));
            }
            claim.conclude_as_one_of_many(w, one.answered.clone(), offered);
        }
    }
    w.population(view.population());
    w.settle()
}

/// For each statement, what would close its exemption in every account at once.
async fn proposals(
    w: &mut LogproofWorld,
    view: &OrganizationView,
    found: &BTreeMap<AccountId, Vec<Open>>,
) -> BTreeMap<String, Proposal> {
    let mut uses: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for one in found.values().flatten() {
        uses.entry(&one.statement).or_default().extend(&one.asked);
    }
    let mut proposals = BTreeMap::new();
    for (statement, uses) in uses {
        let (mut actions, mut on): (Vec<&'static str>, Vec<String>) = (Vec::new(), Vec::new());
        let mut asked = Vec::new();
        for one in uses {
            let Some(found) = one.answered.found() else { continue };
            asked.push(Asked { scene: &one.scene, question: &one.question, found });
            actions.extend(&one.actions);
            if !on.contains(&one.on) {
                on.push(one.on.clone());
            }
        }
        if !asked.is_empty() {
            let remedy = keep_from_all(view, "OnlyTheExemptRoles", actions, on, &view.exempt_roles());
            proposals.insert(statement.to_owned(), remedy.proposed(w, &asked).await);
        }
    }
    proposals
}

/// The exemptions in force in one account that others than its exempt role can make use of.
fn open_to_others(
    w: &mut LogproofWorld,
    view: &OrganizationView,
    account: &AccountId,
    protected: &[Protected],
) -> Result<Vec<Open>, Stop> {
    let (scene, role) = (view.scene(account, None), view.exempt_role(account)?);
    let levels = scene.organization.accounts.iter().find(|known| known.id == account.as_str());
    let levels = levels.and_then(|known| known.scps.clone()).unwrap_or_default();
    let mut open = Vec::new();
    for policy in levels.iter().flatten() {
        for statement in policy.statements() {
            let exempts: Vec<String> = statement.wide_exemptions().collect();
            if exempts.is_empty() {
                continue;
            }
            for one in protected.iter().filter(|one| statement.concerns(&one.resource)) {
                let named: Vec<&str> =
                    one.actions.iter().copied().filter(|action| statement.denies_by_name(action)).collect();
                if named.is_empty() {
                    continue;
                }
                let mut scene = scene.clone();
                if one.is_key() {
                    scene.resource_policy = Some(delegating(w, account)?);
                }
                let who = Who::account(account.as_str()).except_arn(role);
                let question = Question::about(named.iter().copied()).on(&one.resource).by(who);
                let answered = Answered::of(&scene, &question);
                if answered.holds() {
                    continue;
                }
                let exempts = exempts.join(", ");
                // Of what a bucket holds one object was asked about.
                let on = one.resource.strip_suffix("AWSLogs/x").map_or(one.resource.clone(), |head| format!("{head}*"));
                let asked = vec![Use { scene, question, answered: answered.clone(), actions: named, on }];
                let what = one.what.clone();
                add(&mut open, Open { statement: called(policy, statement), exempts, what, answered, asked });
            }
        }
    }
    Ok(open)
}

/// One finding for each statement, with all that it protects.
fn add(open: &mut Vec<Open>, one: Open) {
    match open.iter_mut().find(|known| known.statement == one.statement) {
        Some(known) => {
            known.what = format!("{}, {}", known.what, one.what);
            known.answered.join(one.answered);
            known.asked.extend(one.asked);
        }
        None => open.push(one),
    }
}

/// A key policy that leaves everything to the policies of the account, as the default one does.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
fn delegating(w: &mut LogproofWorld, account: &AccountId) -> Result<Arc<Policy>, Stop> {
    let text = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": account.as_str()}, "Action": "kms:*", "Resource": "*"}]});
    parse(w, "the default key policy", &text.to_string(), "policy evaluation", account)
}

fn called(policy: &Policy, statement: &Statement) -> String {
    match statement.sid() {
        Some(sid) => format!("statement `{sid}` of {}", policy.name()),
        None => format!("statement {} of {}", statement.index() + 1, policy.name()),
    }
}
