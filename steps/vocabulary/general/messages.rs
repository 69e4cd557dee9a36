//! How the messages of the topics and queues a scenario names are encrypted.

use cucumber::then;
use logproof_estate::{
    record::Observation,
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::{
        guide::{Entry, Kind},
        key_name::NamedKey,
    },
    scene::{
        messages::{Messages, messages},
        named_key::place_of,
        subjects::every,
    },
};

const fn judges(sentence: &'static str, about: &'static str) -> Entry {
    Entry::then(sentence, about, sentence).of(&[Kind::Topic, Kind::Queue])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "its messages are encrypted with a KMS key",
        "A KMS key encrypts the messages of the topic or queue, of AWS or of yours. A queue that SQS encrypts with a key of its own (SSE-SQS) has none.",
    ),
    judges(
        "its messages are encrypted with a customer managed key",
        "A KMS key that the customer manages encrypts the messages of the topic or queue. EventBridge and CloudWatch cannot publish to a topic with the key that AWS manages, nor SNS to such a queue.",
    ),
];

/// The keys that AWS manages, by the end of what they are called.
const MANAGED: [&str; 2] = ["alias/aws/sns", "alias/aws/sqs"];

#[then("its messages are encrypted with a KMS key")]
async fn its_messages_are_encrypted(w: &mut LogproofWorld) -> Judged {
    let all = messages(w)?;
    let judge = async |w: &mut LogproofWorld, of: Messages| {
        let found = of.kms_key.as_ref().map_or_else(|| "no KMS key".to_owned(), |key| format!("key `{key}`"));
        w.observe(
            Observation::new(of.subject(), "messages encrypted with a KMS key", found, of.kms_key.is_some())
                .place("KmsMasterKeyId")
                .hint("set a KMS key for the messages")
                .resting_on(&of.exchanges),
        );
        Ok(())
    };
    every(w, all, judge).await
}

#[then("its messages are encrypted with a customer managed key")]
async fn its_messages_are_encrypted_with_an_own_key(w: &mut LogproofWorld) -> Judged {
    let all = messages(w)?;
    let judge = async |w: &mut LogproofWorld, of: Messages| {
        let mut exchanges = of.exchanges.clone();
        let (found, met) = match &of.kms_key {
            None => ("no KMS key".to_owned(), false),
            Some(name) if MANAGED.iter().any(|managed| name.ends_with(managed)) => {
                (format!("`{name}`, the key that AWS manages"), false)
            }
            Some(name) => {
                let asked = match NamedKey::read(name, &of.account, &of.region) {
                    NamedKey::Ask(asked) => asked,
                    NamedKey::Arn(arn) => place_of(&arn, &of.region)?,
                };
                let key = w.see(w.estate()?.key(&asked).await)?;
                exchanges.extend_from_slice(key.exchanges());
                match key.as_ref() {
                    Some(key) => (format!("{}, key manager {}", key.arn, key.manager), key.manager == "CUSTOMER"),
                    None => (format!("`{name}`, which is no key"), false),
                }
            }
        };
        w.observe(
            Observation::new(of.subject(), "messages encrypted with a customer managed key", found, met)
                .place("KmsMasterKeyId")
                .hint("set a customer managed key for the messages")
                .resting_on(&exchanges),
        );
        Ok(())
    };
    every(w, all, judge).await
}
