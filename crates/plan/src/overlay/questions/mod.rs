//! What each question is answered after the change: the edits that touch it, and how they are applied.

/// A setting of a bucket: what a new bucket has, and which edits change it how.
macro_rules! bucket_setting {
    ($overlay:ident.$question:ident($bucket:ident), $operation:literal, new $new:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$bucket.owner,
            region: Some(&$bucket.region),
            subject: &$bucket.name,
        };
        let edits = $overlay.of_bucket($bucket, |change| matches!(change, $pattern));
        let fresh = match $overlay.life($bucket) {
            Life::Stays => None,
            Life::New { object_lock } => Some(($new)(object_lock)),
            Life::Gone => return Err($overlay.gone(&asked, &edits)),
        };
        let apply = |state: &mut State<_>, change: &Change, edit: &Edit, pen: &mut Pen| {
            if let Some(change) = bucket::of(change, &$bucket.name) {
                ($apply)(state, change, edit, pen);
            }
        };
        $overlay.lay(asked, fresh, $overlay.base.$question($bucket), &edits, apply).await
    }};
}

/// A property of a key: what a new key has, and which edits change it how.
macro_rules! key_property {
    ($overlay:ident.$question:ident($key:ident), $operation:literal, new $new:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$key.account,
            region: Some(&$key.region),
            subject: &$key.id,
        };
        let alias = $overlay.of_alias($key);
        let (ask, arn) = match $overlay.meant($key).await? {
            Meant::Key { ask, arn } => (ask, arn),
            Meant::Nothing => return Err($overlay.no_such_key(&asked, &alias)),
            Meant::Unknown(unknown) => return Err($overlay.not_yet(&asked, &alias, unknown)),
        };
        // Whatever the key is asked for by, an edit may name it by its ARN.
        $overlay.clear(&Asked { subject: &arn, ..asked })?;
        let fresh = $overlay.creates_key(&arn).then(|| ($new)(&arn));
        let edits: Vec<&Edit> =
            alias.into_iter().chain($overlay.of_key(&arn, |change| matches!(change, $pattern))).collect();
        let apply = |state: &mut State<_>, change: &Change, _: &Edit, pen: &mut Pen| {
            if let Some(change) = key::change_of(change, &arn) {
                ($apply)(state, change, arn.as_str(), pen);
            }
        };
        $overlay.lay(asked, fresh, $overlay.base.$question(&ask), &edits, apply).await
    }};
}

/// A list or a thing in an account and Region.
macro_rules! regional {
    ($overlay:ident.$question:ident($account:ident, $region:ident $(, $subject:ident)*), $operation:literal, about $about:expr, fresh $fresh:expr, $wanted:expr => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: $account,
            region: Some($region),
            subject: $about,
        };
        let edits = $overlay.here($account, $region, $wanted);
        $overlay.lay(asked, $fresh, $overlay.base.$question($account, $region $(, $subject)*), &edits, $apply).await
    }};
}

/// A question of the organization.
macro_rules! of_organization {
    ($overlay:ident.$question:ident($($arg:expr)?), $operation:literal, about $about:expr, $pattern:pat => $apply:expr) => {{
        let asked = Asked {
            question: stringify!($question),
            operation: $operation,
            account: &$overlay.setting.management_account,
            region: None,
            subject: $about,
        };
        let edits = $overlay.of_organization(|change| matches!(change, $pattern));
        $overlay.lay(asked, None, $overlay.base.$question($($arg)?), &edits, $apply).await
    }};
}

mod alerting;
mod bucket;
mod iam;
mod key;
mod organization;
mod recorder;
mod trail;

use logproof_estate::{AccountId, BucketRef, Region, Unseen};

use super::{Overlay, bucket::Life, lay::Asked};
use crate::{
    edit::{Change, Edit},
    planned::Unknown,
};

impl Overlay {
    fn here(&self, account: &AccountId, region: &Region, wanted: impl Fn(&Change) -> bool) -> Vec<&Edit> {
        self.chosen(|edit| &edit.account == account && &edit.region == region && wanted(&edit.change))
    }

    fn gone(&self, asked: &Asked<'_>, edits: &[&Edit]) -> Unseen {
        self.refused(asked, edits, asked.no_such("NoSuchBucket"), Vec::new(), Vec::new())
    }

    fn no_such_key(&self, asked: &Asked<'_>, edits: &[&Edit]) -> Unseen {
        self.refused(asked, edits, asked.no_such("NotFoundException"), Vec::new(), Vec::new())
    }

    fn not_yet(&self, asked: &Asked<'_>, edits: &[&Edit], unknown: Unknown) -> Unseen {
        self.refused(asked, edits, asked.after_apply(&unknown), Vec::new(), vec![unknown])
    }

    /// What of a bucket only time will tell, where the bucket is not the observed one.
    fn only_observed(&self, asked: &Asked<'_>, bucket: &BucketRef) -> Result<(), Unseen> {
        let edits = self.of_bucket(bucket, |_| false);
        match self.life(bucket) {
            Life::Stays => Ok(()),
            Life::Gone => Err(self.gone(asked, &edits)),
            Life::New { .. } => {
                let address = edits.first().map(|edit| edit.origin.address.clone()).unwrap_or_default();
                let why = "what is in the new bucket can be observed only after the apply".to_owned();
                let unknown = Unknown { address, attribute: "objects".to_owned(), why };
                Err(self.not_yet(asked, &edits, unknown))
            }
        }
    }
}
