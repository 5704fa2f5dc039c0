#![no_std]
//! Interfaces, events and errors.
