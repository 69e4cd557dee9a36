//! What AWS made and keeps: a finding about it names the way that exists, because its settings cannot simply be changed.

/// What is to be known of a resource that AWS Control Tower, the Landing Zone Accelerator or a service made; nothing of
/// one that is the owner's own.
///
/// See: <https://docs.aws.amazon.com/controltower/latest/userguide/walkthrough-guidance.html>
#[must_use]
pub fn made_by_aws(arn: &str) -> Option<&'static str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return None };
    let control_tower = resource.contains("aws-controltower-") || resource.contains("AWSControlTower");
    let accelerator = resource.contains("aws-accelerator-") || resource.contains("AWSAccelerator-");
    match *service {
        "s3" if control_tower => Some(
            "made by AWS Control Tower: retention, access logging and key are set under Landing zone settings; a mandatory \
             control keeps its policy from being changed, and a policy of your own in the organization can do the same",
        ),
        "cloudtrail" if control_tower => Some(
            "made by AWS Control Tower: switched on and off under Landing zone settings, and reset when you update",
        ),
        "config" if control_tower => {
            Some("made by AWS Control Tower: set by the governed Regions and by enrolling the account")
        }
        "iam" if resource.contains("AWSControlTowerExecution") => Some(
            "made by AWS Control Tower, which needs it: keep those few who may assume it from the management account",
        ),
        "iam" if resource.contains("aws-reserved/sso.amazonaws.com/") => Some(
            "made by IAM Identity Center: change the permission set or its assignment to the account, not the role",
        ),
        "iam" if resource.contains("aws-service-role/") => {
            Some("a service-linked role: only its service can use it and nobody can change its permissions")
        }
        _ if control_tower => Some(
            "made by AWS Control Tower: change it through the landing zone; what is changed by hand counts as drift",
        ),
        _ if accelerator => Some(
            "made by the Landing Zone Accelerator: change its configuration files and run its pipeline, which undoes \
             changes by hand",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::made_by_aws;

    #[test]
    fn what_aws_made_is_told_from_the_owners_own() {
        for (arn, word) in [
            ("arn:aws:s3:::aws-controltower-logs-222222222222-eu-central-1", "Landing zone settings"),
            ("arn:aws:cloudtrail:eu-central-1:111111111111:trail/aws-controltower-BaselineCloudTrail", "switched on"),
            ("arn:aws:iam::222222222222:role/AWSControlTowerExecution", "which needs it"),
            ("arn:aws:iam::222222222222:role/aws-controltower-AdministratorExecutionRole", "drift"),
            (
                "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_0",
                "permission set",
            ),
            ("arn:aws:s3:::aws-accelerator-central-logs-222222222222-eu-central-1", "pipeline"),
        ] {
            assert!(made_by_aws(arn).is_some_and(|text| text.contains(word)), "{arn}");
        }
        for arn in ["arn:aws:s3:::acme-logs", "arn:aws:iam::222222222222:role/LogArchive-Administrator", "register/x"] {
            assert_eq!(made_by_aws(arn), None, "{arn}");
        }
    }
}
