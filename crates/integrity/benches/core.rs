//! What one core can do: per log file and per digest, without any reading.
//!
//! Owns: measurement. Must not know: expectations.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logproof_integrity::digest::{Found, verify_digest};
use logproof_integrity::gzip::hash_inflated;
use logproof_integrity::testkit::Plan;
use std::hint::black_box;

fn core(criterion: &mut Criterion) {
    let generated = Plan::of_size(1, 1, 4, 12, 20_000).generate();
    let chain = &generated.chains[0];
    let (bucket, key, _) = &chain.logs[0];
    let log = generated.store.object(bucket, key).unwrap().body.clone();
    let mut group = criterion.benchmark_group("log of 20 kB");
    group.throughput(Throughput::Elements(1));
    group.bench_function("inflate and hash", |bench| bench.iter(|| hash_inflated(black_box(&log), 1 << 30).unwrap()));
    group.finish();
    let (bucket, key) = &chain.digests[2];
    let stored = generated.store.object(bucket, key).unwrap();
    let keys = generated.keys();
    let found = Found {
        bucket,
        key,
        region: &chain.row.region,
        body: &stored.body,
        is_inflated: false,
        metadata: stored.metadata.as_ref(),
        limit: 1 << 30,
    };
    let mut group = criterion.benchmark_group("digest of 12 logs");
    group.throughput(Throughput::Elements(1));
    group.bench_function("verify", |bench| bench.iter(|| verify_digest(black_box(found), &keys).unwrap()));
    group.finish();
}

criterion_group!(benches, core);
criterion_main!(benches);
