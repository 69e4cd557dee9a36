//! Requests through access points, whose policies are not read.
//!
//! A bucket policy may leave a decision to the policies of access points by a condition on one of their keys. What it
//! then allows is not known, so an answer that hangs on such a request is undecided.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html>

use logproof_policy::{Answer, Question, Scene};

/// Keys that only a request through an access point has, as one condition that no such request meets.
const DIRECT: &str = r#"{"Null": {"s3:DataAccessPointAccount": "true", "s3:DataAccessPointArn": "true", "s3:AccessPointNetworkOrigin": "true"}}"#;
const KEYS: [&str; 3] = ["s3:DataAccessPointAccount", "s3:DataAccessPointArn", "s3:AccessPointNetworkOrigin"];

/// Whether no request of the question is allowed, by an answer that hangs on no access point policy.
pub(crate) fn never(scene: &Scene, question: &Question) -> Answer {
    aside(scene, question, |question| logproof_policy::never(scene, question))
}

/// The question without requests through access points, where the bucket policy leaves some to their policies.
pub(crate) fn decided_part(scene: &Scene, question: &Question) -> Question {
    match delegates_by(scene) {
        Some(_) => question.clone().when(DIRECT).unwrap_or_else(|_| question.clone()),
        None => question.clone(),
    }
}

/// The answer of `ask` where it hangs on no access point policy; the scene is the one that is asked about.
pub(crate) fn aside(scene: &Scene, question: &Question, ask: impl Fn(&Question) -> Answer) -> Answer {
    let Some(key) = delegates_by(scene) else { return ask(question) };
    let direct = match question.clone().when(DIRECT) {
        Ok(direct) => direct,
        Err(error) => return Answer::Undecided(error.to_string()),
    };
    match ask(&direct) {
        Answer::Holds => match ask(question) {
            Answer::Violated(_) => Answer::Undecided(format!(
                "the bucket policy allows requests through access points by `{key}`, and access point policies are not read"
            )),
            answer => answer,
        },
        answer => answer,
    }
}

/// The key by which the bucket policy tells requests through access points apart.
fn delegates_by(scene: &Scene) -> Option<&'static str> {
    let statements = scene.resource_policy.as_ref().map_or(&[][..], |policy| policy.statements());
    let mut written = statements.iter().flat_map(|statement| statement.condition_keys());
    written.find_map(|written| KEYS.into_iter().find(|key| key.eq_ignore_ascii_case(written)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use logproof_policy::{Policy, Who};

    use super::*;

    fn asked(statements: &str) -> Answer {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let policy = Policy::parse("bucket policy", text.as_bytes()).unwrap();
        let scene = Scene {
            resource_account: "222222222222".to_owned(),
            resource_policy: Some(Arc::new(policy)),
            ..Scene::default()
        };
        never(
            &scene,
            &Question::about(["s3:GetObject"])
                .on_all("arn:aws:s3:::logs/*")
                .by(Who::outsiders().except_account("222222222222")),
        )
    }

    const DELEGATES: &str = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"StringEquals": {"s3:dataAccessPointAccount": "222222222222"}}}"#;

    #[test]
    fn what_only_access_points_let_in_is_undecided() {
        let Answer::Undecided(reason) = asked(DELEGATES) else { panic!("decided") };
        assert!(reason.contains("s3:DataAccessPointAccount"), "{reason}");
    }

    #[test]
    fn what_is_allowed_without_an_access_point_is_violated() {
        let open = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#;
        assert!(matches!(asked(&format!("{DELEGATES}, {open}")), Answer::Violated(_)));
    }

    #[test]
    fn what_is_denied_through_access_points_too_holds() {
        let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#;
        assert!(asked(&format!("{DELEGATES}, {deny}")).holds());
        let direct_only = DELEGATES.replace("Allow", "Deny");
        assert!(asked(&direct_only).holds());
    }
}
