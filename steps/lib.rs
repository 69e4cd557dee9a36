//! The Gherkin vocabulary of the controls.
//!
//! A step asks the estate, records what it examined and judges it. It owns no I/O, no clock and no printing, and it
//! never names the AWS SDK. Steps register themselves: a program gets them by naming this crate
//! (`use logproof_steps as _;`).
//!
//! | wing | holds | imports |
//! |---|---|---|
//! | `given` | the `Given` sentences: what a scenario is about | `scene`, `judgement` |
//! | `vocabulary` | the `Then` sentences, one folder per subject; files do not import each other | `scene`, `judgement` |
//! | `scene` | what several sentences need: buckets, keys, roles, alerts, questions and claims; registers none | `judgement` |
//! | `judgement` | values in, values out: no World, no questions | nothing |

mod given;
mod judgement;
mod scene;
mod vocabulary;

pub use judgement::guide;
pub use scene::{
    ask,
    own::{every_bucket, every_key, every_queue, every_role, every_topic, every_trail},
};

use guide::Entry;

/// A file of this crate, as the compiler names it: where the steps of this crate are registered begins in the same folder.
pub const SOURCE: &str = file!();

/// Whether a `Given` means every active account, or those of a unit: a run in shares examines each account in one share,
/// and asks what the sentences after it need besides once for all shares. `entry` is what is documented of the sentence.
#[must_use]
pub fn names_every_account(given: &str, entry: Option<&Entry>) -> bool {
    let with_accounts = entry.is_some_and(|entry| entry.sentence.contains("{accounts}"));
    given::resources::EVERY_ACCOUNT.contains(&given) || with_accounts && scene::accounts::names_every_account(given)
}

/// The parameters of sentences that are not built into Cucumber expressions: name, and the regular expression of what
/// each takes.
#[must_use]
pub fn parameters() -> [(&'static str, &'static str); 3] {
    use cucumber::Parameter;
    use scene::{
        accounts::Accounts,
        asked::{Actions, Principals},
    };
    fn of<P: Parameter>() -> (&'static str, &'static str) {
        (P::NAME, P::REGEX)
    }
    [of::<Accounts>(), of::<Actions>(), of::<Principals>()]
}

/// What is documented of the sentences with parameters: those that owners write their own controls in.
pub fn general() -> impl Iterator<Item = &'static Entry> {
    let lists = [
        given::named_buckets::GUIDE,
        given::named_keys::GUIDE,
        given::named_roles::GUIDE,
        given::named_trails::GUIDE,
        given::named_topics::GUIDE,
        given::named_queues::GUIDE,
        given::named_accounts::GUIDE,
        vocabulary::general::requests::GUIDE,
        vocabulary::general::encryption::GUIDE,
        vocabulary::general::protection::GUIDE,
        vocabulary::general::bucket::GUIDE,
        vocabulary::general::deletion::GUIDE,
        vocabulary::general::placement::GUIDE,
        vocabulary::general::key::GUIDE,
        vocabulary::general::role::GUIDE,
        vocabulary::general::role_settings::GUIDE,
        vocabulary::trail::settings::GUIDE,
        vocabulary::trail::digests::GUIDE,
        vocabulary::general::trail::GUIDE,
        vocabulary::general::topic::GUIDE,
        vocabulary::general::queue::GUIDE,
        vocabulary::general::messages::GUIDE,
        vocabulary::alerting::guard_changes::GUIDE,
        vocabulary::alerting::named_events::GUIDE,
        vocabulary::general::account::GUIDE,
    ];
    lists.into_iter().flatten()
}
