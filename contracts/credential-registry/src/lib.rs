//! Which credentials are valid, and whose they are: attestations of issuers, checked on chain.
