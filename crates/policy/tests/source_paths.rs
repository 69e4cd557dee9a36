//! A service that acts for an account of the organization says where that account is, and not where another one is.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use logproof_policy::{Account, Answer, Policy, Question, Scene, Source, Who, never};

const PRODUCTION: &str = "444444444444";
const DEVELOPMENT: &str = "555555555555";

fn in_unit(id: &str, unit: &str) -> Account {
    let mut account = Account::member(id);
    account.org_path = Some(format!("o-exampleorg1/r-exmp/{unit}/"));
    account
}

/// Whether a service can write on behalf of an account, where the policy lets it do so for one unit.
fn on_behalf_of(account: &str, unit: &str) -> Answer {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "delivery.logs.amazonaws.com"}},
            "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
            "Condition": {{"ForAnyValue:StringLike": {{"aws:SourceOrgPaths": "o-exampleorg1/r-exmp/{unit}/*"}}}}}}]}}"#
    );
    let mut scene = Scene {
        resource_account: "222222222222".to_owned(),
        resource_policy: Some(Arc::new(Policy::parse("bucket policy", text.as_bytes()).unwrap())),
        ..Scene::default()
    };
    scene.organization.id = Some("o-exampleorg1".to_owned());
    scene.organization.accounts = vec![
        Account::management("111111111111"),
        Account::member("222222222222"),
        in_unit(PRODUCTION, "ou-exmp-production"),
        in_unit(DEVELOPMENT, "ou-exmp-development"),
    ];
    let question = Question::about(["s3:PutObject"])
        .on_all("arn:aws:s3:::logs/*")
        .by(Who::services())
        .from_source(Source::Account(account.to_owned()));
    never(&scene, &question)
}

#[test]
fn the_path_of_a_source_account_is_its_own() {
    assert!(on_behalf_of(DEVELOPMENT, "ou-exmp-development").witness().is_some());
    assert!(on_behalf_of(DEVELOPMENT, "ou-exmp-production").holds());
    assert!(on_behalf_of(PRODUCTION, "ou-exmp-production").witness().is_some());
}

#[test]
fn the_path_of_an_account_of_which_it_is_not_known_may_be_any() {
    assert!(on_behalf_of("222222222222", "ou-exmp-production").witness().is_some());
}
