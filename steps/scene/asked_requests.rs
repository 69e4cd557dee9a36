//! Requests that must not be allowed on a bucket or key that a scenario names: policies, access control lists, grants.

use logproof_estate::{
    BucketRef, ExchangeId, Fact, KeyRef, Reason, Unseen,
    facts::KmsKey,
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Scene, Who};
use serde_json::{Value, json};

use crate::{
    judgement::{
        asked_actions::{self, GRANTED_BY_LISTS},
        key_name::account_of,
    },
    scene::{
        access::{Callers, ResourceAccess},
        access_points::never,
        asked::stop,
        bucket::BucketAccess,
        claim::Answered,
        conditions::when,
        key::{KeyAccess, by_id},
        proposal::On,
    },
};

/// What must not be allowed, of whichever buckets and keys the scenario names.
pub(crate) struct Requests {
    pub(crate) actions: Vec<String>,
    pub(crate) who: Who,
    pub(crate) callers: Callers,
    /// The circumstances, as a `Condition`; anything when absent.
    pub(crate) when: Option<Value>,
    /// Principals that may.
    pub(crate) spared: Spared,
    /// What must hold; the name of the resource is added.
    pub(crate) expected: String,
    pub(crate) change: String,
    /// Name of the statement that would refuse the requests.
    pub(crate) sid: &'static str,
    /// The circumstances in which it would.
    pub(crate) denied: Value,
}

/// To whom something may be granted.
pub(crate) enum Spared {
    /// These principals.
    These(Vec<String>),
    /// Principals of the organization and services, and these principals.
    OursAnd(Vec<String>),
}

impl Spared {
    fn named(&self) -> &[String] {
        match self {
            Self::These(named) | Self::OursAnd(named) => named,
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.named().iter().map(String::as_str).collect()
    }
}

impl Requests {
    /// Asks it of a bucket and its objects.
    pub(crate) async fn refused_by_bucket(&self, w: &mut LogproofWorld, bucket: BucketRef) -> Judged {
        let actions = asked_actions::of_service(&self.actions, "s3").map_err(stop)?;
        let mut access = BucketAccess::naming(w, bucket, &self.spared.ids()).await?;
        let question = Question::about(actions.iter().map(String::as_str)).on(&access.arn).on_all(&access.objects());
        let question = self.asked(question)?;
        let scene = self.scene(w, &mut access).await?;
        let answered = with_lists(w, &mut access, &scene, &question, &actions).await?;
        let on = match actions.iter().all(|action| works_on_objects(action)) {
            true => On::These(vec![access.objects()]),
            false => access.all(),
        };
        let remedy = access.deny_in_own_policy(self.sid, on, self.denied.clone());
        let claim = access.claim(self.expected.clone(), self.change.clone());
        claim.propose(w, &scene, &question, answered, remedy).await;
        Ok(())
    }

    /// Asks it of a key, grants included.
    pub(crate) async fn refused_by_key(&self, w: &mut LogproofWorld, (asked, key): (KeyRef, Fact<KmsKey>)) -> Judged {
        let actions = asked_actions::of_service(&self.actions, "kms").map_err(stop)?;
        let called = format!("the policy of key {}", key.id);
        let ids = self.spared.ids();
        let mut access = KeyAccess::naming(w, asked.clone(), &key, key.exchanges(), &called, &ids).await?;
        let question = self.asked(Question::about(actions.iter().map(String::as_str)).on(&access.arn))?;
        let scene = self.scene(w, &mut access).await?;
        let remedy = access.deny_in_own_policy(self.sid, self.denied.clone());
        let claim = access.claim(self.expected.clone(), self.change.clone());
        claim.prove(w, &scene, &question, remedy).await;
        let grants = w.see(w.estate()?.key_grants(&by_id(&asked, &key)).await)?;
        w.record.rest_on(grants.exchanges());
        for grant in grants.iter() {
            let operations = asked_actions::grants(&grant.operations, &actions);
            if operations.is_empty() || self.is_spared(&access, &grant.grantee) {
                continue;
            }
            let found = format!("grant {} to {} for {}", grant.id, grant.grantee, operations.join(", "));
            if self.when.is_some() {
                w.unseen(undecided(
                    &access,
                    "kms:ListGrants",
                    format!("{found}: whether the grant applies in these circumstances is not decided"),
                    "revoke the grant, or examine it by hand",
                    grants.exchanges(),
                ));
                continue;
            }
            w.observe(
                Observation::new(access.subject(), self.expected.clone(), found, false)
                    .place(format!("grant {}", grant.id))
                    .hint("revoke the grant (kms:RevokeGrant), or name the grantee in the sentence")
                    .resting_on(grants.exchanges()),
            );
        }
        Ok(())
    }

