//! What binds whom: trail, AWS Config and the exempt role, account by account along the real path of each.
//!
//! An administrator and the root user are assumed in every member account. Service control policies do not bind the
//! management account: who can act there is listed, never claimed as covered.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::then;
use logproof_estate::{
    AccountId,
    record::{Observation, Proposal, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question, Scene, Who, never};

use crate::scene::{
    actions::{adjust_trail, left_open, stop_config, stop_trail},
    claim::{Answered, Claim},
    guardrails::{exempt_roles, exempt_roles_have_their_places, keep_from_all, management_callers},
    organization::OrganizationView,
    proposal::{Asked, Remedy},
    questions::pause,
    role::{Role, place_of},
    trust::only_with_mfa,
};

#[then("in every member account nobody other than its exempt role can stop, change or delete the organization trail")]
async fn nobody_can_stop_the_trail(w: &mut LogproofWorld) -> Judged {
    let arn = trail_arn(w)?;
    let question = |account: &AccountId, role: &str| {
        Question::about(stop_trail()).on(&arn).by(Who::account(account.as_str()).except_arn(role))
    };
    let expected = |role: &str| format!("nobody in the account but {role} can stop, change or delete {arn}");
    let change = "attach to the root an SCP that denies the action on the trail to every principal but the exempt role";
    let view = OrganizationView::read(w, &[], &[]).await?;
    let remedy = keep_from(&view, "ProtectTheTrail", stop_trail(), &arn);
    in_every_member_account(w, &view, &question, (&expected, change), remedy).await?;
    note_adjustments(w, &view, &arn);
    let callers = who_can_stop(w, &view, &arn).await?;
    w.note(format!(
        "service control policies do not bind the management account {}; {} of its users and roles can stop the trail by their own policies, and its root user can: see LS-6.8",
        view.management(),
        callers.len()
    ));
    w.settle()
}

#[then("in every member account nobody other than its exempt role can stop or redirect AWS Config")]
async fn nobody_can_stop_config(w: &mut LogproofWorld) -> Judged {
    let question = |account: &AccountId, role: &str| {
        Question::about(stop_config()).on("*").by(Who::account(account.as_str()).except_arn(role))
    };
    let expected = |role: &str| format!("nobody in the account but {role} can stop or redirect AWS Config");
    let change = "attach to the root an SCP that denies the action to every principal but the exempt role";
    let view = OrganizationView::read(w, &[], &[]).await?;
    let remedy = keep_from(&view, "ProtectConfig", stop_config(), "*");
    in_every_member_account(w, &view, &question, (&expected, change), remedy).await?;
    w.settle()
}

#[then("the protection binds an administrator of every member account, unless it is the exempt role of the account")]
async fn the_protection_binds_every_member(w: &mut LogproofWorld) -> Judged {
    let arn = w.config()?.trail_arn();
    let question = |account: &AccountId, role: &str| {
        Question::about(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])
            .on(&arn)
            .by(Who::account(account.as_str()).except_arn(role))
    };
    let view = OrganizationView::read(w, &[], &[]).await?;
    let change = "attach the protecting SCP to the root, or to every organizational unit on the account's path";
    let remedy = keep_from(&view, "ProtectTheTrail", stop_trail(), &arn);
    let expected =
        |role: &str| format!("an SCP keeps every administrator of the account but {role} from stopping the trail");
    in_every_member_account(w, &view, &question, (&expected, change), remedy).await?;
    w.settle()
}

#[then("a role named like an exempt role is not exempt in an account it is not meant for")]
async fn no_role_of_the_same_name_is_exempt(w: &mut LogproofWorld) -> Judged {
    let (config, arn) = (w.config()?, w.config()?.trail_arn());
    let mut names: Vec<String> = vec![last_part(&config.storage_role_arn()).to_owned()];
    names.extend(config.names.administrators.iter().map(|one| last_part(&one.role).to_owned()));
    let question = |account: &AccountId, role: &str| {
        let named = |name: &String| format!("arn:{}:iam::{account}:role/*{name}*", partition_of(role));
        let who = names.iter().fold(Who::account(account.as_str()), |who, name| who.only_arn(&named(name)));
        Question::about(stop_trail()).on(&arn).by(who.except_arn(role))
    };
    let view = OrganizationView::read(w, &[], &[]).await?;
    let expected = |role: &str| format!("only {role} is exempt, not another role of the name of an exempt one");
    let change = "name the role's whole ARN, account id included, in the exemption of the SCP";
    let remedy = keep_from(&view, "OnlyTheExemptRoles", stop_trail(), &arn);
    in_every_member_account(w, &view, &question, (&expected, change), remedy).await?;
    w.settle()
}

