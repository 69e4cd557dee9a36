//! `logproof ask`: policy questions on files or on a landing zone.
//!
//! Owns the way from a question on the command line to its answer. Decides nothing itself: the policy engine does.

use std::path::PathBuf;

use logproof_policy::{
    Account, Organization, Partition, Policies, Request, Scene, Who, decide, difference, never,
    who_can as callers_who_can,
};
use logproof_steps::ask::Inhabitants;

mod args;
mod error;
mod input;
mod reply;
mod zone;

pub use args::{
    AnswerFormat, AroundArgs, AskArgs, AskQuestion, CanArgs, DifferenceArgs, NeverArgs, PolicyFiles, WhoCanArgs,
    ZoneArgs,
};
pub use error::AskError;
pub use reply::{Outcome, Reply};

use crate::{console::print, exit::Exit};
use zone::Zone;

/// `logproof ask`.
///
/// # Errors
/// [`AskError`].
pub async fn run(args: &AskArgs) -> Result<Exit, AskError> {
    let (reply, format) = answer(&args.question).await?;
    print(|out| reply.write(format, out));
    Ok(reply.outcome.exit())
}

/// Answers a question.
async fn answer(question: &AskQuestion) -> Result<(Reply, AnswerFormat), AskError> {
    Ok(match question {
        AskQuestion::Can(args) => (can(args).await?, args.format),
        AskQuestion::WhoCan(args) => (who_can(args).await?, args.format),
        AskQuestion::Never(args) => (never_allowed(args).await?, args.format),
        AskQuestion::Difference(args) => (newly_allowed(args).await?, args.format),
    })
}

async fn can(args: &CanArgs) -> Result<Reply, AskError> {
    let principal = input::principal(&args.principal, args.role.as_deref())?;
    let (action, resource) = (input::action(&args.action)?, input::resource(&args.resource)?);
    let context = input::context(&args.context)?;
    let files = &args.policies;
    input::one_partition([args.principal.as_str(), resource])?;
    if args.zone.is_given() {
        let inhabitants = match principal.account().and_then(|id| id.parse().ok()) {
            Some(account) => Inhabitants::RealIn(account),
            None => Inhabitants::Administrators,
        };
        let mut scene = Zone::open(&args.zone).await?.scene(resource, &inhabitants).await?;
        if let Some(path) = &files.bucket_policy {
            scene.resource_policy = Some(input::policy(path)?);
        }
        let decided = scene
            .decide(&principal, action, resource, &context)
            .ok_or_else(|| AskError::NoSuchCaller { principal: principal.to_string() })?;
        return Ok(Reply::decision(&principal, action, resource, &decided));
    }
    let owner = args
        .resource_account
        .clone()
        .or_else(|| input::account_in(resource))
        .or_else(|| principal.account().map(str::to_owned));
    let mut request = Request::new(principal, action, resource).with_context(context);
    if let Some(owner) = owner {
        request = request.owned_by(&owner);
    }
    let policies = policies(args)?;
    Ok(Reply::decision(request.principal(), action, resource, &decide(&request, &policies)))
}

fn policies(args: &CanArgs) -> Result<Policies, AskError> {
    let files = &args.policies;
    Ok(Policies {
        identity: files.identity_policy.iter().map(|path| input::policy(path)).collect::<Result<_, _>>()?,
        resource: files.bucket_policy.as_deref().map(input::policy).transpose()?,
        scps: input::levels(&files.scp)?,
        rcps: input::levels(&files.rcp)?,
        boundary: files.boundary.as_deref().map(input::policy).transpose()?,
        sessions: files.session_policy.iter().map(|path| input::policy(path)).collect::<Result<_, _>>()?,
        principal_in_management_account: args.principal_in_management_account,
        resource_in_management_account: args.resource_in_management_account,
        ..Policies::default()
    })
}

