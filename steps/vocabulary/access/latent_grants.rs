//! Grants of a bucket or key policy that only a service or resource control policy holds back: open as soon as that one
//! is detached, and no finding until then unless somebody looks.

use cucumber::then;
use logproof_estate::{
    ExchangeId,
    record::{Observation, Subject, WitnessReport},
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Answer, Question, Scene, Who, Witness, difference};

use crate::scene::{
    access_points::aside,
    actions::{other_than_reading, read},
    bucket::BucketAccess,
    claim::Claim,
    conditions::outsiders,
    key::KeyAccess,
    population::examined,
    principals::principal,
    readers::readers,
};

/// The same scene without service and resource control policies.
fn unguarded(mut scene: Scene) -> Scene {
    for account in &mut scene.organization.accounts {
        account.scps = None;
        account.rcps = None;
    }
    scene
}

/// Whether the policies of the organization alone refuse a request that the policy of the resource allows.
fn held_back(scene: &Scene, question: &Question) -> Answer {
    let open = unguarded(scene.clone());
    aside(scene, question, |question| difference(scene, &open, question))
}

/// Records what is held back.
fn conclude(w: &mut LogproofWorld, claim: Claim, exchanges: &[ExchangeId], answer: Answer) {
    match answer {
        Answer::Violated(witness) => {
            w.record.rest_on(exchanges);
            let found = format!(
                "{} is granted {}, and only a service or resource control policy holds it back",
                witness.caller,
                witness.request.action()
            );
            w.observe(
                Observation::new(claim.subject, claim.expected, found, false)
                    .hint(claim.change)
                    .witness(report(&witness)),
            );
        }
        Answer::Holds => {
            w.record.rest_on(exchanges);
            w.observe(Observation::new(claim.subject, claim.expected, "proved: no such grant", true));
        }
        Answer::Undecided(reason) => claim.undecided(w, reason),
    }
}

fn report(witness: &Witness) -> WitnessReport {
    let statement = witness.decided.statement.as_ref();
    WitnessReport {
        sentence: format!("without service and resource control policies {}", witness.sentence()),
        statement: statement.map(|statement| format!("{statement} ({})", witness.decided.layer)),
        change: None,
        request: serde_json::to_value(witness).unwrap_or_default(),
    }
}

#[then("no grant to anybody outside the organization is blocked by a service or resource control policy alone")]
async fn no_latent_grant_on_the_bucket(w: &mut LogproofWorld) -> Judged {
    let access = BucketAccess::read(w).await?;
    let question = Question::about(["s3:*"]).on(&access.arn).on_all(&access.objects()).by(outsiders(w)?);
    let scene = access.organization.scene(&access.owner, access.policy.clone());
    let claim = access.claim(
        "the bucket policy itself grants nobody outside the organization anything",
        "remove the outsider from the statement: whoever detaches the control policy opens the bucket",
    );
    conclude(w, claim, access.exchanges(), held_back(&scene, &question));
    w.settle()
}

#[then(
    "no grant on the log key to anybody outside the organization is blocked by a service or resource control policy alone"
)]
async fn no_latent_grant_on_the_key(w: &mut LogproofWorld) -> Judged {
    let key = KeyAccess::read(w).await?;
    let question = Question::about(["kms:*"]).on(&key.arn).by(outsiders(w)?);
    let scene = key.organization.scene(&key.owner, key.policy.clone());
    let claim = key.claim(
        "the key policy itself grants nobody outside the organization anything",
        "remove the outsider from the statement: whoever detaches the control policy opens the key",
    );
    let exchanges = claim.exchanges.clone();
    conclude(w, claim, &exchanges, held_back(&scene, &question));
    w.settle()
}

/// A reader of the bucket's own account needs no grant of the bucket policy, so there is none to hold back.
#[then("no grant to a named reader beyond its path is blocked by a service or resource control policy alone")]
async fn no_latent_grant_to_a_reader(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let access = BucketAccess::read(w).await?;
    let mut asked = 0;
    for reader in &readers {
        if reader.principal.split(':').nth(4) == Some(access.owner.as_str()) {
            w.note(format!(
                "{} is in the account of the bucket, which needs no grant of the bucket policy",
                reader.principal
            ));
            continue;
        }
        asked += 1;
        let who = || Who::exactly(principal(&reader.principal));
        let paths = readers.iter().filter(|other| other.principal == reader.principal).map(|other| &other.path);
        let mut reads = Question::about(read()).on_all(&access.objects()).by(who());
        let paths: Vec<&String> = paths.collect();
        for path in &paths {
            reads = reads.except_on(&format!("{}/{path}*", access.arn));
        }
        let others = Question::about(other_than_reading()).on(&access.arn).on_all(&access.objects()).by(who());
        let scene = access.organization.scene(&access.owner, access.policy.clone());
        // Who is registered for the whole bucket reads nothing outside its path.
        let reads = Some((reads, "reading outside its path")).filter(|_| !paths.iter().any(|path| path.is_empty()));
        for (question, what) in reads.iter().chain(&[(others, "anything other than reading")]) {
            let mut claim = access.claim(
                format!("the bucket policy itself does not grant {} {what}", reader.principal),
                "narrow the statement to s3:GetObject on the exact path: whoever detaches the control policy opens the rest",
            );
            claim.subject = Subject::arn(&reader.principal);
            conclude(w, claim, access.exchanges(), held_back(&scene, question));
        }
    }
    if asked == 0 {
        return Err(w.not_applicable("every named reader is in the account of the bucket"));
    }
    examined(w, "named readers of other accounts", asked, "readers of the register and of the configuration");
    w.settle()
}
