//! Read access that has ended and still stands in the bucket policy: harmless while its date holds, and nobody's any more.

use cucumber::then;
use logproof_estate::{
    config::ReaderConfig,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question, Who};

use crate::scene::{
    actions::read,
    bucket::BucketAccess,
    population::examined,
    principals::principal,
    readers::{ReaderBuckets, readers},
};

/// Reads by a reader of another account at times that an operator compares with an instant.
fn reads(access: &BucketAccess, reader: &ReaderConfig, operator: &str, instant: &str) -> Result<Question, Stop> {
    let question = Question::about(read()).on_all(&access.objects()).by(Who::exactly(principal(&reader.principal)));
    let when = format!(r#"{{"{operator}": {{"aws:CurrentTime": "{instant}"}}}}"#);
    question.when(&when).map_err(|error| Stop::because(error.to_string()))
}

/// Without a grant of the bucket policy, a reader of the bucket's own account still has those of its own policies.
#[then("no reader that can read no more stands in the bucket policy with a grant that has ended")]
async fn no_ended_grant_is_left(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let (buckets, now) = (ReaderBuckets::read(w, &readers).await?, w.now()?);
    let mut others: Vec<(&ReaderConfig, &BucketAccess)> = Vec::new();
    for reader in &readers {
        let access = buckets.of(w, reader)?;
        if reader.principal.split(':').nth(4) != Some(access.owner.as_str()) {
            others.push((reader, access));
        }
    }
    if others.is_empty() {
        return Err(w.not_applicable("every named reader is in the account of the bucket"));
    }
    let now = now.to_string();
    for (reader, access) in &others {
        let expected = "no grant in the bucket policy that has ended";
        let mut claim = access.claim(expected, "remove the statement, or what is left of it, from the bucket policy");
        claim.subject = Subject::arn(&reader.principal);
        let from_now_on = access.assume_administrators(&reads(access, reader, "DateGreaterThanEquals", &now)?);
        let before = access.assume_administrators(&reads(access, reader, "DateLessThan", &now)?);
        match (from_now_on, before) {
            (Answer::Undecided(reason), _) | (_, Answer::Undecided(reason)) => claim.undecided(w, reason),
            (Answer::Holds, Answer::Violated(witness)) => {
                let statement = witness.decided.statement.as_ref().map(|one| format!(" by {one}")).unwrap_or_default();
                let found = format!("it could read until a date that has passed{statement}");
                w.record.rest_on(access.exchanges());
                let change = claim.change.clone();
                w.observe(Observation::new(claim.subject, expected, found, false).place("bucket policy").hint(change));
            }
            (Answer::Holds, Answer::Holds) => {
                w.observe(Observation::new(claim.subject, expected, "no grant at any time", true));
            }
            (Answer::Violated(_), _) => {
                note_missing_date(w, access, reader)?;
                w.observe(Observation::new(claim.subject, expected, "its grant has not ended", true));
            }
        }
    }
    examined(w, "named readers of other accounts", others.len(), "readers of the register and of the configuration");
    w.settle()
}

/// A reader with an end whose grant has none has to be taken out of the policy in time: that is the owner's to remember.
fn note_missing_date(w: &mut LogproofWorld, access: &BucketAccess, reader: &ReaderConfig) -> Result<(), Stop> {
    let (Some(end), now) = (reader.ends(), w.now()?) else { return Ok(()) };
    if end > now {
        let after = reads(access, reader, "DateGreaterThanEquals", &end.to_string())?;
        if matches!(access.assume_administrators(&after), Answer::Violated(_)) {
            w.note(format!(
                "the access of {} ends on {end}, and its grant in the bucket policy has no such date: it must be removed by then",
                reader.principal
            ));
        }
    }
    Ok(())
}