async fn who_can(args: &WhoCanArgs) -> Result<Reply, AskError> {
    let zone = Zone::open(&args.zone).await?;
    let action = input::action(&args.action)?;
    let resource = match &args.resource {
        Some(resource) => Some(input::resource(resource)?.to_owned()),
        None => zone.own_resource(action).await?,
    };
    let inhabitants = inhabitants(args.assume_administrators);
    let Some(resource) = resource else {
        // Each account's own principals, on a resource of their own.
        let organization = zone.scene("*", &inhabitants).await?.organization;
        let question = input::question(&[action.to_owned()], &["*".to_owned()], None)?.by(Who::organization());
        return Ok(Reply::callers(&callers_who_can(&Scene::in_every_account(organization), &question)));
    };
    let scene = zone.scene(&resource, &inhabitants).await?;
    let question = input::question(&[action.to_owned()], &[resource], None)?;
    Ok(Reply::callers(&callers_who_can(&scene, &question)))
}

async fn never_allowed(args: &NeverArgs) -> Result<Reply, AskError> {
    let question = input::question(&args.action, &args.resource, args.when.as_deref())?;
    let first = args.resource.first().map_or("*", String::as_str);
    let mut scene = if args.zone.is_given() {
        Zone::open(&args.zone).await?.scene(first, &inhabitants(args.assume_administrators)).await?
    } else {
        let texts = input::texts(args.bucket_policy.as_slice(), &args.scp)?;
        alone(&args.around, first, &args.scp, input::partition(&args.resource, &texts)?)?
    };
    if let Some(path) = &args.bucket_policy {
        scene.resource_policy = Some(input::policy(path)?);
    }
    Ok(Reply::property(&never(&scene, &question), "no such request is allowed"))
}

async fn newly_allowed(args: &DifferenceArgs) -> Result<Reply, AskError> {
    let question = input::question(&args.action, &args.resource, None)?;
    let first = args.resource.first().map_or("*", String::as_str);
    let with = |scene: &Scene, path: &PathBuf| -> Result<Scene, AskError> {
        Ok(Scene { resource_policy: Some(input::policy(path)?), ..scene.clone() })
    };
    let (old, new) = match (args.zone.is_given(), args.policies.as_slice()) {
        (false, [old, new]) => {
            let partition = input::partition(&args.resource, &input::texts(&args.policies, &[])?)?;
            let scene = alone(&args.around, first, &[], partition)?;
            (with(&scene, old)?, with(&scene, new)?)
        }
        (true, [new]) => {
            let scene = Zone::open(&args.zone).await?.scene(first, &Inhabitants::Administrators).await?;
            let changed = with(&scene, new)?;
            (scene, changed)
        }
        (false, given) => {
            return Err(AskError::Policies(given.len(), "give the old and the new policy, or a landing zone"));
        }
        (true, given) => {
            return Err(AskError::Policies(given.len(), "give the new one only: the landing zone has the old one"));
        }
    };
    let answer = difference(&old, &new, &question);
    Ok(Reply::property(&answer, "the new policy allows nothing that the old one did not"))
}

fn inhabitants(assume_administrators: bool) -> Inhabitants {
    if assume_administrators { Inhabitants::Administrators } else { Inhabitants::Real }
}

/// The scene around policies from files: the owner of the resource, and nobody else of its organization.
fn alone(around: &AroundArgs, resource: &str, scps: &[String], partition: Partition) -> Result<Scene, AskError> {
    let owner = around
        .resource_account
        .clone()
        .or_else(|| input::account_in(resource))
        .unwrap_or_else(|| SOME_ACCOUNT.to_owned());
    let mut account = Account::member(&owner);
    account.member = around.organization.is_some();
    account.scps = input::levels(scps)?;
    Ok(Scene {
        organization: Organization { id: around.organization.clone(), partition, accounts: vec![account] },
        resource_account: owner,
        ..Scene::default()
    })
}

/// The owner of a bucket when nothing says who it is: the answer does not depend on the number.
const SOME_ACCOUNT: &str = "000000000000";
