// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.28;

import {ERC20} from "solady/src/tokens/ERC20.sol";

/// solady's ERC-20, which has a permit, and nothing else; who creates it has all tokens.
contract SoladyToken is ERC20 {
    constructor() {
        _mint(msg.sender, 1000 ether);
    }

    function name() public pure override returns (string memory) {
        return "Ada Lovelace";
    }

    function symbol() public pure override returns (string memory) {
        return "ADA";
    }
}
