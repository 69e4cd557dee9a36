//! Which services use the log key by right: that follows from what they deliver, and where.

use std::collections::BTreeSet;

use logproof_estate::{Answer, Estate, Fact, KeyRef};

/// The log services, and every service that delivers a registered stream into a bucket encrypted with the key.
///
/// # Errors
/// When the buckets of a registered stream, or their encryption, cannot be seen.
pub(crate) async fn key_services(estate: &Estate, key: &str) -> Answer<Vec<String>> {
    let config = estate.config();
    let mut services = config.names.log_services.clone();
    let mut exchanges = Vec::new();
    let delivered: BTreeSet<(&str, &str)> = estate
        .register()
        .streams
        .iter()
        .filter(|stream| !stream.delivered_by.starts_with("arn:") && !services.contains(&stream.delivered_by))
        .map(|stream| (stream.delivered_by.as_str(), stream.bucket.as_str()))
        .collect();
    for (service, bucket) in delivered {
        let mut bucket = estate.store_bucket(bucket);
        let owned = estate.buckets(&bucket.owner).await?;
        // That a registered bucket does not exist is found by LS-10.2.
        if !owned.iter().any(|one| one.name == bucket.name) {
            continue;
        }
        let location = estate.bucket_location(&bucket).await?;
        if let Some(region) = location.as_ref() {
            bucket.region = region.clone();
        }
        let encryption = estate.bucket_encryption(&bucket).await?;
        exchanges.extend(owned.exchanges().iter().chain(encryption.exchanges()).cloned());
        let Some(named) = encryption.as_ref().as_ref().and_then(|one| one.kms_key.clone()) else { continue };
        let same = if named == key {
            true
        } else {
            let asked = KeyRef { id: named, account: estate.key_account().clone(), region: bucket.region.clone() };
            let found = estate.key(&asked).await?;
            exchanges.extend_from_slice(found.exchanges());
            found.as_ref().as_ref().is_some_and(|found| found.arn == key)
        };
        if same && !services.iter().any(|known| known == service) {
            services.push(service.to_owned());
        }
    }
    Ok(Fact::new(services, exchanges))
}
