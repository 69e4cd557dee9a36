//! The naming convention of log buckets: `aws-[prefix]-log-storage-[account ID]-[Region]`.

use logproof_estate::{AccountId, Region};

/// What a bucket name of the convention says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConventionalName {
    /// The `[prefix]`.
    pub(crate) prefix: String,
    /// The `[account ID]`.
    pub(crate) account: AccountId,
    /// The `[Region]`.
    pub(crate) region: Region,
}

impl ConventionalName {
    /// Reads a name; `None` when it does not have the form of the convention.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let (prefix, place) = name.strip_prefix("aws-")?.rsplit_once("-log-storage-")?;
        let (account, region) = place.split_once('-')?;
        let well_formed = !prefix.is_empty()
            && !prefix.starts_with('-')
            && !prefix.ends_with('-')
            && prefix.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !well_formed {
            return None;
        }
        Some(Self { prefix: prefix.to_owned(), account: account.parse().ok()?, region: region.parse().ok()? })
    }

    /// Where the name says something else than the bucket's real account and Region.
    pub(crate) fn contradictions(&self, account: &AccountId, region: &Region) -> Vec<String> {
        let mut wrong = Vec::new();
        if &self.account != account {
            wrong.push(format!("the name says account {}, the bucket is in account {account}", self.account));
        }
        if &self.region != region {
            wrong.push(format!("the name says Region {}, the bucket is in {region}", self.region));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(String, String, String)> {
        ConventionalName::read(name).map(|n| (n.prefix, n.account.to_string(), n.region.to_string()))
    }

    #[test]
    fn a_name_of_the_convention_is_read_into_its_parts() {
        let parts = |p: &str, a: &str, r: &str| Some((p.to_owned(), a.to_owned(), r.to_owned()));
        assert_eq!(
            read("aws-acme-log-storage-222222222222-eu-central-1"),
            parts("acme", "222222222222", "eu-central-1")
        );
        assert_eq!(
            read("aws-acme-config-log-storage-222222222222-us-gov-west-1"),
            parts("acme-config", "222222222222", "us-gov-west-1")
        );
    }

    #[test]
    fn names_that_only_look_alike_are_not_of_the_convention() {
        for name in [
            "acme-log-storage-222222222222-eu-central-1",
            "aws-log-storage-222222222222-eu-central-1",
            "aws--log-storage-222222222222-eu-central-1",
            "aws-acme-log-storage-22222222222-eu-central-1",
            "aws-acme-log-storage-222222222222",
            "aws-acme-log-storage-222222222222-",
            "aws-acme-log-storage-222222222222-eucentral1",
            "aws-acme-logs-222222222222-eu-central-1",
            "aws-acme.x-log-storage-222222222222-eu-central-1",
            "aws-controltower-logs-222222222222-eu-central-1",
        ] {
            assert_eq!(ConventionalName::read(name), None, "{name}");
        }
    }

    #[test]
    fn another_account_or_region_in_the_name_is_said() {
        let name = ConventionalName::read("aws-acme-log-storage-444444444444-eu-west-1").unwrap();
        let (account, region) = ("222222222222".parse().unwrap(), "eu-central-1".parse().unwrap());
        let wrong = name.contradictions(&account, &region);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].contains("444444444444") && wrong[0].contains("222222222222"));
        assert!(wrong[1].contains("eu-west-1") && wrong[1].contains("eu-central-1"));
        assert!(name.contradictions(&"444444444444".parse().unwrap(), &"eu-west-1".parse().unwrap()).is_empty());
    }
}
