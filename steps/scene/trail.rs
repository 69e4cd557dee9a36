//! The organization trail: which one it is, whose, and where it is asked about.

use logproof_estate::{
    AccountId, Fact, Region,
    facts::Trail,
    record::Subject,
    world::{LogproofWorld, Stop},
};

use crate::judgement::key_name::{account_of, region_of};

/// The organization trail where there is one, for sentences that refer to something else.
pub(crate) async fn organization_trail(w: &mut LogproofWorld) -> Result<Option<Fact<Trail>>, Stop> {
    let (estate, config) = (w.estate()?, w.config()?);
    let (account, region) = (&config.organization.management_account, &config.organization.home_region);
    let trails = w.see(estate.trails(account, region).await)?;
    let picked = pick_trail(&trails, &config.names.trail, &config.trail_arn());
    Ok(picked.map(|trail| Fact::new(trail.clone(), trails.exchanges())))
}

/// The trail of that name: the one at the expected ARN first, then an organization trail, then any.
pub(crate) fn pick_trail<'a>(trails: &'a [Trail], name: &str, arn: &str) -> Option<&'a Trail> {
    let named = || trails.iter().filter(|trail| trail.name == name);
    named().find(|t| t.arn == arn).or_else(|| named().find(|t| t.is_organization_trail)).or_else(|| named().next())
}

/// The trail as a subject.
pub(crate) fn trail_subject(trail: &Trail) -> Subject {
    let subject = Subject::arn(&trail.arn);
    match account_of(&trail.arn) {
        Some(account) => subject.at(&account, region_of(&trail.arn).as_ref()),
        None => subject,
    }
}

/// The account that owns the trail: it answers for its status and selectors.
pub(crate) fn owner_of(w: &LogproofWorld, trail: &Trail) -> Result<AccountId, Stop> {
    Ok(account_of(&trail.arn).unwrap_or(w.config()?.organization.management_account.clone()))
}

/// The Region the trail was created in: selectors can be asked for there only.
pub(crate) fn home_of(w: &LogproofWorld, trail: &Trail) -> Result<Region, Stop> {
    let stated = trail.home_region.as_ref().and_then(|region| region.parse().ok());
    Ok(stated.or_else(|| region_of(&trail.arn)).unwrap_or(w.config()?.organization.home_region.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(name: &str, arn: &str, organization: bool) -> Trail {
        Trail {
            name: name.to_owned(),
            arn: arn.to_owned(),
            home_region: None,
            is_organization_trail: organization,
            is_multi_region: true,
            include_global_service_events: true,
            log_file_validation: true,
            bucket: "b".to_owned(),
            prefix: None,
            kms_key: None,
            log_group_arn: None,
            sns_topic_arn: None,
        }
    }

    #[test]
    fn the_trail_at_the_expected_arn_goes_before_an_organization_trail_of_the_same_name() {
        let trails = [trail("t", "arn:other", true), trail("t", "arn:expected", false), trail("u", "arn:u", true)];
        assert_eq!(pick_trail(&trails, "t", "arn:expected").unwrap().arn, "arn:expected");
        assert_eq!(pick_trail(&trails, "t", "arn:gone").unwrap().arn, "arn:other");
        assert_eq!(pick_trail(&trails, "v", "arn:gone"), None);
    }
}