    fn asked(&self, question: Question) -> Result<Question, Stop> {
        let question = question.by(self.who.clone());
        match &self.when {
            Some(condition) => when(question, condition),
            None => Ok(question),
        }
    }

    async fn scene<R>(&self, w: &mut LogproofWorld, access: &mut ResourceAccess<R>) -> Result<Scene, Stop> {
        match self.callers {
            Callers::Assumed => Ok(access.scene()),
            Callers::Inventory => access.scene_with_inventory(w).await,
        }
    }

    /// Whether a grant to this principal is none of what must not be.
    fn is_spared(&self, access: &KeyAccess, grantee: &str) -> bool {
        let ours = match &self.spared {
            Spared::These(_) => false,
            Spared::OursAnd(_) => match account_of(grantee) {
                Some(account) => access.organization.knows(account.as_str()),
                None => grantee.contains(".amazonaws.com"),
            },
        };
        ours || self.spared.named().iter().any(|named| named == grantee)
    }
}

fn works_on_objects(action: &str) -> bool {
    use logproof_policy::actions::{Kind, find};
    find(action).is_some_and(|known| known.kind == Kind::Object)
}

/// What the policies answer about a bucket; records that it is undecided where access control lists could allow what
/// policies do not.
///
/// Those of objects are not read. Where policies deny what is asked about whatever else allows it, or where the bucket's
/// ownership setting disables all of them, they do not matter.
async fn with_lists(
    w: &mut LogproofWorld,
    access: &mut BucketAccess,
    scene: &Scene,
    question: &Question,
    actions: &[String],
) -> Result<Answered, Stop> {
    let granted: Vec<String> = GRANTED_BY_LISTS.iter().map(|name| name.trim_start_matches("s3:").to_owned()).collect();
    let patterns: Vec<String> = actions.iter().map(|action| action.replacen("s3:", "kms:", 1)).collect();
    if asked_actions::grants(&granted, &patterns).is_empty() {
        return Ok(Answered::of(scene, question));
    }
    let open = w.estate()?.policy("the bucket policy and access control lists", &opened_by_lists(access));
    let open = open.map_err(|error| Stop::because(error.to_string()))?;
    let assumed = Scene { resource_policy: Some(open), ..scene.clone() };
    if never(&assumed, question).holds() {
        // Lists only add to what the policies allow.
        return Ok(Answered::proved());
    }
    let answered = Answered::of(scene, question);
    if !answered.holds() {
        return Ok(answered);
    }
    let ownership = w.see(w.estate()?.bucket_ownership(&access.resource).await)?;
    access.rest_on(ownership.exchanges());
    w.record.rest_on(ownership.exchanges());
    let setting = ownership.as_ref().map_or("ObjectWriter", |one| one.object_ownership.as_str()).to_owned();
    if setting != "BucketOwnerEnforced" {
        w.unseen(undecided(
            access,
            "s3:GetObjectAcl",
            format!(
                "object ownership is {setting}: access control lists of objects may allow it, and they are not read"
            ),
            "set object ownership of the bucket to BucketOwnerEnforced, which disables access control lists",
            ownership.exchanges(),
        ));
    }
    Ok(answered)
}

/// The bucket policy with a statement that allows whatever access control lists can.
fn opened_by_lists(access: &BucketAccess) -> String {
    let text = access.policy_text();
    let mut policy: Value =
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    let lists = json!({
        "Sid": "AccessControlLists", "Effect": "Allow", "Principal": "*", "Action": GRANTED_BY_LISTS,
        "Resource": [access.arn, access.objects()],
    });
    if let Some(elements) = policy.as_object_mut() {
        let statements = elements.remove("Statement").unwrap_or_else(|| json!([]));
        let mut all = match statements {
            Value::Array(all) => all,
            one => vec![one],
        };
        all.push(lists);
        elements.insert("Statement".to_owned(), Value::Array(all));
    }
    policy.to_string()
}

fn undecided<R>(
    access: &ResourceAccess<R>,
    operation: &str,
    detail: String,
    hint: &str,
    exchanges: &[ExchangeId],
) -> Unseen {
    Unseen {
        operation: operation.to_owned(),
        account: access.owner.clone(),
        region: Some(access.region.clone()),
        subject: access.arn.clone(),
        reason: Reason::Undecided,
        detail,
        hint: hint.to_owned(),
        exchanges: exchanges.to_vec(),
    }
}
