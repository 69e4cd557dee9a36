//! Cost centres: what is right for one is a rule of ACME, which no sentence of logproof can know.

use cucumber::then;
use logproof::own::{BucketRef, Entry, Judged, Kind, LogproofWorld, Observation, Subject, every_bucket};

/// What is documented of the sentences of this file: `steps` lists it, and `lint` refuses a scenario without buckets.
pub(crate) const SENTENCES: &[Entry] = &[Entry::then(
    "its tag {string} is a cost centre",
    "The bucket has the tag, and its value is a cost centre of ACME: `CC-`, five digits, and a check digit that fits.",
    "its tag \"cost-centre\" is a cost centre",
)
.of(&[Kind::Bucket])];

#[then(expr = "its tag {string} is a cost centre")]
async fn its_tag_is_a_cost_centre(w: &mut LogproofWorld, key: String) -> Judged {
    every_bucket(w, async |w: &mut LogproofWorld, bucket: BucketRef| {
        // Where the tags may not be read, `see` records why, and the control is ERROR.
        let tags = w.see(w.estate()?.bucket_tags(&bucket).await)?;
        let value = tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str());
        let (found, met) = match value {
            None => (format!("no tag `{key}`"), false),
            Some(value) => match problem(value) {
                None => (format!("`{value}`"), true),
                Some(problem) => (format!("`{value}`, {problem}"), false),
            },
        };
        let subject = Subject::bucket(&bucket);
        w.observe(
            Observation::new(subject, format!("a cost centre as tag `{key}`"), found, met)
                .place("TagSet")
                .hint(format!("tag the bucket with `{key}` and the cost centre that pays for it"))
                .resting_on(tags.exchanges()),
        );
        Ok(())
    })
    .await
}

/// What is wrong with a cost centre: `CC-` and six digits, of which the last is the sum of the others, each times its
/// place, modulo ten.
fn problem(value: &str) -> Option<&'static str> {
    let Some(digits) = value.strip_prefix("CC-") else { return Some("which does not begin with `CC-`") };
    let digits: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(10)).collect();
    match digits.as_deref() {
        Some([number @ .., check]) if number.len() == 5 => {
            let sum: u32 = (1..).zip(number).map(|(place, digit)| place * digit).sum();
            (sum % 10 != *check).then_some("whose check digit does not fit")
        }
        _ => Some("which does not have six digits"),
    }
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn a_cost_centre_has_six_digits_of_which_the_last_fits() {
        // 1*4 + 2*7 + 3*1 + 4*1 + 5*2 = 35
        assert_eq!(problem("CC-471125"), None);
        assert_eq!(problem("CC-471124"), Some("whose check digit does not fit"));
        assert_eq!(problem("471125"), Some("which does not begin with `CC-`"));
        for value in ["CC-", "CC-47112", "CC-4711255", "CC-47112x", "CC-４71125"] {
            assert_eq!(problem(value), Some("which does not have six digits"), "{value}");
        }
    }
}
