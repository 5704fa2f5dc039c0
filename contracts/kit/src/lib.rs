#![no_std]
//! Shared parts of the contracts.
