//! The four ways a configuration names a KMS key: key id, key ARN, alias name, alias ARN.

use logproof_estate::{AccountId, KeyRef, Region};

/// What it takes to know which key a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedKey {
    /// A key ARN: it is the key.
    Arn(String),
    /// An id or alias: KMS must be asked, there.
    Ask(KeyRef),
}

impl NamedKey {
    /// Reads `name`. An id or a bare alias means a key of the account and Region that use it; an ARN carries its own.
    ///
    /// See: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id>
    pub(crate) fn read(name: &str, account: &AccountId, region: &Region) -> Self {
        let mut parts = name.splitn(6, ':');
        let (head, service) = (parts.next(), parts.nth(1));
        if head != Some("arn") || service != Some("kms") {
            return Self::Ask(KeyRef { id: name.to_owned(), account: account.clone(), region: region.clone() });
        }
        let place = (parts.next().and_then(|r| r.parse().ok()), parts.next().and_then(|a| a.parse().ok()));
        match (place, parts.next()) {
            ((Some(region), Some(account)), Some(resource)) if resource.starts_with("alias/") => {
                Self::Ask(KeyRef { id: name.to_owned(), account, region })
            }
            _ => Self::Arn(name.to_owned()),
        }
    }
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> Option<AccountId> {
    arn.split(':').nth(4)?.parse().ok()
}

/// The Region in an ARN.
pub(crate) fn region_of(arn: &str) -> Option<Region> {
    arn.split(':').nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn read(name: &str) -> NamedKey {
        NamedKey::read(name, &"111111111111".parse().unwrap(), &"eu-west-1".parse().unwrap())
    }

    fn asked(id: &str, account: &str, region: &str) -> NamedKey {
        let (account, region) = (account.parse().unwrap(), region.parse().unwrap());
        NamedKey::Ask(KeyRef { id: id.to_owned(), account, region })
    }

    #[test]
    fn a_key_arn_is_the_key() {
        assert_eq!(read(KEY), NamedKey::Arn(KEY.to_owned()));
    }

    #[test]
    fn an_id_and_a_bare_alias_belong_to_whoever_uses_them() {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(read(id), asked(id, "111111111111", "eu-west-1"));
        assert_eq!(read("alias/acme"), asked("alias/acme", "111111111111", "eu-west-1"));
    }

    #[test]
    fn an_alias_arn_is_asked_about_where_it_says() {
        let alias = "arn:aws:kms:eu-central-1:222222222222:alias/acme/logs";
        assert_eq!(read(alias), asked(alias, "222222222222", "eu-central-1"));
    }

    #[test]
    fn arns_say_their_account_and_region() {
        assert_eq!(account_of(KEY), "222222222222".parse().ok());
        assert_eq!(region_of(KEY), "eu-central-1".parse().ok());
        assert_eq!(account_of("arn:aws:s3:::bucket"), None);
        assert_eq!(region_of("nonsense"), None);
    }
}
