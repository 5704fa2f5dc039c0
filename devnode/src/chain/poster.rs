//! The size that the L1 part of a transaction's gas is charged for (spec §8.8).

use brotli::enc::{
    StandardAlloc,
    encode::{
        BrotliEncoderDestroyInstance, BrotliEncoderMaxCompressedSize, BrotliEncoderOperation,
        BrotliEncoderParameter, BrotliEncoderStateStruct,
    },
};

/// Length of the brotli stream (level 1, window 22) that stands for a transaction.
///
/// In one go: writing first and finishing then would end the stream with an empty block more.
pub(super) fn compressed_len(raw: &[u8]) -> u64 {
    use BrotliEncoderParameter as Parameter;
    let mut encoder = BrotliEncoderStateStruct::new(StandardAlloc::default());
    let size = u32::try_from(raw.len()).unwrap_or(u32::MAX);
    for (parameter, value) in [
        (Parameter::BROTLI_PARAM_QUALITY, 1),
        (Parameter::BROTLI_PARAM_LGWIN, 22),
        (Parameter::BROTLI_PARAM_SIZE_HINT, size),
    ] {
        encoder.set_parameter(parameter, value);
    }
    let mut out = vec![0; BrotliEncoderMaxCompressedSize(raw.len())];
    let (mut unread, mut read, mut room, mut written) = (raw.len(), 0, out.len(), 0);
    let done = encoder.compress_stream(
        BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
        &mut unread,
        raw,
        &mut read,
        &mut room,
        &mut out,
        &mut written,
        &mut None,
        &mut |_, _, _, _| (),
    );
    BrotliEncoderDestroyInstance(&mut encoder);
    // What doesn't compress into the room that always suffices is sent as it is.
    if done { written as u64 } else { raw.len() as u64 }
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
