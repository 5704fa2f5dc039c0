//! Finding logs.

use alloy_primitives::{Address, B256, Bloom, BloomInput, Log};
use std::sync::Arc;

use super::block::Block;

/// Which logs are wanted.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Any of these addresses; empty: any at all.
    pub addresses: Vec<Address>,
    /// By position: any of these; empty: any at all, but the position must exist.
    pub topics: Vec<Vec<B256>>,
}

/// A log where it was emitted.
#[derive(Clone, Debug)]
pub struct FoundLog {
    /// Its block.
    pub block: Arc<Block>,
    /// Index of its transaction.
    pub transaction: usize,
    /// Index among the transaction's logs.
    pub position: usize,
}

impl LogFilter {
    /// Appends the block's logs that match.
    pub fn collect(&self, block: &Arc<Block>, found: &mut Vec<FoundLog>) {
        if !self.may_match(&block.header.logs_bloom) {
            return;
        }
        for (transaction, receipt) in block.receipts.iter().enumerate() {
            for (position, log) in receipt.logs.iter().enumerate() {
                if self.matches(log) {
                    found.push(FoundLog { block: block.clone(), transaction, position });
                }
            }
        }
    }

    /// False if a block with this bloom has no such log for certain.
    fn may_match(&self, bloom: &Bloom) -> bool {
        let has = |input: &[u8]| bloom.contains_input(BloomInput::Raw(input));
        (self.addresses.is_empty() || self.addresses.iter().any(|address| has(address.as_slice())))
            && self.topics.iter().all(|any| any.is_empty() || any.iter().any(|topic| has(topic.as_slice())))
    }

    fn matches(&self, log: &Log) -> bool {
        let topics = log.topics();
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && self.topics.len() <= topics.len()
            && self.topics.iter().zip(topics).all(|(any, topic)| any.is_empty() || any.contains(topic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(topics: &[u8]) -> Log {
        Log::new_unchecked(
            Address::with_last_byte(1),
            topics.iter().map(|n| B256::with_last_byte(*n)).collect(),
            Default::default(),
        )
    }

    fn topics(positions: &[&[u8]]) -> LogFilter {
        let topics =
            positions.iter().map(|any| any.iter().map(|n| B256::with_last_byte(*n)).collect()).collect();
        LogFilter { addresses: Vec::new(), topics }
    }

    #[test]
    fn topics_match_by_position_and_alternative() {
        assert!(topics(&[]).matches(&log(&[])));
        assert!(topics(&[&[1, 2]]).matches(&log(&[2])));
        assert!(topics(&[&[], &[3]]).matches(&log(&[9, 3])));
        assert!(!topics(&[&[3]]).matches(&log(&[9, 3])));
        assert!(!topics(&[&[]]).matches(&log(&[])), "an open position must still exist");
    }

    #[test]
    fn addresses_are_alternatives() {
        let one_or_two =
            LogFilter { addresses: vec![Address::ZERO, Address::with_last_byte(1)], topics: vec![] };
        assert!(one_or_two.matches(&log(&[])));
        let other = LogFilter { addresses: vec![Address::with_last_byte(2)], topics: vec![] };
        assert!(!other.matches(&log(&[])));
    }

    #[test]
    fn bloom_never_hides_a_match() {
        let present = log(&[7]);
        let bloom: Bloom = [present.clone()].iter().collect();
        assert!(topics(&[&[7]]).may_match(&bloom));
        assert!(!topics(&[&[8]]).may_match(&bloom));
    }
}
