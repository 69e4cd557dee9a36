//! How many things a sentence is about.

use logproof_estate::{record::Population, world::LogproofWorld};

/// Records a population of which every one was examined.
pub(crate) fn examined(w: &mut LogproofWorld, of: &str, number: usize, source: &str) {
    w.population(Population {
        of: of.to_owned(),
        expected: number,
        examined: number,
        source: source.to_owned(),
        left_out: Vec::new(),
    });
}
