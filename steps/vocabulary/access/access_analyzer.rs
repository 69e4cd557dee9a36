//! Whether IAM Access Analyzer watches the log store for access from outside the organization, and what it found.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    AccountId, ExchangeId, Fact,
    facts::AccessAnalyzer,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::questions::ask_each;

#[then("an active external access analyzer of the organization watches the Region of the log bucket")]
async fn an_analyzer_watches(w: &mut LogproofWorld) -> Judged {
    let bucket = w.bucket()?;
    let found = Analyzers::read(w).await?;
    let watching = found.watching();
    let words = match watching.as_slice() {
        [] if found.all.is_empty() => format!("no analyzer in {} of {}", bucket.region, found.asked_in_words()),
        [] => found
            .all
            .iter()
            .map(|one| format!("`{}` is {} and {}", one.name, one.kind, one.status))
            .collect::<Vec<_>>()
            .join("; "),
        watching => watching.iter().map(|one| format!("{} is ACTIVE", one.arn)).collect::<Vec<_>>().join("; "),
    };
    w.observe(
        Observation::new(
            Subject::bucket(&bucket),
            format!("an analyzer of type ORGANIZATION, ACTIVE, in {}", bucket.region),
            words,
            !watching.is_empty(),
        )
        .hint("create an external access analyzer with the organization as zone of trust, in the management account or the delegated administrator's")
        .resting_on(&found.exchanges),
    );
    w.settle()
}

#[then("it has no finding about the log bucket or the log key, not even an archived one")]
async fn no_finding_about_the_log_store(w: &mut LogproofWorld) -> Judged {
    let (bucket, (asked, key)) = (w.bucket()?, w.key()?);
    let found = Analyzers::read(w).await?;
    let watching = found.watching();
    if watching.is_empty() {
        return Err(w.not_applicable("access-analyzer:ListAnalyzers returned no active analyzer of the organization"));
    }
    let subjects = [Subject::bucket(&bucket), Subject::arn(&key.arn).at(&asked.account, Some(&asked.region))];
    for subject in subjects {
        // What was RESOLVED is no longer so.
        let open: Vec<String> = watching
            .iter()
            .flat_map(|one| &one.findings)
            .filter(|finding| finding.resource == subject.arn && finding.status != "RESOLVED")
            .map(|finding| format!("finding {} is {}", finding.id, finding.status))
            .collect();
        let words = if open.is_empty() { "none".to_owned() } else { open.join("; ") };
        w.observe(
            Observation::new(subject, "no finding that is active or archived", words, open.is_empty())
                .place("IAM Access Analyzer")
                .hint("take the access away; to archive a finding hides it from everybody, a waiver has an owner and an end")
                .resting_on(&found.exchanges),
        );
    }
    w.settle()
}

/// The analyzers of the accounts that can have one for the organization.
struct Analyzers {
    all: Vec<AccessAnalyzer>,
    asked: Vec<AccountId>,
    exchanges: Vec<ExchangeId>,
}

impl Analyzers {
    /// Asks the management account, where it is created without a delegated administrator, and those that usually are
    /// one. That one of them cannot be asked matters only while no analyzer was found.
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
        let organization = &config.organization;
        let mut asked: Vec<AccountId> = organization.security_tooling_account.iter().cloned().collect();
        for account in [&organization.management_account, &organization.log_archive_account] {
            if !asked.contains(account) {
                asked.push(account.clone());
            }
        }
        let answers = ask_each(asked.clone(), |account| {
            let estate = Arc::clone(&estate);
            let region = bucket.region.clone();
            async move { estate.access_analyzers(&account, &region).await }
        })
        .await;
        let mut found = Self { all: Vec::new(), asked, exchanges: Vec::new() };
        let mut hidden = Vec::new();
        for answer in answers {
            match answer {
                Ok(fact) => {
                    let fact: Fact<Vec<AccessAnalyzer>> = fact;
                    found.exchanges.extend_from_slice(fact.exchanges());
                    found.all.extend(fact.iter().cloned());
                }
                Err(unseen) => hidden.push(unseen),
            }
        }
        if found.watching().is_empty()
            && let Some(first) = hidden.first()
        {
            let stop = Stop::because(first.to_string());
            hidden.into_iter().for_each(|unseen| w.unseen(unseen));
            return Err(stop);
        }
        Ok(found)
    }

    fn watching(&self) -> Vec<&AccessAnalyzer> {
        self.all.iter().filter(|one| one.kind == "ORGANIZATION" && one.status == "ACTIVE").collect()
    }

    fn asked_in_words(&self) -> String {
        let ids: Vec<&str> = self.asked.iter().map(AccountId::as_str).collect();
        format!("accounts {}", ids.join(", "))
    }
}
