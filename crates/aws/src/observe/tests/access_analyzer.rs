//! IAM Access Analyzer.

use logproof_estate::facts::{AccessAnalyzer, AnalyzerFinding};
use serde_json::{Value, json};

use super::support::{Protocol, Wire, client, fails_apart, json as answer, malformed, refused};
use crate::observe::access_analyzer;

fn analyzers(name: &str, next: Option<&str>) -> Wire {
    let analyzer = json!({
        "arn": format!("arn:{name}"), "name": name, "type": "ORGANIZATION", "status": "ACTIVE",
        "createdAt": "2026-01-01T00:00:00Z",
    });
    answer(json!({"analyzers": [analyzer], "nextToken": next}))
}

fn finding(id: &str, status: &str) -> Value {
    json!({
        "id": id, "resource": "arn:aws:s3:::logs", "status": status, "resourceType": "AWS::S3::Bucket",
        "resourceOwnerAccount": "222222222222", "analyzedAt": "2026-01-01T00:00:00Z",
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
    })
}

fails_apart!(no_analyzer: aws_sdk_accessanalyzer::list_analyzers, Json,
    "access-analyzer:ListAnalyzers" needs "access-analyzer:ListAnalyzers",
    answer(json!({"analyzers": []})), |access_analyzer| access_analyzer::analyzers(access_analyzer));

#[tokio::test]
async fn analyzers_and_findings_of_two_pages() {
    let access_analyzer = client!(aws_sdk_accessanalyzer:
        list_analyzers => [analyzers("one", Some("page-2")), analyzers("two", None)],
        list_findings_v2 => [
            answer(json!({"findings": [finding("a", "ACTIVE")], "nextToken": "page-2"})),
            answer(json!({"findings": [finding("b", "ARCHIVED")]})),
            answer(json!({"findings": []})),
        ],
    );
    let finding = |id: &str, status: &str| AnalyzerFinding {
        id: id.to_owned(),
        resource: "arn:aws:s3:::logs".to_owned(),
        status: status.to_owned(),
    };
    let analyzer = |name: &str, findings| AccessAnalyzer {
        arn: format!("arn:{name}"),
        name: name.to_owned(),
        kind: "ORGANIZATION".to_owned(),
        status: "ACTIVE".to_owned(),
        findings,
    };
    let found = access_analyzer::analyzers(&access_analyzer).await.unwrap();
    let findings = vec![finding("a", "ACTIVE"), finding("b", "ARCHIVED")];
    assert_eq!(found, [analyzer("one", findings), analyzer("two", Vec::new())]);
}

#[tokio::test]
async fn findings_that_may_not_be_read_are_not_none() {
    let access_analyzer = client!(aws_sdk_accessanalyzer:
        list_analyzers => [analyzers("one", None)],
        list_findings_v2 => [Protocol::Json.error(403, "AccessDeniedException")],
    );
    assert_eq!(refused(access_analyzer::analyzers(&access_analyzer).await), "AccessDeniedException");
}

#[tokio::test]
async fn a_finding_about_nothing_is_no_answer() {
    let mut about_nothing = finding("a", "ACTIVE");
    about_nothing.as_object_mut().unwrap().remove("resource");
    let access_analyzer = client!(aws_sdk_accessanalyzer:
        list_analyzers => [analyzers("one", None)],
        list_findings_v2 => [answer(json!({"findings": [about_nothing]}))],
    );
    let why = malformed(access_analyzer::analyzers(&access_analyzer).await);
    assert_eq!(why, "the answer has no finding resource");
}
