//! What is true in one partition is true in every other one, with the ARNs of that partition.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use logproof_policy::{
    Account, Answer, Context, Decision, Organization, Partition, Policies, Policy, Principal, Question, Scene, Source,
    Who, always, decide, never, who_can,
};

#[path = "support/cases.rs"]
mod cases;
#[path = "support/dice.rs"]
mod dice;

use dice::{Dice, go_to, question, scene};

/// Partitions other than the commercial one.
const OTHERS: [Partition; 3] = [Partition::UsGov, Partition::China, Partition::EuropeanSovereign];
const OWNER: &str = "222222222222";

fn everywhere() -> impl Iterator<Item = Partition> {
    [Partition::Commercial].into_iter().chain(OTHERS)
}

/// A text with the ARNs of one partition and the commercial ones exchanged.
fn moved(text: &str, to: Partition) -> String {
    let (ours, theirs) = ("arn:aws:", format!("arn:{to}:"));
    text.replace(&theirs, "arn:\0:").replace(ours, &theirs).replace("arn:\0:", ours)
}

fn bucket(statements: &str, partition: Partition) -> Scene {
    let text = moved(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#), partition);
    Scene {
        organization: Organization { partition, accounts: vec![Account::outside(OWNER)], ..Organization::default() },
        resource_account: OWNER.to_owned(),
        resource_policy: Some(Arc::new(Policy::parse("bucket policy", text.as_bytes()).unwrap())),
        ..Scene::default()
    }
}

fn objects(actions: &[&str], partition: Partition) -> Question {
    Question::about(actions.iter().copied()).on_all(&moved("arn:aws:s3:::logs/*", partition))
}

#[test]
fn what_a_named_role_may_is_found_in_every_partition() {
    let statements = r#"{"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:role/Reader"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
         "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "333333333333"}}}"#;
    for partition in everywhere() {
        let answer = never(&bucket(statements, partition), &objects(&["s3:GetObject"], partition));
        let witness = answer.witness().unwrap_or_else(|| panic!("{partition}: {answer:?}"));
        let role = moved("role `arn:aws:iam::333333333333:role/Reader`", partition);
        assert_eq!(witness.caller, role, "{partition}");
    }
}

#[test]
fn who_is_exempt_by_name_is_found_in_every_partition() {
    let statements = r#"{"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "333333333333"},
        "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::logs/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::logs/*",
         "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Exempt"}}}"#;
    for partition in everywhere() {
        let answer = never(&bucket(statements, partition), &objects(&["s3:DeleteObject"], partition));
        let witness = answer.witness().unwrap_or_else(|| panic!("{partition}: {answer:?}"));
        let arn = witness.request.principal().condition_arn().unwrap().to_owned();
        assert!(arn.starts_with(&format!("arn:{partition}:iam::")) && arn.ends_with(":role/Exempt"), "{arn}");
    }
}

#[test]
fn on_whose_behalf_a_service_writes_is_found_in_every_partition() {
    let statements = r#"{"Sid": "Trails", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
         "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}}"#;
    for partition in everywhere() {
        let foreign = objects(&["s3:PutObject"], partition).by(Who::services()).from_source(Source::Foreign);
        let answer = never(&bucket(statements, partition), &foreign);
        let witness = answer.witness().unwrap_or_else(|| panic!("{partition}: {answer:?}"));
        let sentence = witness.sentence();
        assert!(sentence.contains(&format!("arn:{partition}:cloudtrail:")), "{sentence}");
    }
}

