//! Creates the token of a credential for the credential's valid holder.