/// A statement above all accounts that keeps everybody but the exempt roles from what stops something.
fn keep_from(view: &OrganizationView, sid: &'static str, actions: Vec<&'static str>, on: &str) -> Remedy {
    keep_from_all(view, sid, actions, vec![on.to_owned()], &view.exempt_roles())
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Asks one question in every member account, as if the resource were the account's own: the organization trail and
/// the recorders are visible there. Accounts no policy tells apart share one proof.
///
/// A question is asked of an account and its exempt role. `texts` are what is expected of that role, and what to change;
/// what would close it is offered once, for all of them.
async fn in_every_member_account(
    w: &mut LogproofWorld,
    view: &OrganizationView,
    question: &dyn Fn(&AccountId, &str) -> Question,
    texts: (&dyn Fn(&str) -> String, &str),
    remedy: Remedy,
) -> Result<(), Stop> {
    if view.members().next().is_none() {
        return Err(w.not_applicable("organizations:ListAccounts returned no member account"));
    }
    let mut answers: BTreeMap<AccountId, (Scene, Question, Answered)> = BTreeMap::new();
    for member in view.members() {
        let representative = view.representative(&member.id);
        if !answers.contains_key(representative) {
            let question = question(representative, view.exempt_role(representative)?);
            let scene = view.scene(representative, None);
            let answered = Answered::of(&scene, &question);
            answers.insert(representative.clone(), (scene, question, answered));
        }
        pause().await;
    }
    let asked: Vec<Asked<'_>> = answers
        .values()
        .filter_map(|(scene, question, answered)| Some(Asked { scene, question, found: answered.found()? }))
        .collect();
    let mut proposal = if asked.is_empty() { None } else { Some(remedy.proposed(w, &asked).await) };
    w.record.rest_on(view.exchanges());
    for member in view.members() {
        let representative = view.representative(&member.id).clone();
        let Some((_, _, answered)) = answers.get(&representative) else { continue };
        let claim = Claim {
            subject: Subject::arn(&member.arn).at(&member.id, None),
            account: member.id.clone(),
            expected: (texts.0)(view.exempt_role(&member.id)?),
            change: texts.1.to_owned(),
            exchanges: view.exchanges().to_vec(),
            represented_by: Some(representative),
        };
        let offered = answered.found().and(proposal.clone());
        if let (Some(Proposal::Policies(_)), Some(_)) = (&proposal, answered.found()) {
            proposal = Some(Proposal::AsFor(member.arn.clone()));
        }
        claim.conclude_as_one_of_many(w, answered.clone(), offered);
        pause().await;
    }
    if answers.len() < view.members().count() {
        w.note(format!(
            "{} accounts in {} groups that no policy tells apart; one proof per group",
            view.members().count(),
            answers.len()
        ));
    }
    w.population(view.population());
    Ok(())
}

/// Notes what an administrator of a member account may do with the trail that leaves its recording as it is.
fn note_adjustments(w: &mut LogproofWorld, view: &OrganizationView, arn: &str) {
    let representatives: BTreeSet<&AccountId> = view.members().map(|member| view.representative(&member.id)).collect();
    let adjusted = left_open(adjust_trail(), |action| {
        let ask = |account: &AccountId| {
            let exempt = view.exempt_role(account).unwrap_or_default();
            let question = Question::about([action]).on(arn).by(Who::account(account.as_str()).except_arn(exempt));
            never(&view.scene(account, None), &question)
        };
        representatives.iter().map(|account| ask(account)).find(|answer| !answer.holds()).unwrap_or(Answer::Holds)
    });
    if !adjusted.is_empty() {
        w.note(format!(
            "no service control policy keeps an administrator of every member account from {}, which leave what the trail records as it is",
            adjusted.join(", ")
        ));
    }
}

fn partition_of(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}

fn trail_arn(w: &LogproofWorld) -> Result<String, Stop> {
    w.trail.as_ref().map(|trail| trail.arn.clone()).ok_or_else(|| Stop::because("no `Given` step named the trail"))
}

/// Users and roles of the management account who can stop the trail, by their own policies.
async fn who_can_stop(w: &mut LogproofWorld, view: &OrganizationView, arn: &str) -> Result<Vec<String>, Stop> {
    management_callers(w, view, Question::about(stop_trail()).on(arn), "stop the trail").await
}

#[then("the principals of the management account who can stop the organization trail are listed for acceptance")]
async fn management_principals_are_listed(w: &mut LogproofWorld) -> Judged {
    let arn = trail_arn(w)?;
    let view = OrganizationView::read(w, &[], &[]).await?;
    let callers = who_can_stop(w, &view, &arn).await?;
    let subject = format!("arn:{}:iam::{}:root", partition_of(&arn), view.management());
    let subject = Subject::arn(subject).at(view.management(), None);
    let found = if callers.is_empty() {
        "the root user only".to_owned()
    } else {
        format!("the root user and {}: {}", callers.len(), callers.join("; "))
    };
    w.observe(
        Observation::new(subject, "a complete list of who can stop the trail from the management account", found, true)
            .resting_on(view.exchanges()),
    );
    w.needs_attestation("the owner accepts the listed principals of the management account, and alerts on their use");
    w.settle()
}

#[then("each exempt role exists in its account")]
async fn the_exempt_roles_exist(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    exempt_roles_have_their_places(w).await?;
    for arn in exempt_roles(w).await? {
        let (account, name) = place_of(&arn)?;
        let role = w.see(estate.role(&account, name).await)?;
        let found = role.as_ref().as_ref().map_or_else(|| "no such role".to_owned(), |role| role.arn.clone());
        w.observe(
            Observation::new(
                Subject::arn(&arn).at(&account, None),
                format!("role {arn} exists"),
                found.clone(),
                found == arn,
            )
            .hint(
                "create the role, or correct `names.storage_role` or `names.administrators` (the path is part of the ARN)",
            )
            .resting_on(role.exchanges()),
        );
    }
    w.settle()
}

#[then("nobody can assume an exempt role without multi-factor authentication")]
async fn nobody_assumes_without_mfa(w: &mut LogproofWorld) -> Judged {
    for arn in exempt_roles(w).await? {
        let role = Role::read(w, &arn).await?;
        only_with_mfa(w, &role, Who::anyone(), &[]).await?;
    }
    w.settle()
}