#[test]
fn a_trail_in_the_encryption_context_is_of_the_partition() {
    let key = |partition| moved("arn:aws:kms:x:222222222222:key/k", partition);
    let statements = r#"{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "kms:GenerateDataKey*", "Resource": "*", "Condition": {"StringLike":
        {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:*:trail/*"}}}"#;
    for partition in everywhere() {
        let question = Question::about(["kms:GenerateDataKey"]).on(&key(partition)).by(Who::services());
        let answer = never(&bucket(statements, partition), &question.from_source(Source::Foreign));
        assert!(answer.witness().is_some(), "{partition}: {answer:?}");
    }
}

#[test]
fn nobody_of_another_partition_can_call() {
    for named in [
        r#"{"AWS": "arn:aws:iam::333333333333:role/Reader"}"#,
        r#"{"AWS": "arn:aws:iam::333333333333:user/u"}"#,
        r#"{"AWS": "arn:aws:iam::333333333333:root"}"#,
        r#"{"AWS": "arn:aws:sts::333333333333:assumed-role/Reader/me"}"#,
        r#"{"AWS": "arn:aws:sts::333333333333:federated-user/me"}"#,
    ] {
        let statement =
            format!(r#"{{"Effect": "Allow", "Principal": {named}, "Action": "s3:GetObject", "Resource": "*"}}"#);
        let strangers = |partition| {
            let mut scene = bucket(&statement, Partition::Commercial);
            scene.organization.partition = partition;
            who_can(&scene, &objects(&["s3:GetObject"], partition).by(Who::outsiders().except_account(OWNER))).can.len()
        };
        assert!(strangers(Partition::Commercial) > 0, "{named}");
        assert_eq!(strangers(Partition::UsGov), 0, "{named}");
    }
}

#[test]
fn a_caller_of_another_partition_does_not_exist() {
    let statement = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#;
    let scene = bucket(statement, Partition::China);
    let object = "arn:aws-cn:s3:::logs/x";
    let role = |partition| {
        let arn = moved("arn:aws:iam::333333333333:role/R", partition);
        Principal::named(&arn).unwrap()
    };
    let decided = |who| scene.decide(&who, "s3:GetObject", object, &Context::new());
    assert_eq!(decided(role(Partition::China)).map(|d| d.decision), Some(Decision::Allowed));
    assert!(decided(role(Partition::Commercial)).is_none());
    let asked = |who| never(&scene, &Question::about(["s3:GetObject"]).on(object).by(Who::exactly(who)));
    assert!(asked(role(Partition::China)).witness().is_some());
    assert!(matches!(asked(role(Partition::UsGov)), Answer::Undecided(why) if why.contains("another partition")));
}

#[test]
fn an_account_by_number_is_of_the_policys_partition_and_by_arn_of_its_own() {
    let decision = |named: &str, caller: &str| {
        let text = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{named}"}}, "Action": "s3:*", "Resource": "*"}}}}"#
        );
        let full = br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let policies = Policies {
            resource: Some(Arc::new(Policy::parse("bucket policy", text.as_bytes()).unwrap())),
            identity: vec![Arc::new(Policy::parse("full", full).unwrap())],
            ..Policies::default()
        };
        let who = Principal::named(caller).unwrap();
        let request = logproof_policy::Request::new(who, "s3:GetObject", "arn:aws-us-gov:s3:::logs/x");
        decide(&request.owned_by(OWNER), &policies).is_allowed()
    };
    let caller = "arn:aws-us-gov:iam::333333333333:role/R";
    assert!(decision("333333333333", caller));
    assert!(decision("arn:aws-us-gov:iam::333333333333:root", caller));
    assert!(!decision("arn:aws:iam::333333333333:root", caller));
    assert!(!decision("arn:aws-nowhere:iam::333333333333:root", caller));
}

#[test]
fn a_resource_of_any_name_is_one_of_the_partition() {
    let statement = |resource: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "{resource}"}}"#)
    };
    let anywhere = || Question::about(["s3:GetObject"]).on_all("*").by(Who::anonymous());
    let answer = |resource: &str, partition| {
        let mut scene = bucket(&statement(resource), Partition::Commercial);
        scene.organization.partition = partition;
        never(&scene, &anywhere()).witness().map(|witness| witness.request.resource().to_owned())
    };
    for resource in ["arn:aws:s3:::logs/*", "arn:aws*:s3:::logs/*", "arn:*:s3:::logs/*", "*"] {
        let found = answer(resource, Partition::Commercial);
        assert!(found.is_some(), "{resource}");
        let elsewhere = answer(resource, Partition::UsGov);
        assert_eq!(elsewhere.is_some(), resource != "arn:aws:s3:::logs/*", "{resource}: {elsewhere:?}");
        let foreign = elsewhere.as_deref().and_then(Partition::of_arn).filter(|found| *found != Partition::UsGov);
        assert_eq!(foreign, None, "{resource}");
    }
}

#[test]
fn every_worked_case_is_decided_alike_in_every_partition() {
    let files: [(&[u8], usize); 2] =
        [(include_bytes!("data/iam-cases.json"), 167), (include_bytes!("data/own-cases.json"), 304)];
    for (file, least) in files {
        let text = std::str::from_utf8(file).unwrap();
        let decided = |text: &str| -> Vec<(String, String)> {
            let cases = cases::read(text.as_bytes()).unwrap();
            let decided = |case: &cases::Case| decide(&case.request, &case.policies).to_string();
            cases.iter().map(|case| (case.id.clone(), decided(case))).collect()
        };
        let commercial = decided(text);
        assert!(commercial.len() >= least);
        for partition in OTHERS {
            let there = moved(text, partition);
            assert!(there.contains(&format!("arn:{partition}:")), "the cases are moved");
            assert_eq!(decided(&there), commercial, "{partition}");
        }
    }
}

#[test]
fn random_policies_are_decided_alike_in_every_partition() {
    let (mut dice, mut violated, mut holds) = (Dice(0x0123_4567_89ab_cdef), 0, 0);
    for round in 0..600 {
        let partition = OTHERS[round % OTHERS.len()];
        let mut again = dice.clone();
        let commercial = answer(&mut dice, Partition::Commercial);
        let there = answer(&mut again, partition);
        assert_eq!(moved(&there, partition), commercial, "round {round}, {partition}");
        violated += usize::from(commercial.starts_with("violated"));
        holds += usize::from(commercial.starts_with("holds"));
    }
    assert!(violated > 100 && holds > 20, "{violated} violated, {holds} hold");
}

/// The answer to a random question in a random scene, with its witness.
fn answer(dice: &mut Dice, partition: Partition) -> String {
    go_to(partition);
    let (scene, asked) = (scene(dice), question(dice));
    let answer = if dice.chance(75) { never(&scene, &asked.question) } else { always(&scene, &asked.question) };
    go_to(Partition::Commercial);
    match answer {
        Answer::Holds => "holds".to_owned(),
        Answer::Violated(witness) => format!("violated: {} {:?}", witness.sentence(), witness.request),
        Answer::Undecided(reason) => format!("undecided: {reason}"),
    }
}
