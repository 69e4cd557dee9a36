//! IAM Access Analyzer.

use aws_sdk_accessanalyzer::Client;
use logproof_estate::facts::{AccessAnalyzer, AnalyzerFinding};

use super::{pages::all_pages, required};
use crate::failure::Failure;

/// Analyzers of every type, each with its findings of every status.
///
/// See: <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html>
pub(super) async fn analyzers(access_analyzer: &Client) -> Result<Vec<AccessAnalyzer>, Failure> {
    let summaries = all_pages(|token| async move {
        let output = access_analyzer.list_analyzers().set_next_token(token).send().await?;
        Ok((output.analyzers().to_vec(), output.next_token().map(str::to_owned)))
    })
    .await?;
    let mut analyzers = Vec::with_capacity(summaries.len());
    for summary in &summaries {
        let arn = required(summary.arn(), "analyzer ARN")?;
        analyzers.push(AccessAnalyzer {
            name: required(summary.name(), "analyzer name")?,
            kind: required(summary.r#type().as_str(), "analyzer type")?,
            status: required(summary.status().as_str(), "analyzer status")?,
            findings: findings(access_analyzer, &arn).await?,
            arn,
        });
    }
    Ok(analyzers)
}

/// See: <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListFindingsV2.html>
async fn findings(access_analyzer: &Client, analyzer_arn: &str) -> Result<Vec<AnalyzerFinding>, Failure> {
    all_pages(|token| async move {
        let request = access_analyzer.list_findings_v2().analyzer_arn(analyzer_arn);
        let output = request.set_next_token(token).send().await?;
        let findings = output.findings().iter().map(|finding| {
            Ok(AnalyzerFinding {
                id: required(finding.id(), "finding id")?,
                resource: required(finding.resource(), "finding resource")?,
                status: required(finding.status().as_str(), "finding status")?,
            })
        });
        Ok((findings.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}
