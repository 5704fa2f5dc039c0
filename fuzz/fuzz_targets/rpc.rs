//! See `stylus_devnode_fuzz::rpc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stylus_devnode_fuzz::rpc::run(data));
