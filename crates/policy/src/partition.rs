//! Partitions: the separate clouds of AWS, none of which knows the principals and resources of another.
//!
//! Owns their names, and what AWS writes differently in them. Must not know policies.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

use serde::Serialize;

/// A group of Regions with accounts, principals and ARNs of its own.
///
/// ```
/// use logproof_policy::Partition;
///
/// assert_eq!(Partition::of_region("us-gov-west-1"), Partition::UsGov);
/// assert_eq!(Partition::of_arn("arn:aws-cn:s3:::logs"), Some(Partition::China));
/// assert_eq!(Partition::EuropeanSovereign.arn("iam", "", "222222222222", "root"), "arn:aws-eusc:iam::222222222222:root");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub enum Partition {
    /// `aws`: the commercial Regions.
    #[default]
    #[serde(rename = "aws")]
    Commercial,
    /// `aws-us-gov`: AWS GovCloud (US).
    #[serde(rename = "aws-us-gov")]
    UsGov,
    /// `aws-cn`: the Regions in China.
    #[serde(rename = "aws-cn")]
    China,
    /// `aws-eusc`: the AWS European Sovereign Cloud.
    #[serde(rename = "aws-eusc")]
    EuropeanSovereign,
    /// `aws-iso`.
    #[serde(rename = "aws-iso")]
    Iso,
    /// `aws-iso-b`.
    #[serde(rename = "aws-iso-b")]
    IsoB,
    /// `aws-iso-e`.
    #[serde(rename = "aws-iso-e")]
    IsoE,
    /// `aws-iso-f`.
    #[serde(rename = "aws-iso-f")]
    IsoF,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Self; 8] = [
        Self::Commercial,
        Self::UsGov,
        Self::China,
        Self::EuropeanSovereign,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
    ];

    /// The second field of its ARNs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::UsGov => "aws-us-gov",
            Self::China => "aws-cn",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// The partition of a Region; one that begins like none of the others is commercial, as in AWS's own SDKs.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        let begins = |head: &str| region.starts_with(head);
        match () {
            () if begins("us-gov-") => Self::UsGov,
            () if begins("cn-") => Self::China,
            () if begins("eusc-") => Self::EuropeanSovereign,
            () if begins("us-iso-") => Self::Iso,
            () if begins("us-isob-") => Self::IsoB,
            () if begins("eu-isoe-") => Self::IsoE,
            () if begins("us-isof-") => Self::IsoF,
            () => Self::Commercial,
        }
    }

    /// The partition with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|partition| partition.as_str() == name)
    }

    /// The partition an ARN is of; `None` when the text is no ARN, or of a partition that does not exist.
    #[must_use]
    pub fn of_arn(arn: &str) -> Option<Self> {
        let mut fields = arn.split(':');
        (fields.next() == Some("arn")).then(|| fields.next().and_then(Self::named)).flatten()
    }

    /// What names of hosts end in.
    // See: https://docs.aws.amazon.com/general/latest/gr/rande.html and the endpoint rules of AWS's own SDKs
    #[must_use]
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Commercial | Self::UsGov => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
            Self::Iso => "c2s.ic.gov",
            Self::IsoB => "sc2s.sgov.gov",
            Self::IsoE => "cloud.adc-e.uk",
            Self::IsoF => "csp.hci.ic.gov",
        }
    }

    /// The values `kms:ViaService` may have when a service of a Region uses a key. AWS documents them with
    /// `amazonaws.com` only; elsewhere both that and the partition's own suffix are possible, the likelier first.
    // See: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    #[must_use]
    pub fn via_service(self, service: &str, region: &str) -> Vec<String> {
        let mut suffixes = vec![self.dns_suffix(), Self::Commercial.dns_suffix()];
        suffixes.dedup();
        suffixes.into_iter().map(|suffix| format!("{service}.{region}.{suffix}")).collect()
    }

    /// An ARN of this partition.
    #[must_use]
    pub fn arn(self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{self}:{service}:{region}:{account}:{resource}")
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Partition;

    #[test]
    fn every_partition_has_its_regions_and_arns() {
        for (region, name) in [
            ("eu-central-1", "aws"),
            ("us-east-1", "aws"),
            ("mx-central-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-gov-east-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("cn-northwest-1", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            let partition = Partition::of_region(region);
            assert_eq!(partition.to_string(), name, "{region}");
            assert_eq!(Partition::of_arn(&partition.arn("kms", region, "222222222222", "key/k")), Some(partition));
        }
    }

    #[test]
    fn an_arn_of_no_partition_has_none() {
        for text in ["", "arn", "arn:", "arn:aws-xy:iam::222222222222:root", "aws:arn", "222222222222", "arn:*:s3:::b"]
        {
            assert_eq!(Partition::of_arn(text), None, "{text}");
        }
    }
}
