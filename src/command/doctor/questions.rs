//! The questions of the doctor: of each kind that a check asks at least one, where a check asks it.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, Estate, KeyRef, Region, Unseen,
    facts::{DEFAULT_BUS, OrgPolicyKind},
};
use tokio::time::{Instant, timeout_at};

/// Longest time all questions together may take.
pub(super) const LONGEST: Duration = Duration::from_secs(50);
/// Questions in flight; the sessions hold less than that back per account.
const IN_FLIGHT: usize = 64;

/// One question with what came of it.
pub(super) struct Answered {
    /// What was asked, for a question that came to no end.
    pub(super) what: String,
    pub(super) account: AccountId,
    pub(super) region: Option<Region>,
    /// `None` when there was no answer in time.
    pub(super) result: Option<Result<(), Unseen>>,
}

/// Everything that was asked.
pub(super) struct Asked {
    pub(super) answers: Vec<Answered>,
    pub(super) caller: Option<String>,
    pub(super) organization: String,
    pub(super) accounts: Vec<AccountId>,
    /// Parts of the log store that are not there by the configured name.
    pub(super) missing: Vec<String>,
    /// The latest instant that AWS recorded.
    pub(super) newest: Option<Timestamp>,
}

type Question<'a> = BoxFuture<'a, Answered>;

/// Asks everything, for at most [`LONGEST`].
pub(super) async fn ask(estate: &Arc<Estate>) -> Asked {
    let until = Instant::now() + LONGEST;
    let config = estate.config();
    let org = &config.organization;
    let mut asked = Asked {
        answers: Vec::new(),
        caller: None,
        organization: String::new(),
        accounts: Vec::new(),
        missing: Vec::new(),
        newest: None,
    };
    let management = || org.management_account.clone();
    let caller = asked.one(until, "sts:GetCallerIdentity", management(), None, estate.caller_identity()).await;
    asked.caller = caller.map(|caller| caller.arn.clone());
    let organization =
        asked.one(until, "organizations:DescribeOrganization", management(), None, estate.organization()).await;
    asked.organization = organization.map(|found| found.id.clone()).unwrap_or_default();
    let directory = asked.one(until, "organizations:ListAccounts", management(), None, estate.directory()).await;
    asked.accounts = match directory {
        Some(directory) => directory.active().map(|account| account.id.clone()).collect(),
        // Without the list the named accounts are asked, so that their problems show as well.
        None => {
            let named =
                [Some(&org.management_account), Some(&org.log_archive_account), org.security_tooling_account.as_ref()];
            named.into_iter().flatten().cloned().collect()
        }
    };
    asked.store(until, estate).await;
    let accounts = asked.accounts.clone();
    let mut questions: Vec<Question<'_>> = of_the_organization(estate);
    for account in &accounts {
        questions.extend(of_account(estate, account));
    }
    questions.extend(of_bucket(estate, estate.log_bucket()));
    let named = stream::iter(questions);
    let mut answers = std::pin::pin!(named.buffer_unordered(IN_FLIGHT));
    loop {
        match timeout_at(until, answers.next()).await {
            Ok(Some(answer)) => asked.answers.push(answer),
            Ok(None) => break,
            Err(_) => {
                asked.answers.push(Answered {
                    what: "the other questions".to_owned(),
                    account: management(),
                    region: None,
                    result: None,
                });
                break;
            }
        }
    }
    asked
}

impl Asked {
    /// Asks one question and keeps what came of it.
    async fn one<T>(
        &mut self,
        until: Instant,
        what: &str,
        account: AccountId,
        region: Option<Region>,
        question: impl Future<Output = Answer<T>>,
    ) -> Option<logproof_estate::Fact<T>> {
        let answer = timeout_at(until, question).await.ok();
        let (result, value) = match answer {
            None => (None, None),
            Some(Ok(value)) => (Some(Ok(())), Some(value)),
            Some(Err(unseen)) => (Some(Err(unseen)), None),
        };
        self.answers.push(Answered { what: what.to_owned(), account, region, result });
        value
    }

    /// Whether bucket, key and trail are there, and what depends on them.
    async fn store(&mut self, until: Instant, estate: &Arc<Estate>) {
        let config = estate.config();
        let (bucket, key) = (estate.log_bucket(), estate.log_key());
        let home = config.organization.home_region.clone();
        let owner = bucket.owner.clone();
        let location = estate.bucket_location(&bucket);
        let place = self.one(until, "s3:GetBucketLocation", owner, Some(home.clone()), location).await;
        if place.is_some_and(|found| found.is_none()) {
            self.missing.push(format!("there is no bucket `{}` in account {}", bucket.name, bucket.owner));
        }
        let account = estate.key_account().clone();
        let found = self.one(until, "kms:DescribeKey", account.clone(), Some(home.clone()), estate.key(&key)).await;
        match found.as_deref() {
            Some(Some(found)) => {
                let key = KeyRef { id: found.arn.clone(), ..key };
                let region = Some(home.clone());
                self.one(until, "kms:GetKeyRotationStatus", account.clone(), region.clone(), estate.key_rotation(&key))
                    .await;
                self.one(until, "kms:GetKeyPolicy", account.clone(), region.clone(), estate.key_policy(&key)).await;
                self.one(until, "kms:ListGrants", account, region, estate.key_grants(&key)).await;
            }
            Some(None) => self.missing.push(format!("there is no key `{}` in account {account}", key.id)),
            None => {}
        }
        self.trail(until, estate, &home).await;
    }

