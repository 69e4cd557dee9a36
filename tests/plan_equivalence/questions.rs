//! What controls ask a changed zone, with the answers of the zone it was made from.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{AccountId, Answer, BucketRef, KeyRef, Region, Source, Unseen, facts::*, for_each_question};
use serde::Serialize;
use serde_json::Value;

/// One question with both answers; an answer that could not be given is its reason.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) question: &'static str,
    pub(crate) args: Vec<Value>,
    pub(crate) before: Result<Value, String>,
    pub(crate) after: Result<Value, String>,
}

impl Asked {
    pub(crate) fn arg<T: serde::de::DeserializeOwned>(&self, index: usize) -> T {
        serde_json::from_value(self.args[index].clone()).unwrap()
    }
}

/// A changed zone that is asked, and the zone before.
pub(crate) struct Listening {
    pub(crate) after: Arc<dyn Source>,
    pub(crate) before: Arc<dyn Source>,
    heard: Mutex<BTreeMap<String, Asked>>,
}

impl Listening {
    pub(crate) fn new(after: Arc<dyn Source>, before: Arc<dyn Source>) -> Self {
        Self { after, before, heard: Mutex::default() }
    }

    /// Every question whose answers differ.
    pub(crate) fn differing(&self) -> Vec<Asked> {
        self.heard.lock().unwrap().values().filter(|asked| asked.before != asked.after).cloned().collect()
    }
}

fn kept<T: Serialize>(answer: &Answer<T>) -> Result<Value, String> {
    match answer {
        Ok(fact) => Ok(serde_json::to_value(&**fact).unwrap()),
        Err(Unseen { reason, .. }) => Err(format!("{reason:?}")),
    }
}

macro_rules! listening {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Source for Listening {
            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                let key = [stringify!($name).to_owned(), $(format!("{:?}", $arg)),*].join("|");
                let after = self.after.$name($($arg),*).await;
                let known = self.heard.lock().unwrap().contains_key(&key);
                if !known {
                    let before = kept(&self.before.$name($($arg),*).await);
                    let args: Vec<Value> = vec![$(serde_json::to_value(&$arg).unwrap()),*];
                    let asked = Asked { question: stringify!($name), args, before, after: kept(&after) };
                    self.heard.lock().unwrap().insert(key, asked);
                }
                after
            })*
        }
    };
}

for_each_question!(listening);
