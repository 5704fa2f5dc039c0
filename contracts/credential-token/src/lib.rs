//! One credential's ERC-20 token, minted up to its cap.
