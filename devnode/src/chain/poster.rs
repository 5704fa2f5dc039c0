//! The size that the L1 part of a transaction's gas is charged for (spec §8.8).

use std::io::Write;

/// Length of the brotli stream (level 1, window 22) that stands for a transaction.
pub(super) fn compressed_len(raw: &[u8]) -> u64 {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 1,
        lgwin: 22,
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut counter = Counter(0);
    {
        let mut writer = brotli::CompressorWriter::with_params(&mut counter, 4096, &params);
        // Writing to a counter can't fail; dropping the writer ends the stream.
        if writer.write_all(raw).is_err() {
            return raw.len() as u64;
        }
    }
    counter.0
}

struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_and_noise_does_not() {
        let noise: Vec<u8> = (0..32_u8).flat_map(|n| alloy_primitives::keccak256([n]).0).collect();
        assert!(compressed_len(&[7; 10_000]) < 100);
        assert!(compressed_len(&noise) >= 1_024);
    }
}