    async fn trail(&mut self, until: Instant, estate: &Arc<Estate>, home: &Region) {
        let config = estate.config();
        let management = config.organization.management_account.clone();
        let region = Some(home.clone());
        let trails = estate.trails(&management, home);
        let Some(trails) =
            self.one(until, "cloudtrail:DescribeTrails", management.clone(), region.clone(), trails).await
        else {
            return;
        };
        let Some(trail) = trails.iter().find(|trail| trail.name == config.names.trail) else {
            self.missing.push(format!("there is no trail `{}` in account {management}, {home}", config.names.trail));
            return;
        };
        let status = estate.trail_status(&management, home, &trail.arn);
        let status = self.one(until, "cloudtrail:GetTrailStatus", management.clone(), region.clone(), status).await;
        self.newest = status.as_deref().and_then(|status| status.as_ref()?.latest_delivery);
        let selectors = estate.event_selectors(&management, home, &trail.arn);
        self.one(until, "cloudtrail:GetEventSelectors", management.clone(), region.clone(), selectors).await;
        if let Some(group) = trail.log_group_arn.as_deref().and_then(|arn| arn.split(':').nth(6)) {
            let filters = estate.metric_filters(&management, home, group);
            self.one(until, "logs:DescribeMetricFilters", management.clone(), region, filters).await;
        }
    }
}

/// A question as one of many.
fn question<'a, T>(
    what: &str,
    account: &AccountId,
    region: Option<&Region>,
    asked: impl Future<Output = Answer<T>> + Send + 'a,
) -> Question<'a>
where
    T: Send + Sync + 'a,
{
    let (what, account, region) = (what.to_owned(), account.clone(), region.cloned());
    async move {
        let result = asked.await.map(drop);
        Answered { what, account, region, result: Some(result) }
    }
    .boxed()
}

fn of_the_organization(estate: &Estate) -> Vec<Question<'_>> {
    let org = &estate.config().organization;
    let (account, home) = (&org.management_account, &org.home_region);
    vec![
        question("organizations:ListPolicies", account, None, estate.org_policies(OrgPolicyKind::ServiceControl)),
        question("organizations:DescribeResourcePolicy", account, None, estate.delegation_policy()),
        question(
            "organizations:ListDelegatedAdministrators",
            account,
            None,
            estate.delegated_administrators("access-analyzer.amazonaws.com"),
        ),
        question("cloudwatch:DescribeAlarms", account, Some(home), estate.alarms(account, home)),
        question("access-analyzer:ListAnalyzers", account, Some(home), estate.access_analyzers(account, home)),
        question("events:ListRules", account, Some(home), estate.event_rules(account, home, DEFAULT_BUS)),
        question("events:DescribeEventBus", account, Some(home), estate.event_bus(account, home, DEFAULT_BUS)),
    ]
}

/// What is asked of every account, in every governed Region.
fn of_account<'a>(estate: &'a Estate, account: &'a AccountId) -> Vec<Question<'a>> {
    let org = &estate.config().organization;
    let mut questions = Vec::new();
    if *account == org.log_archive_account || account == estate.key_account() {
        questions.push(question(
            "iam:GetAccountAuthorizationDetails",
            account,
            None,
            estate.account_authorization(account),
        ));
        questions.push(question("s3:ListBuckets", account, None, estate.buckets(account)));
        questions.push(question(
            "s3control:GetPublicAccessBlock",
            account,
            None,
            estate.account_public_access_block(account),
        ));
    }
    for region in &org.governed_regions {
        questions.extend([
            question(
                "config:DescribeConfigurationRecorders",
                account,
                Some(region),
                estate.config_recorders(account, region),
            ),
            question("config:DescribeDeliveryChannels", account, Some(region), estate.config_delivery(account, region)),
            question(
                "config:DescribeDeliveryChannelStatus",
                account,
                Some(region),
                estate.config_delivery_status(account, region),
            ),
        ]);
    }
    questions
}

fn of_bucket(estate: &Arc<Estate>, bucket: BucketRef) -> Vec<Question<'static>> {
    macro_rules! each {
        ($($name:ident $operation:literal),* $(,)?) => {
            vec![$({
                let (estate, bucket) = (Arc::clone(estate), bucket.clone());
                let (owner, region) = (bucket.owner.clone(), bucket.region.clone());
                question($operation, &owner, Some(&region), async move { estate.$name(&bucket).await })
            }),*]
        };
    }
    each![
        bucket_encryption "s3:GetBucketEncryption",
        bucket_public_access_block "s3:GetPublicAccessBlock",
        bucket_ownership "s3:GetBucketOwnershipControls",
        bucket_policy "s3:GetBucketPolicy",
        bucket_acl "s3:GetBucketAcl",
        bucket_versioning "s3:GetBucketVersioning",
        object_lock "s3:GetObjectLockConfiguration",
        bucket_lifecycle "s3:GetBucketLifecycleConfiguration",
        bucket_archive_tiering "s3:ListBucketIntelligentTieringConfigurations",
        bucket_logging "s3:GetBucketLogging",
        bucket_replication "s3:GetBucketReplication",
        bucket_tags "s3:GetBucketTagging",
    ]
}
