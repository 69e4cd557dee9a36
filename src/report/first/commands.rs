//! The line that makes one change, where a single call of the AWS command line interface makes it and takes nothing away.
//!
//! Calls that replace a whole configuration (lifecycle, replication, notifications) are not here: what else the
//! configuration holds would be lost.

use logproof_estate::record::Observation;

/// The line that clears a finding of a control, when there is one.
pub(super) fn command(control: &str, finding: &Observation) -> Option<String> {
    let arn = finding.subject.arn.as_str();
    let place: Vec<&str> = arn.split(':').collect();
    let (region, bucket) = (place.get(3).copied().unwrap_or_default(), arn.strip_prefix("arn:aws:s3:::"));
    let hint = finding.hint.as_deref().unwrap_or_default();
    if arn.starts_with("register/") {
        return register(arn, hint);
    }
    match control {
        "LS-2.6" if arn.contains(":key/") && hint.contains("rotation") => {
            let period =
                days(&finding.expected).map_or_else(String::new, |days| format!(" --rotation-period-in-days {days}"));
            Some(format!("aws kms enable-key-rotation --key-id {arn}{period} --region {region}"))
        }
        "LS-3.1" => Some(format!(
            "aws s3api put-public-access-block --bucket {} --public-access-block-configuration \
             BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
            bucket?
        )),
        "LS-3.2" if hint.contains("BucketOwnerEnforced") => Some(format!(
            "aws s3api put-bucket-ownership-controls --bucket {} \
             --ownership-controls 'Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]'",
            bucket?
        )),
        "LS-6.5" if hint.contains("ersioning") => Some(format!(
            "aws s3api put-bucket-versioning --bucket {} --versioning-configuration Status=Enabled",
            bucket?
        )),
        "LS-4.3" if arn.contains(":trail/") && hint.contains("alidation") => {
            Some(format!("aws cloudtrail update-trail --name {arn} --enable-log-file-validation --region {region}"))
        }
        "LS-7.4" if hint.starts_with("create") => {
            let home = finding.subject.region.as_ref().map_or("REGION", |region| region.as_str());
            Some(format!(
                "aws accessanalyzer create-analyzer --analyzer-name organization --type ORGANIZATION --region {home}"
            ))
        }
        _ => None,
    }
}

/// The number before `days` in a text.
fn days(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| word.starts_with("day"))?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// What adds an entry to the register.
fn register(file: &str, hint: &str) -> Option<String> {
    let entry = match file {
        "register/streams.toml" => "stream",
        "register/readers.toml" => "reader",
        _ => return None,
    };
    // Only where the hint asks for an entry; one that is there and not right is not mended by another.
    (hint.contains("register") || hint.contains("write")).then(|| format!("logproof register new {entry}"))
}
