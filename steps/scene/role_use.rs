//! How long a role has not been used.

use logproof_estate::{
    ExchangeId,
    facts::Role,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::judgement::delivery::age;

/// Judges that a role has not been used in the last days.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>
pub(crate) fn unused_for(
    w: &mut LogproofWorld,
    subject: Subject,
    role: &Role,
    days: i64,
    exchanges: &[ExchangeId],
) -> Judged {
    let now = w.now()?;
    let note = "IAM tracks the last use of a role for 400 days, and shows it some hours late; that none is shown is no proof of none: AssumeRole events in the trail are";
    if !w.record.notes.iter().any(|known| known == note) {
        w.note(note);
    }
    let (found, met) = match role.last_used {
        None => ("no use within the 400 days IAM tracks".to_owned(), true),
        Some(used) => {
            (format!("last used {}", age(now, used)), now.duration_since(used).as_hours() >= days.saturating_mul(24))
        }
    };
    w.observe(
        Observation::new(subject, format!("not used in the last {days} days"), found, met)
            .place("RoleLastUsed")
            .hint("find the session in the trail and the reason for it; do what it did through a role of fewer permissions")
            .resting_on(exchanges),
    );
    Ok(())
}
