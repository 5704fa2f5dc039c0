//! What a token's minter is told, if it is a contract.

declare! {
    /// Hears of tokens from their factory, and of changes of their rates from the tokens themselves.
    interface ITokenMinter {
        /// `tokenAddress` was created for `credentialId`, with this contract as its minter and `emissionRate` (base units a
        /// day). Called by the factory, in the transaction of the creation. Reverting undoes the creation.
        function onTokenCreated(bytes32 credentialId, address tokenAddress, uint256 emissionRate) external;
        /// The emission rate of the calling token, which is that of `credentialId`, becomes `newRate` (base units a day): what
        /// accrued until now has to be settled at the old one, which the token still tells. Reverting keeps the old rate.
        function onEmissionRateChange(bytes32 credentialId, uint256 newRate) external;
    }
}
